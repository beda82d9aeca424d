//! Billing, API 3.0, version 2018-07-09: what the whole account is charged, not VOD alone.
//!
//! Amounts are decimal texts with the digits that the bill has ([`Money`]), or numbers of a stated unit; nothing passes through a
//! float. A month that was never asked for is prepared first: [`Prepared::NotYet`].
//!
//! ```no_run
//! # async fn example(client: &vodledger::cloud::Client) -> Result<(), vodledger::cloud::Error> {
//! use vodledger::cloud::billing::BillDetails;
//!
//! let october = BillDetails { business_code: Some("p_vod".into()), ..BillDetails::of_month("2026-10".parse().unwrap()) };
//! let mut lines = client.billing().bill_details(october);
//! while let Some(line) = lines.next().await {
//!     let line = line?;
//!     for component in &line.components {
//!         println!("{} {} {:?}", line.action_type_name, component.item_name, component.real_cost);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod balance;
mod detail;
mod money;
mod orders;
mod resource;
mod summary;
mod unread;

use super::Client;
use super::actions::billing as actions;

pub use balance::AccountBalance;
pub use detail::{BillComponent, BillDetail, BillDetails, BillTag};
pub use money::{Money, NoAmount};
pub use orders::{Adjustment, Deal, Deals, Voucher, Vouchers};
pub use resource::{ResourceCost, ResourceSummary};
pub use summary::{BillFile, GroupBy, GroupCost, PayType, Prepared, ProductCost, ProductCosts};
pub use unread::Unread;

/// The actions of billing. Get it from [`Client::billing`].
#[derive(Clone, Copy, Debug)]
pub struct Billing<'a> {
    pub(super) client: &'a Client,
}
