//! The media of an account by day: what each was like, from which billing day until which. What media were like in the past
//! cannot be asked of the cloud, so every listing keeps what changed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::connection::{Connection, Value, collect, exact};
use super::media::{remember, rendition_size};
use super::units::Unit;
use super::work::{Committed, UnitResult};
use super::{Ledger, LedgerError, app_text};
use crate::model::{AccountId, BillingDay, FileId, Media, Period, SubAppId};

/// The media that were created in a stretch of time, all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The billing day on which they were listed.
    pub day: BillingDay,
    /// Those that are there.
    pub media: Vec<Media>,
    /// Those that were there before and are gone: the cloud says that they do not exist.
    pub gone: Vec<FileId>,
    /// Paths of URLs that do not name their media.
    pub paths: Vec<(String, FileId)>,
}

/// A day on which all media of an application were listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryDay {
    /// The application.
    pub sub_app_id: Option<SubAppId>,
    /// The day.
    pub day: BillingDay,
    /// How many there were.
    pub media: i64,
    /// What they held: source files and everything made of them, as far as known.
    pub bytes: i64,
}

const DAY_COLUMNS: &[&str] = &[
    "account",
    "file_id",
    "from_day",
    "sub_app_id",
    "gone",
    "size",
    "rendition_size",
    "renditions",
    "storage_class",
    "storage_region",
    "class_id",
    "tags",
];

/// So many ids are looked up at a time.
const IDS_AT_ONCE: usize = 200;

impl Ledger {
    /// The media of an application that were created in a period and are not known to be gone.
    pub fn media_created(
        &self,
        account: &AccountId,
        sub_app_id: Option<SubAppId>,
        created: Period,
    ) -> Result<Vec<FileId>, LedgerError> {
        let sql = "SELECT file_id FROM media
                   WHERE account = ?1 AND sub_app_id = ?2 AND created_at >= ?3 AND created_at < ?4 AND deleted_at IS NULL
                   ORDER BY file_id";
        collect(self.lock().as_mut(), sql, &scope(account, sub_app_id, created), |row| Ok(FileId::new(row.text(0)?)))
    }

    /// The seconds that cut the known media of an application, by creation, into parts of `each`.
    pub fn creation_cuts(
        &self,
        account: &AccountId,
        sub_app_id: Option<SubAppId>,
        each: usize,
    ) -> Result<Vec<DateTime<Utc>>, LedgerError> {
        let sql = "SELECT created_at FROM media
                   WHERE account = ?1 AND sub_app_id = ?2 AND created_at IS NOT NULL AND deleted_at IS NULL ORDER BY created_at";
        let (mut cuts, mut count) = (Vec::new(), 0_usize);
        let mut failed = None;
        self.lock().stream(sql, &[account.as_str().into(), app_text(sub_app_id).into()], &mut |values| {
            count += 1;
            if count.is_multiple_of(each.max(1)) {
                match super::connection::Row(values).time(0) {
                    Ok(time) => cuts.push(time),
                    Err(error) => {
                        failed = Some(error);
                        return std::ops::ControlFlow::Break(());
                    }
                }
            }
            std::ops::ControlFlow::Continue(())
        })?;
        cuts.dedup();
        failed.map_or(Ok(cuts), Err)
    }

    /// Notes that all media of an application were listed on a day. Says how many there were, and their bytes.
    pub fn close_inventory(
        &self,
        account: &AccountId,
        sub_app_id: Option<SubAppId>,
        day: BillingDay,
    ) -> Result<InventoryDay, LedgerError> {
        super::connection::transaction(self.lock().as_mut(), |connection| {
            let app = app_text(sub_app_id);
            let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(COALESCE(size, 0) + COALESCE(rendition_size, 0)), 0) AS BIGINT)
                       FROM media_day WHERE account = ?1 AND sub_app_id = ?2 AND until_day IS NULL AND gone = 0";
            let sums = collect(connection, sql, &[account.as_str().into(), app.as_str().into()], |row| {
                Ok((row.integer(0)?, row.integer(1)?))
            })?;
            let (media, bytes) = sums.into_iter().next().unwrap_or_default();
            connection.execute(
                "INSERT INTO inventory_day (account, sub_app_id, usage_day, media, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (account, sub_app_id, usage_day) DO UPDATE SET media = excluded.media, bytes = excluded.bytes",
                &[account.as_str().into(), app.into(), day.to_string().into(), media.into(), bytes.into()],
            )?;
            Ok(InventoryDay { sub_app_id, day, media, bytes })
        })
    }

    /// The days on which all media of an application were listed, oldest first.
    pub fn inventory_days(&self, account: &AccountId) -> Result<Vec<InventoryDay>, LedgerError> {
        let sql =
            "SELECT sub_app_id, usage_day, media, bytes FROM inventory_day WHERE account = ?1 ORDER BY usage_day, sub_app_id";
        collect(self.lock().as_mut(), sql, &[account.as_str().into()], |row| {
            Ok(InventoryDay {
                sub_app_id: super::app_of(row.text(0)?)?,
                day: row.parsed(1, "a billing day")?,
                media: row.integer(2)?,
                bytes: row.integer(3)?,
            })
        })
    }
}

