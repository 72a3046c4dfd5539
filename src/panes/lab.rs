//! The lesson beside the work: prose, boxes that tick themselves, hints.

use std::collections::VecDeque;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Screen, title};
use crate::config::Keymap;
use crate::lab::{Item, Lesson, LessonStep, Truths};
use crate::model::{Focus, Params, Shown};
use crate::ui::{Look, put, put_shown, rule, wrapped};

/// A lesson that is being gone through.
#[derive(Debug)]
pub struct Lab {
    pub lesson: Arc<Lesson>,
    /// Index of the step.
    pub step: usize,
    /// For each step which of its checks have held; what was reached once stays reached.
    pub passed: Vec<Vec<bool>>,
    /// Whether the question of each step was answered.
    pub answered: Vec<bool>,
    pub n_hints: usize,
    pub scroll: u16,
    /// The answers of the lesson's queries; None until they are there.
    pub truths: Option<Truths>,
    /// What was done since the step began.
    pub did: Vec<Params>,
    /// What is still to be shown.
    pub script: VecDeque<Item>,
    /// Whether the last step was gone through.
    pub is_over: bool,
}

impl Lab {
    pub fn new(lesson: Arc<Lesson>) -> Self {
        let passed = lesson.steps.iter().map(|step| vec![false; step.checks.len()]).collect();
        Self {
            step: 0,
            passed,
            answered: vec![false; lesson.steps.len()],
            n_hints: 0,
            scroll: 0,
            truths: None,
            did: Vec::new(),
            script: VecDeque::new(),
            is_over: false,
            lesson,
        }
    }

    pub fn current(&self) -> &LessonStep {
        &self.lesson.steps[self.step]
    }

    /// What the step still asks for, in words; None where all is reached.
    pub fn missing(&self) -> Option<&str> {
        let step = self.current();
        let open = step.checks.iter().zip(&self.passed[self.step]).find(|(_, passed)| !**passed);
        let unanswered = step.question.as_ref().filter(|_| !self.answered[self.step]);
        open.map(|(check, _)| check.say.as_str()).or_else(|| unanswered.map(|question| question.ask.as_str()))
    }

    /// Whether the step has nothing to do but to read.
    pub fn is_to_read(&self) -> bool {
        self.current().checks.is_empty() && self.current().question.is_none()
    }

    /// Goes to a step.
    pub fn go_to(&mut self, step: usize) {
        self.step = step.min(self.lesson.steps.len() - 1);
        (self.n_hints, self.scroll) = (0, 0);
        self.did.clear();
        self.script.clear();
    }
}

/// A line of the pane and its style.
type Line = (Shown, Style);

fn lines(look: &Look, keymap: &Keymap, lab: &Lab, width: u16) -> Vec<Line> {
    const ALL: usize = 200;
    let step = lab.current();
    let mut lines: Vec<Line> = Vec::new();
    let mut add =
        |text: &str, style: Style| lines.extend(wrapped(look, text, width, ALL).into_iter().map(|l| (l, style)));
    if lab.is_over {
        add("This lesson is done. What you made of the tables stays here; reset takes it away.", look.base);
        add(
            &with_keys(
                keymap,
                "{key:next-step} begins the next lesson, {key:list-lessons} lists all, {key:close-view} leaves.",
            ),
            look.accent,
        );
        return lines;
    }
    for (at, paragraph) in step.prose.iter().enumerate() {
        if at > 0 {
            add(" ", look.base);
        }
        add(&with_keys(keymap, paragraph), look.base);
    }
    for (check, passed) in step.checks.iter().zip(&lab.passed[lab.step]) {
        boxed(look, *passed, &check.say, &mut add);
    }
    if let Some(question) = &step.question {
        let answered = lab.answered[lab.step];
        boxed(look, answered, &with_keys(keymap, &question.ask), &mut add);
        if !answered {
            add(&with_keys(keymap, &format!("    {{key:answer-question}} answers: {}", question.help())), look.dim);
        }
    }
    for hint in step.hints.iter().take(lab.n_hints) {
        add(&format!("Hint: {}", with_keys(keymap, hint)), look.warning);
    }
    lines
}

fn boxed(look: &Look, passed: bool, text: &str, add: &mut dyn FnMut(&str, Style)) {
    let (sign, style) = if passed { (look.glyphs.ticked, look.accent) } else { (look.glyphs.unticked, look.base) };
    add(&format!("{sign} {text}"), style.add_modifier(Modifier::BOLD));
}

