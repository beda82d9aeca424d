//! A page to read and print: one file, without scripts, that asks no network for anything.

mod axis;
mod chart;
mod draw;
mod numbers;

use std::io::{self, Write};

use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use serde::Serialize;

use super::{Phrase, Sheet, SheetRow, Table};
use crate::model::Language;
use crate::report::cell::Cell;
use crate::report::column::ColumnKind;

use chart::Chart;
use draw::Picture;

const TEMPLATE: &str = include_str!("page.html");
/// Rows on the page. Nobody reads more on a page, and a browser would be slow.
const MOST_ROWS: usize = 2_000;
/// Totals on cards. More of them are read in the table.
const MOST_CARDS: usize = 12;
/// How series look; what is past them is gray.
const LOOKS: usize = 9;

/// Writes a table as a page.
pub struct Html<'a> {
    table: Table<'a>,
    charts: Vec<Chart<'a>>,
    cards: Vec<Card>,
    rows: Vec<Row>,
    mark: Option<String>,
    count: u64,
    out: &'a mut (dyn Write + Send),
}

/// What the template is given.
#[derive(Serialize)]
struct Page<'p> {
    lang: &'static str,
    title: &'p str,
    description: &'p str,
    mark: Option<&'p str>,
    cards: &'p [Card],
    pictures: Vec<Picture>,
    looks: usize,
    columns: Vec<Heading<'p>>,
    rows: &'p [Row],
    counted: String,
    about: Vec<(&'p str, &'p str)>,
    words: Words,
}

#[derive(Serialize)]
struct Heading<'p> {
    text: &'p str,
    is_number: bool,
}

/// A total.
#[derive(Serialize)]
struct Card {
    heading: String,
    /// Empty where the total is not known.
    amount: String,
    currency: String,
    whose: String,
    status: String,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    is_total: bool,
    cells: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    text: String,
    class: &'static str,
}

#[derive(Serialize)]
struct Words {
    summary: &'static str,
    charts: &'static str,
    table: &'static str,
    about: &'static str,
    unknown: &'static str,
    skip: &'static str,
}

impl Words {
    fn of(language: Language) -> Self {
        let word = |en, zh| Phrase { en, zh }.in_language(language);
        Self {
            summary: word("Totals", "合计"),
            charts: word("Charts", "图表"),
            table: word("Table", "明细表"),
            about: word("About this report", "报表说明"),
            unknown: word("unknown", "未知"),
            skip: word("Go to the table", "跳到明细表"),
        }
    }
}

impl<'a> Html<'a> {
    /// Writes to `out` at the end.
    pub fn new(table: Table<'a>, out: &'a mut (dyn Write + Send)) -> Self {
        let charts = table.definition.charts.iter().filter_map(|chart| Chart::of(&table, chart)).collect();
        Self { table, charts, cards: Vec::new(), rows: Vec::new(), mark: None, count: 0, out }
    }

