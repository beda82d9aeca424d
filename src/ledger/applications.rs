//! The applications of an account, as they were last seen.

use chrono::{DateTime, Utc};

use super::accounts::know_account;
use super::connection::{collect, transaction};
use super::{Ledger, LedgerError};
use crate::model::{AccountId, SubAppId};

/// An application of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub sub_app_id: SubAppId,
    /// Its name.
    pub name: String,
    /// `On`, `Off`, `Destroying`, `Destroyed` as the API says.
    pub status: String,
}

impl Ledger {
    /// Remembers the applications that the cloud listed. What is no longer listed stays known.
    pub fn remember_applications(
        &self,
        account: &AccountId,
        applications: &[Application],
        seen: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, account)?;
            for application in applications {
                connection.execute(
                    "INSERT INTO application (account, sub_app_id, name, status, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (account, sub_app_id) DO UPDATE
                     SET name = excluded.name, status = excluded.status, seen_at = excluded.seen_at",
                    &[
                        account.as_str().into(),
                        application.sub_app_id.to_string().into(),
                        application.name.as_str().into(),
                        application.status.as_str().into(),
                        seen.into(),
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// The applications of an account, in the order of their ids as text.
    pub fn applications(&self, account: &AccountId) -> Result<Vec<Application>, LedgerError> {
        let sql = "SELECT sub_app_id, name, status FROM application WHERE account = ?1 ORDER BY sub_app_id";
        collect(self.lock().as_mut(), sql, &[account.as_str().into()], |row| {
            Ok(Application {
                sub_app_id: row.parsed(0, "an application")?,
                name: row.text(1)?.to_owned(),
                status: row.text(2)?.to_owned(),
            })
        })
    }
}
