//! The tables of a run, each stored once, and how each can be made again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::case::{Output, Record};
use crate::model::{Input, Level, Note, Step, Table, TableId};

/// How a table was made, and so how it can be made again.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub step: Step,
    /// What the journal says of the table; None where this run made it.
    recorded: Option<Output>,
}

impl Recipe {
    pub const fn of(step: Step) -> Self {
        Self { step, recorded: None }
    }

    /// The recipes that a journal holds.
    pub fn of_records(records: &[Record]) -> BTreeMap<TableId, Self> {
        let recipe = |record: &Record| {
            let output = record.output.clone()?;
            let table = |input: &Input| if let Input::Table(id) = input { Some(*id) } else { None };
            let inputs = record.inputs.iter().filter_map(table).collect();
            let step = Step { operation: record.step.clone(), params: record.params.clone(), inputs };
            Some((output.table, Self { step, recorded: Some(output) }))
        };
        records.iter().filter_map(recipe).collect()
    }

    /// The table with a warning where it is not what the journal says it was: the evidence has changed since.
    pub fn checked(&self, table: Table) -> Table {
        let Some(recorded) = &self.recorded else { return table };
        let columns = table.columns.iter().map(|c| (c.name.as_str(), c.dtype.to_string()));
        let same_columns = columns.eq(recorded.columns.iter().map(|c| (c.name.as_str(), c.dtype.clone())));
        if same_columns && table.n_rows() as u64 == recorded.rows {
            return table;
        }
        let what = format!(
            "is not what it was when the case was left: {} rows then, {} now; 'casebook replay' compares all values",
            recorded.rows,
            table.n_rows()
        );
        let mut table = table;
        table.notes.push(Note { level: Level::Warning, ..Note::new(&table.name, what) });
        table
    }
}

#[derive(Debug, Default)]
struct Kept {
    tables: BTreeMap<TableId, Arc<Table>>,
    recipes: BTreeMap<TableId, Recipe>,
    /// The highest id that was given away, in this run or before it.
    last: u32,
}

/// The only owner of tables; everybody else holds ids, or an `Arc` while working. What was let go is made again by its
/// recipe.
#[derive(Debug, Default)]
pub struct Catalog(RwLock<Kept>);

/// Tables that nobody looks at are let go once all of them take more than so many bytes.
const ROOM: usize = 1 << 30;

impl Catalog {
    /// A catalog whose ids go on after those that a journal holds, so that an id means one table in a whole case.
    pub fn after(highest: u32, recipes: BTreeMap<TableId, Recipe>) -> Self {
        Self(RwLock::new(Kept { tables: BTreeMap::new(), recipes, last: highest }))
    }

    /// Stores a table under the next id.
    pub fn insert(&self, table: Arc<Table>, step: Step) -> TableId {
        let mut kept = self.write();
        kept.last += 1;
        let id = TableId(kept.last);
        kept.tables.insert(id, table);
        kept.recipes.insert(id, Recipe::of(step));
        id
    }

    /// Stores a table that was made again.
    pub fn restore(&self, id: TableId, table: Arc<Table>) {
        self.write().tables.insert(id, table);
    }

    /// The table, if it is in memory.
    pub fn get(&self, id: TableId) -> Option<Arc<Table>> {
        self.read().tables.get(&id).cloned()
    }

    pub fn recipe(&self, id: TableId) -> Option<Recipe> {
        self.read().recipes.get(&id).cloned()
    }

    /// Lets go of one table.
    pub fn let_go(&self, id: TableId) {
        self.write().tables.remove(&id);
    }

    /// Lets go of tables besides `keep`, the oldest first, until there is room.
    pub fn trim(&self, keep: &BTreeSet<TableId>) {
        let size = |table: &Arc<Table>| table.frame().estimated_size();
        let mut kept = self.write();
        let mut total: usize = kept.tables.values().map(size).sum();
        while total > ROOM {
            let Some(id) = kept.tables.keys().find(|id| !keep.contains(id)).copied() else { return };
            total -= kept.tables.remove(&id).as_ref().map_or(0, size);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
