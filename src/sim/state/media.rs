//! Changes of media: deleting, describing, moving between storage classes.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Event, Inner, Moved};
use crate::model::area;
use crate::sim::account::{Application, Media, Restore};
use crate::sim::cloud::Cloud;

/// How long media must stay in a class that was chosen for it (price page 266/14666).
const LEAST_DAYS: [(&str, i64); 2] = [("ARCHIVE", 90), ("DEEP_ARCHIVE", 180)];

/// A part of a media that shall go: a type of files, and of these a definition.
pub struct Part<'a> {
    /// `OriginalFiles`, `TranscodeFiles`, …
    pub kind: &'a str,
    /// 0 is all.
    pub definition: i64,
}

/// The words for a storage class: as a level, and as an amount that was deleted before its time.
fn class_words(class: &str) -> (&'static str, Option<&'static str>) {
    match class {
        "STANDARD_IA" => ("InfrequentStorage", Some("DeletedInfrequentStorage")),
        "ARCHIVE" => ("ArchiveStorage", Some("DeletedArchiveStorage")),
        "DEEP_ARCHIVE" => ("DeepArchiveStorage", Some("DeletedDeepArchiveStorage")),
        _ => ("StandardStorage", None),
    }
}

impl Cloud {
    /// One media as it is now, if it exists.
    pub fn media_by_id<'a>(&'a self, application: &'a Application, file_id: &str) -> Option<Cow<'a, Media>> {
        self.media(application).into_iter().find(|media| media.file_id == file_id)
    }

    /// The media that requests have changed, in place of what the account file says.
    pub(in crate::sim) fn with_changes<'a>(&self, declared: impl Iterator<Item = &'a Media>) -> Vec<Cow<'a, Media>> {
        let state = self.state.lock();
        let as_is = |media: &'a Media| match state.media.get(&media.file_id) {
            Some(changed) if changed.changes.deleted => None,
            Some(changed) => Some(Cow::Owned(changed.clone())),
            None => Some(Cow::Borrowed(media)),
        };
        declared.filter_map(as_is).collect()
    }

    /// Changes one media for good. The caller has seen that it exists.
    pub fn change_media(&self, media: &Media, change: impl FnOnce(&mut Media)) -> Media {
        let now = self.now();
        let mut state = self.state.lock();
        let mut changed = state.media.get(&media.file_id).unwrap_or(media).clone();
        change(&mut changed);
        changed.changes.updated = Some(now);
        state.media.insert(changed.file_id.clone(), changed.clone());
        changed
    }

    /// Deletes parts of a media, or all of it where no part is named. What it stored falls away at once.
    pub fn delete_media(&self, application: &Application, media: &Media, parts: &[Part<'_>]) {
        let now = self.now();
        let before = media.stored_bytes();
        let changed = self.change_media(media, |media| match parts {
            [] => media.changes.deleted = true,
            parts => parts.iter().for_each(|part| delete_part(media, part)),
        });
        let left = if changed.changes.deleted { 0 } else { changed.stored_bytes() };
        let parts: Vec<(String, i64)> = parts.iter().map(|part| (part.kind.to_owned(), part.definition)).collect();
        let wanted = self.events().get(&application.sub_app_id).is_some_and(|events| events.pulls(&events.delete_media_complete));
        let mut state = self.state.lock();
        state.take(application, &changed, now, before - left, TooEarly::Counted);
        if wanted {
            state.enqueue(application.sub_app_id, now, Event::Deleted { file_id: changed.file_id, parts });
        }
    }

    /// Moves a media to another class at once.
    pub fn move_media(&self, application: &Application, media: &Media, class: &str) {
        let now = self.now();
        let old = media.clone();
        let moved = self.change_media(media, |media| {
            class.clone_into(&mut media.storage_class);
            media.changes.class_since = Some(now);
        });
        let mut state = self.state.lock();
        state.take(application, &old, now, old.stored_bytes(), TooEarly::Counted);
        state.give(application, &moved, now);
    }

    /// Sends a media on its way out of an archive.
    pub fn restore_media(&self, media: &Media, restore: Restore) {
        self.change_media(media, |media| media.changes.restore = Some(restore));
    }

    /// Follows the account's clock: what was due has happened.
    pub(in crate::sim) fn settle(&self) {
        let now = self.now();
        let uploads = self.uploads_wanted();
        let mut state = self.state.lock();
        for application in &self.account.applications {
            let due: Vec<Media> = application.media.iter().filter_map(|media| state.media.get(&media.file_id)).cloned().collect();
            for media in due {
                let restore = media.changes.restore.clone();
                if let Some(restore) = restore.filter(|restore| restore.done <= now && !media.changes.deleted) {
                    state.restored(application, media, &restore);
                }
            }
            if uploads.contains(&application.sub_app_id) {
                let since = state.seen_until;
                for media in application.media.iter().filter(|media| since < media.created && media.created <= now) {
                    state.enqueue(application.sub_app_id, media.created, Event::Uploaded(Box::new(media.clone())));
                }
            }
        }
        state.seen_until = state.seen_until.max(now);
    }

    fn uploads_wanted(&self) -> Vec<u64> {
        let events = self.events();
        let wanted = events.iter().filter(|(_, events)| events.pulls(&events.upload_media_complete));
        wanted.map(|(sub_app_id, _)| *sub_app_id).collect()
    }
}

