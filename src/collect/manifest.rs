//! What was asked, what came, and what is missing.

use chrono::{DateTime, Utc};

use super::ask::{Answer, Refusal};
use super::plan::{Kind, Plan, Question};
use crate::ledger::{Committed, NewSnapshot, Outcome, Unit, UnitResult};
use crate::model::{BillingMonth, Period, Status};

/// How a unit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineState {
    /// Its facts are in the ledger.
    Fetched,
    /// They are not, for this reason.
    Missing(String),
}

/// One unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which kind of usage it is about.
    pub kind: Kind,
    /// What was asked.
    pub unit: Unit,
    /// How it ended.
    pub state: LineState,
    /// How sure its facts are.
    pub status: Status,
    /// What it changed in the ledger.
    pub committed: Committed,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

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
    /// Every unit that was asked, in a fixed order.
    pub lines: Vec<Line>,
    /// Days, counted once per question, that were known for good and not asked again.
    pub already_known: usize,
    /// What could not be asked.
    pub gaps: Vec<Gap>,
}

impl Line {
    pub(super) fn of(question: &Question) -> Self {
        Self {
            kind: question.kind,
            unit: question.unit.clone(),
            state: LineState::Fetched,
            status: question.status,
            committed: Committed::default(),
            notes: Vec::new(),
        }
    }

    /// Notes how the question was answered and gives what is to be committed.
    pub(super) fn take(
        &mut self,
        question: &Question,
        answer: Result<Answer, Refusal>,
        snapshots: Vec<NewSnapshot>,
        at: DateTime<Utc>,
    ) -> UnitResult {
        match answer {
            Ok(answer) => {
                self.notes = answer.notes;
                let outcome = Outcome::Done(answer.records);
                UnitResult { unit: question.unit.clone(), outcome, status: question.status, snapshots, at }
            }
            Err(refusal) => self.refused(question, refusal.reason, snapshots, at),
        }
    }

    /// Notes that the answer could not be used.
    pub(super) fn refused(
        &mut self,
        question: &Question,
        reason: String,
        snapshots: Vec<NewSnapshot>,
        at: DateTime<Utc>,
    ) -> UnitResult {
        self.state = LineState::Missing(reason.clone());
        let outcome = Outcome::Failed(reason);
        UnitResult { unit: question.unit.clone(), outcome, status: question.status, snapshots, at }
    }

    /// Whether its facts are in the ledger.
    pub fn is_fetched(&self) -> bool {
        self.state == LineState::Fetched
    }
}

impl Manifest {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut gaps = Vec::new();
        let first = plan.first_day();
        if plan.period.start < first.start() {
            gaps.push(Gap { what: format!("usage before {first}"), reason: "the API keeps usage for 365 days".to_owned() });
        }
        Self { period: plan.period, lines: Vec::new(), already_known: 0, gaps }
    }

    /// Units end in any order; the manifest does not show it.
    pub(super) fn finish(&mut self) {
        self.lines.sort_by(|left, right| (left.kind, &left.unit).cmp(&(right.kind, &right.unit)));
    }

    /// How it went as a whole.
    pub fn overall(&self) -> Overall {
        let missing = self.lines.iter().filter(|line| !line.is_fetched()).count();
        match () {
            () if missing == 0 && self.gaps.is_empty() => Overall::Done,
            () if missing == self.lines.len() && self.already_known == 0 => Overall::Failed,
            () => Overall::Partial,
        }
    }

    /// The months whose usage may have changed: those of every window that was fetched.
    pub fn months(&self) -> Vec<BillingMonth> {
        let fetched = self.lines.iter().filter(|line| line.is_fetched());
        let mut months: Vec<BillingMonth> = fetched.flat_map(|line| line.unit.window.days()).map(|day| day.month()).collect();
        months.sort();
        months.dedup();
        months
    }

    /// What was new, restated and unchanged, over all units.
    pub fn committed(&self) -> Committed {
        let add = |sum: Committed, line: &Line| Committed {
            new: sum.new + line.committed.new,
            restated: sum.restated + line.committed.restated,
            unchanged: sum.unchanged + line.committed.unchanged,
        };
        self.lines.iter().fold(Committed::default(), add)
    }
}
