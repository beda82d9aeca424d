//! Documented limits of requests, checked before anything is sent where that is cheap.

use super::actions::Entry;
use super::error::{Error, ErrorKind};
use crate::model::Period;

/// A day.
const DAY: i64 = 24 * 3600;

/// Checks a request of one action.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    action: &'static str,
}

impl Check {
    pub const fn of(entry: &'static Entry) -> Self {
        Self { action: entry.action.name }
    }

    /// A request that the service would refuse.
    pub fn refuse(self, what: impl Into<String>) -> Error {
        let mut error = Error::new(ErrorKind::Request, what);
        error.action = self.action;
        error
    }

    /// Refuses what does not hold, naming what should.
    pub fn holds(self, holds: bool, what: &str) -> Result<(), Error> {
        if holds { Ok(()) } else { Err(self.refuse(what)) }
    }

    /// A list with at most so many members.
    pub fn at_most<T>(self, name: &str, given: &[T], most: usize) -> Result<(), Error> {
        match given.len() {
            count if count > most => Err(self.refuse(format!("{name}: {count} given, at most {most} are taken"))),
            _ => Ok(()),
        }
    }

    /// A list with at least one and at most so many members.
    pub fn some<T>(self, name: &str, given: &[T], most: usize) -> Result<(), Error> {
        if given.is_empty() {
            Err(self.refuse(format!("{name}: at least one is needed")))
        } else {
            self.at_most(name, given, most)
        }
    }

    /// A text of at most so many characters.
    pub fn short(self, name: &str, text: &str, most: usize) -> Result<(), Error> {
        match text.chars().count() {
            count if count > most => Err(self.refuse(format!("{name} {text:?}: {count} characters, at most {most} are taken"))),
            _ => Ok(()),
        }
    }

    /// At most so many texts of at most so many characters each.
    pub fn texts<T: AsRef<str>>(self, name: &str, given: &[T], most: usize, longest: usize) -> Result<(), Error> {
        self.at_most(name, given, most)?;
        given.iter().try_for_each(|text| self.short(name, text.as_ref(), longest))
    }

    /// A period of at most so many days.
    pub fn days(self, period: Period, most: i64) -> Result<(), Error> {
        let seconds = (period.end - period.start).num_seconds();
        match () {
            () if seconds <= 0 => Err(self.refuse(format!("{period}: the end must be later than the start"))),
            () if seconds > most * DAY => Err(self.refuse(format!("{period}: longer than {most} days; ask in parts"))),
            () => Ok(()),
        }
    }
}
