//! The tables of a run, each stored once.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::model::{Table, TableId};

/// The only owner of tables; everybody else holds ids, or an `Arc` while working.
#[derive(Debug, Default)]
pub struct Catalog {
    tables: RwLock<BTreeMap<TableId, Arc<Table>>>,
    /// The highest id that the case has given away before this run.
    after: u32,
}

impl Catalog {
    /// A catalog whose ids go on after those that a journal holds, so that an id means one table in a whole case.
    pub fn after(highest: u32) -> Self {
        Self { tables: RwLock::default(), after: highest }
    }

    /// Stores a table under the next id.
    pub fn insert(&self, table: Arc<Table>) -> TableId {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let id = TableId(tables.last_key_value().map_or(self.after, |(id, _)| id.0) + 1);
        tables.insert(id, table);
        id
    }

    pub fn get(&self, id: TableId) -> Option<Arc<Table>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }
}
