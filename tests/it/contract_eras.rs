//! Terms of a contract that begin or end inside a month of a monthly price. Round prices, so that every amount can be worked out by
//! hand; April has 30 days, so half a month is 15 of 30.

use proptest::prelude::*;
use vodledger::billing::{Contract, Mode, Options, PriceBook, Ratio, packs_from_toml, rate};
use vodledger::model::{AccountId, BillingDay, Charge, RowType, Status, UsageRecord};

/// One price of meter `m` that varies, in a version that never ends.
fn book(kind: &str, base: &str, price: &str) -> PriceBook {
    versions(kind, base, &[("2026-01-01", price)])
}

fn versions(kind: &str, base: &str, versions: &[(&str, &str)]) -> PriceBook {
    let mut text = format!(
        "format = 1\nid = \"b\"\ntitle = \"b\"\ncurrency = \"CNY\"\n[[source]]\nid = \"s\"\ntitle = \"made up\"\n\
         [[meter]]\nname = \"m\"\nkind = \"{kind}\"\nbase = \"{base}\"\n"
    );
    for (index, (from, price)) in versions.iter().enumerate() {
        let to = versions.get(index + 1).map(|(next, _)| format!("to = \"{next}\"\n")).unwrap_or_default();
        let (price, more) = price.split_once("---").unwrap_or((price, ""));
        text.push_str(&format!(
            "[[version]]\nname = \"v{index}\"\nfrom = \"{from}\"\n{to}modes = \"traffic\"\nsettlements = [\"day\", \"month\"]\n\
             [[version.price]]\nname = \"p\"\nmeter = \"m\"\nsource = \"s\"\nverified_on = \"2026-11-30\"\nevidence = \"C\"\n{price}\n{more}\n"
        ));
    }
    PriceBook::parse(&text, "b.toml").unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn contract(body: &str, book: &PriceBook) -> Contract {
    Contract::parse(&format!("format = 1\nid = \"c\"\ntitle = \"c\"\nbook = \"b\"\n{body}"), "c.toml", book).unwrap()
}

fn options(contract: Option<Contract>) -> Options {
    Options { mode: Mode::PostpaidByTraffic.into(), contract, ..Options::default() }
}

fn of_day(day: &str, spec: &str, quantity: i128) -> UsageRecord {
    let day = day.parse::<BillingDay>().unwrap();
    UsageRecord {
        period: day.period(),
        account: AccountId::new("1"),
        sub_app_id: None,
        meter: "m".to_owned(),
        area: "x".to_owned(),
        spec: spec.to_owned(),
        quantity,
        status: Status::Final,
        tags: Vec::new(),
    }
}

/// A level of every day of April: so much in the first half, so much in the second.
fn april(first: i128, second: i128) -> Vec<UsageRecord> {
    (1..=30).map(|day| of_day(&format!("2026-04-{day:02}"), "", if day <= 15 { first } else { second })).collect()
}

fn rated(usage: &[UsageRecord], book: &PriceBook, body: &str) -> Vec<Charge> {
    let contract = (!body.is_empty()).then(|| contract(body, book));
    rate(usage.to_vec(), book, &options(contract)).unwrap()
}

/// List cost and billed cost of the total.
fn total(charges: &[Charge]) -> (String, String) {
    let total = charges.last().unwrap();
    let billed = total.billed_cost.unwrap().to_decimal_text();
    (total.list_cost.clone().unwrap(), billed.trim_end_matches('0').trim_end_matches('.').to_owned())
}

fn costs(charges: &[Charge]) -> Vec<String> {
    let rows = charges.iter().filter(|charge| charge.row_type == RowType::Charge);
    let text = |charge: &Charge| charge.billed_cost.unwrap().to_decimal_text();
    rows.map(|charge| text(charge).trim_end_matches('0').trim_end_matches('.').to_owned()).collect()
}

const FROM_THE_16TH: &str = "[[term]]\nname = \"t\"\nmeter = \"m\"\ndiscount = \"0.5\"\nfrom = \"2026-04-16\"\n";
const UNTIL_THE_15TH: &str = "[[term]]\nname = \"t\"\nmeter = \"m\"\ndiscount = \"0.5\"\nto = \"2026-04-16\"\n";
const FIXED: &str = "[[term]]\nname = \"t\"\nmeter = \"m\"\nprice = \"10\"\nfrom = \"2026-04-16\"\n";

/// 4 in the first half, 10 in the second, 30 CNY a month: the peak is 10 (300 CNY), the mean 7 (210), the last value 10, and half
/// of the points dropped leave 4 (120). Half price for half of the month takes a quarter off; 10 CNY instead of 30 for half of it
/// a third. The other way round the last value is 4, as it is without a contract.
#[test]
fn each_part_of_a_month_is_paid_for_its_days() {
    let dropped = "aggregate = \"drop_top\"\ndrop = \"0.5\"\nsample_seconds = 86400";
    let cases = [
        ("aggregate = \"max\"", april(4, 10), "300", "225", "200"),
        ("aggregate = \"mean\"", april(4, 10), "210", "157.5", "140"),
        ("aggregate = \"last\"", april(4, 10), "300", "225", "200"),
        ("aggregate = \"last\"", april(10, 0), "0", "0", "0"),
        (dropped, april(4, 10), "120", "90", "80"),
        (dropped, april(10, 4), "120", "90", "80"),
    ];
    for (aggregate, usage, list, discounted, fixed) in cases {
        let book =
            book("rate", "count", &format!("{aggregate}\nwindow = \"month\"\nunit = \"count\"\nrates = [{{ price = \"30\" }}]"));
        assert_eq!(total(&rated(&usage, &book, "")), (list.to_owned(), list.to_owned()), "{aggregate}");
        for body in [FROM_THE_16TH, UNTIL_THE_15TH] {
            assert_eq!(total(&rated(&usage, &book, body)), (list.to_owned(), discounted.to_owned()), "{aggregate} {body}");
        }
        assert_eq!(total(&rated(&usage, &book, FIXED)), (list.to_owned(), fixed.to_owned()), "{aggregate}");
    }
}

/// A month's bandwidth by valid days: 20 of 30 days with 6 count (10 of them in the second half): 6 × 30 × 20 ÷ 30 = 120, of which
/// the second half is 60; half price there is 90.
#[test]
fn valid_days_are_paid_where_they_lie() {
    let book = book(
        "rate",
        "count",
        "aggregate = \"max\"\nouter = \"mean_over_valid_days\"\nvalid_above = 1\nprorate = true\nunit = \"count\"\nrates = [{ price = \"30\" }]",
    );
    let usage: Vec<UsageRecord> =
        april(6, 6).into_iter().filter(|record| record.period.start.timestamp() / 86_400 % 3 != 0).collect();
    assert_eq!(usage.len(), 20);
    assert_eq!(total(&rated(&usage, &book, "")), ("120".to_owned(), "120".to_owned()));
    assert_eq!(total(&rated(&usage, &book, FROM_THE_16TH)), ("120".to_owned(), "90".to_owned()));
}

/// 500 on the 3rd and 700 on the 20th. Graduated, 2 up to 1000 and 1 above: 1000 × 2 + 200 = 2200; with half price from the 16th on
/// 500 × 2 + 500 × 1 + 200 × 0.5 = 1600. By volume all 1200 cost 1: 1200, and 500 + 350 = 850. Free are the first 600, at 2: what is
/// charged lies in the second half: 600 × 2 = 1200, and 600. A block of 1000 makes 2000 × 2 = 4000, 500 × 2 + 1500 = 2500.
#[test]
fn events_cost_what_is_agreed_on_their_day_and_counters_go_on() {
    let usage = [of_day("2026-04-03", "", 500), of_day("2026-04-20", "", 700)];
    let tiers = |kind: &str| {
        format!("tiers = {{ kind = \"{kind}\", reset = \"month\", up_to = [\"1000\"] }}\nrates = [{{ prices = [\"2\", \"1\"] }}]")
    };
    let cases = [
        (tiers("graduated"), "2200", "1600", vec!["1000", "500", "100"]),
        (tiers("volume"), "1200", "850", vec!["500", "350"]),
        ("free = \"600\"\nrates = [{ price = \"2\" }]".to_owned(), "1200", "600", vec!["0", "600"]),
        ("block = \"1000\"\nrates = [{ price = \"2\" }]".to_owned(), "4000", "2500", vec!["1000", "1500"]),
    ];
    for (rule, list, discounted, parts) in cases {
        let book = book("event", "count", &format!("window = \"month\"\nunit = \"count\"\n{rule}"));
        assert_eq!(total(&rated(&usage, &book, "")), (list.to_owned(), list.to_owned()), "{rule}");
        let found = rated(&usage, &book, FROM_THE_16TH);
        assert_eq!(
            (total(&found), costs(&found)),
            ((list.to_owned(), discounted.to_owned()), parts.iter().map(|part| (*part).to_owned()).collect()),
            "{rule}"
        );
    }
}

/// 800 on the 3rd, 600 and 600 on the 20th and 21st. Own tiers of a term from the 16th on, 3 up to 1000 and 1 above, count from
/// there: 1000 × 3 + 200 × 1 = 3200 behind 800 × 2 at the list's price, whether lines are days or months. The list is 2000 × 2.
#[test]
fn own_tiers_count_from_the_begin_of_their_term() {
    let usage = [of_day("2026-04-03", "", 800), of_day("2026-04-20", "", 600), of_day("2026-04-21", "", 600)];
    let term = "[[term]]\nname = \"t\"\nmeter = \"m\"\nfrom = \"2026-04-16\"\nprices = [\"3\", \"1\"]\n\
                tiers = { kind = \"graduated\", reset = \"month\", up_to = [\"1000\"] }\n";
    for window in ["day", "month"] {
        let price = format!("window = \"{window}\"\nunit = \"count\"\nrates = [{{ price = \"2\" }}]");
        assert_eq!(
            total(&rated(&usage, &book("event", "count", &price), term)),
            ("4000".to_owned(), "4800".to_owned()),
            "{window}"
        );
        // A new version of the book inside the term changes neither the price nor the counter.
        let book = versions("event", "count", &[("2026-01-01", &price), ("2026-04-21", &price)]);
        assert_eq!(total(&rated(&usage, &book, term)).1, "4800", "{window}");
    }
}

/// An item of the contract from the 16th on, 20 a month for the peak: 4 × 30 × 15 ÷ 30 = 60 by the book, 10 × 20 × 15 ÷ 30 = 100.
#[test]
fn an_item_of_the_contract_ends_the_line_of_the_book() {
    let book = book("rate", "count", "aggregate = \"max\"\nwindow = \"month\"\nunit = \"count\"\nrates = [{ price = \"30\" }]");
    let item = "[[price]]\nname = \"i\"\nmeter = \"m\"\nunit = \"count\"\naggregate = \"max\"\nwindow = \"month\"\nrates = [{ price = \"20\" }]\nfrom = \"2026-04-16\"\n";
    assert_eq!(costs(&rated(&april(4, 10), &book, item)), ["60", "100"]);
    let ends = item.replace("from", "to");
    assert_eq!(costs(&rated(&april(4, 10), &book, &ends)), ["40", "150"]);
}

/// Two specifications in one line, 4 and 6 at 30 a month. From the 16th on the second has no price (or is not charged): its usage
/// leaves the line, which goes on: the peak stays 10. Each in a line of its own, the second is paid for half of the month.
#[test]
fn a_specification_that_loses_its_price_leaves_its_line() {
    for list in ["unpriced", "ignored"] {
        for (lines_by, expected) in [("none", vec!["300"]), ("spec", vec!["90", "120"])] {
            let price = format!(
                "lines_by = \"{lines_by}\"\naggregate = \"max\"\nwindow = \"month\"\nunit = \"count\"\nrates = [{{ price = \"30\" }}]"
            );
            let later = format!("{price}---[[version.{list}]]\nmeter = \"m\"\nspec = \"b\"\nreason = \"gone\"");
            let book = versions("rate", "count", &[("2026-01-01", &price), ("2026-04-16", &later)]);
            let of_spec = |spec: &'static str, level: i128| {
                april(level, level).into_iter().map(move |record| UsageRecord { spec: spec.to_owned(), ..record })
            };
            let usage: Vec<UsageRecord> = of_spec("a", 4).chain(of_spec("b", 6)).collect();
            let charges = rated(&usage, &book, "");
            let priced: Vec<Charge> = charges.into_iter().filter(|charge| charge.billed_cost.is_some()).collect();
            let mut found = costs(&priced);
            found.sort_by_key(String::len);
            found.sort();
            let mut expected: Vec<String> = expected.iter().map(|cost| (*cost).to_owned()).collect();
            expected.sort();
            assert_eq!(found, expected, "{list} {lines_by}");
            // A discount on everything does not bring a price to what has none.
            let discounted = rated(&usage, &book, &FROM_THE_16TH.replace("0.5", "0.9"));
            let unpriced = |charges: &[Charge]| charges.iter().filter(|charge| charge.unpriced.is_some()).count();
            assert_eq!(unpriced(&discounted), unpriced(&rated(&usage, &book, "")), "{list} {lines_by}");
        }
    }
}

