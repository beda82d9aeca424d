//! The columns of each data set and version.

use super::Version;
use super::number::Number;
use super::packs::Measured;
use super::row::{Commitment, Row};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text.
    Text,
    /// A word of a closed list.
    OneOf(&'static [&'static str]),
    /// A currency.
    Currency,
    /// A unit.
    Unit,
    /// A decimal number.
    Decimal,
    /// A decimal number that is not negative.
    Price,
    /// A moment in UTC.
    Time,
    /// A flat JSON object.
    KeyValue,
    /// A JSON object.
    Json,
}

/// Whether a column must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Always.
    Mandatory,
    /// Where its condition holds.
    Conditional,
    /// As one likes.
    Recommended,
    /// Not of the standard.
    Own,
}

/// In which versions a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum In {
    /// Both.
    Both,
    /// The older one only.
    V12,
    /// The newer one only.
    V14,
}

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'r> {
    /// Nothing.
    Null,
    /// A text.
    Text(&'r str),
    /// A number.
    Number(Number),
    /// A moment in seconds since 1970.
    Time(i64),
}

/// A column of rows of a kind.
pub struct Column<R: 'static> {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be there.
    pub level: Level,
    /// Whether it may be empty.
    pub nulls: bool,
    /// In which versions it is.
    pub versions: In,
    /// Its cell of a row.
    pub cell: for<'r> fn(&'r R) -> Cell<'r>,
}

// Derived, they would ask the same of rows.
impl<R> Clone for Column<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Column<R> {}

impl<R> Column<R> {
    /// Whether a version has it.
    pub fn is_in(&self, version: Version) -> bool {
        match self.versions {
            In::Both => true,
            In::V12 => version == Version::V1_2,
            In::V14 => version == Version::V1_4,
        }
    }
}

/// A cell of a text that may be missing. An empty text is no value.
pub fn text(value: Option<&str>) -> Cell<'_> {
    value.filter(|text| !text.is_empty()).map_or(Cell::Null, Cell::Text)
}

/// A cell of a number that may be missing.
pub fn number(value: Option<Number>) -> Cell<'static> {
    value.map_or(Cell::Null, Cell::Number)
}

fn amount(value: Option<&Measured>) -> Cell<'static> {
    number(value.map(|(number, _)| *number))
}

fn unit(value: Option<&Measured>) -> Cell<'_> {
    text(value.map(|(_, unit)| unit.as_str()))
}

fn of_pack<'r>(row: &'r Row, cell: fn(&'r Commitment) -> Cell<'r>) -> Cell<'r> {
    row.commitment.as_ref().map_or(Cell::Null, cell)
}

/// The provider.
pub const PROVIDER: &str = "Tencent Cloud";
/// The service.
pub const SERVICE: &str = "Video on Demand";
/// What kind of service it is: one for the whole service, as the standard wants it.
pub const CATEGORY: &str = "Media";
/// The same, closer.
pub const SUBCATEGORY: &str = "Media Streaming";
/// What kind of sub-account an application is.
pub const APPLICATION: &str = "VOD Sub Application";
/// What kind of commitment a pack is.
pub const PACK: &str = "VOD Resource Pack";

/// Charge categories.
pub const CHARGE_CATEGORIES: &[&str] = &["Usage", "Purchase", "Tax", "Credit", "Adjustment"];
const FREQUENCIES: &[&str] = &["One-Time", "Recurring", "Usage-Based"];
const PRICING_CATEGORIES: &[&str] = &["Standard", "Dynamic", "Committed", "Other"];

const fn column(
    name: &'static str,
    kind: Kind,
    level: Level,
    nulls: bool,
    versions: In,
    cell: for<'r> fn(&'r Row) -> Cell<'r>,
) -> Column<Row> {
    Column { name, kind, level, nulls, versions, cell }
}

use In::{Both, V12, V14};
use Kind::{Currency, Decimal, Json, KeyValue, OneOf, Price, Text, Time, Unit};
use Level::{Conditional, Mandatory, Own, Recommended};

