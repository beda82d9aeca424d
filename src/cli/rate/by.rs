//! `rate --by`: which columns charges are split by, and their shares.

use std::borrow::Cow;
use std::io;

use super::output::{BASIS, COLUMNS, PARENT};
use super::weights::{Weighed, Weights};
use crate::billing::{PriceBook, Rater, Row, SUB_APP_ID};
use crate::cli::Error;
use crate::model::{Charge, MeterKind};

/// The columns that charges are split by.
#[derive(Debug)]
pub struct By {
    names: Vec<String>,
    weights: Weights,
}

impl By {
    /// Checks the names that were asked for; `None` where none were.
    pub fn of(names: &[String]) -> Result<Option<Self>, Error> {
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err(Error::usage(format!("--by {name} is given twice; drop one")));
            }
            if name != SUB_APP_ID && (COLUMNS.contains(&name.as_str()) || [BASIS, PARENT].contains(&name.as_str())) {
                return Err(Error::usage(format!(
                    "--by {name}: charges have a column of that name already; name {SUB_APP_ID} or a tag column of the usage file"
                )));
            }
        }
        Ok((!names.is_empty()).then(|| Self { names: names.to_vec(), weights: Weights::default() }))
    }

    /// What was asked for.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Weighs a record that the rater has taken in, under the values of its columns.
    pub fn weigh(&mut self, rater: &mut Rater<'_>, row: &Row<'_>, values: &[Cow<'_, str>]) -> Result<(), String> {
        let mut result = Ok(());
        let weights = &mut self.weights;
        let placed = rater.places(row, |place| {
            if result.is_ok() {
                result = weights.add(&place, values);
            }
        });
        placed.map_err(|error| error.to_string())?;
        result.map_err(|error| format!("--by: {error}"))
    }

    /// Ends the weighing.
    pub fn finish<'a>(self, book: &'a PriceBook) -> Result<Shares<'a>, Error> {
        let weighed = self.weights.finish().map_err(|error| Error::failed(format!("--by: {error}")))?;
        Ok(Shares { names: self.names, weighed, book })
    }
}

/// The shares of all charges.
#[derive(Debug)]
pub struct Shares<'a> {
    names: Vec<String>,
    weighed: Weighed,
    book: &'a PriceBook,
}

impl Shares<'_> {
    /// The tag columns; the application has one already.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|name| *name != SUB_APP_ID)
    }

    /// Hands over the shares of a charge.
    pub fn split(&mut self, charge: &Charge, mut each: impl FnMut(&Charge) -> io::Result<()>) -> io::Result<()> {
        let kind = self.book.meter(&charge.meter).map_or(MeterKind::Event, |(kind, _)| kind);
        self.weighed.split(charge, kind, &self.names, &mut each)
    }
}
