//! Media that were seen: the index by which a vid is found again.

use chrono::{DateTime, Utc};

use super::accounts::know_account;
use super::connection::{Connection, Row, Value, collect, exact, transaction};
use super::{Ledger, LedgerError, app_text, identity};
use crate::model::{AccountId, FileId, Media, MediaState, Vid};

/// What a later sighting does not tell stays as an earlier one told it.
const REMEMBER: &str = "
INSERT INTO media (account, file_id, sub_app_id, vid, name, state, source_type, stream_id, room_id, class_id, class_name,
                   storage_class, storage_region, size, rendition_size, duration_ms, created_at, expires_at, deleted_at,
                   first_seen_at, last_seen_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?20)
ON CONFLICT (account, file_id) DO UPDATE SET
    sub_app_id = COALESCE(NULLIF(CAST(?21 AS TEXT), ''), NULLIF(media.sub_app_id, ''), excluded.sub_app_id),
    vid = COALESCE(NULLIF(excluded.vid, ''), media.vid),
    name = COALESCE(NULLIF(excluded.name, ''), media.name),
    state = excluded.state,
    source_type = COALESCE(NULLIF(excluded.source_type, ''), media.source_type),
    stream_id = COALESCE(NULLIF(excluded.stream_id, ''), media.stream_id),
    room_id = COALESCE(NULLIF(excluded.room_id, ''), media.room_id),
    class_id = COALESCE(NULLIF(excluded.class_id, ''), media.class_id),
    class_name = COALESCE(NULLIF(excluded.class_name, ''), media.class_name),
    storage_class = COALESCE(NULLIF(excluded.storage_class, ''), media.storage_class),
    storage_region = COALESCE(NULLIF(excluded.storage_region, ''), media.storage_region),
    size = COALESCE(excluded.size, media.size),
    rendition_size = COALESCE(excluded.rendition_size, media.rendition_size),
    duration_ms = COALESCE(excluded.duration_ms, media.duration_ms),
    created_at = COALESCE(excluded.created_at, media.created_at),
    expires_at = excluded.expires_at,
    deleted_at = CASE WHEN excluded.deleted_at IS NULL THEN NULL ELSE COALESCE(media.deleted_at, excluded.deleted_at) END,
    last_seen_at = excluded.last_seen_at,
    sighting = ''";

impl Ledger {
    /// Remembers media of an account that an answer showed. Signed URLs are not kept.
    pub fn remember_media(&self, account: &AccountId, media: &[Media], seen: DateTime<Utc>) -> Result<(), LedgerError> {
        transaction(self.lock().as_mut(), |connection| {
            know_account(connection, account)?;
            media.iter().try_for_each(|one| remember(connection, account, one, seen))
        })
    }

    /// The media that were seen with this vid, in the order of their names.
    pub fn media_of_vid(&self, account: &AccountId, vid: &Vid) -> Result<Vec<FileId>, LedgerError> {
        let sql = "SELECT file_id FROM media WHERE account = ?1 AND vid = ?2 ORDER BY name, file_id";
        collect(self.lock().as_mut(), sql, &[account.as_str().into(), vid.as_str().into()], |row| Ok(FileId::new(row.text(0)?)))
    }

    /// The vids that media were seen with, each with its media.
    pub fn vids(&self, account: &AccountId) -> Result<Vec<(Vid, FileId)>, LedgerError> {
        let sql = "SELECT vid, file_id FROM media WHERE account = ?1 AND vid <> '' ORDER BY vid, file_id";
        let read = |row: Row<'_>| Ok((Vid::new(row.text(0)?), FileId::new(row.text(1)?)));
        collect(self.lock().as_mut(), sql, &[account.as_str().into()], read)
    }

    /// The paths of URLs that do not name their media, each with its media.
    pub fn media_paths(&self, account: &AccountId) -> Result<Vec<(String, FileId)>, LedgerError> {
        let sql = "SELECT path, file_id FROM media_path WHERE account = ?1 ORDER BY path";
        let read = |row: Row<'_>| Ok((row.text(0)?.to_owned(), FileId::new(row.text(1)?)));
        collect(self.lock().as_mut(), sql, &[account.as_str().into()], read)
    }
}

/// The bytes of everything made of the source file (definition 0 is the source itself); `None` while a part is unknown.
pub(super) fn rendition_size(media: &Media) -> Option<u64> {
    if media.renditions.is_empty() {
        return None;
    }
    let made = media.renditions.iter().filter(|rendition| rendition.definition != 0);
    made.map(|rendition| rendition.size).try_fold(0_u64, |sum, size| sum.checked_add(size?))
}

pub(super) fn remember(
    connection: &mut dyn Connection,
    account: &AccountId,
    media: &Media,
    seen: DateTime<Utc>,
) -> Result<(), LedgerError> {
    // One that was seen without its application is of the default one, unless an earlier sighting knows better.
    let application = identity::named(connection, account, media.sub_app_id)?;
    let number = |what, value: Option<u64>| value.map(|value| exact(what, i128::from(value))).transpose();
    let text = |value: &Option<String>| Value::from(value.as_deref().unwrap_or_default());
    connection.execute(
        REMEMBER,
        &[
            account.as_str().into(),
            media.file_id.as_str().into(),
            application.into(),
            media.vid.as_ref().map_or("", Vid::as_str).into(),
            media.name.as_str().into(),
            media.state.as_str().into(),
            media.source_type.as_str().into(),
            text(&media.stream_id),
            text(&media.room_id),
            media.class_id.map(|id| id.to_string()).unwrap_or_default().into(),
            media.class_name.as_str().into(),
            media.storage_class.as_str().into(),
            media.storage_region.as_str().into(),
            number("size of a media", media.size)?.into(),
            number("size of the renditions of a media", rendition_size(media))?.into(),
            number("duration of a media", media.duration_ms)?.into(),
            media.created.into(),
            media.expires.into(),
            (media.state == MediaState::Deleted).then_some(seen).into(),
            seen.into(),
            app_text(media.sub_app_id).into(),
        ],
    )?;
    let key = [Value::from(account.as_str()), media.file_id.as_str().into()];
    connection.execute("DELETE FROM media_tag WHERE account = ?1 AND file_id = ?2", &key)?;
    for tag in &media.tags {
        let [account, file_id] = key.clone();
        connection.execute(
            "INSERT INTO media_tag (account, file_id, tag) VALUES (?1, ?2, ?3) ON CONFLICT (account, file_id, tag) DO NOTHING",
            &[account, file_id, tag.as_str().into()],
        )?;
    }
    Ok(())
}
