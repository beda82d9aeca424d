//! `vodledger play`: playback URLs of a media or recording.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::output::{Format, Listing, note};
use super::selection::Selection;
use super::{Context, Error, Outcome, bounds};
use crate::model::time::format_time;
use crate::model::{Media, MediaState};
use crate::recordings::find::Filter;
use crate::recordings::hotlink::Limits;
use crate::recordings::playback::{Playback, PlaybackUrl, urls};
use crate::recordings::{Recording, join};
use crate::settings::Account;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the recording, exactly as `find` lists it
    #[arg(value_name = "NAME", conflicts_with_all = ["name", "file_id", "vid"])]
    recording: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// Only this rendition; 0 is the original
    #[arg(long, value_name = "NUMBER")]
    definition: Option<i64>,
    /// How long a signed URL works, such as 90m or 12h [default: 1.5 times the length and 5 minutes, 2 hours at least]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    expires: Option<TimeDelta>,
    /// Only the first seconds play
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(bounds::PREVIEW_SECONDS))]
    preview: Option<u32>,
    /// At most so many client addresses, up to 9
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=9))]
    max_ips: Option<u8>,
    /// Play from this domain instead
    #[arg(long, value_name = "HOST")]
    domain: Option<String>,
    /// Form of the list [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const COLUMNS: [&str; 8] = ["name", "file_id", "definition", "width", "height", "duration", "expires", "url"];

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let mut selection = args.selection.clone();
    if let Some(name) = &args.recording {
        selection.name = Some(name.clone());
    }
    // URLs must not be cut, so the table is as wide as they are.
    let mut listing = Listing::new(&COLUMNS).narrow(&["definition", "file_id", "url"]).unwrapped();
    let (mut gaps, mut count) = (false, 0);
    let mut other_names = BTreeSet::new();
    for account in context.accounts()? {
        let (found, incomplete) = selection.ask(context, account, Filter::default())?;
        gaps |= incomplete;
        let playback = args.playback(context, account)?;
        let (wanted, others) = exactly(join(found.media), args.recording.as_deref());
        other_names.extend(others.into_iter().map(|recording| recording.name));
        for segment in wanted.iter().flat_map(|recording| &recording.segments) {
            let rows = rows(&segment.media, &playback, context)?;
            gaps |= rows.is_empty();
            count += rows.len();
            rows.into_iter().for_each(|row| listing.push(row));
        }
    }
    if count == 0 {
        return Err(Error::failed(nothing(args.recording.as_deref(), gaps, &other_names)));
    }
    listing.print(Format::or_default(args.format))?;
    Ok(if gaps { Outcome::Partial } else { Outcome::Done })
}

/// A row per rendition of a media; why there is none goes to standard error.
fn rows(media: &Media, playback: &Playback, context: &Context) -> Result<Vec<Vec<Value>>, Error> {
    if matches!(media.state, MediaState::Forbidden | MediaState::Deleted | MediaState::Failed) {
        note!("not playable: {} is {}", media.file_id, media.state.as_str());
        return Ok(Vec::new());
    }
    let urls =
        urls(media, playback, context.clock.now()).map_err(|error| Error::failed(format!("media {}: {error}", media.file_id)))?;
    if urls.is_empty() {
        note!("not playable: {} has no such rendition yet", media.file_id);
    }
    let row = |playable: PlaybackUrl| {
        vec![
            json!(media.name),
            json!(media.file_id),
            json!(playable.rendition.definition),
            json!(playable.rendition.width),
            json!(playable.rendition.height),
            super::find::duration(media.duration_ms),
            json!(playable.expires.map(format_time)),
            json!(playable.url.expose()),
        ]
    };
    Ok(urls.into_iter().map(row).collect())
}

/// Of what a search by prefix gave, the recordings of exactly this name, and the others: `room_1` is not `room_12`.
fn exactly(recordings: Vec<Recording>, name: Option<&str>) -> (Vec<Recording>, Vec<Recording>) {
    let Some(name) = name else { return (recordings, Vec::new()) };
    let is_named =
        |recording: &Recording| recording.name == name || recording.segments.iter().any(|segment| segment.media.name == name);
    recordings.into_iter().partition(is_named)
}

/// Why there is nothing to play.
fn nothing(name: Option<&str>, gaps: bool, others: &BTreeSet<String>) -> String {
    match name {
        Some(name) if !gaps && !others.is_empty() => {
            let others: Vec<&str> = others.iter().map(String::as_str).collect();
            format!("no recording is named {name:?}; names that begin with it: {}", others.join(", "))
        }
        _ => "there is nothing to play".to_owned(),
    }
}

impl Args {
    fn playback(&self, context: &Context, account: &Account) -> Result<Playback, Error> {
        Ok(Playback {
            definition: self.definition,
            domain: self.domain.clone(),
            validity: self.expires,
            limits: Limits { preview_seconds: self.preview, max_ips: self.max_ips, ..Limits::default() },
            domains: context.playback_domains(account)?,
        })
    }
}

/// `90s`, `90m`, `12h`, `7d`.
fn duration(text: &str) -> Result<TimeDelta, String> {
    let error = || format!("{text:?} is not a duration such as 90m, 12h or 7d, from 1s to 365d");
    let unit = text.chars().last().ok_or_else(error)?;
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| error())?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(error()),
    };
    number.checked_mul(seconds).filter(|seconds| (1..=31_536_000).contains(seconds)).map(TimeDelta::seconds).ok_or_else(error)
}
