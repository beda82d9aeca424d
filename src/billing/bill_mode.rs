//! What a bill says of how an account is billed.
//!
//! The resource list of the console's bill (L2) names a billing mode and a sub-item for every line of VOD; the detail list (L3)
//! names the same sub-items as component types (tencentyun/qcloud-documents, 账单查询.md). The words are looked for in every
//! cell, so that the order and the headings of columns do not matter.

use super::options::{Mode, Settlement};

/// The sub-items of VOD. A line without one of them is another product's.
const SUB_ITEMS: [&str; 5] = ["点播存储", "点播转码", TRAFFIC, BANDWIDTH, "点播审核"];
const TRAFFIC: &str = "点播流量";
const BANDWIDTH: &str = "点播带宽";
const DAILY: &str = "按量付费";
const MONTHLY: &str = "按月结算";
const PREPAID: &str = "包年包月";

/// How a bill says that the account is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BilledAs {
    /// By traffic or bandwidth; `None` where the bill has neither.
    pub mode: Option<Mode>,
    /// By the day or the month; `None` where the bill does not say.
    pub settlement: Option<Settlement>,
}

/// What was read of a bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillRead {
    /// How the account is billed.
    pub billed: BilledAs,
    /// All lines.
    pub lines: u64,
    /// Lines of VOD.
    pub of_vod: u64,
    /// Lines of VOD that were bought in advance: they say nothing of how the rest is billed.
    pub prepaid: u64,
}

/// A bill that says two things at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bill has lines of {first} and of {second}: the account changed; give its history with --mode or [[account.mode]]")]
pub struct BillConflict {
    first: &'static str,
    second: &'static str,
}

impl BilledAs {
    /// Reads the lines of a bill, each by its cells.
    ///
    /// # Errors
    /// Lines that contradict each other.
    pub fn of_lines<'a, L>(lines: impl IntoIterator<Item = L>) -> Result<BillRead, BillConflict>
    where
        L: IntoIterator<Item = &'a str>,
    {
        let mut found = [false; 4];
        let mut read = BillRead::default();
        for line in lines {
            read.lines += 1;
            let cells: Vec<&str> = line.into_iter().map(str::trim).collect();
            let has = |word: &str| cells.contains(&word);
            if !SUB_ITEMS.iter().any(|item| has(item)) {
                continue;
            }
            read.of_vod += 1;
            // What was bought in advance says nothing of how the rest is billed.
            if has(PREPAID) {
                read.prepaid += 1;
                continue;
            }
            for (known, word) in found.iter_mut().zip([TRAFFIC, BANDWIDTH, DAILY, MONTHLY]) {
                *known |= has(word);
            }
        }
        match found {
            [true, true, ..] => Err(BillConflict { first: TRAFFIC, second: BANDWIDTH }),
            [.., true, true] => Err(BillConflict { first: DAILY, second: MONTHLY }),
            [traffic, bandwidth, daily, monthly] => {
                read.billed = Self {
                    mode: bandwidth.then_some(Mode::PostpaidByBandwidth).or(traffic.then_some(Mode::PostpaidByTraffic)),
                    settlement: monthly.then_some(Settlement::Month).or(daily.then_some(Settlement::Day)),
                };
                Ok(read)
            }
        }
    }
}
