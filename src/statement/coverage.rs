//! Which days of a month were collected whole. A total over days that nobody asked about is not the total.

use std::collections::BTreeSet;

use crate::ledger::UnitRow;
use crate::model::{BillingDay, BillingMonth, SubAppId};

/// What no month can do without: storage, delivery and media processing.
const NEEDED: [&str; 3] = ["DescribeStorageDetails", "DescribeCDNStatDetails", "DescribeMediaProcessUsageData"];

/// A question about an application: action, application, subject.
type Asked<'a> = (&'a str, Option<SubAppId>, &'a str);

/// The days of a month for which a question is open: every question that was answered for one application on one day is
/// expected for every application on every day, and the [`NEEDED`] ones in any case.
pub fn uncovered(units: &[UnitRow], month: BillingMonth) -> BTreeSet<BillingDay> {
    let days = || month.first_day().until(month.end_day());
    let done = || units.iter().filter(|row| row.is_done());
    let questions: BTreeSet<(&str, &str)> = done().map(|row| (row.unit.action.as_str(), row.unit.subject.as_str())).collect();
    if NEEDED.iter().any(|needed| !questions.iter().any(|(action, _)| action == needed)) {
        return days().collect();
    }
    let applications: BTreeSet<Option<SubAppId>> = units.iter().map(|row| row.unit.sub_app_id).collect();
    let answered: BTreeSet<(BillingDay, Asked<'_>)> = done()
        .flat_map(|row| {
            let asked = (row.unit.action.as_str(), row.unit.sub_app_id, row.unit.subject.as_str());
            row.days_asked().map(move |day| (day, asked))
        })
        .collect();
    let is_whole = |day: &BillingDay| {
        applications.iter().all(|application| {
            questions.iter().all(|(action, subject)| answered.contains(&(*day, (*action, *application, *subject))))
        })
    };
    days().filter(|day| !is_whole(day)).collect()
}
