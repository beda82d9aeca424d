//! Reports: definitions, the two shipped ones against golden files computed by hand, and files that appear whole.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::sync::LazyLock;

use proptest::prelude::*;
use vodledger::ledger::{Ledger, LedgerError};
use vodledger::model::{AccountId, Amount, BillingDay, BillingMonth, Charge, Currency, Language, RowType, Status};
use vodledger::report::{self, Basis, CsvEncoding, CsvOptions, Definition, Format, Library, Parameters, ReportError};

use crate::stores::on_both_stores;

on_both_stores! {
    cost_summary_is_the_sum_worked_out_by_hand
    cost_daily_shows_every_line_and_its_mark
    periods_accounts_and_the_way_of_dating_narrow_a_report
}

const ACCOUNT: &str = "100000000001";

fn october() -> BillingMonth {
    "2026-10".parse().unwrap()
}

/// One line, as `meter spec | day | used, priced, unit | price, cost in 10⁻⁸`.
struct Line {
    item: (&'static str, &'static str, &'static str),
    day: &'static str,
    used: (i128, i128, &'static str),
    price: Option<(&'static str, &'static str, i128)>,
    status: Status,
}

fn charge(index: usize, line: &Line) -> Charge {
    let day: BillingDay = line.day.parse().unwrap();
    let (meter, area, spec) = line.item;
    Charge {
        row_type: RowType::Charge,
        charge_id: format!("c{index}"),
        account: AccountId::new(ACCOUNT),
        sub_app_id: None,
        tags: Vec::new(),
        basis: None,
        parent_id: None,
        usage_day: day,
        settlement_date: day.next(),
        bill_month: day.next().month(),
        posting_period: day.month(),
        period: day.period(),
        meter: meter.to_owned(),
        area: area.to_owned(),
        spec: spec.to_owned(),
        usage_quantity: line.used.0,
        pack_quantity: 0,
        pricing_quantity: line.used.1,
        unit: line.used.2.parse().unwrap(),
        unit_price: line.price.map(|(_, price, _)| price.to_owned()),
        contracted_unit_price: None,
        tier: line.price.map_or("unpriced", |(tier, ..)| tier).to_owned(),
        list_cost: None,
        contracted_cost: None,
        billed_cost: line.price.map(|(.., units)| Amount { units, currency: Currency::CNY }),
        effective_cost: None,
        currency: Currency::CNY,
        price_book: "test".to_owned(),
        price_version: "1".to_owned(),
        status: line.status,
        unpriced: line.price.is_none().then(|| "unpriced: no price is published".to_owned()),
        steps: Vec::new(),
    }
}

const GB: i128 = 1_000_000_000;

/// Two days: 1600 GB × 0.23 = 368, 400 GB × 0.24 = 96, 2 × 500 GB-days × 0.0048 = 2.4 each, 2 min × 0.0325 = 0.065, and
/// 100 s without a price, whose unit h would not end.
fn lines() -> Vec<Line> {
    let storage = ("storage", "Chinese Mainland", "STANDARD");
    let traffic = ("traffic", "Chinese Mainland", "");
    let (final_, partial) = (Status::Final, Status::Partial);
    let line = |item, day, used, price, status| Line { item, day, used, price, status };
    vec![
        line(
            traffic,
            "2026-10-01",
            (1600 * GB, 1600 * GB, "GB"),
            Some(("over 500 GB up to 2000 GB", "0.23", 36_800_000_000)),
            final_,
        ),
        line(traffic, "2026-10-02", (400 * GB, 400 * GB, "GB"), Some(("up to 500 GB", "0.24", 9_600_000_000)), final_),
        line(storage, "2026-10-01", (500 * GB, 500 * GB, "GB"), Some(("flat", "0.0048", 240_000_000)), final_),
        line(storage, "2026-10-02", (500 * GB, 500 * GB, "GB"), Some(("flat", "0.0048", 240_000_000)), partial),
        line(
            ("transcoding", "", "Standard.H264.HD"),
            "2026-10-01",
            (90, 120, "min"),
            Some(("flat", "0.0325", 6_500_000)),
            final_,
        ),
        line(("voice-translation", "", "=HYPERLINK(1)"), "2026-10-02", (100, 100, "h"), None, final_),
    ]
}

fn ledger_with(lines: &[Line]) -> Ledger {
    filled(Ledger::open(":memory:").unwrap(), lines)
}

fn filled(ledger: Ledger, lines: &[Line]) -> Ledger {
    let charges: Vec<Charge> = lines.iter().enumerate().map(|(index, line)| charge(index, line)).collect();
    ledger.replace_charges(&AccountId::new(ACCOUNT), october(), &charges, &BTreeSet::new()).unwrap();
    ledger
}

fn written(ledger: &Ledger, name: &str, parameters: &Parameters) -> String {
    let definition = Library::default().get(name).unwrap();
    let mut bytes = Vec::new();
    report::run(ledger, &definition, parameters, Format::Csv, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn cost_summary_is_the_sum_worked_out_by_hand(ledger: Ledger) {
    let text = written(&filled(ledger, &lines()), "cost-summary", &Parameters::of_month(october()));
    assert_eq!(text, include_str!("../data/reports/cost-summary.csv"));
}

fn cost_daily_shows_every_line_and_its_mark(ledger: Ledger) {
    let parameters = Parameters { mark: Some("SIMULATED".to_owned()), ..Parameters::of_month(october()) };
    let text = written(&filled(ledger, &lines()), "cost-daily", &parameters);
    assert_eq!(text, include_str!("../data/reports/cost-daily-marked.csv"));
}

fn periods_accounts_and_the_way_of_dating_narrow_a_report(ledger: Ledger) {
    let mut lines = lines();
    lines[1].day = "2026-10-31"; // settled on 1 November, so the bill of November carries it
    let ledger = filled(ledger, &lines);
    let rows = |parameters: &Parameters| written(&ledger, "cost-daily", parameters).lines().count() - 1;
    let all = Parameters::of_month(october());
    assert_eq!(rows(&all), 7);
    let first = Parameters::of_days("2026-10-01".parse().unwrap(), "2026-10-02".parse().unwrap());
    assert_eq!(rows(&first), 4);
    assert_eq!(rows(&Parameters { by: Basis::Bill, ..all.clone() }), 6);
    assert_eq!(rows(&Parameters { by: Basis::Bill, ..Parameters::of_month("2026-11".parse().unwrap()) }), 2);
    assert_eq!(rows(&Parameters { by: Basis::Posting, ..all.clone() }), 7);
    assert_eq!(rows(&Parameters { account: Some(AccountId::new(ACCOUNT)), ..all.clone() }), 7);
    assert_eq!(rows(&Parameters { account: Some(AccountId::new("another")), ..all }), 0);
}

#[test]
fn what_is_assumed_says_so() {
    let mut lines = lines();
    lines.truncate(1);
    lines[0].status = Status::Assumed;
    let text = written(&ledger_with(&lines), "cost-summary", &Parameters::of_month(october()));
    assert_eq!(text.matches(",assumed,assumed: nobody confirmed the billing mode\r\n").count(), 2);
}

#[test]
fn headings_follow_the_language() {
    let parameters = Parameters { language: Language::Chinese, mark: Some("x".to_owned()), ..Parameters::of_month(october()) };
    let text = written(&ledger_with(&[]), "cost-summary", &parameters);
    assert_eq!(text, "行类型,账号,计费项,计费区域,规格,用量,资源包抵扣,计费用量,单位,费用,币种,状态,说明,标记\r\n");
}

const HEADER: &str = "-- title: Mine | 我的\n-- column: meter text | Item | 计费项\n";

fn parse(body: &str) -> Result<Definition, ReportError> {
    Definition::parse("mine", &format!("{HEADER}{body}"), "mine.sql")
}

#[test]
fn texts_that_look_like_formulas_are_disarmed_and_numbers_are_not() {
    let mut all = lines();
    all.truncate(1);
    let header = "-- column: a text\n-- column: b text\n-- column: c text\n-- column: d text\n-- column: e number\n-- column: f decimal\n-- column: g id\n";
    let body = "SELECT '=1+1' AS a, '+a, b' AS b, '-1' AS c, '@x' AS d, -5 AS e, '-0.5' AS f, '14651978969445155711' AS g FROM v_charge ORDER BY a, b, c, d, g";
    let definition = Definition::parse("mine", &format!("{header}{body}"), "mine.sql").unwrap();
    let mut bytes = Vec::new();
    let written =
        report::run(&ledger_with(&all), &definition, &Parameters::of_month(october()), Format::Csv, &mut bytes).unwrap();
    assert_eq!(written.rows, 1);
    assert_eq!(String::from_utf8(bytes).unwrap(), "a,b,c,d,e,f,g\r\n'=1+1,\"'+a, b\",'-1,'@x,-5,-0.5,14651978969445155711\r\n");
}

static ONE_LINE: LazyLock<Ledger> = LazyLock::new(|| ledger_with(&lines()[..1]));

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_texts_come_back_from_csv(
        texts in prop::collection::vec("[ab直 ,;|\"'\\\\\r\n\t=+@.-]{0,12}", 2..5),
        separator in prop::sample::select(CsvOptions::SEPARATORS.to_vec()),
        decimal_point in prop::sample::select(vec!['.', ',']),
        bom in any::<bool>(),
    ) {
        let encoding = if bom { CsvEncoding::Utf8Bom } else { CsvEncoding::Utf8 };
        let csv = CsvOptions { encoding, separator, decimal_point };
        let names: Vec<String> = (0..texts.len()).map(|place| format!("t{place}")).collect();
        let columns: String = names.iter().map(|name| format!("-- column: {name} text\n")).collect();
        let values = texts.iter().zip(&names).map(|(text, name)| format!("'{}' AS {name}", text.replace('\'', "''")));
        let body = format!(
            "SELECT {}, '-1.50' AS price FROM v_charge ORDER BY {}, price", values.collect::<Vec<_>>().join(", "), names.join(", ")
        );
        let text = format!("{columns}-- column: price decimal\n{body}");
        let definition = Definition::parse("mine", &text, "mine.sql").unwrap();
        let parameters = Parameters { csv, ..Parameters::of_month(october()) };
        let mut bytes = Vec::new();
        report::run(&ONE_LINE, &definition, &parameters, Format::Csv, &mut bytes).unwrap();

        let (mark, table) = bytes.split_at(if bom { 3 } else { 0 });
        prop_assert_eq!(mark, if bom { &b"\xef\xbb\xbf"[..] } else { b"" });
        let mut reader = csv::ReaderBuilder::new().delimiter(separator as u8).from_reader(table);
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        let disarmed = texts.iter().map(|text| match text.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
            _ => text.clone(),
        });
        let expected: Vec<String> = disarmed.chain([format!("-1{decimal_point}50")]).collect();
        prop_assert_eq!(rows, [csv::StringRecord::from(expected)]);
    }
}

/// Takes so many bytes and no more.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("the disk is full"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn every_format_says_why_it_could_not_be_written() {
    let definition = Library::new(None).get("cost-summary").unwrap();
    for format in Format::ALL {
        for room in [0, 100] {
            let failed = report::run(&ONE_LINE, &definition, &Parameters::of_month(october()), format, Full(room)).unwrap_err();
            assert!(failed.to_string().contains("the disk is full"), "{format}: {failed}");
        }
    }
}

#[test]
fn a_definition_that_is_wrong_says_where_and_what() {
    let wrong = [
        ("DELETE FROM charge", 3, "SELECT or WITH"),
        ("SELECT meter FROM v_charge;\nSELECT 1", 4, "one statement"),
        ("SELECT meter FROM v_charge WHERE day = :day", 3, ":day"),
        ("SELECT meter FROM v_charge WHERE day = ?1", 3, "by name"),
        ("SELECT 'meter FROM v_charge", 3, "does not end"),
        ("", 3, "no query"),
        ("-- column: cost money | Cost | 费用\nSELECT 1", 3, "money(CURRENCY COLUMN)"),
        ("-- column: cost cents | Cost | 费用\nSELECT 1", 3, "cents"),
        ("-- column: cost\nSELECT 1", 3, "NAME KIND"),
        ("-- formats: docx\nSELECT 1", 3, "docx"),
    ];
    for (body, line, part) in wrong {
        let error = parse(body).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, ReportError::Definition { line: at, .. } if at == line), "{body}: {text}");
        assert!(text.contains(part) && text.contains("mine.sql"), "{text}");
    }
    // A semicolon, a quote and a colon in texts and comments are no syntax.
    parse("SELECT ';:x''' AS meter -- ; :y\nFROM v_charge /* ';' */ ORDER BY meter;\n-- end").unwrap();
}

