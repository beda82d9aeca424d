//! Which media are segments of which recording, remembered for reports.

use std::ops::ControlFlow;

use super::by::By;
use super::shares::{as_media, unsorted};
use super::sorted::Sorter;
use crate::cli::Error;
use crate::ledger::{Ledger, RecordingSegment, StoredMedia};
use crate::model::AccountId;
use crate::recordings::join;

/// Joins all media of an account as `find` joins them, in bounded memory.
pub fn remember(ledger: &Ledger, account: &AccountId) -> Result<(), Error> {
    let (mut sorter, mut result) = (Sorter::default(), Ok(()));
    let stored = ledger.each_stored(account, |media| {
        result = sorter.push(By::Recordings.key(&media), &media);
        if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    stored.map_err(Error::failed)?;
    result.map_err(unsorted)?;
    let mut entries = sorter.finish().map_err(unsorted)?.peekable();
    let mut failed = None;
    // One group of media after the other, each cut into its recordings.
    let mut open = Vec::new().into_iter();
    let mut segments = std::iter::from_fn(|| {
        loop {
            if let Some(segment) = open.next() {
                return Some(segment);
            }
            let mut same = Vec::new();
            let first = match entries.next()? {
                Ok((key, media)) => {
                    same.push(media);
                    key
                }
                Err(error) => {
                    failed = Some(error);
                    return None;
                }
            };
            while let Some(Ok((_, media))) = entries.next_if(|next| next.as_ref().is_ok_and(|(key, _)| *key == first)) {
                same.push(media);
            }
            open = segments_of(&same).into_iter();
        }
    });
    let kept = ledger.replace_recordings(account, &mut segments);
    match failed {
        Some(error) => Err(unsorted(error)),
        None => kept.map_err(Error::failed),
    }
}

fn segments_of(same: &[StoredMedia]) -> Vec<RecordingSegment> {
    let mut segments = Vec::with_capacity(same.len());
    for recording in join(same.iter().map(as_media).collect()) {
        let Some(first) = recording.segments.first() else { continue };
        let recording_id = first.media.file_id.to_string();
        for (number, segment) in (1..).zip(&recording.segments) {
            segments.push(RecordingSegment {
                file_id: segment.media.file_id.to_string(),
                recording_id: recording_id.clone(),
                name: recording.name.clone(),
                number,
                start_at: segment.period.map(|period| period.start.timestamp()),
            });
        }
    }
    segments
}
