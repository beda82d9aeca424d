//! Restatements that take away much: a day's sum by more than half, or everything of a window. They may be right, so they are kept, as
//! revisions; but nobody should find out by a low total.

use std::collections::BTreeMap;
use std::fmt;

use super::work::Committed;
use crate::model::meter::{Meter, MeterKind};

/// What a commit changed, and what it took away by much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// How many facts.
    pub committed: Committed,
    /// What is now less than half of what it was.
    pub lowered: Vec<Lowered>,
}

impl From<Committed> for Change {
    fn from(committed: Committed) -> Self {
        Self { committed, lowered: Vec::new() }
    }
}

/// A sum that is now less than half of what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// Of what, and when.
    pub what: String,
    /// What it was: a quantity, quantity × seconds of a level or speed, or rows.
    pub before: i128,
    /// What it is.
    pub after: i128,
}

impl fmt::Display for Lowered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} instead of {}", self.what, self.after, self.before)
    }
}

/// Which sum a fact goes into: meter, area, specification, day.
type Sum = (String, String, String, String);

/// The sums of a window before and after.
#[derive(Debug, Default)]
pub struct Sums(BTreeMap<Sum, (i128, i128)>);

impl Sums {
    /// Adds a fact that held before.
    pub fn before(&mut self, of: [&str; 3], day: String, quantity: i64, seconds: i64) {
        self.of(of, day).0 += weight(of, quantity, seconds);
    }

    /// Adds a fact that holds now.
    pub fn after(&mut self, of: [&str; 3], day: String, quantity: i64, seconds: i64) {
        self.of(of, day).1 += weight(of, quantity, seconds);
    }

    fn of(&mut self, [meter, area, spec]: [&str; 3], day: String) -> &mut (i128, i128) {
        self.0.entry((meter.to_owned(), area.to_owned(), spec.to_owned(), day)).or_default()
    }

    /// Those that were lowered by more than half.
    pub fn lowered(self) -> Vec<Lowered> {
        let fell = self.0.into_iter().filter(|(_, (before, after))| after * 2 < *before);
        fell.map(|((meter, area, spec, day), (before, after))| {
            let names = [meter.as_str(), area.as_str(), spec.as_str(), day.as_str()];
            let what = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
            Lowered { what, before, after }
        })
        .collect()
    }
}

/// What happened counts as such; what is there, and a speed, as long as it lasts.
fn weight([meter, ..]: [&str; 3], quantity: i64, seconds: i64) -> i128 {
    match Meter::named(meter).map(|meter| meter.kind) {
        Some(MeterKind::Level | MeterKind::Rate) => i128::from(quantity) * i128::from(seconds),
        Some(MeterKind::Event) | None => i128::from(quantity),
    }
}

/// So many are named; the rest is counted.
const NAMED: usize = 3;

/// What the reader of the manifest is told; empty for nothing.
pub fn told(lowered: &[Lowered]) -> String {
    if lowered.is_empty() {
        return String::new();
    }
    let mut parts: Vec<String> = lowered.iter().take(NAMED).map(ToString::to_string).collect();
    if lowered.len() > NAMED {
        parts.push(format!("and {} more", lowered.len() - NAMED));
    }
    format!("restated downwards by more than half: {}", parts.join("; "))
}