/// The settlement changes from days to the month on the 16th; 800 on the 3rd and 600 on the 20th, 2 up to 1000 and 1 above: the
/// counter goes on, 1600 + 200 × 2 + 400 = 2400, or begins anew, 1600 + 1200 = 2800. The same the other way round.
#[test]
fn a_change_of_settlement_goes_on_counting_unless_told_otherwise() {
    let rule = "window = \"settlement\"\nunit = \"count\"\ntiers = { kind = \"graduated\", reset = \"month\", up_to = [\"1000\"] }\nrates = [{ prices = [\"2\", \"1\"] }]";
    let book = book("event", "count", rule);
    let usage = [of_day("2026-04-03", "", 800), of_day("2026-04-20", "", 600)];
    for settlement in ["day,2026-04-16=month", "month,2026-04-16=day"] {
        for (answer, expected) in [("continue", "2400"), ("restart", "2800")] {
            let mut options = Options { settlement: settlement.parse().unwrap(), ..options(None) };
            options.switches.set("settlement_change", answer);
            let charges = rate(usage.to_vec(), &book, &options).unwrap();
            assert_eq!(total(&charges).1, expected, "{settlement} {answer}");
        }
    }
}

/// A pack of 1000 and "less than 1000 is free": 900 and 1000 are covered, of 1500 the pack leaves 500, which are free. The other way
/// round 900 are free and the pack keeps them; 1000 and 1500 are not free, the pack takes 1000, 500 cost 500. 100 are free: of 1050
/// the pack leaves 50, which are free; with the free ones first it takes 950.
#[test]
fn free_quantities_come_after_packs_unless_the_book_says_otherwise() {
    let used = |rule: &str, quantity: i128| {
        let book = book("event", "count", &format!("unit = \"count\"\n{rule}\nrates = [{{ price = \"1\" }}]"));
        let packs = "[[pack]]\nid = \"p\"\nfrom = \"2026-01-01\"\nto = \"2027-01-01\"\n\
                     part = [{ kind = \"consumable\", capacity = \"1000\", unit = \"count\", covers = [{ meter = \"m\" }] }]\n";
        let packs = packs_from_toml(packs, "p.toml", &book).unwrap();
        let charges = rate(vec![of_day("2026-04-03", "", quantity)], &book, &Options { packs, ..options(None) }).unwrap();
        let covered =
            charges.iter().filter(|charge| charge.row_type == RowType::Charge).map(|charge| charge.pack_quantity).sum::<i128>();
        (covered, total(&charges).1)
    };
    let cases = [
        ("free_below = \"1000\"", 900, 900, "0"),
        ("free_below = \"1000\"", 1000, 1000, "0"),
        ("free_below = \"1000\"", 1500, 1000, "0"),
        ("free_below = \"1000\"", 2000, 1000, "1000"),
        ("free_below = \"1000\"\nfree_first = true", 900, 0, "0"),
        ("free_below = \"1000\"\nfree_first = true", 1000, 1000, "0"),
        ("free_below = \"1000\"\nfree_first = true", 1500, 1000, "500"),
        ("free = \"100\"", 1050, 1000, "0"),
        ("free = \"100\"", 1200, 1000, "100"),
        ("free = \"100\"\nfree_first = true", 1050, 950, "0"),
        ("free = \"100\"\nfree_first = true", 1200, 1000, "100"),
    ];
    for (rule, quantity, covered, cost) in cases {
        assert_eq!(used(rule, quantity), (covered, cost.to_owned()), "{rule} {quantity}");
    }
}

