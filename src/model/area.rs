//! Billing areas, by the names that the API uses.
//!
//! Areas travel as text, because a price book for another product may bring its own.

/// The mainland of China: the only area that storage and traffic share.
pub const MAINLAND: &str = "Chinese Mainland";
/// Everything else, as storage sees it.
pub const OVERSEAS: &str = "Outside Chinese Mainland";

/// The two areas of storage (`DescribeStorageDetails.Area`).
pub const STORAGE_AREAS: [&str; 2] = [MAINLAND, OVERSEAS];

/// The nine areas of traffic (`DescribeCDNStatDetails.Area`).
pub const TRAFFIC_AREAS: [&str; 9] = [
    MAINLAND,
    "Asia Pacific Region 1",
    "Asia Pacific Region 2",
    "Asia Pacific Region 3",
    "Middle East",
    "Europe",
    "North America",
    "South America",
    "Africa",
];
