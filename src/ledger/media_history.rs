//! What the inventory tells of media over time.

use super::connection::collect;
use super::{Ledger, LedgerError};
use crate::model::{AccountId, BillingDay, FileId};

impl Ledger {
    /// How many media the account had when its applications were last listed, each by its own last list; `None` where none
    /// ever was.
    pub fn inventory_media(&self, account: &AccountId) -> Result<Option<u64>, LedgerError> {
        let sql = "SELECT media FROM inventory_day AS last WHERE account = ?1 AND usage_day =
                   (SELECT MAX(usage_day) FROM inventory_day AS every
                    WHERE every.account = last.account AND every.sub_app_id = last.sub_app_id)";
        let counts = collect(self.lock().as_mut(), sql, &[account.as_str().into()], |row| row.integer(0))?;
        let count = |media: &i64| u64::try_from(*media).unwrap_or_default();
        Ok((!counts.is_empty()).then(|| counts.iter().map(count).fold(0, u64::saturating_add)))
    }

    /// The day on which a media was first seen in the storage class that it was last seen in; `None` where it was never seen
    /// in another one before, so that it may have been in it for longer than the ledger knows.
    pub fn in_class_since(&self, account: &AccountId, file_id: &FileId) -> Result<Option<BillingDay>, LedgerError> {
        let sql = "SELECT from_day, storage_class FROM media_day WHERE account = ?1 AND file_id = ?2 ORDER BY from_day DESC";
        let days = collect(self.lock().as_mut(), sql, &[account.as_str().into(), file_id.as_str().into()], |row| {
            Ok((row.parsed::<BillingDay>(0, "a day")?, row.text(1)?.to_owned()))
        })?;
        let same = days.iter().take_while(|(_, class)| days.first().is_some_and(|(_, last)| last == class)).count();
        Ok(if same < days.len() { days.get(same.wrapping_sub(1)).map(|(day, _)| *day) } else { None })
    }
}
