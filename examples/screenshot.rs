//! Draws the picture of the README: the real workbench over the built-in data, as an SVG.
//!
//! `cargo run --example screenshot -- docs/images/workbench.svg`

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use casebook::app::{Event, Session, Start};
use casebook::cli::{Shared, library, load_config};
use casebook::config::{Key, KeyCode};
use casebook::model::TextMode;
use casebook::ui::ColourDepth;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const SIZE: (u16, u16) = (132, 36);
/// Names in quotes are typed, the rest are keys.
const SCRIPT: &str = "/ 'list_host_logons' Enter Enter c h l c h l c h 0 f 'LogonType = 3' Enter l s j j j j Enter";

fn main() -> anyhow::Result<()> {
    let path = std::env::args().nth(1).ok_or_else(|| io::Error::other("usage: screenshot FILE.svg"))?;
    let config = load_config();
    let library = library(&config, &Shared::default())?.into();
    let start = Start {
        config,
        library,
        depth: ColourDepth::True,
        mode: TextMode::Unicode,
        case: None,
        open: None,
        at_tables: false,
        follow: false,
        lesson: None,
        lessons: Vec::new(),
        between: casebook::app::Between::Nothing,
        cases: Vec::new(),
        gate: std::sync::Arc::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut session = Session::new(start, None, runtime.handle().clone(), chrono::Utc::now);
    let mut take = |event: Event| {
        session.handle(event);
        while !session.is_idle() {
            if let Some(event) = runtime.block_on(session.next_event()) {
                session.handle(event);
            }
        }
    };
    take(Event::Resize(SIZE.0, SIZE.1));
    for (at, part) in SCRIPT.split('\'').enumerate() {
        let keys: Vec<Key> = match at % 2 {
            0 => part.split_whitespace().filter_map(Key::parse).collect(),
            _ => part.chars().map(|c| Key::plain(KeyCode::Char(c))).collect(),
        };
        for key in keys {
            take(Event::Key(key));
        }
    }
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1))?;
    terminal.draw(|frame| session.app.draw(frame.buffer_mut()))?;
    std::fs::create_dir_all(Path::new(&path).parent().unwrap_or(Path::new(".")))?;
    Ok(std::fs::write(path, svg(terminal.backend().buffer())?)?)
}

/// One rectangle and one text a run of cells that look alike.
fn svg(buffer: &Buffer) -> Result<String, std::fmt::Error> {
    let (width, height) = (f32::from(buffer.area.width) * 8.4, f32::from(buffer.area.height) * 18.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" style=\"white-space:pre\">\n<rect width=\"100%\" height=\"100%\" fill=\"#14171c\"/>\n"
    );
    for (y, row) in buffer.content().chunks(usize::from(buffer.area.width)).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| look(a) == look(b)) {
            write_run(&mut out, run, x, y)?;
            x += run.len();
        }
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn write_run(out: &mut String, run: &[Cell], x: usize, y: usize) -> std::fmt::Result {
    let (fg, bg, bold) = look(&run[0]);
    let (left, top, width) = (to_f32(x) * 8.4, to_f32(y) * 18.0, to_f32(run.len()) * 8.4);
    if bg != "#14171c" {
        writeln!(out, "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"18\" fill=\"{bg}\"/>")?;
    }
    let text: String = run.iter().map(Cell::symbol).collect();
    if text.trim().is_empty() {
        return Ok(());
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let weight = if bold { " font-weight=\"bold\"" } else { "" };
    writeln!(
        out,
        "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" fill=\"{fg}\"{weight}>{text}</text>",
        top + 13.5
    )
}

fn to_f32(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

fn look(cell: &Cell) -> (String, String, bool) {
    let (fg, bg) = (colour(cell.fg, "#d5d9e0"), colour(cell.bg, "#14171c"));
    let (fg, bg) = if cell.modifier.contains(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) };
    (fg, bg, cell.modifier.contains(Modifier::BOLD))
}

fn colour(colour: Color, default: &str) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => default.to_owned(),
    }
}
