//! `charge --by`: a month's charges, split, as a listing that is written row by row.

use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::by::By;
use super::sorted::{Sorted, Sorter};
use crate::cli::Error;
use crate::cli::find::duration;
use crate::cli::output::Listing;
use crate::cli::stream::Stream;
use crate::cli::terms::Terms;
use crate::ledger::{Ledger, StoredMedia};
use crate::model::time::format_time;
use crate::model::{Amount, Media};
use crate::recordings::{Recording, join};
use crate::statement::Statement;
use crate::statement::share::{ByMedia, Share, by_application};

const BEFORE: [&str; 3] = ["account", "month", "row_type"];
const AFTER: [&str; 8] = ["meter", "area", "spec", "billed_cost", "effective_cost", "currency", "status", "allocation_basis"];

/// The listing without rows.
pub fn listing(by: &By) -> Result<Listing, Error> {
    let keys = by.columns();
    if let Some(name) = keys.iter().find(|name| BEFORE.contains(name) || AFTER.contains(name)) {
        return Err(Error::usage(format!("--by {name}: the listing has a column of that name already")));
    }
    let columns: Vec<&str> = BEFORE.into_iter().chain(keys.iter().copied()).chain(AFTER).collect();
    let shown: Vec<&str> = keys.iter().copied().chain(["meter", "spec", "billed_cost", "currency", "status"]).collect();
    Ok(Listing::new(&columns).narrow(&shown).right(&["billed_cost"]))
}

/// The rows of one month of one account.
pub struct Month<'m, 's, 'o> {
    /// Where the rows go.
    pub stream: &'m mut Stream<'o>,
    /// What is split by.
    pub by: &'m By,
    /// Where usage and media are.
    pub ledger: &'m Ledger,
    /// By what the month was rated.
    pub terms: &'m Terms<'s>,
    /// The rated month.
    pub statement: &'m Statement,
}

