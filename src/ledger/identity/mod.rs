//! An application has one identity. Where applications may not be listed, the default one is asked without an id, and what it says
//! is stored without one; as soon as the id is known, all of that becomes the application's.

mod evidence;
mod merge;

use super::accounts::know_account;
use super::connection::{Connection, Value, collect, reading, transaction};
use super::{Ledger, LedgerError, app_of, app_text};
use crate::model::{AccountId, SubAppId};

/// What the account itself brings, which belongs to no application.
pub(super) const OF_ACCOUNT: &str = "('pack', 'bill')";

impl Ledger {
    /// Which application answers where none is named, if that is known or follows from what is stored. What was stored without
    /// an id is then that application's.
    pub fn default_application(&self, account: &AccountId) -> Result<Option<SubAppId>, LedgerError> {
        let mut connection = self.lock();
        let settled = reading(connection.as_mut(), |connection| {
            let id = known(connection, account)?;
            Ok((!id.is_empty() && !holds_unnamed(connection, account)?).then_some(id))
        })?;
        let id = match settled {
            Some(id) => id,
            None => transaction(connection.as_mut(), |connection| settle(connection, account))?,
        };
        app_of(&id)
    }

    /// Notes which application answers where none is named, and makes what was stored without an id that application's.
    pub fn adopt_default(&self, account: &AccountId, id: SubAppId) -> Result<(), LedgerError> {
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, account)?;
            adopt(connection, account, &id.to_string())
        })
    }

    /// Whether anything of an application is stored without an id.
    pub fn holds_unnamed(&self, account: &AccountId) -> Result<bool, LedgerError> {
        reading(self.lock().as_mut(), |connection| holds_unnamed(connection, account))
    }

    /// Makes sure that no application's usage is there twice, with its id and without.
    ///
    /// # Errors
    /// [`LedgerError::TwoIdentities`] where it may be, and what is stored does not tell of which application.
    pub fn one_identity(&self, account: &AccountId) -> Result<(), LedgerError> {
        if self.default_application(account)?.is_some() {
            return Ok(());
        }
        match reading(self.lock().as_mut(), |connection| is_ambiguous(connection, account))? {
            true => Err(LedgerError::TwoIdentities(account.to_string())),
            false => Ok(()),
        }
    }
}

/// The id under which the ledger keeps what was asked without one: that of the default application, where it is known.
pub(super) fn named(connection: &mut dyn Connection, account: &AccountId, id: Option<SubAppId>) -> Result<String, LedgerError> {
    match id {
        Some(_) => Ok(app_text(id)),
        None => known(connection, account),
    }
}

/// Settles every account: a migration of ledgers in which an application may be stored twice.
pub(super) fn settle_all(connection: &mut dyn Connection) -> Result<(), LedgerError> {
    let accounts =
        collect(connection, "SELECT account FROM account ORDER BY account", &[], |row| row.text(0).map(AccountId::new))?;
    accounts.iter().try_for_each(|account| settle(connection, account).map(drop))
}

/// The default application's id, if it is known or told by what is stored; empty otherwise.
fn settle(connection: &mut dyn Connection, account: &AccountId) -> Result<String, LedgerError> {
    let known = known(connection, account)?;
    let id = if known.is_empty() { evidence::of(connection, account)? } else { known };
    if !id.is_empty() {
        adopt(connection, account, &id)?;
    }
    Ok(id)
}

fn adopt(connection: &mut dyn Connection, account: &AccountId, id: &str) -> Result<(), LedgerError> {
    let parameters: [Value; 2] = [account.as_str().into(), id.into()];
    connection.execute("UPDATE account SET default_app = ?2 WHERE account = ?1 AND default_app <> ?2", &parameters)?;
    if holds_unnamed(connection, account)? { merge::all(connection, account, id) } else { Ok(()) }
}

fn known(connection: &mut dyn Connection, account: &AccountId) -> Result<String, LedgerError> {
    let sql = "SELECT default_app FROM account WHERE account = ?1";
    let found = collect(connection, sql, &[account.as_str().into()], |row| row.text(0).map(str::to_owned))?;
    Ok(found.into_iter().next().unwrap_or_default())
}

/// The actions that were asked, by which the index of facts is reached.
const ASKED: &str = "AND action IN (SELECT DISTINCT action FROM unit WHERE account = ?1)";

/// Tables in which an empty id stands for the default application, with what else must hold. The days of a media go with its row.
pub(super) const TABLES: [(&str, &str); 8] = [
    ("usage_fact", ASKED),
    ("reading", ASKED),
    ("play_stat", ""),
    ("domain", ""),
    ("media", ""),
    ("inventory_day", ""),
    ("event_config", ""),
    ("unit", "AND brings NOT IN ('pack', 'bill')"),
];

fn holds_unnamed(connection: &mut dyn Connection, account: &AccountId) -> Result<bool, LedgerError> {
    for (table, and) in TABLES {
        let sql = format!("SELECT 1 FROM {table} WHERE account = ?1 AND sub_app_id = '' {and} LIMIT 1");
        if !collect(connection, &sql, &[account.as_str().into()], |row| row.integer(0))?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether usage is there both without an id and with those of applications that the cloud listed: it lists the default one too.
pub(super) fn is_ambiguous(connection: &mut dyn Connection, account: &AccountId) -> Result<bool, LedgerError> {
    let sql = "SELECT 1 FROM account a WHERE a.account = ?1 AND a.default_app = ''
               AND EXISTS (SELECT 1 FROM usage_fact u WHERE u.account = a.account AND u.sub_app_id = '' AND u.replaced_at IS NULL
                           AND u.quantity > 0)
               AND EXISTS (SELECT 1 FROM usage_fact u JOIN application p ON p.account = u.account AND p.sub_app_id = u.sub_app_id
                           WHERE u.account = a.account AND u.replaced_at IS NULL AND u.quantity > 0)";
    Ok(!collect(connection, sql, &[account.as_str().into()], |row| row.integer(0))?.is_empty())
}

/// Whether what is stored tells the default application although nobody has drawn the conclusion.
pub(super) fn is_evident(connection: &mut dyn Connection, account: &AccountId) -> Result<Option<String>, LedgerError> {
    let known = known(connection, account)?;
    let id = if known.is_empty() { evidence::of(connection, account)? } else { known };
    Ok((!id.is_empty() && holds_unnamed(connection, account)?).then_some(id))
}
