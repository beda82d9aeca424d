//! Finding media through either API, all pages of every application asked for.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::cloud::legacy::{DescribeRecordPlayInfo, DescribeVodPlayInfo, PAGE};
use crate::cloud::vod::{SEARCH_PAGE, SearchMedia, VOD_BEGINNING};
use crate::cloud::{Client, Error, ErrorKind};
use crate::model::{FileId, Media, Period, SubAppId, Vid};

/// Pages of one legacy search at most: a bound on a server whose pages never end.
const MAX_LEGACY_PAGES: u64 = 1_000;

/// Which API is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// API 3.0.
    V3,
    /// The legacy API.
    V2,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// By attributes; all that are given must match.
    Search(Filter),
    /// By file id.
    FileIds(Vec<FileId>),
    /// By the ids that a recording's start or stop gave.
    Vids {
        /// The ids.
        vids: Vec<Vid>,
        /// Files that are known to carry them, from the index of what was seen.
        known: Vec<FileId>,
        /// A name that the recordings begin with: API 3.0 tells the vid of a media but cannot search by it.
        name: Option<String>,
    },
}

/// What a search narrows by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The name begins with it.
    pub name_prefix: Option<String>,
    /// Carries one of these tags.
    pub tags: Vec<String>,
    /// In one of these categories.
    pub class_ids: Vec<i64>,
    /// Recorded from one of these live streams.
    pub stream_ids: Vec<String>,
    /// Recorded in one of these TRTC rooms.
    pub room_ids: Vec<String>,
    /// Created in this period.
    pub created: Option<Period>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Each media once.
    pub media: Vec<Media>,
    /// File ids and vids that no asked application knows.
    pub missing: Vec<String>,
    /// Applications that could not be asked, and why.
    pub failed: Vec<(Option<SubAppId>, Error)>,
    /// Stretches of creation time that hold more media than the API shows.
    pub cut: Vec<Period>,
}

/// Why nothing can be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// API 3.0 has no look-up by vid.
    #[error(
        "API 3.0 tells the vid of a media but cannot search by it, and {0} was not seen before; \
         add --name with what the recording's file name begins with"
    )]
    VidNeedsName(Vid),
    /// The legacy search knows names only.
    #[error("the legacy API searches by name only; drop the other filters or use --api v3")]
    LegacyFilter,
    /// Every application failed.
    #[error("{0}")]
    Cloud(#[from] Error),
}

/// Finds media in the given applications; `None` is the account's default application.
///
/// One application that fails does not hide the others: see [`Found::failed`].
pub async fn find(
    client: &Client,
    api: Api,
    applications: &[Option<SubAppId>],
    query: &Query,
    now: DateTime<Utc>,
) -> Result<Found, FindError> {
    if api == Api::V2 {
        return find_legacy(client, query).await;
    }
    if let Query::Vids { vids, known, name: None } = query
        && known.is_empty()
    {
        return vids.first().map_or_else(|| Ok(Found::default()), |vid| Err(FindError::VidNeedsName(vid.clone())));
    }
    let mut found = Found::default();
    for &application in applications {
        let outcome = match query {
            Query::Search(filter) => search(client, application, filter, now, &mut found).await,
            Query::FileIds(file_ids) => look_up(client, application, file_ids, &mut found).await,
            Query::Vids { known, name, .. } => by_vid(client, application, known, name.as_deref(), now, &mut found).await,
        };
        if let Err(error) = outcome {
            found.failed.push((application, error));
        }
    }
    if found.failed.len() == applications.len()
        && let Some((_, error)) = found.failed.first()
    {
        return Err(error.clone().into());
    }
    found.settle(query);
    Ok(found)
}

async fn by_vid(
    client: &Client,
    application: Option<SubAppId>,
    known: &[FileId],
    name: Option<&str>,
    now: DateTime<Utc>,
    found: &mut Found,
) -> Result<(), Error> {
    if !known.is_empty() {
        look_up(client, application, known, found).await?;
    }
    if let Some(name) = name {
        let filter = Filter { name_prefix: Some(name.to_owned()), ..Filter::default() };
        search(client, application, &filter, now, found).await?;
    }
    Ok(())
}

async fn look_up(client: &Client, application: Option<SubAppId>, file_ids: &[FileId], found: &mut Found) -> Result<(), Error> {
    let answer = client.vod().describe_media_infos(application, file_ids).await?;
    found.media.extend(answer.media);
    Ok(())
}

/// A second with more media than the API shows is rare; after so many, the totals cannot be believed, and what is left is
/// reported as cut instead of being asked for without end.
const MAX_CUT: usize = 8;