/// Whether leaving a class counts as deleting early.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TooEarly {
    Counted,
    NotCounted,
}

fn delete_part(media: &mut Media, part: &Part<'_>) {
    match part.kind {
        "OriginalFiles" => media.changes.original_deleted = true,
        "TranscodeFiles" => media.transcodes.retain(|form| part.definition != 0 && form.definition != part.definition),
        // The simulated media has no files of the other types.
        _ => {}
    }
}

/// The area in which a media counts as stored.
fn area_of(application: &Application, media: &Media) -> &'static str {
    area::of_region(media.region(application)).unwrap_or(area::MAINLAND)
}

impl Inner {
    /// A restore is done: the class changes, or a copy is there for some days. Either way its bytes were read.
    fn restored(&mut self, application: &Application, media: Media, restore: &Restore) {
        let from = media.storage_class.clone();
        let (area, bytes) = (area_of(application, &media), media.stored_bytes());
        let mut after = media.clone();
        after.changes.restore = None;
        if restore.days == 0 {
            after.storage_class.clone_from(&restore.class);
            after.changes.class_since = Some(restore.done);
            after.changes.updated = Some(restore.done);
            self.take(application, &media, restore.done, bytes, TooEarly::NotCounted);
            self.give(application, &after, restore.done);
        }
        if let Some(kind) = retrieval(&from, &restore.tier) {
            self.retrieved.push(Moved { sub_app_id: application.sub_app_id, area, kind, at: restore.done, bytes: bytes.into() });
        }
        self.media.insert(after.file_id.clone(), after);
        let event = Event::Restored { file_id: media.file_id, from, restore: restore.clone() };
        self.enqueue(application.sub_app_id, restore.done, event);
    }

    /// Bytes leave the class of a media.
    fn take(&mut self, application: &Application, media: &Media, at: DateTime<Utc>, bytes: u64, early: TooEarly) {
        let (sub_app_id, area) = (application.sub_app_id, area_of(application, media));
        let (kind, deleted) = class_words(&media.storage_class);
        self.shifts.push(Moved { sub_app_id, area, kind, at, bytes: -i128::from(bytes) });
        let least = LEAST_DAYS.iter().find(|(class, _)| *class == media.storage_class);
        let since = media.changes.class_since.unwrap_or(media.created);
        let is_early = least.is_some_and(|(_, days)| at < since + TimeDelta::days(*days));
        if let Some(kind) = deleted.filter(|_| is_early && early == TooEarly::Counted) {
            self.retrieved.push(Moved { sub_app_id, area, kind, at, bytes: bytes.into() });
        }
    }

    /// Bytes come to the class of a media.
    fn give(&mut self, application: &Application, media: &Media, at: DateTime<Utc>) {
        let (kind, _) = class_words(&media.storage_class);
        let area = area_of(application, media);
        let bytes = media.stored_bytes().into();
        self.shifts.push(Moved { sub_app_id: application.sub_app_id, area, kind, at, bytes });
    }
}

/// The measure of reading out of an archive.
fn retrieval(class: &str, tier: &str) -> Option<&'static str> {
    match (class, tier) {
        ("ARCHIVE", "Expedited") => Some("ArchiveExpeditedRetrieval"),
        ("ARCHIVE", "Standard") => Some("ArchiveStandardRetrieval"),
        ("ARCHIVE", "Bulk") => Some("ArchiveBulkRetrieval"),
        ("DEEP_ARCHIVE", "Standard") => Some("DeepArchiveStandardRetrieval"),
        ("DEEP_ARCHIVE", "Bulk") => Some("DeepArchiveBulkRetrieval"),
        _ => None,
    }
}