    /// A total as cards, one for each of its amounts.
    fn cards(&mut self, cells: &[Cell<'_>]) {
        let language = self.table.language;
        for (place, column) in self.table.columns.iter().enumerate() {
            let ColumnKind::Money { currency } = column.kind else { continue };
            let currency = self.table.shown(currency);
            let text = |wanted: &dyn Fn(usize, ColumnKind) -> bool| -> Vec<String> {
                let columns = self.table.columns.iter().enumerate();
                let kept = columns.filter(|(at, other)| other.place.is_some() && wanted(*at, other.kind));
                kept.map(|(at, _)| cells[at].text(language)).filter(|text| !text.is_empty()).collect()
            };
            let row_type = self.table.definition.row_type().and_then(|place| self.table.shown(place));
            let is_name = |kind| matches!(kind, ColumnKind::Word | ColumnKind::Id | ColumnKind::Day);
            let whose = text(&|at, kind| is_name(kind) && Some(at) != row_type && Some(at) != currency);
            let notes = text(&|at, kind| kind == ColumnKind::Text && Some(at) != currency);
            self.cards.push(Card {
                heading: column.heading.clone(),
                amount: numbers::shown(cells[place], language),
                currency: currency.map(|at| cells[at].text(language)).unwrap_or_default(),
                whose: whose.join(" · "),
                status: text(&|_, kind| kind == ColumnKind::Status).join(" · "),
                notes,
            });
        }
    }

    fn shown(&self, place: usize, cell: Cell<'_>) -> Shown {
        let class = match (self.table.columns[place].kind, cell) {
            (_, cell) if cell.is_number() => "n",
            (ColumnKind::Id, _) => "i",
            (ColumnKind::Day | ColumnKind::Time, _) => "d",
            (ColumnKind::Text, Cell::Text(text)) if text.chars().count() > 24 => "l",
            _ => "",
        };
        Shown { text: numbers::shown(cell, self.table.language), class }
    }

    fn counted(&self) -> String {
        let (all, shown) = (numbers::sum(self.count.into(), 0, 0), numbers::sum(self.rows.len() as i128, 0, 0));
        let whole = self.rows.len() as u64 == self.count;
        match (self.table.language, whole) {
            (Language::English, true) if self.count == 1 => "1 row".to_owned(),
            (Language::English, true) => format!("{all} rows"),
            (Language::English, false) => format!("The first {shown} of {all} rows; the report as CSV or XLSX has them all."),
            (Language::Chinese, true) => format!("共 {all} 行"),
            (Language::Chinese, false) => format!("仅显示前 {shown} 行，共 {all} 行；CSV 或 XLSX 格式的报表含全部行。"),
        }
    }
}

impl Sheet for Html<'_> {
    fn row(&mut self, row: SheetRow<'_>) -> io::Result<()> {
        self.count += 1;
        if row.is_total {
            if self.cards.len() <= MOST_CARDS {
                self.cards(row.cells);
            }
        } else {
            for chart in &mut self.charts {
                chart.add(row.cells, self.table.language);
            }
        }
        if self.mark.is_none()
            && let Some(place) = self.table.columns.iter().position(|column| column.place.is_none())
        {
            self.mark = Some(row.cells[place].text(self.table.language));
        }
        if self.rows.len() < MOST_ROWS {
            let cells = row.cells.iter().enumerate().map(|(place, cell)| self.shown(place, *cell)).collect();
            self.rows.push(Row { is_total: row.is_total, cells });
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let language = self.table.language;
        let is_number = |kind| {
            matches!(kind, ColumnKind::Number | ColumnKind::Decimal | ColumnKind::Ratio { .. } | ColumnKind::Money { .. })
                || matches!(kind, ColumnKind::Quantity { .. } | ColumnKind::Percentile { .. })
        };
        let columns = self.table.columns.iter();
        let page = Page {
            lang: if language == Language::Chinese { "zh-CN" } else { "en" },
            title: self.table.definition.title.in_language(language),
            description: self.table.definition.description.in_language(language),
            mark: self.mark.as_deref(),
            // Some of the totals alone would be taken for all.
            cards: if self.cards.len() <= MOST_CARDS { &self.cards } else { &[] },
            pictures: self.charts.iter().flat_map(|chart| draw::pictures(chart, language)).collect(),
            looks: LOOKS,
            columns: columns.map(|column| Heading { text: &column.heading, is_number: is_number(column.kind) }).collect(),
            rows: &self.rows,
            counted: self.counted(),
            about: self.table.about.labelled(language).collect(),
            words: Words::of(language),
        };
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(io::Error::other)?);
        // Its ending tells the engine to escape what is put in.
        environment.add_template("page.html", TEMPLATE).map_err(io::Error::other)?;
        let template = environment.get_template("page.html").map_err(io::Error::other)?;
        let text = template.render(Serde(&page)).map_err(io::Error::other)?;
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}
