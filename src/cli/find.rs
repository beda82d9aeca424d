//! `vodledger find`: media by name, file id or vid, joined into recordings.

use serde_json::{Value, json};

use super::output::{Format, Listing, note};
use super::selection::Selection;
use super::{Context, Error, Outcome, bounds};
use crate::model::time::format_time;
use crate::model::{Media, Period};
use crate::recordings::find::Filter;
use crate::recordings::join::Segment;
use crate::recordings::{Recording, join};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Only recordings of exactly this name, not of names that begin with it
    #[arg(long, requires = "name")]
    exact: bool,
    /// With one of these tags
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// In this category, sub-categories included
    #[arg(long, value_name = "CLASS_ID")]
    class: Vec<i64>,
    /// Recorded from this live stream
    #[arg(long, value_name = "STREAM_ID")]
    stream: Vec<String>,
    /// Recorded in this TRTC room
    #[arg(long, value_name = "ROOM_ID")]
    room: Vec<String>,
    /// Created at or after this day or time
    #[arg(long, value_name = "DAY|TIME", value_parser = bounds::moment)]
    from: Option<chrono::DateTime<chrono::Utc>>,
    /// Created before this day or time
    #[arg(long, value_name = "DAY|TIME", value_parser = bounds::moment)]
    to: Option<chrono::DateTime<chrono::Utc>>,
    /// List every file singly instead of joining them into recordings
    #[arg(long)]
    segments: bool,
    /// Form of the list [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const RECORDING_COLUMNS: [&str; 11] =
    ["name", "start", "end", "duration", "files", "bytes", "state", "account", "sub_app_id", "file_ids", "vids"];
const FILE_COLUMNS: [&str; 12] =
    ["file_id", "name", "start", "end", "duration", "bytes", "state", "account", "sub_app_id", "vid", "storage_class", "tags"];

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let filter = args.filter(context)?;
    let mut listing = if args.segments {
        Listing::new(&FILE_COLUMNS).narrow(&["file_id", "name", "duration", "bytes", "state"])
    } else {
        Listing::new(&RECORDING_COLUMNS).narrow(&["name", "start", "duration", "files", "bytes", "state"])
    };
    let (mut gaps, mut total) = (false, 0);
    let accounts = context.accounts()?;
    for account in &accounts {
        let (found, incomplete) = match args.selection.ask(context, account, filter.clone()) {
            Ok(answer) => answer,
            // One account that cannot be asked does not hide the others.
            Err(Error::Failed(message)) if accounts.len() > 1 => {
                note!("not asked: account {}: {message}", account.name);
                gaps = true;
                continue;
            }
            Err(error) => return Err(error),
        };
        gaps |= incomplete;
        for recording in join(found.media) {
            if args.exact && args.selection.name.as_deref() != Some(recording.name.as_str()) {
                continue;
            }
            total += 1;
            if args.segments {
                for segment in &recording.segments {
                    listing.push(file_row(segment, &account.name));
                }
            } else {
                listing.push(recording_row(&recording, &account.name));
            }
        }
    }
    listing.print(Format::or_default(args.format))?;
    if total == 0 && gaps {
        return Err(Error::failed("nothing was found"));
    }
    if total == 0 {
        note!("nothing was found");
    }
    Ok(if gaps { Outcome::Partial } else { Outcome::Done })
}

impl Args {
    fn filter(&self, context: &Context) -> Result<Filter, Error> {
        let created = match (self.from, self.to) {
            (None, None) => None,
            (from, to) => {
                let start = from.unwrap_or_default();
                Some(Period::new(start, to.unwrap_or_else(|| context.clock.today().next().start())).map_err(Error::usage)?)
            }
        };
        Ok(Filter {
            name_prefix: None,
            tags: self.tag.clone(),
            class_ids: self.class.clone(),
            stream_ids: self.stream.clone(),
            room_ids: self.room.clone(),
            created,
        })
    }
}

fn recording_row(recording: &Recording, account: &str) -> Vec<Value> {
    let media = || recording.segments.iter().map(|segment| &segment.media);
    let vids: Vec<Value> = media().filter_map(|media| media.vid.as_ref()).map(|vid| json!(vid)).collect();
    let states: std::collections::BTreeSet<&str> = media().map(|media| media.state.as_str()).collect();
    vec![
        json!(recording.name),
        time(recording.period().map(|period| period.start)),
        time(recording.period().map(|period| period.end)),
        duration(recording.duration_ms()),
        json!(recording.segments.len()),
        bytes(recording.size()),
        json!(states.into_iter().collect::<Vec<_>>().join("+")),
        json!(account),
        application(media().next()),
        Value::Array(media().map(|media| json!(media.file_id)).collect()),
        Value::Array(vids),
    ]
}

fn file_row(segment: &Segment, account: &str) -> Vec<Value> {
    let media = &segment.media;
    vec![
        json!(media.file_id),
        json!(media.name),
        time(segment.period.map(|period| period.start)),
        time(segment.period.map(|period| period.end)),
        duration(media.duration_ms),
        bytes(media.size),
        json!(media.state.as_str()),
        json!(account),
        application(Some(media)),
        json!(media.vid),
        json!(media.storage_class),
        json!(media.tags),
    ]
}

fn application(media: Option<&Media>) -> Value {
    json!(media.and_then(|media| media.sub_app_id).map(|id| id.to_string()))
}

fn time(time: Option<chrono::DateTime<chrono::Utc>>) -> Value {
    json!(time.map(format_time))
}

fn bytes(bytes: Option<u64>) -> Value {
    json!(bytes)
}

/// `H:MM:SS`, rounded down; null while unknown.
pub fn duration(millis: Option<u64>) -> Value {
    json!(millis.map(clock_text))
}

/// `H:MM:SS`, rounded down.
pub fn clock_text(millis: u64) -> String {
    let seconds = millis / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