impl Month<'_, '_, '_> {
    /// Writes the shares, what is unattributed, and the totals.
    pub fn write(mut self) -> Result<(), Error> {
        match self.by {
            By::Applications => self.applications()?,
            By::Recordings | By::Media(_) => self.media()?,
        }
        for total in self.statement.totals() {
            let cost = [Value::Null, Value::Null, Value::Null, amount(Some(total.billed)), Value::Null];
            let after = [json!(total.billed.currency), json!(total.status.as_str()), Value::Null];
            self.row("total", self.no_key(), cost.into_iter().chain(after))?;
        }
        Ok(())
    }

    fn applications(&mut self) -> Result<(), Error> {
        let options = self.terms.options(self.statement.month)?;
        let shares = by_application(self.ledger, self.statement, self.terms.book(), &options).map_err(Error::failed)?;
        for (application, shares) in shares {
            self.shares(vec![json!(application.map(|id| id.to_string()))], &shares)?;
        }
        Ok(())
    }

    fn media(&mut self) -> Result<(), Error> {
        let options = self.terms.options(self.statement.month)?;
        let names: Vec<String> = match self.by {
            By::Recordings => vec!["recording".to_owned()],
            by => by.columns().into_iter().map(str::to_owned).collect(),
        };
        let mut split = ByMedia::new(self.ledger, self.statement, self.terms.book(), &options, &names).map_err(Error::failed)?;
        let media = self.weigh(&mut split)?;
        match self.by {
            By::Recordings => self.recordings(&mut split, media)?,
            _ => self.groups(&mut split, media)?,
        }
        let rest = split.rest().map_err(Error::failed)?;
        self.shares(self.no_key(), &rest)
    }

    /// Weighs all media, and brings them in the order of their keys.
    fn weigh(&self, split: &mut ByMedia<'_>) -> Result<Sorted, Error> {
        let (mut sorter, mut result) = (Sorter::default(), Ok(()));
        let stored = self.ledger.each_stored(&self.statement.account, |media| {
            let weighed = split.weigh(&media).map_err(Error::failed);
            result = weighed.and_then(|()| sorter.push(self.by.key(&media), &media).map_err(unsorted));
            if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        stored.map_err(Error::failed)?;
        result?;
        sorter.finish().map_err(unsorted)
    }

    /// One share for each key.
    fn groups(&mut self, split: &mut ByMedia<'_>, media: Sorted) -> Result<(), Error> {
        let mut open: Option<String> = None;
        for entry in media {
            let (key, media) = entry.map_err(unsorted)?;
            if let Some(done) = open.take_if(|open| *open != key) {
                self.group(split, &done)?;
            }
            split.add(&media).map_err(Error::failed)?;
            open = Some(key);
        }
        open.map_or(Ok(()), |last| self.group(split, &last))
    }

    fn group(&mut self, split: &mut ByMedia<'_>, key: &str) -> Result<(), Error> {
        let shares = split.cut().map_err(Error::failed)?;
        let key = By::values(key).into_iter().map(|value| json!(Some(value).filter(|value| !value.is_empty())));
        self.shares(key.collect(), &shares)
    }

    /// One share for each recording: media of one name are joined as `find` joins them.
    fn recordings(&mut self, split: &mut ByMedia<'_>, media: Sorted) -> Result<(), Error> {
        let (mut open, mut same): (Option<String>, Vec<StoredMedia>) = (None, Vec::new());
        for entry in media {
            let (key, media) = entry.map_err(unsorted)?;
            if open.as_ref().is_some_and(|open| *open != key) {
                self.recordings_of(split, std::mem::take(&mut same))?;
            }
            same.push(media);
            open = Some(key);
        }
        self.recordings_of(split, same)
    }

    fn recordings_of(&mut self, split: &mut ByMedia<'_>, same: Vec<StoredMedia>) -> Result<(), Error> {
        let recordings = join(same.iter().map(as_media).collect());
        let stored: HashMap<&str, &StoredMedia> = same.iter().map(|media| (media.file_id.as_str(), media)).collect();
        for recording in recordings {
            for media in recording.segments.iter().filter_map(|segment| stored.get(segment.media.file_id.as_str())) {
                split.add(media).map_err(Error::failed)?;
            }
            let shares = split.cut().map_err(Error::failed)?;
            self.shares(recording_key(&recording), &shares)?;
        }
        Ok(())
    }

    fn no_key(&self) -> Vec<Value> {
        vec![Value::Null; self.by.columns().len()]
    }

    fn shares(&mut self, key: Vec<Value>, shares: &[Share]) -> Result<(), Error> {
        let row_type = if key.iter().all(Value::is_null) { "unattributed" } else { "share" };
        for share in shares {
            let item = [json!(share.meter), json!(share.area), json!(share.spec)];
            let cost = [amount(share.billed), amount(share.effective), json!(share.currency)];
            let how = [json!(share.status.as_str()), json!(share.basis)];
            self.row(row_type, key.clone(), item.into_iter().chain(cost).chain(how))?;
        }
        Ok(())
    }

    fn row(&mut self, row_type: &str, key: Vec<Value>, rest: impl Iterator<Item = Value>) -> Result<(), Error> {
        let before = [json!(self.statement.account), json!(self.statement.month.to_string()), json!(row_type)];
        Ok(self.stream.push(before.into_iter().chain(key).chain(rest).collect())?)
    }
}

/// What the rules of recording look at.
pub fn as_media(stored: &StoredMedia) -> Media {
    Media {
        name: stored.name.clone(),
        sub_app_id: stored.sub_app_id,
        duration_ms: stored.duration_ms,
        size: stored.size,
        ..Media::new(stored.file_id.clone())
    }
}

fn recording_key(recording: &Recording) -> Vec<Value> {
    vec![
        json!(recording.sub_app_id.map(|id| id.to_string())),
        json!(recording.name),
        json!(recording.segments.len()),
        json!(recording.period().map(|period| format_time(period.start))),
        duration(recording.duration_ms()),
        json!(recording.size()),
    ]
}

fn amount(amount: Option<Amount>) -> Value {
    json!(amount.map(Amount::to_decimal_text))
}

/// What is said when there is no room to sort.
pub fn unsorted(error: io::Error) -> Error {
    Error::failed(format!("media cannot be sorted in the folder for temporary files: {error}"))
}
