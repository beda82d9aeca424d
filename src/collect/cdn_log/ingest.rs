//! Counting files into a ledger.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use percent_encoding::percent_decode;

use super::{FileSums, Flaw, Known, LogError, Reading, count, path, sum_files};
use crate::ledger::{CountedLog, Ingested, Ledger, LedgerError, LogKey};
use crate::model::{AccountId, FileId, Media};

/// Billed bytes are logged bytes and ten per cent more for what the log does not see: headers and repeated packets. In parts of
/// ten thousand. (VOD, 266/33979; CDN, 228/36181.)
pub const DOCUMENTED_OVERHEAD: u32 = 11_000;

/// How files are counted.
#[derive(Clone, Debug)]
pub struct Ingest {
    /// Whose they are.
    pub account: AccountId,
    /// See [`CountedLog::overhead`].
    pub overhead: u32,
    /// Whether a file with fewer lines than the one that was counted may replace it.
    pub replace: bool,
    /// How they are read.
    pub reading: Reading,
    /// The present moment of the account.
    pub now: DateTime<Utc>,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Counted {
    /// What it is.
    pub log: CountedLog,
    /// What that changed.
    pub ingested: Ingested,
    /// The first lines that are broken.
    pub flaws: Vec<(u64, Flaw)>,
}

/// Why a file is not counted. Nothing of it is in the ledger.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Its lines.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What it is.
    #[error("{}: {why}; nothing of the file is counted", .file.display())]
    Unfit {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// The ledger.
    #[error("{}: {source}", .file.display())]
    Ledger {
        /// Which.
        file: PathBuf,
        /// Why.
        source: LedgerError,
    },
}

impl Ingest {
    /// Counts files. `each` gets every file once, with its place in `files`, in no order.
    pub fn files(
        &self,
        ledger: &Ledger,
        known: &Known,
        files: &[PathBuf],
        mut each: impl FnMut(usize, Result<Counted, IngestError>),
    ) {
        sum_files(files, known, self.reading, |index, sums| {
            let Some(file) = files.get(index) else { return };
            each(index, sums.map_err(IngestError::from).and_then(|sums| self.commit(ledger, file, None, sums)));
        });
    }

    /// Counts one file of which it is known what it is.
    pub fn file(&self, ledger: &Ledger, known: &Known, file: &Path, key: LogKey) -> Result<Counted, IngestError> {
        let (files, mut result) = ([file.to_owned()], None);
        sum_files(&files, known, Reading { threads: 1, ..self.reading }, |_, sums| result = Some(sums));
        let unread = || IngestError::Unfit { file: file.to_owned(), why: "it was not read".to_owned() };
        self.commit(ledger, file, Some(key), result.ok_or_else(unread)??)
    }

    fn commit(&self, ledger: &Ledger, file: &Path, key: Option<LogKey>, sums: FileSums) -> Result<Counted, IngestError> {
        let unfit = |why| IngestError::Unfit { file: file.to_owned(), why };
        let key = key.map_or_else(|| count::key(&self.account, file, &sums), Ok).map_err(unfit)?;
        let sha256 = count::sha256(file).map_err(|error| unfit(error.to_string()))?;
        let log = count::counted(key, sha256, self.overhead, &sums).map_err(unfit)?;
        let ingested = ledger.ingest_log(&log, self.replace, self.now);
        let ingested = ingested.map_err(|source| IngestError::Ledger { file: file.to_owned(), source })?;
        Ok(Counted { log, ingested, flaws: sums.flaws })
    }
}

/// How long after its beginning an hour is final. A log is whole a day after its hour; twice that is on the safe side. (VOD,
/// 266/7983.)
const SETTLES: TimeDelta = TimeDelta::hours(1 + 48);
/// An hour that is not final is looked at again when so much time has passed.
const LOOK: TimeDelta = TimeDelta::hours(12);
/// The cloud has no file of an hour any more that began so long ago.
const GONE: TimeDelta = TimeDelta::days(31);

/// The moment up to which hours are final.
pub fn final_before(now: DateTime<Utc>) -> DateTime<Utc> {
    now - SETTLES
}

/// Whether the file of an hour, counted at one moment, may have grown until another and is worth a look.
pub fn may_have_grown(start: DateTime<Utc>, counted: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let is_final = |at: DateTime<Utc>| start < final_before(at);
    !is_final(counted) && (is_final(now) || now - counted >= LOOK)
}

/// Adds the hours that will not change any more to their days: those that were counted when they were final, and those whose
/// files are gone.
pub fn compact(ledger: &Ledger, account: &AccountId, now: DateTime<Utc>) -> Result<usize, LedgerError> {
    let settled = ledger.compact_logs(account, final_before(now), SETTLES)?;
    Ok(settled + ledger.compact_logs(account, now - GONE, TimeDelta::zero())?)
}

/// What the ledger knows of the paths of an account's media.
pub fn known_paths(ledger: &Ledger, account: &AccountId) -> Result<Known, LedgerError> {
    let mut known = Known::default();
    // Ids of other forms are in no log.
    for (vid, file_id) in ledger.vids(account)? {
        if let Ok(id) = file_id.as_str().parse() {
            known.vid(vid.as_str(), id);
        }
    }
    for (path, file_id) in ledger.media_paths(account)? {
        if let Ok(id) = file_id.as_str().parse() {
            // A log may have it encoded or not.
            known.path(path.as_bytes(), id);
            known.path(&percent_decode(path.as_bytes()).collect::<Vec<u8>>(), id);
        }
    }
    Ok(known)
}

/// The paths of a media's URLs that do not name its FileId.
pub fn odd_paths(media: &Media) -> impl Iterator<Item = (String, FileId)> {
    media.renditions.iter().filter_map(|rendition| {
        let url = url::Url::parse(&rendition.url).ok()?;
        let names = path::file_id(url.path().as_bytes()).map(|id| id.to_string());
        (names.as_deref() != Some(media.file_id.as_str())).then(|| (url.path().to_owned(), media.file_id.clone()))
    })
}
