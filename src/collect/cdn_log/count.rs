//! From what a file says to what the ledger keeps of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{FileSums, NOBODY, Sum, is_overseas};
use crate::ledger::{CountedLog, Delivered, Delivery, LogKey, LogLines};
use crate::model::AccountId;
use crate::model::time::{BILLING_OFFSET, format_time};

/// What stands behind the domain in names of files.
const ENDINGS: [&str; 9] = [".gz", ".tgz", ".tar", ".log", ".txt", "-oversea", "-overseas", "-domestic", "-mainland"];

/// Which hour of which domain a file is: as its name says (`2026101219-vod.example.com.gz`), else where most of its requests are.
///
/// # Errors
/// A name that contradicts the lines, or lines that name no hour.
pub fn key(account: &AccountId, file: &Path, sums: &FileSums) -> Result<LogKey, String> {
    let account = account.clone();
    let name = file.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let overseas = is_overseas(file);
    let hours = hours(sums);
    if let Some((start, domain)) = named(&name) {
        let others = hours.keys().next().filter(|_| !hours.contains_key(&(start, domain.as_str())));
        return match others {
            None => Ok(LogKey { account, domain, start, overseas }),
            Some((hour, host)) => {
                let (said, found) = (format_time(start), format_time(*hour));
                Err(format!("by its name it is the hour of {said} of {domain}, but it has lines of {host} at {found}"))
            }
        };
    }
    let most = hours.into_iter().max_by_key(|(_, requests)| *requests);
    let ((start, domain), _) = most.ok_or("it has no lines, and its name does not tell hour and domain")?;
    Ok(LogKey { account, domain: domain.to_owned(), start, overseas })
}

/// Requests by hour and domain.
fn hours(sums: &FileSums) -> BTreeMap<(DateTime<Utc>, &str), u64> {
    let mut hours = BTreeMap::new();
    for part in &sums.parts {
        for (start, sum) in &part.intervals {
            let hour = *start - TimeDelta::seconds(start.timestamp().rem_euclid(3600));
            *hours.entry((hour, part.domain.as_str())).or_default() += sum.requests;
        }
    }
    hours
}

/// Hour and domain in a name.
fn named(name: &str) -> Option<(DateTime<Utc>, String)> {
    let (hour, mut domain) = name.split_at_checked(10)?;
    domain = domain.strip_prefix(['-', '_'])?;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| domain.strip_suffix(ending)) {
        domain = shorter;
    }
    let is_domain = domain.contains('.') && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let civil = NaiveDateTime::parse_from_str(&format!("{hour}0000"), "%Y%m%d%H%M%S").ok().filter(|_| is_domain)?;
    Some((civil.and_local_timezone(BILLING_OFFSET).single()?.to_utc(), domain.to_owned()))
}

/// What the ledger keeps of a file.
///
/// # Errors
/// Sums past what a ledger holds.
pub fn counted(key: LogKey, sha256: String, overhead: u32, sums: &FileSums) -> Result<CountedLog, String> {
    let (mut media, mut intervals) = (BTreeMap::new(), BTreeMap::new());
    let (mut all, mut nobody) = (0, 0);
    for part in &sums.parts {
        for (file_id, sum) in &part.media {
            all += sum.bytes;
            nobody += if *file_id == NOBODY { sum.bytes } else { 0 };
            let file_id = if *file_id == NOBODY { String::new() } else { file_id.to_string() };
            let of = Delivered { day: part.day, domain: part.domain.clone(), area: part.area.to_owned(), file_id };
            media.insert(of, delivery(*sum)?);
        }
        for (start, sum) in &part.intervals {
            intervals.insert((part.domain.clone(), part.area.to_owned(), *start), delivery(*sum)?);
        }
    }
    let lines = LogLines {
        lines: number(sums.lines)?,
        empty: number(sums.empty)?,
        broken: number(sums.broken)?,
        by_catalogue: number(sums.by_catalogue)?,
        by_shape: number(all - nobody - sums.by_catalogue)?,
    };
    Ok(CountedLog { key, sha256, lines, overhead, media, intervals })
}

fn delivery(sum: Sum) -> Result<Delivery, String> {
    Ok(Delivery { requests: number(sum.requests)?, bytes: number(sum.bytes)? })
}

fn number(number: u64) -> Result<i64, String> {
    i64::try_from(number).map_err(|_| format!("{number} is more than a ledger holds"))
}

/// The hash of a file, in hexadecimal.
pub fn sha256(file: &Path) -> io::Result<String> {
    let (mut hash, mut file) = (Sha256::new(), File::open(file)?);
    let mut piece = vec![0; 1 << 18];
    loop {
        match io::Read::read(&mut file, &mut piece)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(piece.get(..read).unwrap_or_default()),
        }
    }
}
