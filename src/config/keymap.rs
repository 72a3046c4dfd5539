//! Which keys mean which actions: `keymaps/default.yaml` with the user's `keymap.yaml` over it.

use serde_yaml::Value;

use super::yaml::{Entries, Problem, YamlText, scalar_text};
use super::{Key, parse_chord, show_chord};
use crate::action::{self, Action};
use crate::model::Focus;

/// The context whose keys work in every pane.
pub const GLOBAL: &str = "global";

/// Contexts a keymap may name, the most general first.
const CONTEXTS: &[&str] = &[GLOBAL, "browser", "grid", "detail", "jobs", "lab"];

/// One chord and what it does.
#[derive(Clone, Debug)]
pub struct Binding {
    pub context: String,
    pub chord: Vec<Key>,
    pub action: &'static Action,
    /// Which of the files it came from; that of a later one is shown.
    pub layer: usize,
}

/// All bindings, in the order of the files.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// What the keys typed so far mean.
#[derive(Debug)]
pub enum Resolved<'a> {
    Action(&'static Action),
    /// The keys are the beginning of these chords.
    Prefix(Vec<&'a Binding>),
    Nothing,
}

impl Keymap {
    /// Loads layers of keymap texts, later ones over earlier ones. A bad line is a problem and costs that line.
    pub fn load(layers: &[YamlText<'_>]) -> (Self, Vec<Problem>) {
        let mut keymap = Self::default();
        let mut problems = Vec::new();
        for (number, layer) in layers.iter().enumerate() {
            match layer.parse::<Entries<Entries>>() {
                Ok(contexts) => keymap.add_layer(layer, number, &contexts, &mut problems),
                Err(problem) => problems.push(problem),
            }
        }
        (keymap, problems)
    }

    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// What `keys` mean in a pane: its own bindings win over the global ones.
    pub fn resolve(&self, focus: Focus, keys: &[Key]) -> Resolved<'_> {
        for context in [focus.id(), GLOBAL] {
            let exact = self.bindings.iter().find(|b| b.context == context && b.chord == keys);
            if let Some(binding) = exact {
                return Resolved::Action(binding.action);
            }
        }
        let starts = |b: &&Binding| (b.context == focus.id() || b.context == GLOBAL) && b.chord.starts_with(keys);
        let longer: Vec<_> = self.bindings.iter().filter(starts).collect();
        if longer.is_empty() { Resolved::Nothing } else { Resolved::Prefix(longer) }
    }

    /// The first chord that does `action` in a pane, as text.
    pub fn chord_of(&self, focus: Focus, action: &Action) -> Option<String> {
        let in_context = |context: &str| {
            let of_action = self.bindings.iter().filter(|b| b.context == context && b.action.act == action.act);
            // Of the latest file the first line.
            let newest = of_action.clone().map(|b| b.layer).max()?;
            of_action.clone().find(|b| b.layer == newest).map(|b| show_chord(&b.chord))
        };
        in_context(focus.id()).or_else(|| in_context(GLOBAL))
    }

    fn add_layer(
        &mut self,
        yaml: &YamlText<'_>,
        number: usize,
        contexts: &Entries<Entries>,
        problems: &mut Vec<Problem>,
    ) {
        let mut layer: Vec<Binding> = Vec::new();
        for (context, lines) in &contexts.0 {
            if !CONTEXTS.contains(&context.as_str()) {
                let what = format!("'{context}' is no pane; there are {}", CONTEXTS.join(", "));
                problems.push(yaml.problem_at(&[context], 0, what));
                continue;
            }
            self.add_context(yaml, context, lines, &mut layer, problems);
        }
        // A user's key replaces ours; our own other keys for the action stay.
        self.bindings.retain(|old| !layer.iter().any(|new| new.context == old.context && new.chord == old.chord));
        // What begins as a key of a later file could never be typed.
        let hides = |old: &Binding| {
            layer
                .iter()
                .any(|new| new.context == old.context && new.chord != old.chord && old.chord.starts_with(&new.chord))
        };
        self.bindings.retain(|old| !hides(old));
        for binding in &mut layer {
            binding.layer = number;
        }
        self.bindings.extend(layer);
    }

    fn add_context(
        &mut self,
        yaml: &YamlText<'_>,
        context: &str,
        lines: &Entries,
        layer: &mut Vec<Binding>,
        problems: &mut Vec<Problem>,
    ) {
        for (at, (keys, value)) in lines.0.iter().enumerate() {
            let nth = lines.0[..at].iter().filter(|(k, _)| k == keys).count();
            let mut complain = |what: String| problems.push(yaml.problem_at(&[context, keys], nth, what));
            let Some(chord) = parse_chord(keys) else {
                complain(format!(
                    "'{keys}' is no key; write x, Ctrl-x, Alt-x, F1, Enter, Space, or keys in a row: 'g g'"
                ));
                continue;
            };
            if value == &Value::Null {
                self.bindings.retain(|b| b.context != context || b.chord != chord);
                continue;
            }
            match check(context, &chord, &scalar_text(value).unwrap_or_default(), layer) {
                Ok(action) => layer.push(Binding { context: context.to_owned(), chord, action, layer: 0 }),
                Err(what) => complain(what),
            }
        }
    }
}

fn check(context: &str, chord: &[Key], id: &str, layer: &[Binding]) -> Result<&'static Action, String> {
    let action =
        action::find(id).ok_or_else(|| format!("there is no action '{id}'; 'casebook keys --actions' lists them"))?;
    let overlaps = |b: &&Binding| b.context == context && (b.chord.starts_with(chord) || chord.starts_with(&b.chord));
    match layer.iter().find(overlaps) {
        None => Ok(action),
        Some(other) if other.chord == chord => {
            Err(format!("the key '{}' stands twice; it already means {}", show_chord(chord), other.action.id))
        }
        Some(other) => Err(format!(
            "'{}' and '{}' begin alike, so one can never be typed",
            show_chord(chord),
            show_chord(&other.chord)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::embedded_text;

    fn load(user: &str) -> (Keymap, Vec<Problem>) {
        let ours = embedded_text("keymaps/default.yaml").unwrap_or_default();
        Keymap::load(&[YamlText { file: "default.yaml", text: ours }, YamlText { file: "keymap.yaml", text: user }])
    }

    fn meaning(keymap: &Keymap, focus: Focus, keys: &str) -> String {
        match keymap.resolve(focus, &parse_chord(keys).unwrap()) {
            Resolved::Action(action) => action.id.to_owned(),
            Resolved::Prefix(longer) => format!("{} longer", longer.len()),
            Resolved::Nothing => String::new(),
        }
    }

    /// Ours alone, and each of our others over it.
    fn presets() -> Vec<(&'static str, Keymap, Vec<Problem>)> {
        ["default", "vim", "arrows"]
            .into_iter()
            .map(|name| {
                let text =
                    if name == "default" { "{}" } else { embedded_text(&format!("keymaps/{name}.yaml")).unwrap() };
                let (keymap, problems) = load(text);
                (name, keymap, problems)
            })
            .collect()
    }

    #[test]
    fn our_own_keymaps_have_no_problem_and_every_action_a_key() {
        for (name, keymap, problems) in presets() {
            assert_eq!(problems, [], "{name}");
            for action in action::ACTIONS {
                let has_key = keymap.bindings().iter().any(|b| b.action.act == action.act);
                assert!(has_key, "{name}: {} has no key", action.id);
            }
        }
    }

    #[test]
    fn no_key_is_the_beginning_of_another() {
        for (name, keymap, _) in presets() {
            for a in keymap.bindings() {
                let meet = |b: &&Binding| a.context == b.context || a.context == GLOBAL || b.context == GLOBAL;
                for b in keymap.bindings().iter().filter(meet).filter(|b| b.chord != a.chord) {
                    assert!(
                        !b.chord.starts_with(&a.chord),
                        "{name}: {} and {}",
                        show_chord(&a.chord),
                        show_chord(&b.chord)
                    );
                }
            }
        }
    }

    /// One meaning per key in all panes: a chord may be bound in several contexts only to what a person would call
    /// the same thing.
    #[test]
    fn a_key_means_one_thing_in_all_panes() {
        let same = [["choose", "toggle-detail"]];
        for (name, keymap, _) in presets() {
            for a in keymap.bindings() {
                for b in keymap.bindings().iter().filter(|b| b.chord == a.chord && b.action.id != a.action.id) {
                    let is_same = same.iter().any(|ids| ids.contains(&a.action.id) && ids.contains(&b.action.id));
                    assert!(is_same, "{name}: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn a_users_keys_go_over_ours() {
        let (keymap, problems) = load("grid:\n  \"s\": export\n  \"m\":\n");
        assert_eq!(problems, []);
        assert_eq!(meaning(&keymap, Focus::Grid, "s"), "export");
        assert_eq!(meaning(&keymap, Focus::Grid, "m"), "");
        assert!(meaning(&keymap, Focus::Grid, "g").ends_with("longer"));
    }

    #[test]
    fn mistakes_have_a_line_and_cost_only_themselves() {
        let (keymap, problems) = load(
            "grid:\n  \"gg\": sort\n  \"X\": exorcise\n  \"Y\": sort\n  \"Y\": mark\n  \"g\": mark\n  \"g x\": mark\nattic:\n  \"q\": quit\n",
        );
        let places: Vec<_> = problems.iter().map(|p| p.line).collect();
        assert_eq!(places, [2, 3, 5, 7, 8], "{problems:?}");
        assert_eq!(meaning(&keymap, Focus::Grid, "Y"), "sort");
    }
}
