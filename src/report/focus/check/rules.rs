//! What the values of a row must be together.

use super::super::number::Number;
use super::super::{DataSet, columns, time};
use super::{Line, values};

/// Takes a column, a rule and what is wrong.
type Report<'r> = &'r mut dyn FnMut(&str, &'static str, String);

/// Quantities with their units.
const PAIRS: [(&str, &str); 3] = [
    ("PricingQuantity", "PricingUnit"),
    ("ConsumedQuantity", "ConsumedUnit"),
    ("CommitmentDiscountQuantity", "CommitmentDiscountUnit"),
];
/// Costs with the prices that make them.
const PRODUCTS: [(&str, &str); 2] = [("ListCost", "ListUnitPrice"), ("ContractedCost", "ContractedUnitPrice")];
/// What is null where no price of an item stands behind the charge.
const OF_SKU: [&str; 8] = [
    "ListUnitPrice",
    "ContractedUnitPrice",
    "PricingCurrencyListUnitPrice",
    "PricingCurrencyContractedUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "ConsumedQuantity",
    "CommitmentDiscountQuantity",
];
/// What a pack's columns are null without.
const OF_COMMITMENT: [&str; 5] = [
    "CommitmentDiscountCategory",
    "CommitmentDiscountName",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountQuantity",
];
/// Columns that say the same in the currency of prices, which is that of bills here.
const SAME: [(&str, &str); 3] = [
    ("PricingCurrencyEffectiveCost", "EffectiveCost"),
    ("PricingCurrencyListUnitPrice", "ListUnitPrice"),
    ("PricingCurrencyContractedUnitPrice", "ContractedUnitPrice"),
];
/// Beginnings and ends.
const PERIODS: [(&str, &str); 4] = [
    ("BillingPeriodStart", "BillingPeriodEnd"),
    ("ChargePeriodStart", "ChargePeriodEnd"),
    ("ContractCommitmentPeriodStart", "ContractCommitmentPeriodEnd"),
    ("ContractPeriodStart", "ContractPeriodEnd"),
];
/// The second of a UTC day at which a day at UTC+8 begins.
const MIDNIGHT: i64 = 16 * 3600;
const DAY: i64 = 24 * 3600;

/// Checks a row.
pub fn of_row(data_set: DataSet, line: &Line<'_>, report: Report<'_>) {
    periods(line, report);
    if data_set == DataSet::CostAndUsage {
        quantities(line, report);
        arithmetic(line, report);
        categories(line, report);
        commitments(line, report);
        skus(line, report);
        services(line, report);
    }
    debug_assert!(line.number > 0);
}

fn number(line: &Line<'_>, name: &str) -> Option<Number> {
    values::number(line.get(name)?)
}

fn periods(line: &Line<'_>, report: Report<'_>) {
    for (start, end) in PERIODS {
        let at = |name: &str| line.get(name).and_then(time::parse);
        let (Some(from), Some(to)) = (at(start), at(end)) else { continue };
        if from >= to {
            report(end, "period", format!("{end} is not later than {start}"));
        }
        if start != "ChargePeriodStart" && (from % DAY != MIDNIGHT || to % DAY != MIDNIGHT) {
            report(start, "midnight", "a billing day begins at 16:00 UTC, which is midnight at UTC+8".to_owned());
        }
    }
    let times =
        [("BillingPeriodCreated", "BillingPeriodLastUpdated"), ("ContractCommitmentCreated", "ContractCommitmentLastUpdated")];
    for (created, updated) in times {
        if line.get(created).and_then(time::parse) > line.get(updated).and_then(time::parse) {
            report(updated, "period", format!("{updated} is earlier than {created}"));
        }
    }
}

fn quantities(line: &Line<'_>, report: Report<'_>) {
    for (quantity, unit) in PAIRS {
        if line.get(quantity).is_some() != line.get(unit).is_some() {
            report(unit, "pair", format!("{quantity} and {unit} go together"));
        }
    }
    let category = line.get("ChargeCategory");
    let is_unused = line.get("CommitmentDiscountStatus") == Some("Unused");
    if line.get("ConsumedQuantity").is_some() && (category != Some("Usage") || is_unused) {
        report("ConsumedQuantity", "consumption", "only usage that happened is consumed".to_owned());
    }
}

fn arithmetic(line: &Line<'_>, report: Report<'_>) {
    let quantity = number(line, "PricingQuantity");
    for (cost, price) in PRODUCTS {
        let (Some(total), Some(one), Some(quantity)) = (number(line, cost), number(line, price), quantity) else { continue };
        if !one.product(quantity).is_some_and(|product| product.matches(total) || product.is_close(total)) {
            report(cost, "arithmetic", format!("{cost} is not {price} × PricingQuantity"));
        }
    }
    for (name, of) in SAME {
        if line.get(name) != line.get(of) {
            report(name, "same-currency", format!("{name} is not {of}, though the currency is the same"));
        }
    }
    if line.get("PricingCurrency") != line.get("BillingCurrency") {
        report("PricingCurrency", "same-currency", "prices and bills are in one currency here".to_owned());
    }
    let (billed, effective) = (number(line, "BilledCost"), number(line, "EffectiveCost"));
    match line.get("ChargeCategory") {
        Some("Tax" | "Credit") if billed != effective => {
            report("EffectiveCost", "effective", "on taxes and credits EffectiveCost is BilledCost".to_owned());
        }
        Some("Purchase") if line.get("CommitmentDiscountId").is_some() && !effective.is_some_and(Number::is_zero) => {
            report("EffectiveCost", "effective", "a purchase that pays for later charges has no EffectiveCost".to_owned());
        }
        _ => {}
    }
    // Only costs of bills are rounded to their scale.
    if number(line, "BilledCost").is_some_and(|billed| billed.at(crate::model::money::AMOUNT_SCALE).is_none()) {
        report("BilledCost", "scale", "a billed cost has at most eight decimals".to_owned());
    }
}

fn categories(line: &Line<'_>, report: Report<'_>) {
    if line.get("ChargeCategory") == Some("Tax") {
        for name in OF_SKU.iter().chain(&["SkuId", "SkuPriceId"]).filter(|name| line.get(name).is_some()) {
            report(name, "tax", "a tax has no item, price or quantity".to_owned());
        }
    }
    let wanted = match line.get("ChargeCategory") {
        Some("Usage") => &["Usage-Based"][..],
        Some("Purchase") => &["One-Time", "Recurring"],
        _ => return,
    };
    if line.get("ChargeFrequency").is_some_and(|frequency| !wanted.contains(&frequency)) {
        report("ChargeFrequency", "frequency", format!("expected {}", wanted.join(" or ")));
    }
}

fn commitments(line: &Line<'_>, report: Report<'_>) {
    let status = line.get("CommitmentDiscountStatus");
    let is_usage = line.get("ChargeCategory") == Some("Usage");
    if line.get("CommitmentDiscountId").is_none() {
        for name in OF_COMMITMENT.iter().filter(|name| line.get(name).is_some()) {
            report(name, "commitment", "there is no CommitmentDiscountId".to_owned());
        }
        if line.get("PricingCategory") == Some("Committed") {
            report("PricingCategory", "commitment", "Committed without a CommitmentDiscountId".to_owned());
        }
        return;
    }
    if is_usage != status.is_some() {
        report(
            "CommitmentDiscountStatus",
            "commitment",
            "usage of a commitment is Used or Unused, a purchase is neither".to_owned(),
        );
    }
    if is_usage && line.get("PricingCategory") != Some("Committed") {
        report("PricingCategory", "commitment", "usage of a commitment is Committed".to_owned());
    }
    if is_usage && !number(line, "BilledCost").is_some_and(Number::is_zero) {
        report("BilledCost", "commitment", "what a pack covers was paid with the pack".to_owned());
    }
}

fn skus(line: &Line<'_>, report: Report<'_>) {
    if line.get("SkuPriceId").is_none() {
        for name in OF_SKU.iter().filter(|name| line.get(name).is_some()) {
            report(name, "sku", "it must be null, as SkuPriceId is".to_owned());
        }
    }
    if line.get("SkuId").is_some() != line.get("SkuPriceId").is_some() {
        report("SkuPriceId", "sku", "SkuId and SkuPriceId go together".to_owned());
    }
    if line.get("SkuMeter").is_some() && line.get("SkuId").is_none() {
        report("SkuMeter", "sku", "it must be null, as SkuId is".to_owned());
    }
    let is_priced = matches!(line.get("ChargeCategory"), Some("Usage" | "Purchase"));
    if is_priced && line.get("SkuPriceId").is_none() {
        report("SkuPriceId", "sku", "usage and purchases have one".to_owned());
    }
}

fn services(line: &Line<'_>, report: Report<'_>) {
    let wanted =
        [("ServiceName", columns::SERVICE), ("ServiceCategory", columns::CATEGORY), ("ServiceSubcategory", columns::SUBCATEGORY)];
    for (name, value) in wanted {
        if line.get(name).is_some_and(|given| given != value) {
            report(name, "service", format!("a service has one category; expected {value:?}"));
        }
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    for name in ["BillingAccountId", "SubAccountId", "CommitmentDiscountId"] {
        if line.get(name).is_some_and(digits) {
            report(name, "id", "an id of digits alone is taken for a number; say what it is before them".to_owned());
        }
    }
    for name in ["ListCost", "ContractedCost"] {
        let other = number(line, "BilledCost");
        let is_alone = line.get("SkuPriceId").is_none();
        if is_alone && number(line, name) != other {
            report(name, "alone", format!("{name} of a charge without a price is BilledCost"));
        }
    }
}
