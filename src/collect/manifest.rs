//! What was asked, what came, and what is missing: counted from the units of the ledger, whichever run worked on them.

use std::collections::BTreeMap;

use super::plan::{Kind, Plan};
use crate::ledger::{Committed, Ledger, LedgerError, Lowered, UnitCount};
use crate::model::{Period, SubAppId};

/// Something that could not be asked at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What is missing.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// How it went as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overall {
    /// Everything that was asked for is in the ledger.
    Done,
    /// A part of it.
    Partial,
    /// Nothing of it.
    Failed,
}

/// What was asked, what came, and what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The period that was asked for.
    pub period: Period,
    /// The units of each kind and application.
    pub lines: BTreeMap<(Kind, Option<SubAppId>), UnitCount>,
    /// Units that this run worked on.
    pub worked: usize,
    /// Units of which this run brought a part, and which are missing all the same.
    pub in_part: usize,
    /// Units that were answered for good before and not asked again.
    pub already_known: usize,
    /// What this run changed in the ledger.
    pub committed: Committed,
    /// What this run lowered by more than half. It is kept, with what was there before as a revision.
    pub lowered: Vec<Lowered>,
    /// What could not be asked.
    pub gaps: Vec<Gap>,
    /// What VOD does not know about, so that no figure holds it: domains of EdgeOne.
    pub outside: Vec<String>,
}

impl Manifest {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut gaps = Vec::new();
        let first = plan.first_day();
        if plan.period.start < first.start() {
            gaps.push(Gap { what: format!("usage before {first}"), reason: "the API keeps usage for 365 days".to_owned() });
        }
        Self {
            period: plan.period,
            lines: BTreeMap::new(),
            worked: 0,
            in_part: 0,
            already_known: 0,
            committed: Committed::default(),
            lowered: Vec::new(),
            gaps,
            outside: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, committed: Committed, is_part: bool) {
        self.worked += 1;
        self.in_part += usize::from(is_part);
        self.committed.new += committed.new;
        self.committed.restated += committed.restated;
        self.committed.unchanged += committed.unchanged;
    }

    /// Counts the units of a plan.
    pub(super) fn count(ledger: &Ledger, plan: &Plan) -> Result<BTreeMap<(Kind, Option<SubAppId>), UnitCount>, LedgerError> {
        let kinds: Vec<(&str, Period)> =
            plan.kinds.iter().filter_map(|kind| Some((kind.as_str(), plan.windows_of(*kind)?))).collect();
        let counts = ledger.count_units(&plan.account, &kinds)?;
        Ok(counts.into_iter().filter_map(|((kind, app), count)| Some(((kind.parse().ok()?, app), count))).collect())
    }

    /// How it went as a whole.
    pub fn overall(&self) -> Overall {
        let (missing, fetched) = (self.sum(|count| count.missing), self.sum(|count| count.fetched));
        match () {
            () if missing == 0 && self.gaps.is_empty() => Overall::Done,
            () if fetched == 0 && self.in_part == 0 => Overall::Failed,
            () => Overall::Partial,
        }
    }

    /// A number over all lines.
    pub fn sum(&self, part: impl Fn(&UnitCount) -> i64) -> i64 {
        self.lines.values().map(part).sum()
    }
}
