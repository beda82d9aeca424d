//! Which media a plan is about, each read afresh.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::change::Change;
use super::cloud::READ_AT_ONCE;
use super::plan::LeftOut;
use super::protect::Protection;
use super::snapshot::Snapshot;
use crate::cloud::vod::SearchMedia;
use crate::cloud::{Client, Error};
use crate::model::{FileId, Period, StorageClass, SubAppId};
use crate::recordings::find::{Api, FindError, Query, find};

/// What is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// What the cloud is asked for.
    pub query: Query,
    /// Of that, only media of these ids; empty is all.
    pub only: BTreeSet<FileId>,
    /// Of that, only media that are at least so old.
    pub older_than: Option<TimeDelta>,
    /// Of that, only media of these storage classes; empty is all.
    pub storage_classes: BTreeSet<StorageClass>,
}

/// What was selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// The media, as they are now.
    pub media: Vec<Snapshot>,
    /// Ids that no asked application knows.
    pub missing: Vec<String>,
    /// Applications that could not be asked, and why.
    pub failed: Vec<(Option<SubAppId>, Error)>,
    /// Stretches of creation time that hold more media than the API shows.
    pub cut: Vec<Period>,
}

impl Selected {
    /// Whether something that was asked for may not be in it.
    pub fn has_gaps(&self) -> bool {
        !(self.missing.is_empty() && self.failed.is_empty() && self.cut.is_empty())
    }
}

/// Finds the media of a selection and reads each afresh.
///
/// # Errors
/// What can find nothing at all. An application that fails does not hide the others: see [`Selected::failed`].
pub async fn select(
    client: &Client,
    applications: &[Option<SubAppId>],
    selection: &Selection,
    now: DateTime<Utc>,
) -> Result<Selected, FindError> {
    let found = find(client, Api::V3, applications, &selection.query, now).await?;
    let mut selected = Selected { missing: found.missing, failed: found.failed, cut: found.cut, ..Selected::default() };
    let media = found.media.into_iter();
    let media = media.filter(|media| selection.only.is_empty() || selection.only.contains(&media.file_id));
    if matches!(selection.query, Query::FileIds(_)) {
        selected.media = media.map(|media| Snapshot::of(&media)).collect();
    } else {
        // What a search shows may be older than what reading a media shows.
        let mut groups: Vec<(Option<SubAppId>, Vec<FileId>)> = Vec::new();
        for media in media {
            match groups.iter_mut().find(|(application, _)| *application == media.sub_app_id) {
                Some((_, ids)) => ids.push(media.file_id),
                None => groups.push((media.sub_app_id, vec![media.file_id])),
            }
        }
        for (application, ids) in groups {
            for ids in ids.chunks(READ_AT_ONCE) {
                let read = client.vod().describe_media_infos(application, ids).await?;
                selected.media.extend(read.media.iter().map(Snapshot::of));
            }
        }
    }
    selected.media.retain(|media| selection.holds(media, now));
    Ok(selected)
}

impl Selection {
    /// Whether a media that was read passes what the cloud cannot be asked for.
    fn holds(&self, media: &Snapshot, now: DateTime<Utc>) -> bool {
        let old = |age: TimeDelta| media.created.is_some_and(|created| now - created >= age);
        let class = media.storage_class.parse().unwrap_or(StorageClass::Standard);
        self.older_than.is_none_or(old) && (self.storage_classes.is_empty() || self.storage_classes.contains(&class))
    }
}

/// Takes out what is protected or cannot be changed so, and says why.
pub fn leave_out(
    media: Vec<Snapshot>,
    change: &Change,
    protection: &Protection,
    now: DateTime<Utc>,
) -> (Vec<Snapshot>, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    let media = media.into_iter().filter(|media| {
        let kept = protection.forbids(change, media, now).map_err(|kept| kept.to_string());
        let why = kept.and_then(|()| change.fits(media).map_err(|unfit| unfit.to_string())).err();
        left_out.extend(why.as_ref().map(|why| LeftOut {
            file_id: media.file_id.clone(),
            sub_app_id: media.sub_app_id,
            name: media.name.clone(),
            why: why.clone(),
        }));
        why.is_none()
    });
    let media = media.collect();
    (media, left_out)
}

/// How many media the applications hold, at least: a search counts no further than [`crate::cloud::vod::SEARCH_WALL`].
pub async fn count(client: &Client, applications: &[Option<SubAppId>]) -> Result<u64, Error> {
    let mut sum = 0_u64;
    for application in applications {
        let request = SearchMedia { sub_app_id: *application, limit: 1, ..SearchMedia::default() };
        sum = sum.saturating_add(client.vod().search_media(&request).await?.total);
    }
    Ok(sum)
}
