//! Contracts over a shipped price book. Amounts by hand, with the arithmetic beside them; list prices are those of vod-cn:
//! traffic on the mainland 0.24 up to 500 GB a day, 0.23 over that, 0.22 over 2 TB; storage 0.0048.

use std::collections::BTreeMap;

use crate::rate::rate_with;

type Rows = Vec<BTreeMap<String, String>>;

const MAINLAND: &str = "Chinese Mainland";

fn contract(body: &str) -> String {
    format!("format = 1\nid = \"c-1\"\ntitle = \"Agreement\"\nbook = \"vod-cn\"\n{body}")
}

fn day(day: &str, account: &str, meter: &str, spec: &str, gigabytes: &str) -> String {
    let date = format!("2026-10-{day}");
    let next = date.parse::<vodledger::model::BillingDay>().unwrap().next();
    format!("{date}T00:00:00+08:00,{next}T00:00:00+08:00,{account},,{meter},{MAINLAND},{spec},{gigabytes},GB\n")
}

fn run(rows: &str, body: &str, arguments: &[&str]) -> Rows {
    let output = output(rows, body, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    csv::Reader::from_reader(output.stdout.as_slice()).deserialize().map(Result::unwrap).collect()
}

fn output(rows: &str, body: &str, arguments: &[&str]) -> std::process::Output {
    let arguments = [&["--prices", "vod-cn", "--contract", "c.toml"], arguments].concat();
    rate_with(rows, &arguments, &[("c.toml", &contract(body))])
}

fn money(row: &BTreeMap<String, String>) -> [&str; 3] {
    ["list_cost", "contracted_cost", "billed_cost"].map(|column| {
        let text = row[column].as_str();
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
    })
}

/// 600 GB: list 600 × 0.23 = 138; 15 % off: 600 × 0.1955 = 117.3. The next day is not in the contract.
#[test]
fn a_discount_keeps_the_list_cost() {
    let rows = [day("01", "1", "traffic", "", "600"), day("02", "1", "traffic", "", "600")].concat();
    let term = "[[term]]\nname = \"t\"\nfrom = \"2026-10-01\"\nto = \"2026-10-02\"\nmeter = \"traffic\"\narea = \"Chinese Mainland\"\ndiscount = \"0.85\"\n";
    let found = run(&rows, term, &[]);
    assert_eq!(money(&found[0]), ["138", "117.3", "117.3"]);
    assert_eq!((found[0]["unit_price"].as_str(), found[0]["contracted_unit_price"].as_str()), ("0.23", "0.1955"));
    assert_eq!(money(&found[1]), ["138", "138", "138"]);
    assert_eq!(found[1]["contracted_unit_price"], "");
    assert_eq!(money(&found[2]), ["276", "255.3", "255.3"]);
}

/// 600 GB at 0.2 whatever the tier: 120; a price a tier: 600 × 0.19 = 114.
#[test]
fn fixed_prices_and_prices_by_tier() {
    let rows = day("01", "1", "traffic", "", "600");
    let found = run(&rows, "[[term]]\nname = \"t\"\nmeter = \"traffic\"\nprice = \"0.2\"\n", &[]);
    assert_eq!((money(&found[0]), found[0]["tier"].as_str()), (["138", "120", "120"], "flat"));
    let prices = "prices = [\"0.2\", \"0.19\", \"0.18\", \"0.17\", \"0.16\"]";
    let found = run(&rows, &format!("[[term]]\nname = \"t\"\nmeter = \"traffic\"\n{prices}\n"), &[]);
    assert_eq!(money(&found[0]), ["138", "114", "114"]);
}

/// Own graduated tiers over the month: 400 GB + 400 GB, 0.2 up to 500 GB, 0.1 above. First day 400 × 0.2 = 80, second day
/// 100 × 0.2 + 300 × 0.1 = 50. The list is what it was: 400 × 0.24 = 96 a day, on the second day cut as 24 + 72.
#[test]
fn own_tiers_beside_the_tiers_of_the_list() {
    let rows = [day("01", "1", "traffic", "", "400"), day("02", "1", "traffic", "", "400")].concat();
    let term = "[[term]]\nname = \"t\"\nmeter = \"traffic\"\nprices = [\"0.2\", \"0.1\"]\n\
                tiers = { kind = \"graduated\", reset = \"month\", up_to = [\"500\"] }\n";
    let found = run(&rows, term, &[]);
    let parts: Vec<[&str; 3]> = found.iter().filter(|row| row["row_type"] == "charge").map(money).collect();
    assert_eq!(parts, [["96", "80", "80"], ["24", "20", "20"], ["72", "30", "30"]]);
    assert_eq!(money(found.last().unwrap()), ["192", "130", "130"]);
}

/// Bandwidth has no list price: an item of the contract, monthly mean of daily peaks × valid days ÷ days, 31 days in October:
/// (100 + 300) ÷ 2 = 200 Mbit/s × 40 × 2 ÷ 31 = 516.12903226. Storage stays at the list.
#[test]
fn bandwidth_comes_from_the_contract() {
    let item = "[[price]]\nname = \"bandwidth\"\nmeter = \"bandwidth\"\nmodes = \"bandwidth\"\nunit = \"Mbit/s\"\naggregate = \"max\"\n\
                outer = \"mean_over_valid_days\"\nvalid_above = 1000\nprorate = true\nlines_by = \"none\"\nrates = [{ price = \"40\" }]\n";
    let sample = |day: u32, megabits: u32| {
        format!("2026-10-0{day}T10:00:00+08:00,2026-10-0{day}T10:05:00+08:00,1,,bandwidth,{MAINLAND},,{megabits},Mbit/s\n")
    };
    let rows = [sample(1, 100), sample(2, 300), sample(2, 200), day("01", "1", "storage", "STANDARD", "100")].concat();
    let found = run(&rows.replace("200,Mbit/s", "0,bit/s"), item, &["--mode", "bandwidth", "--settlement", "month"]);
    let line = found.iter().find(|row| row["meter"] == "bandwidth").unwrap();
    assert_eq!((line["billed_cost"].as_str(), line["list_cost"].as_str()), ("516.12903226", ""));
    let storage = found.iter().find(|row| row["meter"] == "storage").unwrap();
    assert_eq!(money(storage), ["0.48", "0.48", "0.48"]);
    // Two rows at the same time are two applications: 500 Mbit/s on the second day, (100 + 500) ÷ 2 = 300, × 40 × 2 ÷ 31.
    let found = run(&rows, item, &["--mode", "bandwidth", "--settlement", "month"]);
    assert_eq!(found.iter().find(|row| row["meter"] == "bandwidth").unwrap()["billed_cost"], "774.19354839");
}

/// Two accounts, 400 GB each: apart 2 × 400 × 0.24 = 192, together 800 × 0.23 = 184 on the payer.
#[test]
fn a_payer_pools_the_usage_of_accounts() {
    let rows = [day("01", "1", "traffic", "", "400"), day("01", "2", "traffic", "", "400"), day("01", "3", "traffic", "", "100")]
        .concat();
    let found = run(&rows, "accounts = [\"1\", \"2\"]\npayer = \"1\"\n", &[]);
    let totals: Vec<(&str, &str)> = found
        .iter()
        .filter(|row| row["row_type"] == "total")
        .map(|row| (row["account"].as_str(), row["billed_cost"].as_str()))
        .collect();
    assert_eq!(totals, [("1", "184.00000000"), ("3", "24.00000000")]);
}

/// 600 GB cost 138. A minimum of 200 adds 62, a cap of 100 takes 38, a tenth of what is above 100 gives back 3.8, a tenth of all
/// 13.8. Another month is settled by itself: 10 GB cost 2.4, 197.6 are missing.
#[test]
fn minimum_cap_and_rebate_are_lines_of_their_own() {
    let rows = day("01", "1", "traffic", "", "600");
    let added = |body: &str| {
        let found = run(&rows, body, &[]);
        let line = found.iter().find(|row| row["meter"].starts_with("contract-")).unwrap();
        let total = &found.last().unwrap()["billed_cost"];
        (line["meter"].clone(), line["spec"].clone(), line["billed_cost"].clone(), total.clone())
    };
    let texts = |texts: [&str; 4]| (texts[0].to_owned(), texts[1].to_owned(), texts[2].to_owned(), texts[3].to_owned());
    let minimum = "[[minimum]]\nname = \"at least\"\namount = \"200\"\n";
    assert_eq!(added(minimum), texts(["contract-minimum", "at least", "62.00000000", "200.00000000"]));
    let cap = "[[cap]]\nname = \"at most\"\namount = \"100\"\n";
    assert_eq!(added(cap), texts(["contract-cap", "at most", "-38.00000000", "100.00000000"]));
    let rebate = "[[rebate]]\nname = \"back\"\nabove = \"100\"\nshare = \"0.1\"\n";
    assert_eq!(added(rebate), texts(["contract-rebate", "back", "-3.80000000", "134.20000000"]));
    let all = format!("{rebate}of = \"all\"\n");
    assert_eq!(added(&all), texts(["contract-rebate", "back", "-13.80000000", "124.20000000"]));
    let rows =
        [rows.clone(), "2026-11-01T00:00:00+08:00,2026-11-02T00:00:00+08:00,1,,traffic,Chinese Mainland,,10,GB\n".to_owned()]
            .concat();
    let found = run(&rows, minimum, &[]);
    assert_eq!(
        found.iter().filter(|row| row["meter"] == "contract-minimum").map(|row| row["billed_cost"].as_str()).collect::<Vec<_>>(),
        ["62.00000000", "197.60000000"]
    );
}

#[test]
fn what_does_not_fit_is_named() {
    let rows = day("01", "1", "traffic", "", "600");
    let cases = [
        ("[[term]]\nname = \"t\"\nmeter = \"trafic\"\ndiscount = \"0.8\"\n", "\"trafic\" is unknown"),
        ("[[term]]\nname = \"t\"\nmeter = \"traffic\"\nprices = [\"1\", \"2\"]\n", "2 prices, but item"),
        ("[[term]]\nname = \"t\"\nmeter = \"bandwidth\"\nprice = \"40\"\n", "write a [[price]]"),
        ("[[term]]\nname = \"t\"\nmeter = \"traffic\"\n", "expected one of: discount"),
        (
            "[[term]]\nname = \"t\"\nmeter = \"traffic\"\nprice = \"1\"\nfrom = \"2026-02-01\"\nto = \"2026-01-01\"\n",
            "not after `from`",
        ),
        ("[[rebate]]\nname = \"r\"\nshare = \"1.5\"\n", "is above 1"),
        ("[[term]]\nname = \"t\"\nmeter = \"traffic\"\ndiscount = \"15\"\n", "0.85"),
        ("[[minimum]]\nname = \"m\"\nmeter = \"trafic\"\namount = \"5\"\n", "\"trafic\" is unknown"),
        ("discont = \"1\"\n", "unknown key"),
    ];
    for (body, expected) in cases {
        let output = output(&rows, body, &[]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && message.contains(expected), "{expected}: {message}");
        assert!(output.stdout.is_empty());
    }
}

/// A contract that fits nothing is said, not hidden.
#[test]
fn a_contract_that_changes_nothing_is_told() {
    let term = "accounts = [\"2\"]\n[[term]]\nname = \"t\"\nmeter = \"traffic\"\ndiscount = \"0.5\"\n";
    let output = output(&day("01", "1", "traffic", "", "600"), term, &[]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("contract c-1 changed no charge"));
}
