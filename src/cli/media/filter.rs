//! Which media: the flags of a selection.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use super::ids::{self, Remarks};
use crate::cli::{Context, Error, bounds};
use crate::model::time::format_time;
use crate::model::{BillingDay, FileId, Period, StorageClass};
use crate::recordings::Query;
use crate::recordings::find::Filter;
use crate::recordings::manage::Selection;

/// Which media; all that is given must hold.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which media")]
pub struct FilterArgs {
    /// By file id; repeat or separate by commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    file_id: Vec<FileId>,
    /// The ids of a file: CSV with a column file_id, or one id a line
    #[arg(long, value_name = "CSV")]
    from_file: Option<PathBuf>,
    /// The name begins with this
    #[arg(long, value_name = "PREFIX")]
    name: Option<String>,
    /// With one of these tags
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// In this category, sub-categories included
    #[arg(long, value_name = "CLASS_ID")]
    class: Vec<i64>,
    /// Recorded in this TRTC room
    #[arg(long, value_name = "ROOM_ID")]
    room: Vec<String>,
    /// Created so many days ago, or earlier
    #[arg(long, value_name = "DAYS", value_parser = days)]
    older_than: Option<i64>,
    /// Created at or after this day or time
    #[arg(long, value_name = "DAY|TIME", value_parser = bounds::moment)]
    created_after: Option<DateTime<Utc>>,
    /// Created before this day or time
    #[arg(long, value_name = "DAY|TIME", value_parser = bounds::moment)]
    created_before: Option<DateTime<Utc>>,
    /// Of this storage class: STANDARD, STANDARD_IA, ARCHIVE, DEEP_ARCHIVE
    #[arg(long, value_name = "CLASS")]
    storage_class: Vec<StorageClass>,
}

impl FilterArgs {
    /// What to ask for, and the same in words.
    pub fn selection(&self, context: &Context) -> Result<(Selection, String), Error> {
        let now = context.clock.now();
        let mut ids = self.file_id.clone();
        if let Some(file) = &self.from_file {
            ids.extend(ids::read(file, Remarks::None)?);
        }
        let filter = Filter {
            name_prefix: self.name.clone(),
            tags: self.tag.clone(),
            class_ids: self.class.clone(),
            room_ids: self.room.clone(),
            created: self.created(now)?,
            ..Filter::default()
        };
        let asked = filter != Filter::default();
        if self.name.as_deref() == Some("") {
            return Err(Error::usage("--name is empty; give what the name begins with"));
        }
        if ids.is_empty() && !asked {
            return Err(Error::usage(
                "say which media: --file-id, --from-file, --name, --tag, --class, --room, --older-than, --created-before; \
                 --storage-class alone is too wide",
            ));
        }
        let only: BTreeSet<FileId> = ids.into_iter().collect();
        let (query, only) = match asked {
            true => (Query::Search(filter), only),
            false => (Query::FileIds(only.into_iter().collect()), BTreeSet::new()),
        };
        let selection = Selection {
            query,
            only,
            older_than: self.older_than.map(TimeDelta::days),
            storage_classes: self.storage_class.iter().copied().collect(),
        };
        Ok((selection, self.words()))
    }

    /// When the media were created; a search narrowed by it asks for less.
    fn created(&self, now: DateTime<Utc>) -> Result<Option<Period>, Error> {
        let old = self.older_than.map(|days| now - TimeDelta::days(days) + TimeDelta::seconds(1));
        let end = match (self.created_before, old) {
            (Some(before), Some(old)) => Some(before.min(old)),
            (one, other) => one.or(other),
        };
        match (self.created_after, end) {
            (None, None) => Ok(None),
            (from, to) => {
                let to = to.unwrap_or_else(|| BillingDay::of(now).end());
                Period::new(from.unwrap_or_default(), to).map(Some).map_err(Error::usage)
            }
        }
    }

    /// The flags as they were given.
    fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut list =
            |flag: &str, values: Vec<String>| words.extend(values.into_iter().map(|value| format!("--{flag} {value}")));
        list("file-id", self.file_id.iter().map(ToString::to_string).collect());
        list("from-file", self.from_file.iter().map(|file| file.display().to_string()).collect());
        list("name", self.name.iter().cloned().collect());
        list("tag", self.tag.clone());
        list("class", self.class.iter().map(ToString::to_string).collect());
        list("room", self.room.clone());
        list("older-than", self.older_than.iter().map(ToString::to_string).collect());
        list("created-after", self.created_after.iter().map(|time| format_time(*time)).collect());
        list("created-before", self.created_before.iter().map(|time| format_time(*time)).collect());
        list("storage-class", self.storage_class.iter().map(ToString::to_string).collect());
        words.join(" ")
    }
}

/// `30` or `30d`.
fn days(text: &str) -> Result<i64, String> {
    let days = text.strip_suffix('d').unwrap_or(text).parse().ok();
    days.filter(|days| (1..=36_525).contains(days)).ok_or_else(|| format!("{text:?} is not a number of days from 1 to 36525"))
}
