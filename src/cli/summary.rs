//! A rated month, for people.

use super::Error;
use super::output::{Format, Listing};
use crate::model::Status;
use crate::statement::Statement;
use serde_json::json;

/// Prints what each item cost, the total, and what has no price.
pub fn print(statement: &Statement) -> Result<(), Error> {
    let mut listing = Listing::new(&["item", "area", "spec", "cost", "status"]).indented(3).right(&["cost"]);
    let mark = |status: Status| if status == Status::Final { String::new() } else { status.to_string() };
    for item in statement.items() {
        listing.push(vec![
            json!(item.meter),
            json!(item.area),
            json!(item.spec),
            json!(item.billed.to_string()),
            json!(mark(item.status)),
        ]);
    }
    for total in statement.totals() {
        listing.push(vec![json!("total"), json!(""), json!(""), json!(total.billed.to_string()), json!(mark(total.status))]);
    }
    listing.print(Format::Table)?;
    for unpriced in statement.unpriced() {
        let quantity =
            unpriced.unit.format(unpriced.quantity).unwrap_or_else(|| format!("{} {}", unpriced.quantity, unpriced.unit.base));
        println!(
            "   unpriced, in no total: {} {} {}: {quantity} {}; {}",
            unpriced.meter, unpriced.area, unpriced.spec, unpriced.unit.name, unpriced.reason
        );
    }
    Ok(())
}
