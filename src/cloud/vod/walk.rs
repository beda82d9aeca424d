//! Searching everything: SearchMedia shows at most 5000 hits of a query, and pages by offset shift while media come and go.
//!
//! A walk goes along the time of creation instead. An answer, oldest first, is whole up to the second of its last media;
//! what was created from that second on is the next question. Only where more was created in one second than one answer
//! shows are the pages of that second read; what lies beyond the 5000 is told, never dropped in silence.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{SEARCH_WALL, SearchMedia, SearchMediaAnswer, Vod};
use crate::cloud::{Error, ErrorKind};
use crate::model::{FileId, Media, Period};

/// Before this there was no VOD, so nothing was created.
pub const VOD_BEGINNING: DateTime<Utc> = match DateTime::from_timestamp(1_262_304_000, 0) {
    Some(time) => time,
    None => DateTime::UNIX_EPOCH,
};

/// What is left of a window is cut into at most so many windows at a time.
const MOST_PARTS: u64 = 8;
/// An answer that contradicts itself is asked for again, so often at most.
const TRIES: usize = 4;

/// What a step of a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// All media that were created in [`Step::whole`], oldest first; where [`Step::cut`], as many as can be shown.
    pub media: Vec<Media>,
    /// The part of the window that was seen whole, from its start.
    pub whole: Period,
    /// Windows that cover the rest, to be walked in any order, also at the same time.
    pub rest: Vec<Period>,
    /// Whether more was created in this one second than a search can show.
    pub cut: bool,
}

impl Vod<'_> {
    /// Searches the beginning of a window of creation time, as far as one answer of `page` media shows. Repeat it with what is left
    /// over until nothing is; any number of steps may be under way at once.
    ///
    /// `request` narrows the search; its own period, offset and limit are not used.
    ///
    /// # Errors
    /// Those of a call, and [`ErrorKind::Malformed`] for answers that go on contradicting themselves.
    pub async fn walk(self, request: &SearchMedia, window: Period, page: u64) -> Result<Step, Error> {
        let page = page.clamp(1, SEARCH_WALL);
        let (media, total) = self.consistent(request, window, 0, page).await?;
        let last = media.iter().filter_map(|media| media.created).max();
        match last.filter(|_| total > media.len() as u64 || media.len() as u64 >= page) {
            Some(last) if last <= window.start => self.second(request, window, media, total, page).await,
            Some(last) if last < window.end => {
                let whole = Period { start: window.start, end: last };
                let rest = cut(Period { start: last, end: window.end }, parts(&media, total, window.end, page));
                Ok(Step { media: inside(media, whole), whole, rest, cut: false })
            }
            // The end of a window is asked for as well, so a last media there closes it.
            _ => Ok(Step { media: inside(media, window), whole: window, rest: Vec::new(), cut: false }),
        }
    }

    /// All media of the first second of a window, page by page.
    async fn second(
        &self,
        request: &SearchMedia,
        window: Period,
        first: Vec<Media>,
        total: u64,
        page: u64,
    ) -> Result<Step, Error> {
        let whole = Period { start: window.start, end: (window.start + TimeDelta::seconds(1)).min(window.end) };
        let mut seen: HashSet<FileId> = first.iter().map(|media| media.file_id.clone()).collect();
        let (mut media, mut total) = (first, total);
        let mut offset = media.len() as u64;
        let mut is_past = false;
        // The second is asked for alone from here on, with its end, which the API includes: what is of the end is dropped below.
        while offset < SEARCH_WALL {
            let (next, told) = self.consistent(request, whole, offset, page.min(SEARCH_WALL - offset)).await?;
            total = told;
            offset += next.len() as u64;
            let was = media.len();
            media.extend(next.into_iter().filter(|media| seen.insert(media.file_id.clone())));
            // In order of time, so nothing of the second follows what is later than it.
            is_past = media.last().and_then(|media| media.created).is_some_and(|last| last >= whole.end);
            if media.len() == was || is_past {
                break;
            }
        }
        // Pages that shifted while they were read show the same media twice, and others not at all.
        if !is_past && (seen.len() as u64) < total.min(SEARCH_WALL) {
            let message = format!("SearchMedia of {whole} tells {total} media and shows {} of them", seen.len());
            return Err(Error::new(ErrorKind::Malformed, message));
        }
        let media_in = inside(media, whole);
        let cut = offset >= SEARCH_WALL && total >= SEARCH_WALL && media_in.len() as u64 >= SEARCH_WALL;
        let rest = if whole.end < window.end { vec![Period { start: whole.end, end: window.end }] } else { Vec::new() };
        Ok(Step { media: media_in, whole, rest, cut })
    }

    /// One answer that does not contradict itself: in order, each media once.
    async fn consistent(
        &self,
        request: &SearchMedia,
        window: Period,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Media>, u64), Error> {
        let request = SearchMedia { create_time: Some(window), offset, limit, ..request.clone() };
        let mut wrong = String::new();
        for _ in 0..TRIES {
            let SearchMediaAnswer { total, media } = self.search_media(&request).await?;
            let mut ids = HashSet::new();
            wrong = match () {
                () if media.iter().any(|media| media.created.is_none()) => "a media without its creation time".to_owned(),
                () if !media.is_sorted_by_key(|media| media.created) => "media out of order".to_owned(),
                () if !media.iter().all(|media| ids.insert(&media.file_id)) => "the same media twice".to_owned(),
                () if media.len() as u64 > limit => format!("{} media where {limit} were asked for", media.len()),
                () if media.is_empty() && total > offset => format!("no media, and a total of {total}"),
                () => return Ok((media, total)),
            };
        }
        let message = format!("SearchMedia of {window} contradicts itself {TRIES} times: {wrong}");
        Err(Error::new(ErrorKind::Malformed, message))
    }
}

/// In how many parts the rest of a window is to be asked: as many as it will have pages, if media go on at the pace of these.
fn parts(media: &[Media], total: u64, end: DateTime<Utc>, page: u64) -> u64 {
    let mut created = media.iter().filter_map(|media| media.created);
    let Some(first) = created.next() else { return 1 };
    let last = created.next_back().unwrap_or(first);
    let seconds = |span: TimeDelta| u64::try_from(span.num_seconds()).unwrap_or(0).max(1);
    let rows = media.len() as u64;
    let expected = match total {
        SEARCH_WALL.. => rows.saturating_mul(seconds(end - last)) / seconds(last - first),
        total => total.saturating_sub(rows),
    };
    expected.div_ceil(page).clamp(1, MOST_PARTS)
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
