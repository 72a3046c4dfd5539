//! Where a row comes from: the rows it was made of, step by step, down to the record of the evidence.

use std::sync::Arc;

use super::Effect;
use super::state::{App, Opening};
use crate::model::{Focus, RowOrigin, Step, Table, TableId};
use crate::operation;
use crate::panes::{Choice, Overlay, PickItem, Picker, PickerPurpose, Tone};
use crate::ui::count;

/// A row of a table, and the step that made the table.
struct Link {
    id: TableId,
    table: Arc<Table>,
    row: usize,
}

/// Chains are followed so far; a table cannot be made of itself, so none is endless.
const LONGEST: usize = 64;

impl App {
    /// The row under the cursor, then what it was made of.
    fn chain(&self) -> Vec<Link> {
        let Some(view) = self.view().filter(|view| view.n_rows() > 0) else { return Vec::new() };
        let mut links = vec![Link { id: view.settled().0, table: Arc::clone(view.table()), row: view.row }];
        while let Some(next) = links.last().and_then(|link| self.made_from(link)).filter(|_| links.len() < LONGEST) {
            links.push(next);
        }
        links
    }

    /// The row that a row was made from. Filters and sorts between them only chose and ordered.
    fn made_from(&self, link: &Link) -> Option<Link> {
        let row = link.table.made_from(link.row)?;
        let mut step = self.catalog.recipe(link.id)?.step;
        while operation::keeps_rows(&step.operation) {
            step = self.catalog.recipe(*step.inputs.first()?)?.step;
        }
        let id = *step.inputs.first()?;
        let table = self.catalog.get(id)?;
        (row < table.n_rows()).then_some(Link { id, table, row })
    }

    /// Lists what the row was made of; Enter goes to any of it.
    pub(super) fn open_chain(&mut self) {
        let links = self.chain();
        let mut items: Vec<PickItem> = links.iter().enumerate().map(|(at, link)| self.item(&links, at, link)).collect();
        let origin = links.last().and_then(|link| link.table.origin(link.row));
        items.extend(origin.map(|origin| PickItem {
            keys: "evidence".to_owned(),
            name: format!("record {}", count(origin.row as usize + 1)),
            text: origin.evidence.clone(),
            also: "",
            choice: Choice::Evidence(origin),
            is_dim: false,
        }));
        let title = "What this row was made of   Enter goes there".to_owned();
        self.overlay = Some(Overlay::Picker(Picker::new(PickerPurpose::Chain, title, items)));
    }

    fn item(&self, links: &[Link], at: usize, link: &Link) -> PickItem {
        let recipe = self.catalog.recipe(link.id);
        // The cell that the step above looked into; of the row itself the one under the cursor.
        let above = at.checked_sub(1).and_then(|above| self.maker_of(links[above].id));
        let column = match &above {
            None => self.view().and_then(|view| view.column()).map(|c| c.name.clone()),
            Some(step) => {
                step.params.get("column").and_then(|names| operation::columns(names).ok()?.into_iter().next())
            }
        };
        let cell = column.and_then(|name| link.table.full_text(link.row, link.table.column(&name)?));
        let place = self.views.iter().position(|view| view.base.0 == link.id || view.settled().0 == link.id);
        let made_by = if at == 0 { recipe.map(|recipe| recipe.step.operation) } else { None };
        let depth = link.table.column("depth").and_then(|c| link.table.full_text(link.row, c));
        let layer = depth.filter(|_| link.table.column("container").is_some()).map(|depth| format!("layer {depth}: "));
        PickItem {
            keys: if at == 0 {
                made_by.map_or_else(|| "this row".to_owned(), |_| "this row".to_owned())
            } else {
                "made of".to_owned()
            },
            name: format!("row {}", count(link.row + 1)),
            text: format!("{}: {}{}", link.table.name, layer.unwrap_or_default(), cell.unwrap_or_default()),
            also: "",
            choice: place.map_or_else(
                || link.table.origin(link.row).map_or(Choice::Link(self.at, link.row), Choice::Evidence),
                |place| Choice::Link(place, link.row),
            ),
            is_dim: place.is_none(),
        }
    }

    /// The step that made a table's rows, behind filters and sorts.
    fn maker_of(&self, id: TableId) -> Option<Step> {
        let mut step = self.catalog.recipe(id)?.step;
        while operation::keeps_rows(&step.operation) {
            step = self.catalog.recipe(*step.inputs.first()?)?.step;
        }
        Some(step)
    }

    /// To a row of an open view, whether its filters show it or not.
    pub(super) fn go_to_row(&mut self, at: usize, row: usize) -> Vec<Effect> {
        self.at = at.min(self.views.len().saturating_sub(1));
        self.focus = Focus::Grid;
        if let Some(view) = self.view_mut() {
            view.row = row.min(view.n_rows().saturating_sub(1));
        }
        Vec::new()
    }

    /// To the row of the evidence that the row under the cursor comes from.
    pub(super) fn go_to_evidence(&mut self) -> Vec<Effect> {
        let Some(origin) = self.view().and_then(|view| view.table().origin(view.row)) else {
            let text = "this row was made of many rows, or of none: a filter by its values finds them";
            self.say(Tone::Warning, text);
            return Vec::new();
        };
        let place = |at: usize| {
            let view = self.views.get(at).filter(|view| at != self.at && view.table().has_row_keys())?;
            // Of a table made of others the rows are no evidence.
            let is_opened = self.maker_of(view.base.0).is_some_and(|step| step.inputs.is_empty());
            let row = (0..view.n_rows()).find(|row| view.table().origin(*row).as_ref() == Some(&origin));
            row.filter(|_| is_opened).map(|row| (at, row))
        };
        match (0..self.views.len()).find_map(place) {
            Some((at, row)) => self.go_to_row(at, row),
            None => self.open_origin(&origin),
        }
    }

    /// Opens the evidence itself, with the cursor in a row of it.
    pub(super) fn open_origin(&mut self, origin: &RowOrigin) -> Vec<Effect> {
        let path = origin
            .evidence
            .strip_prefix("lab:")
            .map_or_else(|| origin.evidence.clone(), |stem| format!("table:{stem}"));
        let step = Step::new("open", Vec::new()).with("path", path);
        self.open_as(step, Opening::AtRow(origin.row as usize))
    }
}