/// 3 for everything, but 2 for area x and 1 for its specification `a`.
#[test]
fn a_rate_that_names_more_stands_over_a_default() {
    let rates = "rates = [{ price = \"3\" }, { area = \"x\", price = \"2\" }, { area = \"x\", spec = \"a\", price = \"1\" }]";
    let book = book("event", "count", &format!("unit = \"count\"\n{rates}"));
    let elsewhere = UsageRecord { area: "y".to_owned(), ..of_day("2026-04-03", "a", 1) };
    let usage = [of_day("2026-04-03", "a", 1), of_day("2026-04-03", "b", 1), elsewhere];
    assert_eq!(costs(&rated(&usage, &book, "")), ["1", "2", "3"]);
    let text = "format = 1\nid = \"b\"\ntitle = \"b\"\ncurrency = \"CNY\"\n[[source]]\nid = \"s\"\ntitle = \"s\"\n[[meter]]\nname = \"m\"\nkind = \"event\"\nbase = \"count\"\n\
                [[version]]\nname = \"v\"\nfrom = \"2026-01-01\"\nmodes = \"traffic\"\nsettlements = \"day\"\n[[version.price]]\nname = \"p\"\nmeter = \"m\"\nunit = \"count\"\n\
                source = \"s\"\nverified_on = \"2026-11-30\"\nevidence = \"C\"\nrates = [{ area = \"x\", price = \"2\" }, { spec = \"a\", price = \"1\" }]\n";
    assert!(PriceBook::parse(text, "b").unwrap_err().to_string().contains("two rates are for the same area and spec"));
}