/// Cost and Usage. Columns whose condition does not hold for this program are not here; `docs/focus.md` names them.
pub const COST_AND_USAGE: [Column<Row>; 63] = [
    column("BilledCost", Decimal, Mandatory, false, Both, |row| Cell::Number(row.billed)),
    column("BillingAccountId", Text, Mandatory, false, Both, |row| Cell::Text(&row.account)),
    column("BillingAccountName", Text, Mandatory, true, Both, |row| text(row.account_name.as_deref())),
    column("BillingCurrency", Currency, Mandatory, false, Both, |row| Cell::Text(&row.currency)),
    column("BillingPeriodEnd", Time, Mandatory, false, Both, |row| Cell::Time(row.billing_period.1)),
    column("BillingPeriodStart", Time, Mandatory, false, Both, |row| Cell::Time(row.billing_period.0)),
    column("ChargeCategory", OneOf(CHARGE_CATEGORIES), Mandatory, false, Both, |row| Cell::Text(row.category)),
    column("ChargeClass", OneOf(&["Correction"]), Mandatory, true, Both, |row| text(row.class)),
    column("ChargeDescription", Text, Mandatory, true, Both, |row| text(Some(&row.description))),
    column("ChargeFrequency", OneOf(FREQUENCIES), Recommended, false, Both, |row| Cell::Text(row.frequency)),
    column("ChargePeriodEnd", Time, Mandatory, false, Both, |row| Cell::Time(row.charge_period.1)),
    column("ChargePeriodStart", Time, Mandatory, false, Both, |row| Cell::Time(row.charge_period.0)),
    column("CommitmentDiscountCategory", OneOf(&["Spend", "Usage"]), Conditional, true, Both, |row| {
        of_pack(row, |_| Cell::Text("Usage"))
    }),
    column("CommitmentDiscountId", Text, Conditional, true, Both, |row| of_pack(row, |pack| Cell::Text(&pack.id))),
    column("CommitmentDiscountName", Text, Conditional, true, Both, |row| of_pack(row, |pack| text(pack.name.as_deref()))),
    column("CommitmentDiscountQuantity", Decimal, Conditional, true, Both, |row| {
        of_pack(row, |pack| amount(pack.quantity.as_ref()))
    }),
    column("CommitmentDiscountStatus", OneOf(&["Used", "Unused"]), Conditional, true, Both, |row| {
        of_pack(row, |pack| text(pack.status))
    }),
    column("CommitmentDiscountType", Text, Conditional, true, Both, |row| of_pack(row, |_| Cell::Text(PACK))),
    column("CommitmentDiscountUnit", Unit, Conditional, true, Both, |row| of_pack(row, |pack| unit(pack.quantity.as_ref()))),
    column("ConsumedQuantity", Decimal, Conditional, true, Both, |row| amount(row.consumed.as_ref())),
    column("ConsumedUnit", Unit, Conditional, true, Both, |row| unit(row.consumed.as_ref())),
    column("ContractApplied", Json, Conditional, true, V14, |row| of_pack(row, |pack| text(pack.applied.as_deref()))),
    column("ContractedCost", Decimal, Mandatory, false, Both, |row| Cell::Number(row.contracted.0)),
    column("ContractedUnitPrice", Price, Conditional, true, Both, |row| number(row.contracted.1)),
    column("EffectiveCost", Decimal, Mandatory, false, Both, |row| Cell::Number(row.effective)),
    column("HostProviderName", Text, Mandatory, true, V14, |_| Cell::Text(PROVIDER)),
    column("InvoiceId", Text, Conditional, true, Both, |_| Cell::Null),
    column("InvoiceIssuerName", Text, Mandatory, false, Both, |row| Cell::Text(&row.issuer)),
    column("ListCost", Decimal, Mandatory, false, Both, |row| Cell::Number(row.list.0)),
    column("ListUnitPrice", Price, Conditional, true, Both, |row| number(row.list.1)),
    column("PricingCategory", OneOf(PRICING_CATEGORIES), Conditional, true, Both, |row| text(row.pricing_category)),
    column("PricingCurrency", Currency, Conditional, false, Both, |row| Cell::Text(&row.currency)),
    column("PricingCurrencyContractedUnitPrice", Price, Conditional, true, Both, |row| number(row.contracted.1)),
    column("PricingCurrencyEffectiveCost", Decimal, Conditional, false, Both, |row| Cell::Number(row.effective)),
    column("PricingCurrencyListUnitPrice", Price, Conditional, true, Both, |row| number(row.list.1)),
    column("PricingQuantity", Decimal, Mandatory, true, Both, |row| amount(row.priced.as_ref())),
    column("PricingUnit", Unit, Mandatory, true, Both, |row| unit(row.priced.as_ref())),
    column("ProviderName", Text, Mandatory, false, V12, |_| Cell::Text(PROVIDER)),
    column("PublisherName", Text, Mandatory, false, V12, |_| Cell::Text(PROVIDER)),
    column("RegionId", Text, Conditional, true, Both, |row| text(row.region.as_ref().map(|region| region.id.as_str()))),
    column("RegionName", Text, Conditional, true, Both, |row| text(row.region.as_ref().map(|region| region.name.as_str()))),
    column("ServiceCategory", Text, Mandatory, false, Both, |_| Cell::Text(CATEGORY)),
    column("ServiceName", Text, Mandatory, false, Both, |_| Cell::Text(SERVICE)),
    column("ServiceProviderName", Text, Mandatory, false, V14, |_| Cell::Text(PROVIDER)),
    column("ServiceSubcategory", Text, Recommended, false, Both, |_| Cell::Text(SUBCATEGORY)),
    column("SkuId", Text, Conditional, true, Both, |row| text(row.sku.as_ref().map(|sku| sku.id.as_str()))),
    column("SkuMeter", Text, Conditional, true, Both, |row| text(row.sku.as_ref().map(|sku| sku.meter.as_str()))),
    column("SkuPriceDetails", KeyValue, Conditional, true, Both, |row| text(row.sku.as_ref().map(|sku| sku.details.as_str()))),
    column("SkuPriceId", Text, Conditional, true, Both, |row| text(row.sku.as_ref().map(|sku| sku.price_id.as_str()))),
    column("SubAccountId", Text, Conditional, true, Both, |row| text(row.application.as_ref().map(|(id, _)| id.as_str()))),
    column("SubAccountName", Text, Conditional, true, Both, |row| {
        text(row.application.as_ref().and_then(|(_, name)| name.as_deref()))
    }),
    column("SubAccountType", Text, Conditional, true, Both, |row| text(row.application.as_ref().map(|_| APPLICATION))),
    column("x_Account", Text, Own, false, Both, |row| Cell::Text(&row.own.account)),
    column("x_ChargeId", Text, Own, false, Both, |row| Cell::Text(&row.own.charge_id)),
    column("x_RowType", OneOf(&["charge", "pack"]), Own, false, Both, |row| Cell::Text(&row.own.row_type)),
    column("x_Status", OneOf(&["assumed", "estimated", "partial", "final"]), Own, false, Both, |row| Cell::Text(row.own.status)),
    column("x_UsageDay", Text, Own, false, Both, |row| Cell::Text(&row.own.usage_day)),
    column("x_SettlementDate", Text, Own, false, Both, |row| Cell::Text(&row.own.settlement_date)),
    column("x_PostingPeriod", Text, Own, false, Both, |row| Cell::Text(&row.own.posting_period)),
    column("x_PriceBook", Text, Own, true, Both, |row| text(Some(&row.own.price_book))),
    column("x_PriceVersion", Text, Own, true, Both, |row| text(Some(&row.own.price_version))),
    column("x_SplitBasis", Text, Own, true, Both, |row| text(row.own.split_basis.as_deref())),
    column("x_Mark", Text, Own, true, Both, |row| text(row.own.mark.as_deref())),
];
