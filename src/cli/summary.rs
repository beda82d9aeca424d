//! A rated month, for people.

use serde_json::json;

use super::Error;
use super::output::{Listing, say};
use crate::statement::Statement;

/// Prints what each item cost, the total, and what has no price.
pub fn print(statement: &Statement) -> Result<(), Error> {
    let mut listing = Listing::new(&["item", "of", "cost"]).indented(3).right(&["cost"]);
    for item in statement.items() {
        let of = [item.area, item.spec].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        listing.push(vec![json!(item.meter), json!(of), json!(item.billed.to_string())]);
    }
    for total in statement.totals() {
        listing.push(vec![json!("total"), json!(format!("({})", total.status)), json!(total.billed.to_string())]);
    }
    say!("{}", listing.grid());
    let without_price = statement.unpriced();
    if !without_price.is_empty() {
        say!("   Not in the total, because no price is published:");
    }
    for unpriced in without_price {
        let names = [unpriced.meter.as_str(), &unpriced.area, &unpriced.spec].into_iter().filter(|part| !part.is_empty());
        say!("   {}: {}", names.collect::<Vec<_>>().join(", "), unpriced.unit.show(unpriced.quantity));
    }
    Ok(())
}
