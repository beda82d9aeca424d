//! What the documents leave open, each with the default that seems most likely.

use super::SimError;

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

/// A value by its name, and how to choose it.
type Value = (&'static str, fn(&mut Switches));

/// Every switch by its name on the command line, with its values; the default comes first.
const NAMED: [(&str, &[Value]); 12] = [
    (
        "sub-app-id",
        &[
            ("optional", |all| all.sub_app_id = SubAppIdRule::Optional),
            ("required", |all| all.sub_app_id = SubAppIdRule::Required),
        ],
    ),
    (
        "search-order",
        &[("descending", |all| all.search_order = Order::Descending), ("ascending", |all| all.search_order = Order::Ascending)],
    ),
    (
        "empty-buckets",
        &[("zero", |all| all.empty_buckets = EmptyBuckets::Zero), ("omitted", |all| all.empty_buckets = EmptyBuckets::Omitted)],
    ),
    ("end-day", &[("inclusive", |all| all.end_day = Bound::Inclusive), ("exclusive", |all| all.end_day = Bound::Exclusive)]),
    (
        "storage-day",
        &[
            ("peak", |all| all.storage_day = StorageDay::Peak),
            ("mean", |all| all.storage_day = StorageDay::Mean),
            ("last", |all| all.storage_day = StorageDay::Last),
        ],
    ),
    ("page-base", &[("one", |all| all.page_base = PageBase::One), ("zero", |all| all.page_base = PageBase::Zero)]),
    (
        "legacy-order",
        &[("descending", |all| all.legacy_order = Order::Descending), ("ascending", |all| all.legacy_order = Order::Ascending)],
    ),
    (
        "legacy-no-match",
        &[
            ("empty", |all| all.legacy_no_match = LegacyNoMatch::Empty),
            ("error", |all| all.legacy_no_match = LegacyNoMatch::Error),
        ],
    ),
    (
        "legacy-module-errors",
        &[
            ("wrapped", |all| all.legacy_module_errors = LegacyModuleErrors::Wrapped),
            ("plain", |all| all.legacy_module_errors = LegacyModuleErrors::Plain),
        ],
    ),
    (
        "play-stat-header",
        &[
            ("documented", |all| all.play_stat_header = PlayStatHeader::Documented),
            ("seen", |all| all.play_stat_header = PlayStatHeader::Seen),
        ],
    ),
    (
        "cdn-log-paging",
        &[
            ("together", |all| all.cdn_log_paging = CdnLogPaging::Together),
            ("each", |all| all.cdn_log_paging = CdnLogPaging::Each),
        ],
    ),
    ("deal-offset", &[("page", |all| all.deal_offset = DealOffset::Page), ("row", |all| all.deal_offset = DealOffset::Row)]),
];

/// What a list of names knows under one, or what it knows instead.
fn pick<T: Copy>(known: &[(&'static str, T)], name: &str) -> Result<T, String> {
    let found = known.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let names = || known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("{name:?} is none of {}", names()))
}

impl Switches {
    /// Every switch by its name, with its values; the default comes first.
    pub fn names() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
        NAMED.iter().map(|(name, values)| (*name, values.iter().map(|(value, _)| *value).collect()))
    }

    /// Sets a switch as the command line does: `SWITCH=VALUE`.
    ///
    /// # Errors
    /// [`SimError::BadSwitch`] names what is known instead.
    pub fn set(&mut self, setting: &str) -> Result<(), SimError> {
        let bad = |message: String| SimError::BadSwitch { given: setting.to_owned(), message };
        let (name, value) = setting.split_once('=').ok_or_else(|| bad("it is not of the form SWITCH=VALUE".to_owned()))?;
        let set = pick(&NAMED, name).and_then(|values| pick(values, value)).map_err(bad)?;
        set(self);
        Ok(())
    }
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
