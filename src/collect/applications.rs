//! Which applications the account has.

use std::sync::Arc;

use super::manifest::Gap;
use super::plan::{Applications, Plan};
use super::recorder::Answers;
use super::{CollectError, on_blocking_thread};
use crate::cloud::Client;
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
        return Ok(Found { ids: ids.iter().copied().map(Some).collect(), gap: None });
    }
    let recorder = Arc::new(Answers::of(Brings::Usage, None));
    let answer = client.recording(recorder.clone()).vod().list_applications().await;
    let (account, snapshots) = (plan.account.clone(), recorder.take());
    on_blocking_thread(ledger, move |ledger| ledger.store_snapshots(&account, &snapshots)).await?;
    let listed = answer?;
    let ids = listed.ids();
    if let Some(error) = listed.unlisted {
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
    Ok(Found { ids, gap: None })
}
