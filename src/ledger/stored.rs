//! Media as what they store: how many bytes, where, since when, and what they belong to.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::connection::{Connection, Row, each_row};
use super::{Ledger, LedgerError, app_of};
use crate::model::{AccountId, FileId, SubAppId};

/// What the ledger knows of a media that matters for what it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMedia {
    /// Its id.
    pub file_id: FileId,
    /// The application that holds it, where known.
    pub sub_app_id: Option<SubAppId>,
    /// Its name.
    pub name: String,
    /// The room it was recorded from; empty where unknown.
    pub room_id: String,
    /// Category id; empty where unknown.
    pub class_id: String,
    /// Its tags, in order.
    pub tags: Vec<String>,
    /// `STANDARD` and the like; empty where unknown.
    pub storage_class: String,
    /// The region that stores it; empty where unknown.
    pub storage_region: String,
    /// Bytes of the source file.
    pub size: Option<u64>,
    /// Bytes of everything made of it.
    pub rendition_size: Option<u64>,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// The UTC second in which it was created.
    pub created_at: Option<i64>,
    /// The UTC second in which the ledger first heard of it.
    pub first_seen_at: i64,
    /// The UTC second in which it ended: seen as deleted, or expired; `None` where neither is known.
    pub gone_at: Option<i64>,
}

const SELECT: &str = "
SELECT media.file_id, sub_app_id, name, room_id, class_id, storage_class, storage_region, size, rendition_size, duration_ms,
       created_at, first_seen_at, expires_at, deleted_at, tag
FROM media LEFT JOIN media_tag ON media_tag.account = media.account AND media_tag.file_id = media.file_id
WHERE media.account = ?1
ORDER BY media.file_id, tag";

impl Ledger {
    /// Hands over every media of an account that was ever seen, by id, until told to stop. The ledger is busy meanwhile.
    pub fn each_stored(
        &self,
        account: &AccountId,
        mut each: impl FnMut(StoredMedia) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let mut open: Option<StoredMedia> = None;
        let (mut result, mut stopped) = (Ok(()), false);
        self.lock().stream(SELECT, &[account.as_str().into()], &mut |values| {
            let row = Row(values);
            let flow = match next(&mut open, row) {
                Ok(Some(done)) => each(done),
                Ok(None) => ControlFlow::Continue(()),
                Err(error) => {
                    result = Err(error);
                    ControlFlow::Break(())
                }
            };
            stopped = flow.is_break();
            flow
        })?;
        if let Some(last) = open.filter(|_| !stopped) {
            let _ = each(last);
        }
        result
    }
}

/// The media of an account after an id, in the order of their ids, so many at most.
pub(super) fn page(
    connection: &mut dyn Connection,
    account: &AccountId,
    after: &str,
    most: i64,
) -> Result<Vec<StoredMedia>, LedgerError> {
    let sql = SELECT.replace(
        "FROM media LEFT",
        "FROM (SELECT * FROM media WHERE account = ?1 AND file_id > ?2 ORDER BY file_id LIMIT ?3) AS media LEFT",
    );
    let (mut open, mut media) = (None, Vec::new());
    each_row(connection, &sql, &[account.as_str().into(), after.into(), most.into()], |row| {
        media.extend(next(&mut open, row)?);
        Ok(())
    })?;
    media.extend(open);
    Ok(media)
}

/// Takes a row in; a media has one for each tag. Gives the media before, once it is complete.
fn next(open: &mut Option<StoredMedia>, row: Row<'_>) -> Result<Option<StoredMedia>, LedgerError> {
    let tag = row.maybe_text(14)?.map(str::to_owned);
    if let Some(media) = open.as_mut().filter(|media| row.text(0).is_ok_and(|id| id == media.file_id.as_str())) {
        media.tags.extend(tag);
        return Ok(None);
    }
    let media = StoredMedia { tags: tag.into_iter().collect(), ..read(row)? };
    Ok(open.replace(media))
}

fn read(row: Row<'_>) -> Result<StoredMedia, LedgerError> {
    let number = |index| row.maybe_integer(index).map(|number| number.and_then(|number| u64::try_from(number).ok()));
    let text = |index| row.text(index).map(str::to_owned);
    Ok(StoredMedia {
        file_id: FileId::new(row.text(0)?),
        sub_app_id: app_of(row.text(1)?)?,
        name: text(2)?,
        room_id: text(3)?,
        class_id: text(4)?,
        tags: Vec::new(),
        storage_class: text(5)?,
        storage_region: text(6)?,
        size: number(7)?,
        rendition_size: number(8)?,
        duration_ms: number(9)?,
        created_at: row.maybe_integer(10)?,
        first_seen_at: row.integer(11)?,
        gone_at: row.maybe_integer(13)?.or(row.maybe_integer(12)?),
    })
}
