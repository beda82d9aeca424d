//! Packs: what an account bought in advance.
//!
//! The way of a pack: a [file](file) says what was bought; [deduction](deduct) lets it cover the account's lines in the
//! order of time and [renews](renew) it where that is due; its price is then [spread](spread) over what it covered;
//! [rows] show purchases, refunds and what lapsed; [months] rolls each allowance forward.

mod deduct;
mod file;
mod held;
mod instance;
mod months;
mod renew;
mod rows;
mod rules;
mod spread;
mod uses;

pub use file::packs_from_toml;
pub use instance::{Left, Pack};
pub use months::{LeftCompared, PackMonth};

pub(super) use held::Held;
pub(super) use rules::Rules;

use super::gather::RateError;
use super::lines::Line;
use super::plan::Plan;
use crate::model::{AccountId, Charge};

/// Lets the packs of an account cover its lines, which are sorted by time, and writes into each covering what it cost.
pub(super) fn cover<'p>(plan: &'p Plan<'_>, account: &AccountId, lines: &mut [Line]) -> Result<Held<'p>, RateError> {
    let mut held = Held::of(plan, account, lines);
    if held.packs.is_empty() {
        return Ok(held);
    }
    deduct::deduct(&mut held, lines)?;
    held.check_refunds(lines)?;
    held.uses = uses::of_lines(&held, lines).ok_or_else(|| out_of_range("the use of packs"))?;
    spread::over_lines(&held, lines).ok_or_else(|| out_of_range("the price of a pack"))?;
    Ok(held)
}

/// The rows of packs that belong to no line, and the roll-forward of each allowance.
pub(super) fn accounts(held: &Held<'_>) -> Result<(Vec<Charge>, Vec<PackMonth>), RateError> {
    let rows = rows::of_packs(held).ok_or_else(|| out_of_range("the price of a pack"))?;
    let months = months::of_packs(held).ok_or_else(|| out_of_range("the roll-forward of a pack"))?;
    Ok((rows, months))
}

fn out_of_range(what: &str) -> RateError {
    RateError::OutOfRange(what.to_owned())
}
