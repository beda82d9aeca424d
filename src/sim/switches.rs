//! What the documents leave open, each with the default that seems most likely.

/// Every open point.
#[derive(Clone, Copy, Debug, Default)]
pub struct Switches {
    /// Whether `SubAppId` may be omitted.
    pub sub_app_id: SubAppIdRule,
    /// Order of SearchMedia without `Sort`.
    pub search_order: Order,
    /// Whether usage points without usage are rows of 0 or left out.
    pub empty_buckets: EmptyBuckets,
    /// Whether the day of `EndTime` belongs to daily rows.
    pub end_day: Bound,
    /// What a daily row of stored bytes shows.
    pub storage_day: StorageDay,
    /// Number of the first page of the legacy API.
    pub page_base: PageBase,
    /// Order of DescribeVodPlayInfo.
    pub legacy_order: Order,
    /// What a legacy look-up answers that finds nothing.
    pub legacy_no_match: LegacyNoMatch,
    /// How the legacy API wraps the error codes of a module.
    pub legacy_module_errors: LegacyModuleErrors,
    /// What the statistics file calls plays by device.
    pub play_stat_header: PlayStatHeader,
    /// What `Limit` and `Offset` of DescribeCdnLogs count.
    pub cdn_log_paging: CdnLogPaging,
    /// What `Offset` of DescribeDealsByCond counts.
    pub deal_offset: DealOffset,
}

/// Names of columns in the statistics file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlayStatHeader {
    /// `pc_play_times`, `mobile_play_times`: as documented.
    #[default]
    Documented,
    /// `play_times_pc`, `play_times_mobile`: as a public consumer reads them.
    Seen,
}

/// What `Limit` and `Offset` of DescribeCdnLogs count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CdnLogPaging {
    /// The files of both lists, those of the mainland first.
    #[default]
    Together,
    /// The files of each list by itself.
    Each,
}

/// What `Offset` of DescribeDealsByCond counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DealOffset {
    /// Pages from 0 on, as the text of the parameter says.
    #[default]
    Page,
    /// Rows.
    Row,
}

/// Whether `SubAppId` may be omitted: accounts from 2023-12-25 on must send it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubAppIdRule {
    /// An older account: the default application answers.
    #[default]
    Optional,
    /// A newer account.
    Required,
}

/// Order by time of creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Descending,
    /// Oldest first.
    Ascending,
}

/// Points without usage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyBuckets {
    /// Rows of 0.
    #[default]
    Zero,
    /// No rows.
    Omitted,
}

/// Whether an end belongs to a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bound {
    /// It does: the documented examples of daily rows show the end day.
    #[default]
    Inclusive,
    /// It does not.
    Exclusive,
}

/// What a daily row of stored bytes shows; the page says only that it is the interval from `Time` on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StorageDay {
    /// The highest point, which is what is billed.
    #[default]
    Peak,
    /// The mean of the points, rounded down.
    Mean,
    /// The last point.
    Last,
}

/// Number of the first page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageBase {
    /// `pageNo=1`; 0 is answered like 1.
    #[default]
    One,
    /// `pageNo=0`.
    Zero,
}

/// A legacy look-up that finds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LegacyNoMatch {
    /// Code 0 and an empty list.
    #[default]
    Empty,
    /// Code 10008, file does not exist.
    Error,
}

/// Error codes of a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LegacyModuleErrors {
    /// `code` 4000, `codeDesc` the code as a number, and the code in front of the message: as captured.
    #[default]
    Wrapped,
    /// The code in `code`, as the tables say.
    Plain,
}
