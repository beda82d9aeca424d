//! Rows that are replaced as a whole: what is as it was is not touched.

use std::collections::BTreeMap;

use super::LedgerError;
use super::connection::{Connection, Value, collect};
use super::work::Committed;

/// A table, its key columns and its other columns. Rows hold both, keys first.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The table.
    pub table: &'static str,
    /// What names a row.
    pub keys: &'static [&'static str],
    /// What it says.
    pub values: &'static [&'static str],
}

impl Shape {
    fn columns(&self) -> Vec<&'static str> {
        [self.keys, self.values].concat()
    }

    /// Makes `rows` the rows of the table whose first key columns have the given values, inside a transaction.
    ///
    /// # Errors
    /// [`LedgerError::Contradiction`] when two rows have one key and differ.
    pub fn replace(
        &self,
        connection: &mut dyn Connection,
        scope: &[Value],
        rows: Vec<Vec<Value>>,
    ) -> Result<Committed, LedgerError> {
        let columns = self.columns();
        let is = |keys: &[&str]| {
            let parts = keys.iter().enumerate().map(|(index, key)| format!("{key} = ?{}", index + 1));
            parts.collect::<Vec<_>>().join(" AND ")
        };
        let scoped = self.keys.get(..scope.len()).unwrap_or(self.keys);
        let sql = format!("SELECT {} FROM {} WHERE {}", columns.join(", "), self.table, is(scoped));
        let split = |mut row: Vec<Value>| {
            let values = row.split_off(self.keys.len());
            (row, values)
        };
        let known = collect(connection, &sql, scope, |row| Ok(split(row.0.to_vec())))?;
        let mut known: BTreeMap<Vec<Value>, Vec<Value>> = known.into_iter().collect();
        let mut new = BTreeMap::new();
        for (key, values) in rows.into_iter().map(split) {
            if new.insert(key.clone(), values.clone()).is_some_and(|before| before != values) {
                return Err(LedgerError::Contradiction(format!("{} {key:?}", self.table)));
            }
        }
        let mut committed = Committed::default();
        let mut fresh = Vec::new();
        let mut outdated = Vec::new();
        for (key, values) in new {
            match known.remove(&key) {
                Some(before) if before == values => committed.unchanged += 1,
                Some(_) => {
                    committed.restated += 1;
                    outdated.push(key.clone());
                    fresh.push([key, values].concat());
                }
                None => {
                    committed.new += 1;
                    fresh.push([key, values].concat());
                }
            }
        }
        committed.restated += known.len();
        let sql = format!("DELETE FROM {} WHERE {}", self.table, is(self.keys));
        for key in outdated.iter().chain(known.keys()) {
            connection.execute(&sql, key)?;
        }
        connection.insert(self.table, &columns, &mut fresh.into_iter())?;
        Ok(committed)
    }
}
