//! Writes how each allowance went forward, month by month.

use std::io::{self, Write};

use crate::billing::{PackMonth, PartKind, Ratio};
use crate::cli::output::into_io;

/// The columns. A level's quantities are in its unit × days.
const COLUMNS: [&str; 17] = [
    "account",
    "pack",
    "product",
    "part",
    "kind",
    "month",
    "unit",
    "opening",
    "bought",
    "used",
    "expired",
    "refunded",
    "closing",
    "left_on",
    "left_cloud",
    "left_computed",
    "left_difference",
];

/// Writes a row for each allowance and month, as CSV.
pub fn write(out: &mut dyn Write, months: &[PackMonth]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS).map_err(into_io)?;
    for month in months {
        writer.write_record(cells(month)).map_err(into_io)?;
    }
    writer.flush()
}

fn cells(month: &PackMonth) -> [String; COLUMNS.len()] {
    // What the cloud said last.
    let left = month.left.last();
    let quantities = [month.opening, month.bought, month.used, month.expired, month.refunded, month.closing];
    let quantities: Vec<Ratio> =
        quantities.into_iter().chain(left.iter().flat_map(|left| [left.cloud, left.computed, left.difference])).collect();
    // In the unit where every number has an end there, else in base units.
    let factor = Ratio::whole(month.unit.factor);
    let is_whole = quantities.iter().all(|quantity| quantity.over(factor).is_some_and(Ratio::terminates));
    let (unit, factor) = if is_whole { (month.unit.name, factor) } else { (month.unit.base.name(), Ratio::ONE) };
    let unit = if month.kind == PartKind::Level { format!("{unit} × days") } else { unit.to_owned() };
    let text = |index: usize| quantities.get(index).map_or_else(String::new, |quantity| show(*quantity, factor));
    [
        month.account.to_string(),
        month.pack.clone(),
        month.product.clone().unwrap_or_default(),
        month.part.to_string(),
        month.kind.as_str().to_owned(),
        month.month.to_string(),
        unit,
        text(0),
        text(1),
        text(2),
        text(3),
        text(4),
        text(5),
        left.map(|left| left.on.to_string()).unwrap_or_default(),
        text(6),
        text(7),
        text(8),
    ]
}

fn show(quantity: Ratio, factor: Ratio) -> String {
    quantity.over(factor).unwrap_or(quantity).to_text()
}
