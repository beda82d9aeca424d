//! Tables that are the same in every ledger: days with what SQL would need date functions for, which are not the same on every store,
//! and meters.

use super::LedgerError;
use super::connection::{Connection, Value};
use crate::model::meter::METERS;
use crate::model::{Base, BillingDay, BillingMonth, Meter};

/// The first and the last year. VOD has been there since 2015.
const YEARS: (u32, u32) = (2015, 2049);

const COLUMNS: &[&str] = &[
    "usage_day",
    "usage_month",
    "year",
    "quarter",
    "weekday",
    "day_of_month",
    "days_in_month",
    "day_number",
    "next_day",
    "next_month",
    "previous_month",
    "start_at",
    "end_at",
];

/// Puts every day in.
pub fn fill(connection: &mut dyn Connection) -> Result<(), LedgerError> {
    let (Ok(first), Ok(end)) = (format!("{}-01-01", YEARS.0).parse(), format!("{}-01-01", YEARS.1 + 1).parse()) else {
        return Ok(());
    };
    connection.insert("calendar", COLUMNS, &mut BillingDay::until(first, end).map(row))?;
    let meter = |meter: &Meter| {
        let unit = match meter.base {
            Base::Bytes => "GB",
            Base::Seconds => "min",
            Base::BitsPerSecond => "Mbit/s",
            Base::Count => "count",
        };
        vec![meter.name.into(), meter.kind.as_str().into(), unit.into()]
    };
    connection.insert("meter", &["meter", "meter_kind", "unit"], &mut METERS.iter().map(meter))
}

fn row(day: BillingDay) -> Vec<Value> {
    use chrono::Datelike;
    let (date, month): (_, BillingMonth) = (day.date(), day.month());
    vec![
        day.to_string().into(),
        month.to_string().into(),
        i64::from(date.year()).into(),
        i64::from(date.month0() / 3 + 1).into(),
        i64::from(date.weekday().number_from_monday()).into(),
        i64::from(date.day()).into(),
        i64::from(month.length()).into(),
        i64::from(date.num_days_from_ce() - UNIX_DAY).into(),
        day.next().to_string().into(),
        month.next().to_string().into(),
        month.previous().to_string().into(),
        day.start().into(),
        day.end().into(),
    ]
}

/// 1970-01-01, counted from the first day of the first year.
const UNIX_DAY: i32 = 719_163;
