//! The pages of `docs/generated/`, made from the tables of the program; a test fails where the committed ones differ.

use super::listing;
use crate::config::{Keymap, YamlText, embedded_text};
use crate::export::{Cells, Format, write};
use crate::model::Table;

/// File name and content of each page.
pub fn files() -> anyhow::Result<Vec<(&'static str, String)>> {
    let text = embedded_text("keymaps/default.yaml").unwrap_or_default();
    let (keymap, _) = Keymap::load(&[YamlText { file: "keymaps/default.yaml", text }]);
    Ok(vec![
        ("actions.md", page("Actions", "src/action.rs", &listing::actions(&keymap)?)?),
        ("keys.md", page("Keys", "keymaps/default.yaml", &listing::keys(&keymap)?)?),
        ("operations.md", page("Operations", "src/operation/mod.rs", &listing::operations()?)?),
    ])
}

fn page(title: &str, source: &str, table: &Table) -> anyhow::Result<String> {
    Ok(format!(
        "# {title}\n\nMade from `{source}`; do not edit. `UPDATE_DOCS=1 cargo test generated` writes it anew.\n\n{}",
        markdown(table)?
    ))
}

/// A table as Markdown.
pub fn markdown(table: &Table) -> anyhow::Result<String> {
    let mut out = Vec::new();
    write(table, Format::Markdown, Cells::Raw, &mut out)?;
    Ok(String::from_utf8(out)?)
}
