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

/// The storage regions of the mainland (266/9760 and examples); parts of a region carry a number behind the name.
const MAINLAND_REGIONS: [&str; 4] = ["ap-beijing", "ap-shanghai", "ap-chongqing", "ap-guangzhou"];
/// The storage regions elsewhere.
const OVERSEAS_REGIONS: [&str; 11] = [
    "ap-hongkong",
    "ap-singapore",
    "ap-mumbai",
    "ap-seoul",
    "ap-bangkok",
    "ap-tokyo",
    "na-siliconvalley",
    "na-ashburn",
    "na-toronto",
    "eu-frankfurt",
    "eu-moscow",
];

/// The storage area in which a region lies; `None` for a region that no document lists.
pub fn of_region(region: &str) -> Option<&'static str> {
    let is = |name: &&str| {
        let part = region.strip_prefix(*name).map(|part| part.strip_prefix('-').unwrap_or(part));
        part.is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if MAINLAND_REGIONS.iter().any(is) { Some(MAINLAND) } else { OVERSEAS_REGIONS.iter().any(is).then_some(OVERSEAS) }
}