fn scope(account: &AccountId, sub_app_id: Option<SubAppId>, created: Period) -> [Value; 4] {
    [account.as_str().into(), app_text(sub_app_id).into(), created.start.into(), created.end.into()]
}

/// Writes a listing, inside a transaction. A media that is as it was at the last listing costs nothing but a look.
pub(super) fn replace(
    connection: &mut dyn Connection,
    unit: &Unit,
    listing: &Listing,
    result: &UnitResult,
) -> Result<Committed, LedgerError> {
    let mut committed = Committed::default();
    let known = sightings(connection, unit, result.asked, listing)?;
    let mut days = Vec::new();
    let mut seen = HashSet::new();
    for media in listing.media.iter().filter(|media| seen.insert(&media.file_id)) {
        let sighting = sighting(media);
        match known.get(media.file_id.as_str()) {
            Some(before) if *before == sighting => {
                committed.unchanged += 1;
                continue;
            }
            Some(_) => committed.restated += 1,
            None => committed.new += 1,
        }
        remember(connection, &unit.account, media, result.at)?;
        let id = [Value::from(unit.account.as_str()), media.file_id.as_str().into(), sighting.into()];
        connection.execute("UPDATE media SET sighting = ?3 WHERE account = ?1 AND file_id = ?2", &id)?;
        let row = day_row(&unit.account, media, listing.day)?;
        if known.contains_key(media.file_id.as_str()) && !turn(connection, &row)? {
            continue;
        }
        days.push(row);
    }
    connection.insert("media_day", DAY_COLUMNS, &mut days.into_iter())?;
    for (path, file_id) in &listing.paths {
        connection.execute(
            "INSERT INTO media_path (account, path, file_id) VALUES (?1, ?2, ?3)
             ON CONFLICT (account, path) DO UPDATE SET file_id = excluded.file_id",
            &[unit.account.as_str().into(), path.as_str().into(), file_id.as_str().into()],
        )?;
    }
    for file_id in &listing.gone {
        committed.restated += usize::from(end(connection, &unit.account, file_id, listing.day, result.at)?);
    }
    let [account, app, start, until] = scope(&unit.account, unit.sub_app_id, result.asked);
    connection.execute(
        "UPDATE media SET last_seen_at = ?5
         WHERE account = ?1 AND sub_app_id = ?2 AND created_at >= ?3 AND created_at < ?4 AND deleted_at IS NULL",
        &[account, app, start, until, result.at.into()],
    )?;
    Ok(committed)
}

/// What the last listing told of the media that this one shows: those of its time, and any other that is known by its id.
fn sightings(
    connection: &mut dyn Connection,
    unit: &Unit,
    asked: Period,
    listing: &Listing,
) -> Result<HashMap<String, String>, LedgerError> {
    let sql = "SELECT file_id, sighting FROM media
               WHERE account = ?1 AND sub_app_id = ?2 AND created_at >= ?3 AND created_at < ?4";
    let pair = |row: super::connection::Row<'_>| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
    let of_window = collect(connection, sql, &scope(&unit.account, unit.sub_app_id, asked), pair)?;
    let mut known: HashMap<String, String> = of_window.into_iter().collect();
    let others: Vec<&FileId> =
        listing.media.iter().map(|media| &media.file_id).filter(|id| !known.contains_key(id.as_str())).collect();
    for ids in others.chunks(IDS_AT_ONCE) {
        let places: Vec<String> = (2..ids.len() + 2).map(|place| format!("?{place}")).collect();
        let sql = format!("SELECT file_id, sighting FROM media WHERE account = ?1 AND file_id IN ({})", places.join(", "));
        let mut parameters: Vec<Value> = vec![unit.account.as_str().into()];
        parameters.extend(ids.iter().map(|id| Value::from(id.as_str())));
        known.extend(collect(connection, &sql, &parameters, pair)?);
    }
    Ok(known)
}

