//! The media inventory: every media of an application, found by when it was created.

use std::collections::HashSet;
use std::sync::Arc;

use super::ask::Refusal;
use super::cdn_log::odd_paths;
use super::plan::{Kind, Plan};
use super::{CollectError, on_blocking_thread};
use crate::cloud::Client;
use crate::cloud::vod::{MediaPart, SearchMedia, Step, VOD_BEGINNING};
use crate::ledger::{Facts, Lease, Ledger, LedgerError, Listing, NewUnit};
use crate::model::{BillingDay, FileId, Media, Period, SubAppId};

/// What a listing needs to know of a media: not its pictures, marks and reviews.
const PARTS: [MediaPart; 4] =
    [MediaPart::BasicInfo, MediaPart::MetaData, MediaPart::TranscodeInfo, MediaPart::AdaptiveDynamicStreamingInfo];

/// What a window brought.
pub struct Listed {
    /// The media.
    pub facts: Facts,
    /// The part of the window that they are all of.
    pub asked: Period,
    /// What covers the rest.
    pub rest: Vec<NewUnit>,
    /// Why it is not everything, where it cannot be.
    pub beyond: Option<String>,
}

/// The subject of a day's listing.
pub fn subject(day: BillingDay) -> String {
    day.to_string()
}

/// Plans the inventory of today, cut where the media known so far lie.
pub fn plan(ledger: &Ledger, plan: &Plan, applications: &[Option<SubAppId>]) -> Result<usize, LedgerError> {
    let day = plan.today();
    let mut planned = 0;
    for sub_app_id in applications {
        let mut cuts =
            ledger.creation_cuts(&plan.account, *sub_app_id, usize::try_from(plan.page * 9 / 10).unwrap_or(usize::MAX))?;
        cuts.insert(0, VOD_BEGINNING);
        cuts.retain(|cut| *cut < day.end());
        cuts.push(day.end());
        let windows = cuts.windows(2).filter_map(|cut| Period::new(*cut.first()?, *cut.last()?).ok());
        let mut units = windows.map(|window| plan.unit(Kind::Media, *sub_app_id, subject(day), window));
        planned += ledger.plan_listing(&plan.account, Kind::Media.as_str(), *sub_app_id, &subject(day), &mut units, plan.now)?;
    }
    Ok(planned)
}

/// Lists the media of a unit's window, as many as one answer shows whole.
pub async fn list(
    client: &Client,
    ledger: &Arc<Ledger>,
    plan: &Plan,
    lease: &Lease,
) -> Result<Result<Listed, Refusal>, CollectError> {
    let request = SearchMedia { sub_app_id: lease.unit.sub_app_id, filters: PARTS.to_vec(), ..SearchMedia::default() };
    let Step { mut media, whole, rest, cut } = match client.vod().walk(&request, lease.unit.window, plan.page).await {
        Ok(step) => step,
        Err(error) => return Ok(Err(error.into())),
    };
    // Not seen is not gone where not everything can be seen.
    let missing = if cut { Vec::new() } else { absent(ledger, lease, whole, &media).await? };
    let answer = match client.vod().describe_media_infos(lease.unit.sub_app_id, &missing).await {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error.into())),
    };
    let beyond = cut.then(|| {
        format!("more media were created at {} than a search can show: {} of them are listed", whole.start, media.len())
    });
    media.extend(answer.media);
    let rest = rest.into_iter().map(|window| plan.unit(Kind::Media, lease.unit.sub_app_id, lease.unit.subject.clone(), window));
    let paths = media.iter().flat_map(odd_paths).collect();
    let facts = Facts::Listing(Listing { day: plan.today(), media, gone: answer.missing, paths });
    Ok(Ok(Listed { facts, asked: whole, rest: rest.collect(), beyond }))
}

/// The media that were known to be created then and are not in the answer.
async fn absent(ledger: &Arc<Ledger>, lease: &Lease, asked: Period, media: &[Media]) -> Result<Vec<FileId>, CollectError> {
    let (account, sub_app_id) = (lease.unit.account.clone(), lease.unit.sub_app_id);
    let known = on_blocking_thread(ledger, move |ledger| ledger.media_created(&account, sub_app_id, asked)).await?;
    let seen: HashSet<&FileId> = media.iter().map(|media| &media.file_id).collect();
    Ok(known.into_iter().filter(|id| !seen.contains(id)).collect())
}
