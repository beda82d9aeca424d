//! Finding media of a large account without looking at all of them.

use std::ops::ControlFlow;
use std::sync::PoisonError;

use chrono::{DateTime, Utc};

use super::changes::Changes;
use super::{BEGIN, Large, Recording};

/// What is looked for.
pub struct Query<'a> {
    /// Created then or later.
    pub after: Option<DateTime<Utc>>,
    /// Created earlier than this.
    pub before: Option<DateTime<Utc>>,
    /// Created at all by then.
    pub now: DateTime<Utc>,
    /// Newest first; media of one second stay in the order of their ids.
    pub newest_first: bool,
    /// Hits before the page.
    pub offset: u64,
    /// The most hits of the page.
    pub limit: u64,
    /// No more hits than this are counted.
    pub reach: u64,
    /// What else must hold, where anything does.
    pub wanted: Option<&'a dyn Fn(&Recording) -> bool>,
}

/// What was found.
#[derive(Debug)]
pub struct Page {
    /// All hits, up to the reach of the query.
    pub total: u64,
    /// The hits of the page, in order.
    pub recordings: Vec<Recording>,
}

/// Seconds and numbers of one kind of media, in order.
struct Run<'a> {
    first: &'a [u32],
    /// Number of the first of them.
    from: u32,
    added: &'a [(u32, u32)],
}

impl Large {
    /// One page of the media that fit.
    pub fn search(&self, query: &Query<'_>) -> Page {
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let run = self.run(&changes, query);
        let mut page = Page { total: 0, recordings: Vec::new() };
        let visit = |second: u32, index: u32| {
            if changes.is_deleted(index) {
                return ControlFlow::Continue(());
            }
            let recording = self.recording(index, second);
            if query.wanted.is_none_or(|wanted| wanted(&recording)) {
                if page.total >= query.offset && (page.recordings.len() as u64) < query.limit {
                    page.recordings.push(recording);
                }
                page.total += 1;
            }
            if page.total < query.reach { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        // Stopping early is no failure: nothing beyond the reach is counted.
        let _ = if query.newest_first { run.backwards(visit) } else { run.forwards(visit) };
        page
    }

    /// The media with an id, if it is there.
    pub fn by_id(&self, file_id: &str, now: DateTime<Utc>) -> Option<Recording> {
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let index = self.index_of(file_id).filter(|index| !changes.is_deleted(*index))?;
        let second = self.created.get(index as usize).copied().or_else(|| changes.second_of(index))?;
        Some(self.recording(index, second)).filter(|recording| recording.created <= now)
    }

    /// The media of the window, each kind in order of time.
    fn run<'a>(&'a self, changes: &'a Changes, query: &Query<'_>) -> Run<'a> {
        let from = query.after.map_or(0, ceil);
        let until = query.before.map_or(u32::MAX, ceil).min(self.second(query.now).saturating_add(1));
        let place = |second: u32| self.created.partition_point(|known| *known < second);
        let added = changes.added();
        let added_place = |second: u32| added.partition_point(|(known, _)| *known < second);
        let (low, high) = (place(from), place(until).max(place(from)));
        let (added_low, added_high) = (added_place(from), added_place(until).max(added_place(from)));
        Run {
            first: &self.created[low..high],
            from: u32::try_from(low).unwrap_or(u32::MAX),
            added: &added[added_low..added_high],
        }
    }
}

/// The first whole second from a moment on.
fn ceil(time: DateTime<Utc>) -> u32 {
    let second = time.timestamp() - BEGIN + i64::from(time.timestamp_subsec_nanos() > 0);
    u32::try_from(second.max(0)).unwrap_or(u32::MAX)
}

impl Run<'_> {
    fn forwards(&self, mut visit: impl FnMut(u32, u32) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut added = self.added.iter().peekable();
        for (index, second) in (self.from..).zip(self.first) {
            while let Some((earlier, index)) = added.next_if(|(known, _)| known < second) {
                visit(*earlier, *index)?;
            }
            visit(*second, index)?;
        }
        added.try_for_each(|(second, index)| visit(*second, *index))
    }

    /// Second by second from the end.
    fn backwards(&self, mut visit: impl FnMut(u32, u32) -> ControlFlow<()>) -> ControlFlow<()> {
        let (mut first, mut added) = (self.first, self.added);
        while let Some(second) = first.last().max(added.last().map(|(second, _)| second)).copied() {
            let earlier = first.len() - first.iter().rev().take_while(|known| **known == second).count();
            let added_earlier = added.len() - added.iter().rev().take_while(|(known, _)| *known == second).count();
            for index in earlier..first.len() {
                visit(second, self.from + u32::try_from(index).unwrap_or(0))?;
            }
            for (second, index) in &added[added_earlier..] {
                visit(*second, *index)?;
            }
            (first, added) = (&first[..earlier], &added[..added_earlier]);
        }
        ControlFlow::Continue(())
    }
}
