//! `vodledger logs check`: what the logs say beside what was metered.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::output::{Format, Listing};
use super::days::Days;
use super::part::per_cent;
use super::{Context, Error, Outcome};
use crate::collect::cdn_log::final_before;
use crate::ledger::Ledger;
use crate::model::meter::names;
use crate::model::{BillingDay, Period, Status};
use crate::settings::Account;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    days: Days,
    /// Form of the listing [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

const COLUMNS: [&str; 11] = [
    "account",
    "row_type",
    "usage_day",
    "logged_bytes",
    "billed_bytes",
    "metered_bytes",
    "areas_bytes",
    "residue_bytes",
    "residue_per_cent",
    "areas_residue_bytes",
    "status",
];

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let period = args.days.period(context)?;
    let shown = ["usage_day", "row_type", "billed_bytes", "metered_bytes", "residue_bytes", "residue_per_cent"];
    let mut listing = Listing::new(&COLUMNS).narrow(&shown).right(&COLUMNS[3..10]);
    let Some(ledger) = context.existing_ledger()? else {
        return Err(Error::failed("there is no ledger yet: `vodledger sync` and `vodledger logs fetch` fill it"));
    };
    for account in context.accounts()? {
        let days = days(&ledger, account, period).map_err(Error::failed)?;
        let (mut total, mut compared) = (Day::default(), Decimal::ZERO);
        for (day, found) in &days {
            let is_final = day.end() <= final_before(context.clock.now());
            let status = if is_final { Status::Final } else { Status::Partial };
            listing.push(found.row(account, "day", json!(day.to_string()), json!(status.as_str()), found.metered));
            total.add(found);
            compared += found.metered.filter(|_| found.residue.is_some()).unwrap_or_default();
        }
        listing.push(total.row(account, "total", Value::Null, Value::Null, None));
        // Of the days of which both are known.
        let residue = Day { residue: total.residue, areas_residue: total.areas_residue, ..Day::default() };
        listing.push(residue.row(account, "residue", Value::Null, Value::Null, Some(compared)));
    }
    listing.print(Format::or_default(args.format))?;
    Ok(Outcome::Done)
}

/// What is known of a day. What was not collected is unknown, not zero.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    logged: Option<Decimal>,
    billed: Option<Decimal>,
    metered: Option<Decimal>,
    areas: Option<Decimal>,
    /// What was metered and is in no log; negative where logs say more.
    residue: Option<Decimal>,
    /// What was metered and is in no area.
    areas_residue: Option<Decimal>,
}

impl Day {
    fn add(&mut self, other: &Self) {
        let sums = [
            (&mut self.logged, other.logged),
            (&mut self.billed, other.billed),
            (&mut self.metered, other.metered),
            (&mut self.areas, other.areas),
            (&mut self.residue, other.residue),
            (&mut self.areas_residue, other.areas_residue),
        ];
        for (sum, part) in sums {
            *sum = sum.zip(part).map(|(sum, part)| sum + part).or(*sum).or(part);
        }
    }

    /// A row; the residue is a part of what was `metered`.
    fn row(&self, account: &Account, row_type: &str, day: Value, status: Value, metered: Option<Decimal>) -> Vec<Value> {
        let number = |number: Option<Decimal>| json!(number.map(|number| number.normalize().to_string()));
        let residue = self.residue.zip(metered).and_then(|(residue, metered)| per_cent(residue, metered));
        vec![
            json!(account.name),
            json!(row_type),
            day,
            number(self.logged),
            number(self.billed),
            number(self.metered),
            number(self.areas),
            number(self.residue),
            json!(residue),
            number(self.areas_residue),
            status,
        ]
    }
}

fn days(ledger: &Ledger, account: &Account, period: Period) -> Result<BTreeMap<BillingDay, Day>, crate::ledger::LedgerError> {
    let id = account.id();
    let mut days: BTreeMap<BillingDay, Day> = BTreeMap::new();
    for (of, overhead, delivery) in ledger.delivery_by_area(&id, period)? {
        let day = days.entry(of.day).or_default();
        let (logged, factor) = (Decimal::from(delivery.bytes), Decimal::new(i64::from(overhead), 4));
        day.logged = Some(day.logged.unwrap_or_default() + logged);
        day.billed = Some(day.billed.unwrap_or_default() + logged * factor);
    }
    for (day, bytes) in ledger.reading_days(&id, names::TRAFFIC, period)? {
        days.entry(day).or_default().metered = Some(bytes.into());
    }
    for (day, bytes) in ledger.metered_days(&id, names::TRAFFIC, period)? {
        days.entry(day).or_default().areas = Some(bytes.into());
    }
    for day in days.values_mut() {
        day.residue = day.metered.zip(day.billed).map(|(metered, billed)| metered - billed);
        day.areas_residue = day.metered.zip(day.areas).map(|(metered, areas)| metered - areas);
    }
    Ok(days)
}
