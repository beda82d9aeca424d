//! The accounts of a ledger, and the account numbers that the cloud gave for their keys.

use super::connection::{Connection, collect, transaction};
use super::{Ledger, LedgerError};
use crate::model::AccountId;

impl Ledger {
    /// The account number under which an account was collected; `None` while it is not known.
    pub fn account_uin(&self, account: &AccountId) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT uin FROM account WHERE account = ?1";
        let found = collect(self.lock().as_mut(), sql, &[account.as_str().into()], |row| row.text(0).map(str::to_owned))?;
        Ok(found.into_iter().next().filter(|uin| !uin.is_empty()))
    }

    /// Notes the account number of an account; one that is noted already stays. Where the ledger has that number under another
    /// id, nothing is noted and this is the id.
    pub fn remember_uin(&self, account: &AccountId, uin: &str) -> Result<Option<AccountId>, LedgerError> {
        transaction(self.lock().as_mut(), |connection| {
            let ids = [account.as_str().into(), uin.into()];
            let sql = "SELECT account FROM account WHERE uin = ?2 AND account <> ?1 ORDER BY account";
            if let Some(kept) = collect(connection, sql, &ids, |row| row.text(0).map(AccountId::new))?.into_iter().next() {
                return Ok(Some(kept));
            }
            know_account(connection, account)?;
            connection.execute("UPDATE account SET uin = ?2 WHERE account = ?1 AND uin = ''", &ids)?;
            Ok(None)
        })
    }
}

/// Makes sure that the account has a row, to which every other row refers.
pub fn know_account(connection: &mut dyn Connection, account: &AccountId) -> Result<(), LedgerError> {
    connection
        .execute("INSERT INTO account (account) VALUES (?1) ON CONFLICT (account) DO NOTHING", &[account.as_str().into()])
        .map(drop)
}
