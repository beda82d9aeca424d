//! What is stored tells which application is the default one: what can belong to one application only is there both with an id and
//! without.

use super::super::LedgerError;
use super::super::connection::{Connection, collect};
use crate::model::AccountId;

/// Each gives the applications that it speaks for; only one that is alone counts. No sign of the API is documented to tell the
/// default application among several, so a name or a number is none here.
const SIGNS: [&str; 4] = [
    // An account has a default application, so one that is alone is it.
    "SELECT sub_app_id FROM application WHERE account = ?1",
    // A domain belongs to one application.
    "SELECT DISTINCT named.sub_app_id FROM domain unnamed
     JOIN domain named ON named.account = unnamed.account AND named.name = unnamed.name AND named.sub_app_id <> ''
     WHERE unnamed.account = ?1 AND unnamed.sub_app_id = ''",
    // So does a media.
    "SELECT DISTINCT named.sub_app_id FROM play_stat unnamed
     JOIN play_stat named ON named.account = unnamed.account AND named.usage_day = unnamed.usage_day
          AND named.file_id = unnamed.file_id AND named.sub_app_id <> ''
     WHERE unnamed.account = ?1 AND unnamed.sub_app_id = ''",
    // Two applications do not measure the same to the byte, and nothing else.
    "SELECT named.sub_app_id FROM usage_fact unnamed
     JOIN usage_fact named ON named.account = unnamed.account AND named.action = unnamed.action AND named.sub_app_id <> ''
          AND named.subject = unnamed.subject AND named.meter = unnamed.meter AND named.area = unnamed.area
          AND named.spec = unnamed.spec AND named.start_at = unnamed.start_at
     WHERE unnamed.account = ?1 AND unnamed.sub_app_id = '' AND unnamed.replaced_at IS NULL AND named.replaced_at IS NULL
     GROUP BY named.sub_app_id
     HAVING SUM(CASE WHEN named.quantity = unnamed.quantity AND named.quantity > 1000000 THEN 1 ELSE 0 END) > 0
        AND SUM(CASE WHEN named.quantity <> unnamed.quantity THEN 1 ELSE 0 END) = 0",
];

/// The default application by the first sign that speaks for exactly one; empty where none does.
pub fn of(connection: &mut dyn Connection, account: &AccountId) -> Result<String, LedgerError> {
    for sign in SIGNS {
        let mut found = collect(connection, sign, &[account.as_str().into()], |row| row.text(0).map(str::to_owned))?;
        if let (1, Some(id)) = (found.len(), found.pop()) {
            return Ok(id);
        }
    }
    Ok(String::new())
}