/// A hash of everything that a listing tells of a media and the ledger keeps.
fn sighting(media: &Media) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text.as_bytes());
    };
    let number = |value: Option<i128>| value.map_or_else(String::new, |value| value.to_string());
    for text in [
        media.name.as_str(),
        media.vid.as_ref().map_or("", |vid| vid.as_str()),
        &app_text(media.sub_app_id),
        media.state.as_str(),
        &media.source_type,
        media.stream_id.as_deref().unwrap_or_default(),
        media.room_id.as_deref().unwrap_or_default(),
        &number(media.class_id.map(i128::from)),
        &media.class_name,
        &media.storage_class,
        &media.storage_region,
        &number(media.size.map(i128::from)),
        &number(media.duration_ms.map(i128::from)),
        &number(media.created.map(|time| i128::from(time.timestamp()))),
        &number(media.expires.map(|time| i128::from(time.timestamp()))),
    ] {
        add(text);
    }
    for rendition in &media.renditions {
        add(&rendition.definition.to_string());
        add(&number(rendition.size.map(i128::from)));
    }
    for tag in &media.tags {
        add(tag);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn day_row(account: &AccountId, media: &Media, day: BillingDay) -> Result<Vec<Value>, LedgerError> {
    let number = |what, value: Option<u64>| value.map(|value| exact(what, i128::from(value))).transpose();
    let mut tags = media.tags.clone();
    tags.sort();
    tags.dedup();
    let mut renditions: Vec<_> = media.renditions.iter().map(|rendition| (rendition.definition, rendition.size)).collect();
    renditions.sort_unstable();
    let renditions: Vec<_> =
        renditions.into_iter().map(|(definition, size)| json!({"definition": definition, "size": size})).collect();
    Ok(vec![
        account.as_str().into(),
        media.file_id.as_str().into(),
        day.to_string().into(),
        app_text(media.sub_app_id).into(),
        i64::from(media.state == crate::model::MediaState::Deleted).into(),
        number("size of a media", media.size)?.into(),
        number("size of the renditions of a media", rendition_size(media))?.into(),
        json!(renditions).to_string().into(),
        media.storage_class.as_str().into(),
        media.storage_region.as_str().into(),
        media.class_id.map(|id| id.to_string()).unwrap_or_default().into(),
        json!(tags).to_string().into(),
    ])
}

/// Ends what a media was like before, unless it is still like that. Says whether a new row is to begin.
fn turn(connection: &mut dyn Connection, row: &[Value]) -> Result<bool, LedgerError> {
    let id = &row[..2];
    let sql =
        format!("SELECT {} FROM media_day WHERE account = ?1 AND file_id = ?2 AND until_day IS NULL", DAY_COLUMNS.join(", "));
    let current = collect(connection, &sql, id, |row| Ok(row.0.to_vec()))?;
    let Some(current) = current.first() else { return Ok(true) };
    if current[3..] == row[3..] {
        return Ok(false);
    }
    let same_day = current[2] == row[2];
    let sql = if same_day {
        "DELETE FROM media_day WHERE account = ?1 AND file_id = ?2 AND from_day = ?3"
    } else {
        "UPDATE media_day SET until_day = ?3 WHERE account = ?1 AND file_id = ?2 AND until_day IS NULL"
    };
    connection.execute(sql, &row[..3])?;
    Ok(true)
}

/// Notes that a media is gone. Says whether that is new.
fn end(
    connection: &mut dyn Connection,
    account: &AccountId,
    file_id: &FileId,
    day: BillingDay,
    at: DateTime<Utc>,
) -> Result<bool, LedgerError> {
    let id = [Value::from(account.as_str()), file_id.as_str().into(), at.into()];
    let ended = connection.execute(
        "UPDATE media SET deleted_at = ?3, state = 'deleted', sighting = ''
         WHERE account = ?1 AND file_id = ?2 AND deleted_at IS NULL",
        &id,
    )?;
    let sql =
        format!("SELECT {} FROM media_day WHERE account = ?1 AND file_id = ?2 AND until_day IS NULL", DAY_COLUMNS.join(", "));
    if let Some(mut row) = collect(connection, &sql, &id[..2], |row| Ok(row.0.to_vec()))?.into_iter().next() {
        row[2] = day.to_string().into();
        row[4] = Value::Integer(1);
        if turn(connection, &row)? {
            connection.insert("media_day", DAY_COLUMNS, &mut std::iter::once(row))?;
        }
    }
    Ok(ended > 0)
}
