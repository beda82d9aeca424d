//! Whose account the key belongs to. A ledger must not mix two accounts because somebody exchanged a key.

use std::sync::Arc;
use std::time::Duration;

use super::manifest::Gap;
use super::{CollectError, on_blocking_thread};
use crate::cloud::{Client, ErrorKind};
use crate::ledger::Ledger;
use crate::model::AccountId;

/// How long the question may take: what is asked after it waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks for the account number of the key, holds it against `configured` and against what the ledger knows, and remembers it. A
/// key that may not ask is believed; where the question failed otherwise, and nobody else tells the number, that is a gap.
///
/// # Errors
/// The key belongs to another account than the configuration or the ledger says, or the ledger has the account under another id.
pub async fn check_account(
    client: &Client,
    ledger: &Arc<Ledger>,
    account: &AccountId,
    configured: Option<&str>,
) -> Result<Option<Gap>, CollectError> {
    let id = account.clone();
    let known = on_blocking_thread(ledger, move |ledger| ledger.account_uin(&id)).await?;
    let answer = client.within(PATIENCE).billing().describe_account_balance().await;
    let uin = match (answer, configured) {
        (Ok(balance), configured) => {
            let is_other = |expected: &&str| balance.uin != **expected;
            if let Some(expected) = configured.filter(is_other) {
                return Err(CollectError::other_account(balance.uin, expected, "the configuration"));
            }
            balance.uin
        }
        (Err(error), Some(configured)) => {
            tracing::info!(%error, "whose key it is could not be asked");
            configured.to_owned()
        }
        (Err(error), None) => {
            tracing::info!(%error, "whose key it is could not be asked");
            let may_not_ask = matches!(error.kind, ErrorKind::Permission | ErrorKind::Unsupported);
            let is_gap = known.is_none() && !may_not_ask;
            return Ok(is_gap.then(|| Gap { what: "the account number".to_owned(), reason: error.to_string() }));
        }
    };
    match known {
        Some(known) if known != uin => Err(CollectError::other_account(uin, &known, "the ledger")),
        Some(_) => Ok(None),
        None => {
            let (id, asked) = (account.clone(), uin.clone());
            let kept = on_blocking_thread(ledger, move |ledger| ledger.remember_uin(&id, &asked)).await?;
            match kept {
                None => Ok(None),
                Some(kept) => Err(CollectError::OtherId { uin, kept, id: account.clone() }),
            }
        }
    }
}
