//! Where a request came from, by the sixth column. (VOD, log of a domain: ids of service areas.)

use crate::model::area::MAINLAND;

/// The area that is charged. A file of what is outside the mainland may name a country, of which the area is not told: then it is
/// empty.
pub fn area(id: i64, overseas: bool) -> &'static str {
    match id {
        2_000_000_001 => "Asia Pacific Region 1",
        2_000_000_002 => "Asia Pacific Region 2",
        2_000_000_003 => "Asia Pacific Region 3",
        2_000_000_004 => "Middle East",
        2_000_000_005 => "North America",
        2_000_000_006 => "Europe",
        2_000_000_007 => "South America",
        2_000_000_008 => "Africa",
        _ if overseas => "",
        _ => MAINLAND,
    }
}
