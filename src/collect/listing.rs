//! The media inventory: every media of an application, found by when it was created.
//!
//! A search shows at most 5000 media, and pages by offset shift while media come and go. So no offset is used: an answer, oldest
//! first, is whole up to the second of its last media; what was created from that second on is the next question. Where
//! more was created in one second than one answer shows, the pages of that second are read, and what lies beyond them is told.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::ask::Refusal;
use super::plan::{Kind, Plan};
use super::{CollectError, on_blocking_thread};
use crate::cloud::Client;
use crate::cloud::vod::{SearchMedia, SearchMediaAnswer};
use crate::ledger::{Facts, Lease, Ledger, LedgerError, Listing, NewUnit};
use crate::model::{BillingDay, FileId, Media, Period, SubAppId};

/// The most media that one search reaches, and the highest total that it tells.
const REACH: u64 = 5000;
/// A window is cut into at most so many at a time.
const MOST_PARTS: u64 = 8;
/// An answer that contradicts itself is asked for again, so often at most.
const TRIES: usize = 4;
/// The earliest that anything can have been created: before there was VOD.
const FIRST: i64 = 1_262_304_000; // 2010-01-01T00:00:00Z

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
        cuts.insert(0, DateTime::from_timestamp(FIRST, 0).unwrap_or_default());
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
    let window = lease.unit.window;
    let found = match page(client, plan, lease).await {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Found { media, asked, rest, beyond } = found;
    let missing = match &beyond {
        None => absent(ledger, lease, asked, &media).await?,
        // Not seen is not gone where not everything can be seen.
        Some(_) => Vec::new(),
    };
    let answer = match client.vod().describe_media_infos(lease.unit.sub_app_id, &missing).await {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut media = media;
    media.extend(answer.media);
    let rest = rest.map_or_else(Vec::new, |(from, parts)| cut(Period { start: from, end: window.end }, parts));
    let rest = rest.into_iter().map(|window| plan.unit(Kind::Media, lease.unit.sub_app_id, lease.unit.subject.clone(), window));
    let facts = Facts::Listing(Listing { day: plan.today(), media, gone: answer.missing });
    Ok(Ok(Listed { facts, asked, rest: rest.collect(), beyond }))
}

/// The media that an answer shows whole.
struct Found {
    media: Vec<Media>,
    asked: Period,
    /// From when on media are still to be listed, and in how many parts.
    rest: Option<(DateTime<Utc>, u64)>,
    beyond: Option<String>,
}

async fn page(client: &Client, plan: &Plan, lease: &Lease) -> Result<Found, Refusal> {
    let window = lease.unit.window;
    let (media, total) = consistent(client, lease, window, 0, plan.page).await?;
    let rows = media.len() as u64;
    let last = media.iter().filter_map(|media| media.created).max();
    let Some(last) = last.filter(|_| total > rows || rows >= REACH) else {
        return Ok(Found { media: inside(media, window), asked: window, rest: None, beyond: None });
    };
    if last >= window.end {
        return Ok(Found { media: inside(media, window), asked: window, rest: None, beyond: None });
    }
    if last > window.start {
        let asked = Period { start: window.start, end: last };
        let parts = parts(&media, total, window.end, plan.page);
        return Ok(Found { media: inside(media, asked), asked, rest: Some((last, parts)), beyond: None });
    }
    second(client, plan, lease, media, total).await
}

/// All media of the first second of a window, page by page.
async fn second(client: &Client, plan: &Plan, lease: &Lease, first: Vec<Media>, total: u64) -> Result<Found, Refusal> {
    let window = lease.unit.window;
    let asked = Period { start: window.start, end: (window.start + TimeDelta::seconds(1)).min(window.end) };
    let mut media = first;
    let mut seen: HashSet<FileId> = media.iter().map(|media| media.file_id.clone()).collect();
    let mut total = total;
    while (media.len() as u64) < total.min(REACH) {
        let offset = media.len() as u64;
        let (next, now) = consistent(client, lease, asked, offset, plan.page.min(REACH - offset)).await?;
        total = now;
        let before = media.len();
        media.extend(next.into_iter().filter(|media| seen.insert(media.file_id.clone())));
        if media.len() == before {
            break;
        }
    }
    let beyond = (total >= REACH || (media.len() as u64) < total).then(|| {
        format!("more media were created at {} than a search can show: {} of them are listed", asked.start, media.len())
    });
    let rest = (asked.end < window.end).then_some((asked.end, 1));
    Ok(Found { media: inside(media, asked), asked, rest, beyond })
}

/// One answer that does not contradict itself: in order, each media once, as many as it says.
async fn consistent(
    client: &Client,
    lease: &Lease,
    window: Period,
    offset: u64,
    limit: u64,
) -> Result<(Vec<Media>, u64), Refusal> {
    let request =
        SearchMedia { sub_app_id: lease.unit.sub_app_id, create_time: Some(window), offset, limit, ..SearchMedia::default() };
    let mut wrong = String::new();
    for _ in 0..TRIES {
        let SearchMediaAnswer { total, media } = client.vod().search_media(&request).await?;
        let mut ids = HashSet::new();
        let expected = total.saturating_sub(offset).min(limit);
        match () {
            () if media.iter().any(|media| media.created.is_none()) => wrong = "a media without its creation time".to_owned(),
            () if !media.is_sorted_by_key(|media| media.created) => wrong = "media out of order".to_owned(),
            () if !media.iter().all(|media| ids.insert(&media.file_id)) => wrong = "the same media twice".to_owned(),
            () if media.is_empty() && expected > 0 => wrong = format!("nothing, and a total of {total}"),
            () if total < offset + media.len() as u64 => wrong = format!("{} media, and a total of {total}", media.len()),
            () => return Ok((media, total)),
        }
    }
    Err(Refusal::from(format!("SearchMedia of {window}: {TRIES} answers contradict themselves: {wrong}")))
}

/// In how many parts the rest of a window is to be asked: as many as it will have pages, if media go on at the pace of these.
fn parts(media: &[Media], total: u64, end: DateTime<Utc>, page: u64) -> u64 {
    let created = || media.iter().filter_map(|media| media.created);
    let (Some(first), Some(last)) = (created().min(), created().max()) else { return 1 };
    let seconds = |span: TimeDelta| u64::try_from(span.num_seconds()).unwrap_or(0).max(1);
    let rows = media.len() as u64;
    let expected = match total {
        REACH.. => rows.saturating_mul(seconds(end - last)) / seconds(last - first),
        total => total - rows,
    };
    expected.div_ceil(page.max(1)).clamp(1, MOST_PARTS)
}

fn cut(window: Period, parts: u64) -> Vec<Period> {
    let span = (window.end - window.start).num_seconds();
    let parts = i64::try_from(parts).unwrap_or(1).clamp(1, span.max(1));
    let at = |part: i64| window.start + TimeDelta::seconds(span * part / parts);
    (0..parts).map(|part| Period { start: at(part), end: at(part + 1) }).collect()
}

fn inside(media: Vec<Media>, window: Period) -> Vec<Media> {
    media.into_iter().filter(|media| media.created.is_some_and(|created| window.contains(created))).collect()
}

/// The media that were known to be created then and are not in the answer.
async fn absent(ledger: &Arc<Ledger>, lease: &Lease, asked: Period, media: &[Media]) -> Result<Vec<FileId>, CollectError> {
    let (account, sub_app_id) = (lease.unit.account.clone(), lease.unit.sub_app_id);
    let known = on_blocking_thread(ledger, move |ledger| ledger.media_created(&account, sub_app_id, asked)).await?;
    let seen: HashSet<&FileId> = media.iter().map(|media| &media.file_id).collect();
    Ok(known.into_iter().filter(|id| !seen.contains(id)).collect())
}