#[test]
fn a_query_that_reads_more_than_views_is_refused() {
    let ledger = ledger_with(&lines());
    let run = |body: &str| {
        let mut bytes = Vec::new();
        report::run(&ledger, &parse(body).unwrap(), &Parameters::of_month(october()), Format::Csv, &mut bytes)
    };
    let views = run("SELECT meter FROM v_nothing ORDER BY meter");
    assert!(matches!(views, Err(ReportError::Query { source: LedgerError::Query(_), .. })), "{views:?}");
    let kind = run("SELECT usage_quantity AS meter FROM v_charge ORDER BY meter");
    assert!(matches!(kind, Err(ReportError::Value { .. })), "{kind:?}");
}

#[test]
fn a_folder_of_ones_own_comes_before_the_shipped_reports() {
    let folder = tempfile::tempdir().unwrap();
    let own = format!("{HEADER}SELECT meter FROM v_charge ORDER BY meter");
    fs::write(folder.path().join("cost-daily.sql"), &own).unwrap();
    fs::write(folder.path().join("by-meter.sql"), &own).unwrap();
    let library = Library::new(Some(folder.path().to_owned()));
    let mut names: Vec<(String, bool)> =
        library.list().unwrap().into_iter().map(|listed| (listed.definition.name, listed.file.is_some())).collect();
    names.retain(|(name, own)| *own || name == "cost-summary");
    assert_eq!(names, [("by-meter".to_owned(), true), ("cost-daily".to_owned(), true), ("cost-summary".to_owned(), false)]);
    assert_eq!(library.get("cost-daily").unwrap().columns.len(), 1);
    let file = folder.path().join("by-meter.sql");
    assert_eq!(Library::default().get(file.to_str().unwrap()).unwrap().name, "by-meter");
    assert!(matches!(library.get("nothing"), Err(ReportError::Unknown { .. })));
    assert!(matches!(library.get("nothing.sql"), Err(ReportError::File { .. })));
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/reports");
    let ledger = ledger_with(&lines());
    let parameters = Parameters::of_month(october());
    let definition = Library::default().get("cost-summary").unwrap();
    let saved = report::save(&ledger, &definition, &parameters, &[Format::Csv], &out).unwrap();
    assert_eq!((&saved.paths, saved.written.rows), (&vec![out.join("cost-summary-2026-10.csv")], 5));
    let path = &saved.paths[0];
    assert_eq!(fs::read_to_string(path).unwrap(), include_str!("../data/reports/cost-summary.csv"));
    // A report that fails leaves the file of before and nothing else.
    let mut broken = parse("SELECT usage_quantity AS meter FROM v_charge ORDER BY meter").unwrap();
    broken.name = "cost-summary".to_owned();
    report::save(&ledger, &broken, &parameters, &[Format::Csv], &out).unwrap_err();
    assert_eq!(fs::read_to_string(path).unwrap(), include_str!("../data/reports/cost-summary.csv"));
    let mut names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["cost-summary-2026-10.csv", "manifest.json"]);
    let days = Parameters::of_days("2026-10-01".parse().unwrap(), "2026-10-16".parse().unwrap());
    assert_eq!(days.period_in_names(), "2026-10-01_2026-10-15");
}

#[test]
fn the_example_of_the_manual_runs() {
    let manual = include_str!("../../docs/reports.md");
    let example = manual.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let definition = Definition::parse("example", example, "docs/reports.md").unwrap();
    let mut bytes = Vec::new();
    report::run(&ledger_with(&lines()), &definition, &Parameters::of_month(october()), Format::Csv, &mut bytes).unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "area,gigabytes,unit,cost,currency\r\nChinese Mainland,2000,GB,464.00000000,CNY\r\n"
    );
}