/// The text with each `{key:action}` as the key that this person has for it.
fn with_keys(keymap: &Keymap, text: &str) -> String {
    let mut pieces = text.split("{key:");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (id, rest) = piece.split_once('}').unwrap_or((piece, ""));
        let chord = crate::action::find(id).and_then(|action| {
            let focus = action.panes.first().copied().unwrap_or(Focus::Grid);
            keymap.chord_of(focus, action)
        });
        out.push('`');
        out.push_str(chord.as_deref().unwrap_or("(no key)"));
        out.push('`');
        out.push_str(rest);
    }
    out
}

/// How far the text can be scrolled.
pub fn surplus(look: &Look, keymap: &Keymap, lab: &Lab, area: Rect) -> u16 {
    let inner = Rect { height: area.height.saturating_sub(1), ..area };
    let n_lines = u16::try_from(lines(look, keymap, lab, text_width(area)).len()).unwrap_or(u16::MAX);
    n_lines.saturating_sub(room(inner))
}

const fn text_width(area: Rect) -> u16 {
    area.width.saturating_sub(3)
}

pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let Some(lab) = screen.lab else { return };
    let look = screen.look;
    let n_steps = lab.lesson.steps.len();
    let name = format!("Lesson {}{}{}", lab.lesson.number, look.glyphs.dot, lab.lesson.title);
    let place = format!("{} of {n_steps}{}{}", lab.step + 1, look.glyphs.dot, lab.current().title);
    let has_rule = area.right() < screen.rects.top.right();
    let text_area = Rect { width: area.width - u16::from(has_rule), ..area };
    let inner = title(screen, text_area, buf, &name, screen.focus == Focus::Lab, &place);
    if inner.height == 0 {
        return;
    }
    let lines = lines(look, screen.keymap, lab, text_width(area));
    let n_lines = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let n_below = n_lines.saturating_sub(room(inner)).saturating_sub(lab.scroll);
    let from = lab.scroll.min(n_lines.saturating_sub(room(inner)));
    let text = Rect { x: inner.x + 2, width: text_width(area), height: 1, ..inner };
    let mut is_inside = false;
    for ((line, style), at) in lines.iter().zip(0..from + room(inner)) {
        // What begins on a line that is scrolled away still ends on one that is not.
        let row = Rect { y: inner.top() + at.saturating_sub(from), height: u16::from(at >= from), ..text };
        is_inside = put_prose(look, buf, row, &line.to_string(), *style, is_inside);
    }
    let keys = wrapped(look, &keys_line(screen, lab, n_below), text.width, usize::from(KEY_LINES));
    for (line, y) in keys.iter().zip(inner.top() + room(inner)..inner.bottom()) {
        put_shown(look, buf, Rect { y, ..text }, line, look.dim);
    }
    if has_rule {
        rule(look, buf, Rect { x: area.right() - 1, width: 1, ..area });
    }
}

/// Lines for the keys, where there is room for more than one.
const KEY_LINES: u16 = 2;

/// Lines for the text of the lesson, of those below the title.
const fn room(inner: Rect) -> u16 {
    let keys = if inner.width < ONE_LINE_OF_KEYS { KEY_LINES } else { 1 };
    inner.height.saturating_sub(keys)
}

/// In so many columns the keys need one line only.
const ONE_LINE_OF_KEYS: u16 = 76;

/// A line of prose; what stands between backticks is set apart. Gives whether the line ends inside such a pair.
fn put_prose(look: &Look, buf: &mut Buffer, area: Rect, line: &str, style: Style, mut is_inside: bool) -> bool {
    let mut rest = area;
    for (piece, at) in line.split('`').zip(0..) {
        is_inside ^= at > 0;
        let style = if is_inside { look.accent.add_modifier(Modifier::BOLD) } else { style };
        let used = put(look, buf, rest, piece, style);
        rest = Rect { x: rest.x + used, width: rest.width.saturating_sub(used), ..rest };
    }
    is_inside
}

/// What can be done with the step now.
fn keys_line(screen: &Screen<'_>, lab: &Lab, n_below: u16) -> String {
    let step = lab.current();
    let mut words: Vec<(&str, &str)> = Vec::new();
    if !lab.is_over {
        words.push(("next-step", if lab.missing().is_none() { "go on" } else { "next" }));
        if step.is_exercise {
            words.extend([("give-hint", "hint"), ("show-solution", "solution"), ("skip-step", "skip")]);
        } else if !step.show.is_empty() {
            words.extend([("show-me", "show me"), ("skip-step", "skip")]);
        }
        words.push(("previous-step", "before"));
    }
    words.push(("list-lessons", "lessons"));
    let mut said: Vec<String> = words.iter().map(|(id, word)| format!("{} {word}", screen.grid_key(id))).collect();
    if n_below > 0 {
        let key = screen.grid_key("focus-lab");
        said.insert(0, format!("{n_below} more line{}: {key}, then down", if n_below == 1 { "" } else { "s" }));
    }
    said.join(screen.look.glyphs.dot)
}
