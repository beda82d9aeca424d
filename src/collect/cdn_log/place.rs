//! Where a request came from, by the sixth column. (VOD, log of a domain: ids of service areas.)

use crate::model::area::MAINLAND;

/// The areas that are charged, in the order of their ids. A file of what is outside the mainland may name a country, of which
/// the area is not told: that is the last one, without a name.
pub const AREAS: [&str; 10] = [
    MAINLAND,
    "Asia Pacific Region 1",
    "Asia Pacific Region 2",
    "Asia Pacific Region 3",
    "Middle East",
    "North America",
    "Europe",
    "South America",
    "Africa",
    "",
];

/// Service areas count from here.
const SERVICE_AREAS: i64 = 2_000_000_000;

/// The place of an area in [`AREAS`].
pub fn area(id: i64, overseas: bool) -> usize {
    match id - SERVICE_AREAS {
        1 => 1,
        2 => 2,
        3 => 3,
        4 => 4,
        5 => 5,
        6 => 6,
        7 => 7,
        8 => 8,
        _ if overseas => AREAS.len() - 1,
        _ => 0,
    }
}