/// 30 daily points, 30 the highest: of 0.05 × 30 = 1.5 points 1, 2 or 2 are dropped; of 0.04 × 30 = 1.2 points 1, 2 or 1; all of them
/// leave nothing.
#[test]
fn parts_of_points_are_rounded_as_the_book_says() {
    let usage: Vec<UsageRecord> = (1..=30).map(|day| of_day(&format!("2026-04-{day:02}"), "", day)).collect();
    let cases = [
        ("0.05", "floor", "29"),
        ("0.05", "ceil", "28"),
        ("0.05", "half_up", "28"),
        ("0.04", "floor", "29"),
        ("0.04", "ceil", "28"),
        ("0.04", "half_up", "29"),
        ("1", "floor", "0"),
        ("0.9", "floor", "3"),
    ];
    for (drop, rounding, expected) in cases {
        let rule = format!(
            "aggregate = \"drop_top\"\ndrop = \"{drop}\"\ndrop_rounding = \"{rounding}\"\nsample_seconds = 86400\nwindow = \"month\"\nunit = \"count\"\nrates = [{{ price = \"1\" }}]"
        );
        assert_eq!(total(&rated(&usage, &book("rate", "count", &rule), "")).1, expected, "{drop} {rounding}");
    }
}

/// A price of any shape for events or levels of any length.
fn priced() -> impl Strategy<Value = PriceBook> {
    let rule = prop_oneof![
        Just(("event", "")),
        Just(("rate", "aggregate = \"max\"")),
        Just(("rate", "aggregate = \"mean\"")),
        Just(("rate", "aggregate = \"last\"")),
        Just(("rate", "aggregate = \"max\"\nouter = \"sum\"")),
        Just(("rate", "aggregate = \"max\"\nouter = \"mean_over_valid_days\"\nprorate = true\nprorate_decimals = 4")),
        Just(("rate", "aggregate = \"drop_top\"\ndrop = \"0.05\"\nsample_seconds = 86400")),
    ];
    let window = prop_oneof![Just("day"), Just("month")];
    let tiers = prop_oneof![
        Just("rates = [{ price = \"0.7\" }]"),
        Just(
            "tiers = { kind = \"graduated\", reset = \"month\", up_to = [\"500\", \"2000\"] }\nrates = [{ prices = [\"0.9\", \"0.7\", \"0.3\"] }]"
        ),
        Just(
            "tiers = { kind = \"volume_to_date\", reset = \"month\", up_to = [\"500\", \"2000\"] }\nrates = [{ prices = [\"0.9\", \"0.7\", \"0.3\"] }]"
        ),
    ];
    let more = prop_oneof![Just(""), Just("free = \"300\"\n"), Just("block = \"7\"\n"), Just("free_below = \"400\"\n")];
    (rule, window, tiers, more).prop_map(|((kind, rule), window, tiers, more)| {
        let window = if rule.contains("outer") { String::new() } else { format!("window = \"{window}\"\n") };
        book(kind, "count", &format!("unit = \"count\"\n{rule}\n{window}{more}{tiers}"))
    })
}

