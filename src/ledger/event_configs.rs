//! Event configurations that were replaced, so that a change can be rolled back.

use chrono::{DateTime, Utc};

use super::accounts::know_account;
use super::connection::{collect, transaction};
use super::{Ledger, LedgerError, identity};
use crate::model::{AccountId, SubAppId};

/// One configuration that was in force before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventConfigEntry {
    /// As the caller wrote it.
    pub json: String,
    /// When it was put here.
    pub recorded: DateTime<Utc>,
}

impl Ledger {
    /// Keeps the configuration that is about to be replaced.
    pub fn push_event_config(
        &self,
        account: &AccountId,
        sub_app_id: Option<SubAppId>,
        json: &str,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, account)?;
            let application = identity::named(connection, account, sub_app_id)?;
            connection
                .execute(
                    "INSERT INTO event_config (account, sub_app_id, position, config, recorded_at)
                     SELECT ?1, ?2, COALESCE(MAX(position), 0) + 1, ?3, ?4
                     FROM event_config WHERE account = ?1 AND sub_app_id = ?2",
                    &[account.as_str().into(), application.into(), json.into(), at.into()],
                )
                .map(drop)
        })
    }

    /// The configurations that were replaced, newest first.
    pub fn event_config_history(
        &self,
        account: &AccountId,
        sub_app_id: Option<SubAppId>,
    ) -> Result<Vec<EventConfigEntry>, LedgerError> {
        let sql = "SELECT config, recorded_at FROM event_config WHERE account = ?1 AND sub_app_id = ?2 ORDER BY position DESC";
        let mut connection = self.lock();
        let application = identity::named(connection.as_mut(), account, sub_app_id)?;
        collect(connection.as_mut(), sql, &[account.as_str().into(), application.into()], |row| {
            Ok(EventConfigEntry { json: row.text(0)?.to_owned(), recorded: row.time(1)? })
        })
    }

    /// The configuration that the last change replaced.
    pub fn last_event_config(&self, account: &AccountId, sub_app_id: Option<SubAppId>) -> Result<Option<String>, LedgerError> {
        Ok(self.event_config_history(account, sub_app_id)?.into_iter().next().map(|entry| entry.json))
    }

    /// Forgets the newest entry, after it was put back in force. Says whether there was one.
    pub fn pop_event_config(&self, account: &AccountId, sub_app_id: Option<SubAppId>) -> Result<bool, LedgerError> {
        let mut connection = self.lock();
        let application = identity::named(connection.as_mut(), account, sub_app_id)?;
        let removed = connection.execute(
            "DELETE FROM event_config WHERE account = ?1 AND sub_app_id = ?2 AND position =
             (SELECT MAX(position) FROM event_config WHERE account = ?1 AND sub_app_id = ?2)",
            &[account.as_str().into(), application.into()],
        )?;
        Ok(removed > 0)
    }
}