/// Searches one application, all of it.
async fn search(
    client: &Client,
    application: Option<SubAppId>,
    filter: &Filter,
    now: DateTime<Utc>,
    found: &mut Found,
) -> Result<(), Error> {
    let request = SearchMedia {
        sub_app_id: application,
        name_prefixes: filter.name_prefix.iter().cloned().collect(),
        tags: filter.tags.clone(),
        class_ids: filter.class_ids.clone(),
        stream_ids: filter.stream_ids.clone(),
        trtc_room_ids: filter.room_ids.clone(),
        ..SearchMedia::default()
    };
    let mut cut = 0;
    let mut open = vec![filter.created.unwrap_or(Period { start: VOD_BEGINNING, end: now + TimeDelta::days(1) })];
    while let Some(window) = open.pop() {
        if cut == MAX_CUT {
            found.cut.push(window);
            continue;
        }
        let step = client.vod().walk(&request, window, SEARCH_PAGE).await?;
        found.media.extend(step.media);
        open.extend(step.rest.into_iter().rev());
        if step.cut {
            cut += 1;
            found.cut.push(step.whole);
        }
    }
    Ok(())
}

async fn find_legacy(client: &Client, query: &Query) -> Result<Found, FindError> {
    let mut found = Found::default();
    match query {
        Query::Search(filter) => {
            let prefix = match filter {
                Filter { name_prefix: Some(prefix), .. }
                    if *filter == (Filter { name_prefix: Some(prefix.clone()), ..Filter::default() }) =>
                {
                    prefix
                }
                _ => return Err(FindError::LegacyFilter),
            };
            legacy_search(client, prefix, &mut found).await?;
        }
        Query::FileIds(file_ids) => {
            for file_id in file_ids {
                match legacy_media(client, file_id).await {
                    Ok(media) => found.media.push(media),
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Query::Vids { vids, .. } => {
            for vid in vids {
                let request = DescribeRecordPlayInfo { vid: vid.as_str().to_owned(), notify_url: None };
                match client.legacy().describe_record_play_info(&request).await {
                    Ok(media) => found.media.extend(media),
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    found.settle(query);
    Ok(found)
}

/// GetVideoInfo knows more; DescribeVodPlayUrls alone lists every rendition of media from before VOD 4.0.
async fn legacy_media(client: &Client, file_id: &FileId) -> Result<Media, Error> {
    let mut media = client.legacy().get_video_info(file_id).await?;
    let playable = client.legacy().describe_vod_play_urls(file_id).await?;
    for rendition in playable {
        if !media.renditions.iter().any(|known| known.definition == rendition.definition) {
            media.renditions.push(rendition);
        }
    }
    media.renditions.sort_by_key(|rendition| rendition.definition);
    Ok(media)
}

/// Whether pages count from 0 or 1 is not documented, so pages from 1 are read first; if a page's worth is
/// missing at the end, page 0 is where it is.
async fn legacy_search(client: &Client, prefix: &str, found: &mut Found) -> Result<(), Error> {
    let mut seen: BTreeSet<FileId> = BTreeSet::new();
    let pages = (1..=MAX_LEGACY_PAGES).chain([0]);
    let mut reached_end = false;
    let mut total = 0;
    for page_no in pages {
        if reached_end && page_no != 0 {
            continue;
        }
        let request = DescribeVodPlayInfo { file_name: prefix.to_owned(), page_no, page_size: PAGE };
        let page = match client.legacy().describe_vod_play_info(&request).await {
            Ok(page) => page,
            // Nothing under this name; but what was counted before does not vanish with a page that is not there.
            Err(error) if error.kind == ErrorKind::NotFound && total == 0 => return Ok(()),
            Err(error) if error.kind == ErrorKind::NotFound => {
                reached_end = true;
                continue;
            }
            Err(error) => return Err(error),
        };
        let before = seen.len();
        found.media.extend(page.media.into_iter().filter(|media| seen.insert(media.file_id.clone())));
        total = page.total;
        if seen.len() as u64 >= total {
            return Ok(());
        }
        reached_end = seen.len() == before;
    }
    let message = format!("totalCount is more than what comes: {} of {total}; search again", seen.len());
    let mut error = Error::new(ErrorKind::Malformed, message);
    error.action = "DescribeVodPlayInfo";
    found.failed.push((None, error));
    Ok(())
}

impl Found {
    /// Each media once; only what was asked for; what is missing by name.
    fn settle(&mut self, query: &Query) {
        let mut seen = BTreeSet::new();
        self.media.retain(|media| seen.insert((media.sub_app_id, media.file_id.clone())));
        match query {
            Query::Search(filter) => {
                if let Some(prefix) = &filter.name_prefix {
                    self.media.retain(|media| media.name.starts_with(prefix.as_str()));
                }
            }
            Query::FileIds(file_ids) => {
                self.missing = file_ids
                    .iter()
                    .filter(|id| !self.media.iter().any(|media| media.file_id == **id))
                    .map(ToString::to_string)
                    .collect();
            }
            Query::Vids { vids, .. } => {
                self.media.retain(|media| media.vid.as_ref().is_some_and(|vid| vids.contains(vid)));
                self.missing = vids
                    .iter()
                    .filter(|vid| !self.media.iter().any(|media| media.vid.as_ref() == Some(*vid)))
                    .map(ToString::to_string)
                    .collect();
            }
        }
    }
}