fn usage() -> impl Strategy<Value = Vec<UsageRecord>> {
    prop::collection::vec((1..31_u32, prop_oneof![Just("a"), Just("b")], 0..900_i128), 1..40).prop_map(|rows| {
        rows.into_iter().map(|(day, spec, quantity)| of_day(&format!("2026-04-{day:02}"), spec, quantity)).collect()
    })
}

fn exact(text: &str) -> Ratio {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    Ratio::new(format!("{whole}{part}").parse().unwrap(), 10_i128.pow(u32::try_from(part.len()).unwrap())).unwrap()
}

fn billed(charges: &[Charge]) -> i128 {
    charges.last().unwrap().billed_cost.unwrap().units
}

fn term(name: &str, change: &str, from: u32, to: u32) -> String {
    format!("[[term]]\nname = \"{name}\"\nmeter = \"m\"\nfrom = \"2026-04-{from:02}\"\nto = \"2026-04-{to:02}\"\n{change}\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// A discount of 1 changes nothing; two terms that say the same are one; the list is what it is without a contract; a discount
    /// never raises a bill (but for the rounding of each row).
    #[test]
    fn a_contract_never_changes_what_was_used(book in priced(), usage in usage(), from in 2..29_u32, days in 2..20_u32) {
        let to = (from + days).min(30);
        let middle = (from + to) / 2;
        let plain = rated(&usage, &book, "");
        let one = rated(&usage, &book, &term("t", "discount = \"1\"", from, to));
        prop_assert_eq!(&plain, &one);
        for change in ["discount = \"0.85\"", "price = \"0.4\"", "discount = \"0\""] {
            let whole = rated(&usage, &book, &term("t", change, from, to));
            let cut = [term("t", change, from, middle), term("u", change, middle, to)].concat();
            prop_assert_eq!(&whole, &rated(&usage, &book, &cut));
            let (list, without) = (whole.last().unwrap().list_cost.clone().unwrap(), plain.last().unwrap().list_cost.clone().unwrap());
            prop_assert_eq!(exact(&list), exact(&without), "{}", change);
            if change.starts_with("discount") {
                prop_assert!(billed(&whole) <= billed(&plain) + i128::try_from(whole.len()).unwrap(), "{}", change);
            }
            let ids: std::collections::BTreeSet<&str> = whole.iter().map(|charge| charge.charge_id.as_str()).collect();
            prop_assert_eq!(ids.len(), whole.len());
        }
    }
}

/// Usage in April and in June, and a minimum of 100 a month: May is a month of the contract too. 10 in April and 20 in June are topped
/// up to 100 each; the months before and after nobody knows.
#[test]
fn a_minimum_holds_for_idle_months_too() {
    let book = book("event", "count", "unit = \"count\"\nrates = [{ price = \"1\" }]");
    let usage = [of_day("2026-04-03", "", 10), of_day("2026-06-20", "", 20)];
    let minimum = "[[minimum]]\nname = \"n\"\namount = \"100\"\n";
    let charges = rated(&usage, &book, minimum);
    let added: Vec<(String, String)> = charges
        .iter()
        .filter(|charge| charge.meter == "contract-minimum")
        .map(|charge| (charge.posting_period.to_string(), charge.billed_cost.unwrap().to_decimal_text()))
        .collect();
    let expected = [("2026-04", "90.00000000"), ("2026-05", "100.00000000"), ("2026-06", "80.00000000")];
    assert_eq!(added, expected.map(|(month, cost)| (month.to_owned(), cost.to_owned())));
    // From May on: April is not in it.
    let later = format!("{minimum}from = \"2026-05-01\"\n");
    assert_eq!(total(&rated(&usage, &book, &later).split_off(0)).1, "210");
    // An account that used nothing, in a run that is about two months.
    let mut options = options(Some(contract(minimum, &book)));
    options.accounts = vec![AccountId::new("1")];
    options.since = Some("2026-04-01".parse().unwrap());
    options.until = Some("2026-06-01".parse().unwrap());
    let idle = rate(Vec::new(), &book, &options).unwrap();
    assert_eq!(idle.last().unwrap().billed_cost.unwrap().to_decimal_text(), "200.00000000");
}
