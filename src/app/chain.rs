//! Where a row comes from: the rows it was made of, step by step, down to the record of the evidence.

use std::sync::Arc;

use super::Effect;
use super::state::{App, Opening};
use crate::model::{Focus, RowOrigin, Step, Table, TableId};
use crate::operation;
use crate::panes::{Choice, Overlay, PickItem, Picker, PickerPurpose, Tone, View};
use crate::ui::count;

/// A row of a table, and the step that made the table.
struct Link {
    id: TableId,
    table: Arc<Table>,
    row: usize,
}

/// Chains are followed so far; a table cannot be made of itself, so none is endless.
const LONGEST: usize = 64;

/// The payload that a payload was found in: a row of the same table, made from the same row.
fn layer_above(link: &Link) -> Option<Link> {
    let table = &link.table;
    let (parent, reference) = (table.column("parent")?, table.column("reference")?);
    let wanted = table.full_text(link.row, parent)?;
    let from = table.made_from(link.row)?;
    let is_it = |row: &usize| {
        table.made_from(*row) == Some(from) && table.full_text(*row, reference).as_deref() == Some(wanted.as_str())
    };
    let row = (0..table.n_rows()).find(is_it)?;
    Some(Link { id: link.id, table: Arc::clone(table), row })
}

impl App {
    /// The row under the cursor, then what it was made of.
    fn chain(&self) -> Vec<Link> {
        let Some(view) = self.view().filter(|view| view.n_rows() > 0) else { return Vec::new() };
        let mut links = vec![Link { id: view.settled().0, table: Arc::clone(view.table()), row: view.row }];
        while links.len() < LONGEST {
            let next = links.last().and_then(|link| layer_above(link).or_else(|| self.made_from(link)));
            let Some(next) = next else { break };
            links.push(next);
        }
        links
    }

    /// The row that a row was made from. Filters and sorts between them only chose and ordered.
    fn made_from(&self, link: &Link) -> Option<Link> {
        let row = link.table.made_from(link.row)?;
        let id = *self.maker_of(link.id)?.inputs.first()?;
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
        // The cell that the step above looked into; of the row itself the one that says what it is.
        let above = at.checked_sub(1).and_then(|above| self.maker_of(links[above].id));
        let named = above.and_then(|step| operation::columns(step.params.get("column")?).ok()?.into_iter().next());
        let says = || ["decoded_string", "Observable"].into_iter().find(|name| link.table.column(name).is_some());
        let under_cursor = || self.view().and_then(|view| view.column()).map(|column| column.name.clone());
        let column = named.or_else(|| says().map(str::to_owned)).or_else(under_cursor);
        let cell = column.and_then(|name| link.table.full_text(link.row, link.table.column(&name)?));
        let depth = link.table.column("depth").filter(|_| link.table.column("container").is_some());
        let layer = depth.and_then(|column| link.table.full_text(link.row, column));
        let place = self.views.iter().position(|view| view.base.0 == link.id || view.settled().0 == link.id);
        let shown = place.is_some_and(|place| self.views[place].settled().0 == link.id);
        let elsewhere = || link.table.origin(link.row).map_or(Choice::Nothing, Choice::Evidence);
        PickItem {
            keys: layer
                .map_or(if at == 0 { "this row" } else { "made of" }.to_owned(), |depth| format!("layer {depth}")),
            name: format!("{} {}", link.table.name, count(link.row + 1)),
            text: cell.unwrap_or_default(),
            also: "",
            choice: place.map_or_else(elsewhere, |view| Choice::Link { view, row: link.row, shown }),
            is_dim: place.is_none(),
        }
    }

    /// The step that made a table's rows, behind filters and sorts.
    pub(super) fn maker_of(&self, id: TableId) -> Option<Step> {
        let mut step = self.catalog.recipe(id)?.step;
        while operation::keeps_rows(&step.operation) {
            step = self.catalog.recipe(*step.inputs.first()?)?.step;
        }
        Some(step)
    }

    /// To a row of an open view. Where its filters or its order are not those that the row was counted in, it is found by
    /// its evidence; where they hide it, they are dropped.
    pub(super) fn go_to_link(&mut self, at: usize, row: usize, shown: bool) -> Vec<Effect> {
        self.at = at.min(self.views.len().saturating_sub(1));
        self.focus = Focus::Grid;
        let Some(view) = self.view_mut() else { return Vec::new() };
        let origin = view.base.1.origin(row).filter(|_| view.base.1.has_row_keys());
        if shown {
            view.row = row.min(view.n_rows().saturating_sub(1));
            return Vec::new();
        }
        if origin.is_some_and(|origin| view.go_to_origin(&origin)) {
            return Vec::new();
        }
        // The row keeps its place once nothing narrows the view.
        view.row = row;
        self.say(Tone::Plain, "the filters of this view hid the row: they are dropped, undo brings them back");
        self.derive(Vec::new(), Vec::new())
    }

    /// To the row of the evidence that the row under the cursor comes from.
    pub(super) fn go_to_evidence(&mut self) -> Vec<Effect> {
        let Some(origin) = self.view().and_then(|view| view.table().origin(view.row)) else {
            return self.go_behind();
        };
        // Of a table made of others the rows are no evidence.
        let is_opened = |id: TableId| self.maker_of(id).is_some_and(|step| step.inputs.is_empty());
        let there: Vec<usize> = (0..self.views.len())
            .filter(|at| *at != self.at && is_opened(self.views[*at].base.0) && self.views[*at].table().has_row_keys())
            .collect();
        for at in there {
            if self.views[at].go_to_origin(&origin) {
                self.at = at;
                self.focus = Focus::Grid;
                return Vec::new();
            }
        }
        self.open_origin(&origin)
    }

    /// From a row that counts others to these, by the filter that its values imply.
    fn go_behind(&mut self) -> Vec<Effect> {
        let Some(view) = self.view() else { return Vec::new() };
        if view.stack.is_some() {
            return self.follow_stack(true);
        }
        let (table, row) = (Arc::clone(view.table()), view.row);
        let behind = self.maker_of(view.settled().0).and_then(|step| {
            let inputs: Vec<Arc<Table>> = step.inputs.iter().map(|id| self.catalog.get(*id)).collect::<Option<_>>()?;
            let behind = operation::behind(&step, &inputs, &table, row)?;
            Some((*step.inputs.get(behind.input)?, behind.chip))
        });
        let Some((input, chip)) = behind else {
            let text = "this row was made of many rows, or of none: a filter by its values finds them";
            self.say(Tone::Warning, text);
            return Vec::new();
        };
        let is_shown = |view: &View| view.settled().0 == input;
        let is_based = |view: &View| view.base.0 == input || self.base_of(input) == view.base.0;
        let shown = self.views.iter().position(is_shown);
        let Some(at) = shown.or_else(|| self.views.iter().position(is_based)) else {
            self.say(Tone::Warning, "the view that was counted is closed; undo brings it back");
            return Vec::new();
        };
        self.at = at;
        self.focus = Focus::Grid;
        if shown.is_none() && !self.wanted().0.is_empty() {
            self.say(Tone::Plain, "the filters here are not those that were counted under; drop them to see all rows");
        }
        self.add_chip(chip)
    }

    /// The table that a filtered or sorted one chose its rows from.
    fn base_of(&self, mut id: TableId) -> TableId {
        while let Some(recipe) = self.catalog.recipe(id).filter(|recipe| operation::keeps_rows(&recipe.step.operation))
        {
            let Some(input) = recipe.step.inputs.first() else { break };
            id = *input;
        }
        id
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
