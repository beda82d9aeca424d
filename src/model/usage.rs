//! A measured quantity.

use super::id::{AccountId, SubAppId};
use super::status::Status;
use super::time::Period;

/// A measured quantity for a meter, area and interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRecord {
    /// When: event rows happened in it, level rows hold for all of it, rate rows are a sample of it.
    pub period: Period,
    /// Whose. Empty in an offline file that names no account.
    pub account: AccountId,
    /// Which application, where known.
    pub sub_app_id: Option<SubAppId>,
    /// The meter's name ([`super::meter::METERS`] or one that the price book declares).
    pub meter: String,
    /// The billing area by the API's name; empty for meters that are not split by area.
    pub area: String,
    /// Storage class, codec and resolution, or whatever else the price depends on.
    pub spec: String,
    /// Base units of the meter. Never negative.
    pub quantity: i128,
    /// How sure the quantity is.
    pub status: Status,
    /// Further columns of the usage file, in the order of its header.
    pub tags: Vec<(String, String)>,
}
