//! Where everything stands: three fixed lines, and panes between them.

use ratatui::layout::Rect;

use crate::model::Focus;

/// What decides the layout.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether one independent part of the screen is there")]
pub struct Shape {
    pub focus: Focus,
    pub has_view: bool,
    pub has_detail: bool,
    /// Whether the line above the footer is wanted, for chips or a prompt's answer.
    pub has_chips: bool,
    pub zoomed: bool,
    /// Lines or columns by which the detail is larger than it would be.
    pub split: i16,
    pub has_lab: bool,
}

/// The places of a frame; a pane that does not fit or is not open has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rects {
    pub top: Rect,
    /// Between the fixed lines.
    pub body: Rect,
    pub browser: Rect,
    pub main: Rect,
    pub detail: Rect,
    /// The lesson.
    pub lab: Rect,
    pub chips: Rect,
    pub footer: Rect,
}

const BROWSER_WIDTH: u16 = 32;
const LAB_WIDTH: u16 = 46;
/// The lesson above the work has no more lines.
const LAB_HEIGHT: u16 = 11;
const DETAIL_WIDTH: u16 = 46;
/// Neither the detail nor the grid beside it is narrower.
const LEAST_DETAIL: u16 = 20;
/// From this width on the browser stays beside a grid, and from the next the detail stands at the right.
const WIDE: u16 = 100;
const VERY_WIDE: u16 = 116;
/// Below this nothing can be read.
pub const SMALLEST: (u16, u16) = (40, 10);

/// Cuts the screen.
pub fn layout(area: Rect, shape: &Shape) -> Rects {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return Rects::default();
    }
    let line = |y: u16| Rect { y, height: 1, ..area };
    let n_chips = u16::from(shape.has_chips);
    let body = Rect { y: area.y + 1, height: area.height - 2 - n_chips, ..area };
    let mut rects = Rects {
        top: line(area.y),
        footer: line(area.bottom() - 1),
        chips: if shape.has_chips { line(area.bottom() - 2) } else { Rect::default() },
        body,
        main: body,
        ..Rects::default()
    };
    if shape.zoomed {
        zoom(&mut rects, shape.focus);
        return rects;
    }
    let work = if shape.has_lab { cut_lab(&mut rects) } else { body };
    // What lies over the panes leaves the lesson to be read.
    (rects.main, rects.body) = (work, work);
    let browser_open = !shape.has_view || shape.focus == Focus::Browser || work.width >= WIDE;
    if browser_open {
        let width = BROWSER_WIDTH.min(work.width / 2);
        rects.browser = Rect { width, ..work };
        rects.main = Rect { x: work.x + width, width: work.width - width, ..work };
    }
    if shape.has_view && shape.has_detail {
        split_detail(&mut rects, work.width, shape.split);
    }
    rects
}

/// The lesson stands at the left, or above the work where that would be too narrow; gives what is left for the work.
fn cut_lab(rects: &mut Rects) -> Rect {
    let body = rects.body;
    if body.width >= VERY_WIDE {
        rects.lab = Rect { width: LAB_WIDTH, ..body };
        return Rect { x: body.x + LAB_WIDTH, width: body.width - LAB_WIDTH, ..body };
    }
    let height = (body.height / 2).clamp(4, LAB_HEIGHT).min(body.height);
    rects.lab = Rect { height, ..body };
    Rect { y: body.y + height, height: body.height - height, ..body }
}

fn zoom(rects: &mut Rects, focus: Focus) {
    match focus {
        Focus::Browser => (rects.browser, rects.main) = (rects.body, Rect::default()),
        Focus::Detail => (rects.detail, rects.main) = (rects.body, Rect::default()),
        Focus::Lab => (rects.lab, rects.main) = (rects.body, Rect::default()),
        Focus::Grid | Focus::Jobs => {}
    }
}

fn split_detail(rects: &mut Rects, width: u16, split: i16) {
    let main = rects.main;
    if width >= VERY_WIDE {
        let wanted = DETAIL_WIDTH.min(main.width / 2).saturating_add_signed(split);
        let width = wanted.clamp(LEAST_DETAIL.min(main.width / 2), main.width.saturating_sub(LEAST_DETAIL).max(1));
        rects.detail = Rect { x: main.right() - width, width, ..main };
        rects.main.width -= width;
    } else {
        let wanted = (main.height / 2).saturating_add_signed(split);
        let height = wanted.clamp(3, main.height.saturating_sub(4).max(3)).min(main.height);
        rects.detail = Rect { y: main.bottom() - height, height, ..main };
        rects.main.height -= height;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_keeps_eighteen_rows_at_80x24() {
        let shape = Shape { focus: Focus::Grid, has_view: true, has_chips: true, ..Shape::default() };
        let rects = layout(Rect::new(0, 0, 80, 24), &shape);
        // Title and heading stand above the rows.
        assert!(rects.main.height - 2 >= 18 && rects.main.width == 80, "{rects:?}");
    }

    #[test]
    fn no_size_breaks_it() {
        for width in 0..140 {
            for height in 0..50 {
                for zoomed in [false, true] {
                    let area = Rect::new(0, 0, width, height);
                    let shape = Shape {
                        focus: Focus::Detail,
                        has_view: true,
                        has_detail: true,
                        has_chips: true,
                        zoomed,
                        split: 0,
                        has_lab: width % 2 == 0,
                    };
                    let rects = layout(area, &shape);
                    for rect in
                        [rects.top, rects.browser, rects.main, rects.detail, rects.lab, rects.chips, rects.footer]
                    {
                        assert!(rect.is_empty() || area.union(rect) == area, "{area:?} {rect:?}");
                    }
                }
            }
        }
    }
}
