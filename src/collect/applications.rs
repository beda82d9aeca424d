//! Which applications the account has.

use std::collections::HashSet;
use std::sync::Arc;

use super::manifest::Gap;
use super::plan::{Applications, Plan};
use super::recorder::Answers;
use super::{CollectError, on_blocking_thread};
use crate::cloud::{Client, Error};
use crate::ledger::{Application, Brings, Ledger};
use crate::model::SubAppId;

/// What to ask about.
pub struct Found {
    /// The applications; `None` is the default one of an account that need not name it.
    pub ids: Vec<Option<SubAppId>>,
    /// What is missing because they could not be listed.
    pub gap: Option<Gap>,
}

/// The applications of a plan. Where they may not be listed, the default one is asked about and the gap is named.
pub async fn find(client: &Client, ledger: &Arc<Ledger>, plan: &Plan) -> Result<Found, CollectError> {
    if let Applications::Listed(ids) = &plan.applications {
        default_application(client, ledger, plan, ids, false).await?;
        return Ok(Found { ids: ids.iter().copied().map(Some).collect(), gap: None });
    }
    let recorder = Arc::new(Answers::of(Brings::Usage, None));
    let answer = client.recording(recorder.clone()).vod().list_applications().await;
    let (account, snapshots) = (plan.account.clone(), recorder.take());
    on_blocking_thread(ledger, move |ledger| ledger.store_snapshots(&account, &snapshots)).await?;
    let listed = answer?;
    let ids = listed.ids();
    if ids.contains(&None) {
        let account = plan.account.clone();
        let known = on_blocking_thread(ledger, move |ledger| ledger.applications(&account)).await?;
        let known: Vec<SubAppId> = known.into_iter().map(|application| application.sub_app_id).collect();
        // What is known to answer without an id is asked by its id, so that it is stored once.
        let ids = vec![default_application(client, ledger, plan, &known, true).await?];
        let Some(error) = listed.unlisted else { return Ok(Found { ids, gap: None }) };
        let what = "usage of every application but the default one".to_owned();
        return Ok(Found { ids, gap: Some(Gap { what, reason: error.to_string() }) });
    }
    let known = listed.applications.into_iter().map(|application| Application {
        sub_app_id: application.sub_app_id,
        name: application.name,
        status: application.status,
    });
    let (account, known, now) = (plan.account.clone(), known.collect::<Vec<_>>(), plan.now);
    on_blocking_thread(ledger, move |ledger| ledger.remember_applications(&account, &known, now)).await?;
    let candidates: Vec<SubAppId> = ids.iter().copied().flatten().collect();
    default_application(client, ledger, plan, &candidates, false).await?;
    Ok(Found { ids, gap: None })
}

/// Which application answers where none is named. What is stored of it without its id becomes that application's.
///
/// The cloud is asked only where it matters: something is stored, or is to be asked, without an id.
async fn default_application(
    client: &Client,
    ledger: &Arc<Ledger>,
    plan: &Plan,
    candidates: &[SubAppId],
    is_to_be_asked: bool,
) -> Result<Option<SubAppId>, CollectError> {
    let account = plan.account.clone();
    let (known, is_stored) =
        on_blocking_thread(ledger, move |ledger| Ok((ledger.default_application(&account)?, ledger.holds_unnamed(&account)?)))
            .await?;
    if known.is_some() || !(is_stored || is_to_be_asked) || candidates.is_empty() {
        return Ok(known);
    }
    match by_domains(client, candidates).await {
        Ok(Some(id)) => {
            let account = plan.account.clone();
            on_blocking_thread(ledger, move |ledger| ledger.adopt_default(&account, id)).await?;
            Ok(Some(id))
        }
        Ok(None) => Ok(None),
        Err(error) => {
            tracing::info!(%error, "which application is the default one could not be asked");
            Ok(None)
        }
    }
}

/// A domain belongs to one application: the one that tells the same with its id as without is the default one.
async fn by_domains(client: &Client, candidates: &[SubAppId]) -> Result<Option<SubAppId>, Error> {
    let names = async |id| {
        let domains = client.vod().vod_domains(id).all().await?;
        Ok::<HashSet<String>, Error>(domains.into_iter().map(|domain| domain.domain).collect())
    };
    let unnamed = names(None).await?;
    for id in candidates.iter().filter(|_| !unnamed.is_empty()) {
        if !names(Some(*id)).await?.is_disjoint(&unnamed) {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}
