//! Makes what is stored without an id that of an application. Where both are there, the newer answer holds, and the older one is its
//! revision.

use std::collections::BTreeMap;

use super::super::LedgerError;
use super::super::connection::{Connection, Value, collect};
use super::super::split::MONTH_TABLES;
use crate::model::AccountId;

/// An account, and the id that becomes that of its default application.
struct Merge<'a> {
    connection: &'a mut dyn Connection,
    /// `?1` and `?2` of every query.
    names: [Value; 2],
}

/// When the questions without an id were last answered, less those with it.
struct Ages {
    /// By action and subject: start, end, and whether the answer without an id is the newer one.
    newer: BTreeMap<(String, String), Vec<(i64, i64)>>,
}

/// Merges everything, inside a transaction.
pub fn all(connection: &mut dyn Connection, account: &AccountId, id: &str) -> Result<(), LedgerError> {
    let mut merge = Merge { connection, names: [account.as_str().into(), id.into()] };
    let ages = merge.ages()?;
    merge.drop_months_of_both()?;
    for table in ["usage_fact", "reading"] {
        merge.revisions(table, &ages)?;
    }
    merge.plays(&ages)?;
    merge.rows("domain", "name")?;
    merge.rows("inventory_day", "usage_day")?;
    merge.media()?;
    merge.event_configs()?;
    merge.units()?;
    merge.run(
        "UPDATE snapshot SET sub_app_id = ?2 WHERE account = ?1 AND sub_app_id = ''
         AND action NOT IN ('DescribeSubAppIds', 'DescribePrepaidProducts', 'DescribeBillDetail')",
    )
}

impl Ages {
    /// Whether the answer without an id about this moment is newer than the one with it.
    fn unnamed_is_newer(&self, action: &str, subject: &str, start: i64) -> bool {
        let windows = self.newer.get(&(action.to_owned(), subject.to_owned()));
        windows.is_some_and(|windows| windows.iter().any(|(from, to)| (*from..*to).contains(&start)))
    }
}

const SAME_UNIT: &str = "o.account = unit.account AND o.action = unit.action AND o.subject = unit.subject
                         AND o.start_at = unit.start_at AND o.end_at = unit.end_at";
const FACT: &str = "action, subject, meter, area, spec, start_at, usage_day, end_at, quantity, status, recorded_at, replaced_at";

impl Merge<'_> {
    fn run(&mut self, sql: &str) -> Result<(), LedgerError> {
        let names = if sql.contains("?2") { &self.names[..] } else { &self.names[..1] };
        self.connection.execute(sql, names).map(drop)
    }

    fn ages(&mut self) -> Result<Ages, LedgerError> {
        let sql = format!(
            "SELECT action, subject, start_at, end_at FROM unit WHERE account = ?1 AND sub_app_id = '' AND state IN ('done', 'split')
             AND EXISTS (SELECT 1 FROM unit o WHERE {SAME_UNIT} AND o.sub_app_id = ?2
                         AND (o.state NOT IN ('done', 'split') OR o.finished_at < unit.finished_at))"
        );
        let mut newer = BTreeMap::<_, Vec<_>>::new();
        for (question, window) in collect(self.connection, &sql, &self.names, |row| {
            Ok(((row.text(0)?.to_owned(), row.text(1)?.to_owned()), (row.integer(2)?, row.integer(3)?)))
        })? {
            newer.entry(question).or_default().push(window);
        }
        Ok(Ages { newer })
    }

    /// Takes away the charges of months in which the usage of one application stood twice: they are too high.
    fn drop_months_of_both(&mut self) -> Result<(), LedgerError> {
        let sql = "SELECT DISTINCT unnamed.usage_day FROM usage_fact unnamed
                   WHERE unnamed.account = ?1 AND unnamed.sub_app_id = '' AND unnamed.replaced_at IS NULL
                   AND EXISTS (SELECT 1 FROM usage_fact named WHERE named.account = unnamed.account AND named.sub_app_id = ?2
                               AND named.action = unnamed.action AND named.subject = unnamed.subject
                               AND named.meter = unnamed.meter AND named.area = unnamed.area AND named.spec = unnamed.spec
                               AND named.start_at = unnamed.start_at AND named.replaced_at IS NULL)";
        let mut months: Vec<String> =
            collect(self.connection, sql, &self.names, |row| row.text(0).map(|day| day.chars().take(7).collect()))?;
        months.sort();
        months.dedup();
        let [account, _] = self.names.clone();
        for month in months {
            for table in MONTH_TABLES {
                let sql = format!("DELETE FROM {table} WHERE account = ?1 AND usage_month = ?2");
                self.connection.execute(&sql, &[account.clone(), month.as_str().into()])?;
            }
        }
        Ok(())
    }

    /// Facts with revisions: first those that only one side has, then the revisions of both one after the other, the older answer
    /// first.
    fn revisions(&mut self, table: &str, ages: &Ages) -> Result<(), LedgerError> {
        let same = format!(
            "o.account = {table}.account AND o.action = {table}.action AND o.subject = {table}.subject AND o.meter = {table}.meter
             AND o.area = {table}.area AND o.spec = {table}.spec AND o.start_at = {table}.start_at"
        );
        self.run(&format!(
            "UPDATE {table} SET sub_app_id = ?2 WHERE account = ?1 AND sub_app_id = ''
             AND NOT EXISTS (SELECT 1 FROM {table} o WHERE {same} AND o.sub_app_id = ?2)"
        ))?;
        let mut facts = BTreeMap::<Vec<Value>, [Vec<Vec<Value>>; 2]>::new();
        let sql = format!(
            "SELECT sub_app_id, {FACT} FROM {table} WHERE account = ?1 AND (sub_app_id = '' OR (sub_app_id = ?2
             AND EXISTS (SELECT 1 FROM {table} o WHERE {same} AND o.sub_app_id = ''))) ORDER BY sub_app_id, revision"
        );
        for mut row in collect(self.connection, &sql, &self.names, |row| Ok(row.0.to_vec()))? {
            let said = row.split_off(7);
            let side = usize::from(row.remove(0) != Value::from(""));
            if let Some(revisions) = facts.entry(row).or_default().get_mut(side) {
                revisions.push(said);
            }
        }
        self.run(&format!(
            "DELETE FROM {table} WHERE account = ?1 AND sub_app_id = ?2
             AND EXISTS (SELECT 1 FROM {table} o WHERE {same} AND o.sub_app_id = '')"
        ))?;
        self.run(&format!("DELETE FROM {table} WHERE account = ?1 AND sub_app_id = ''"))?;
        let [account, id] = self.names.clone();
        let mut rows = Vec::new();
        for (key, [unnamed, named]) in facts {
            let is_newer = match key.as_slice() {
                [Value::Text(action), Value::Text(subject), .., Value::Integer(start)] => {
                    ages.unnamed_is_newer(action, subject, *start)
                }
                _ => false,
            };
            let (older, newer) = if is_newer { (named, unnamed) } else { (unnamed, named) };
            for (revision, said) in (1_i64..).zip(joined(older, newer)) {
                rows.push([vec![account.clone(), id.clone()], key.clone(), said, vec![revision.into()]].concat());
            }
        }
        let columns: Vec<&str> = ["account", "sub_app_id"].into_iter().chain(FACT.split(", ")).chain(["revision"]).collect();
        self.connection.insert(table, &columns, &mut rows.into_iter())
    }

    /// Plays are replaced by whole days.
    fn plays(&mut self, ages: &Ages) -> Result<(), LedgerError> {
        let sql = "SELECT DISTINCT p.usage_day, c.start_at FROM play_stat p JOIN calendar c ON c.usage_day = p.usage_day
                   WHERE p.account = ?1 AND p.sub_app_id = ''
                   AND EXISTS (SELECT 1 FROM play_stat o WHERE o.account = p.account AND o.usage_day = p.usage_day AND o.sub_app_id = ?2)";
        let days = collect(self.connection, sql, &self.names, |row| Ok((row.text(0)?.to_owned(), row.integer(1)?)))?;
        let [account, id] = self.names.clone();
        for (day, start) in days {
            let older = if ages.unnamed_is_newer("DescribeDailyPlayStatFileList", "", start) { id.clone() } else { "".into() };
            let sql = "DELETE FROM play_stat WHERE account = ?1 AND sub_app_id = ?2 AND usage_day = ?3";
            self.connection.execute(sql, &[account.clone(), older, day.as_str().into()])?;
        }
        self.run("UPDATE play_stat SET sub_app_id = ?2 WHERE account = ?1 AND sub_app_id = ''")
    }

    /// Rows that are asked for in every run: what is there with the id holds.
    fn rows(&mut self, table: &str, key: &str) -> Result<(), LedgerError> {
        self.run(&format!(
            "DELETE FROM {table} WHERE account = ?1 AND sub_app_id = ''
             AND EXISTS (SELECT 1 FROM {table} o WHERE o.account = {table}.account AND o.{key} = {table}.{key} AND o.sub_app_id = ?2)"
        ))?;
        self.run(&format!("UPDATE {table} SET sub_app_id = ?2 WHERE account = ?1 AND sub_app_id = ''"))
    }

    /// A media is one row whoever saw it. Days on which only the id changed are one stretch.
    fn media(&mut self) -> Result<(), LedgerError> {
        self.run("UPDATE media SET sub_app_id = ?2, sighting = '' WHERE account = ?1 AND sub_app_id = ''")?;
        let sql = "SELECT DISTINCT file_id FROM media_day WHERE account = ?1 AND sub_app_id = '' ORDER BY file_id";
        let [account, id] = self.names.clone();
        let files = collect(self.connection, sql, &self.names[..1], |row| row.text(0).map(str::to_owned))?;
        self.run("UPDATE media_day SET sub_app_id = ?2 WHERE account = ?1 AND sub_app_id = ''")?;
        let sql =
            "SELECT from_day, until_day, gone, size, rendition_size, renditions, storage_class, storage_region, class_id, tags
                   FROM media_day WHERE account = ?1 AND file_id = ?2 AND sub_app_id = ?3 ORDER BY from_day";
        for file in files {
            let of_file = [account.clone(), file.as_str().into(), id.clone()];
            let days = collect(self.connection, sql, &of_file, |row| Ok(row.0.to_vec()))?;
            let mut stretches: Vec<Vec<Value>> = Vec::new();
            for day in days {
                match stretches.last_mut() {
                    Some(last) if last[1] == day[0] && last[2..] == day[2..] => {
                        let [account, file, _] = of_file.clone();
                        let key = [account, file, last[0].clone(), day[0].clone(), day[1].clone()];
                        let sql = "DELETE FROM media_day WHERE account = ?1 AND file_id = ?2 AND from_day = ?3";
                        self.connection.execute(sql, &[key[0].clone(), key[1].clone(), key[3].clone()])?;
                        let sql = "UPDATE media_day SET until_day = ?4 WHERE account = ?1 AND file_id = ?2 AND from_day = ?3";
                        self.connection.execute(sql, &[key[0].clone(), key[1].clone(), key[2].clone(), key[4].clone()])?;
                        last[1] = day[1].clone();
                    }
                    _ => stretches.push(day),
                }
            }
        }
        Ok(())
    }

    /// What was in force before changes, of both in one row of time.
    fn event_configs(&mut self) -> Result<(), LedgerError> {
        let sql = "SELECT config, recorded_at FROM event_config WHERE account = ?1 AND sub_app_id IN ('', ?2)
                   ORDER BY recorded_at, sub_app_id, position";
        let configs = collect(self.connection, sql, &self.names, |row| Ok(row.0.to_vec()))?;
        self.run("DELETE FROM event_config WHERE account = ?1 AND sub_app_id IN ('', ?2)")?;
        let [account, id] = self.names.clone();
        let row = |(position, said): (i64, Vec<Value>)| [vec![account.clone(), id.clone(), position.into()], said].concat();
        let columns = ["account", "sub_app_id", "position", "config", "recorded_at"];
        self.connection.insert("event_config", &columns, &mut (1_i64..).zip(configs).map(row))
    }

    /// Of a question that was asked both ways the newer answer counts. A unit that is being worked on without an id is to be asked
    /// anew: its run finds that it was taken away.
    fn units(&mut self) -> Result<(), LedgerError> {
        let unnamed = format!("sub_app_id = '' AND brings NOT IN {}", super::OF_ACCOUNT);
        self.run(&format!(
            "DELETE FROM unit WHERE account = ?1 AND {unnamed} AND brings = 'media'
             AND EXISTS (SELECT 1 FROM unit o WHERE o.account = unit.account AND o.kind = unit.kind AND o.subject = unit.subject
                         AND o.sub_app_id = ?2)"
        ))?;
        self.run(&format!(
            "DELETE FROM unit WHERE account = ?1 AND sub_app_id = ?2
             AND EXISTS (SELECT 1 FROM unit o WHERE {SAME_UNIT} AND o.sub_app_id = '' AND o.state IN ('done', 'split')
                         AND (unit.state NOT IN ('done', 'split') OR unit.finished_at < o.finished_at))"
        ))?;
        self.run(&format!(
            "DELETE FROM unit WHERE account = ?1 AND {unnamed}
             AND EXISTS (SELECT 1 FROM unit o WHERE {SAME_UNIT} AND o.sub_app_id = ?2)"
        ))?;
        self.run(&format!(
            "UPDATE unit SET sub_app_id = ?2, state = CASE WHEN state = 'leased' THEN 'planned' ELSE state END, owner = '',
                    leased_until = 0
             WHERE account = ?1 AND {unnamed}"
        ))
    }
}

/// Revisions of one fact, the older answer's first. What the newer one says from its first revision on is no revision of the older
/// one where both say the same. What the older one still says is replaced when the newer one begins.
fn joined(mut older: Vec<Vec<Value>>, newer: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    // The columns of what is said: usage_day is in the key, so end_at 1, quantity 2, status 3, recorded_at 4, replaced_at 5.
    let (Some(first), at) = (newer.first().cloned(), newer.first().and_then(|first| first.get(4)).cloned()) else {
        return older;
    };
    while older.last().is_some_and(|last| last.get(1..3) == first.get(1..3)) {
        older.pop();
    }
    if let (Some(replaced), Some(at)) = (older.last_mut().and_then(|last| last.get_mut(5)), at)
        && *replaced == Value::Null
    {
        *replaced = at;
    }
    older.into_iter().chain(newer).collect()
}
