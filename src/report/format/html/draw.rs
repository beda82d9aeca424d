//! From sums to shapes. Places on the page are whole tenths of a pixel, worked out in integers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::axis::{Scale, tenths};
use super::chart::{Chart, Measure, Part};
use crate::model::Language;
use crate::report::definition::ChartKind;
use crate::report::format::Phrase;

const OTHER: Phrase = Phrase { en: "other", zh: "其他" };
const NONE: Phrase = Phrase { en: "(none)", zh: "（无）" };
const HIGHEST: Phrase = Phrase { en: "highest", zh: "最高" };
/// Series that are told apart; the rest is one more.
const MOST_SERIES: usize = 8;
/// Bars that stand under each other; the rest is one more.
const MOST_BARS: usize = 24;
/// Days that are drawn though nothing happened on them.
const MOST_DAYS: usize = 400;
/// Labels along the axis.
const MOST_LABELS: usize = 12;
/// Letters of a label beside a bar.
const MOST_LETTERS: usize = 28;

/// The picture, in tenths of a pixel.
const WIDTH: i128 = 9600;
const DATED: Frame = Frame { left: 1100, right: 9440, top: 140, height: 2600 };
const LISTED: Frame = Frame { left: 2200, right: 8000, top: 60, height: 0 };
const BAR_STEP: i128 = 280;
const BELOW: i128 = 360;

struct Frame {
    left: i128,
    right: i128,
    top: i128,
    height: i128,
}

/// A chart, ready for the page.
#[derive(Serialize)]
pub struct Picture {
    title: String,
    description: String,
    width: String,
    height: String,
    legend: Vec<Legend>,
    lines: Vec<Line>,
    labels: Vec<Label>,
    bars: Vec<Bar>,
    curves: Vec<Curve>,
}

#[derive(Serialize)]
struct Legend {
    look: usize,
    name: String,
}

#[derive(Serialize)]
struct Line {
    x1: String,
    y1: String,
    x2: String,
    y2: String,
    is_zero: bool,
}

#[derive(Serialize)]
struct Label {
    x: String,
    y: String,
    anchor: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
    look: usize,
    title: String,
}

#[derive(Serialize)]
struct Curve {
    look: usize,
    points: Vec<String>,
    dots: Vec<Dot>,
}

#[derive(Serialize)]
struct Dot {
    x: String,
    y: String,
    title: String,
}

/// Sums by series and place, in the order in which they are drawn.
struct Grid {
    series: Vec<String>,
    places: Vec<String>,
    /// For each series its sums; nothing where nothing is known.
    sums: Vec<Vec<Option<i128>>>,
}

/// The pictures of a chart, one for each currency or kind of quantity.
pub fn pictures(chart: &Chart<'_>, language: Language) -> Vec<Picture> {
    chart.parts.values().filter_map(|part| picture(chart, part, language)).collect()
}

fn picture(chart: &Chart<'_>, part: &Part, language: Language) -> Option<Picture> {
    let grid = Grid::of(part, chart.is_dated, language);
    let highest = grid.highest()?;
    let unit = part.measure.unit();
    let title = chart.definition.title.in_language(language);
    let title = if unit.is_empty() { title.to_owned() } else { format!("{title} ({unit})") };
    let span = match (grid.places.first(), grid.places.last()) {
        (Some(first), Some(last)) if chart.is_dated => format!("{first} – {last}"),
        _ => grid.places.join(", "),
    };
    let colon = if language == Language::Chinese { "：" } else { ": " };
    let description =
        format!("{span}; {}{colon}{} {unit} ({})", HIGHEST.in_language(language), part.measure.number(highest.1), highest.0);
    let mut picture = Picture {
        title,
        description: description.trim_end().to_owned(),
        width: tenths(WIDTH),
        height: String::new(),
        legend: Vec::new(),
        lines: Vec::new(),
        labels: Vec::new(),
        bars: Vec::new(),
        curves: Vec::new(),
    };
    if grid.series.len() > 1 {
        let look = |(index, name): (usize, &String)| Legend { look: index, name: name.clone() };
        picture.legend = grid.series.iter().enumerate().map(look).collect();
    }
    match chart.definition.kind {
        ChartKind::Bars if !chart.is_dated => picture.listed(&grid, &part.measure),
        kind => picture.upright(&grid, &part.measure, kind),
    }
    Some(picture)
}

impl Grid {
    fn of(part: &Part, is_dated: bool, language: Language) -> Self {
        let name = |key: &Option<String>| match key.as_deref() {
            Some("") => NONE.in_language(language).to_owned(),
            Some(name) => name.to_owned(),
            None => OTHER.in_language(language).to_owned(),
        };
        let mut by_place: BTreeMap<&Option<String>, i128> = BTreeMap::new();
        let mut by_series: Vec<(&Option<String>, i128)> = Vec::new();
        for (series, places) in &part.series {
            by_series.push((series, places.values().map(|sum| sum.saturating_abs()).fold(0, i128::saturating_add)));
            for (place, sum) in places {
                let total = by_place.entry(place).or_default();
                *total = total.saturating_add(*sum);
            }
        }
        let places = if is_dated { dated(&by_place) } else { ranked(by_place.into_iter().collect(), MOST_BARS) };
        let series = ranked(by_series, MOST_SERIES);
        // What has no row of its own goes into the last, which is the rest.
        let row = |list: &[Option<String>], key: &Option<String>| list.iter().position(|known| known == key);
        let mut sums = vec![vec![None; places.len()]; series.len()];
        for (key, cells) in &part.series {
            let at = row(&series, key).unwrap_or(series.len() - 1);
            for (place, sum) in cells {
                if let Some(x) = row(&places, place).or_else(|| places.iter().position(Option::is_none)) {
                    let cell: &mut Option<i128> = &mut sums[at][x];
                    *cell = Some(cell.unwrap_or_default().saturating_add(*sum));
                }
            }
        }
        Self { series: series.iter().map(name).collect(), places: places.iter().map(name).collect(), sums }
    }

    /// The place with the largest sum, and that sum.
    fn highest(&self) -> Option<(&str, i128)> {
        let total = |x: usize| self.sums.iter().filter_map(|sums| sums[x]).fold(0, i128::saturating_add);
        let all = self.places.iter().enumerate().map(|(x, place)| (place.as_str(), total(x)));
        all.reduce(|most, next| if next.1 > most.1 { next } else { most })
    }

    /// The lowest and the highest end of piled bars, or of lines.
    fn range(&self, piled: bool) -> (i128, i128) {
        let mut range = (0, 0);
        for x in 0..self.places.len() {
            let values = self.sums.iter().filter_map(|sums| sums[x]);
            let (low, high) = if piled {
                values.fold((0_i128, 0_i128), |(low, high), value| {
                    (low.saturating_add(value.min(0)), high.saturating_add(value.max(0)))
                })
            } else {
                values.fold((0, 0), |(low, high), value| (low.min(value), high.max(value)))
            };
            range = (range.0.min(low), range.1.max(high));
        }
        range
    }
}

/// Days in their order, and those between them on which nothing was.
fn dated(by_place: &BTreeMap<&Option<String>, i128>) -> Vec<Option<String>> {
    let known: BTreeSet<&Option<String>> = by_place.keys().copied().collect();
    let mut places: Vec<Option<String>> = known.into_iter().cloned().collect();
    // The rest sorts before everything.
    let rest = usize::from(places.first() == Some(&None));
    places.rotate_left(rest);
    let day = |place: &Option<String>| place.as_ref().and_then(|text| text.parse::<NaiveDate>().ok());
    let days: Option<Vec<NaiveDate>> = places.iter().map(day).collect();
    let (Some(first), Some(last)) = (days.as_ref().and_then(|days| days.first()), days.as_ref().and_then(|days| days.last()))
    else {
        return places;
    };
    let between: Vec<_> = first.iter_days().take_while(|day| day <= last).take(MOST_DAYS + 1).collect();
    if between.len() > MOST_DAYS || last.checked_add_days(Days::new(1)).is_none() {
        return places;
    }
    between.into_iter().map(|day| Some(day.format("%Y-%m-%d").to_string())).collect()
}

/// The largest first; what is past the most is one at the end.
fn ranked(mut sums: Vec<(&Option<String>, i128)>, most: usize) -> Vec<Option<String>> {
    sums.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0)));
    let mut kept: Vec<Option<String>> =
        sums.iter().filter(|(key, _)| key.is_some()).take(most).map(|(key, _)| (*key).clone()).collect();
    if kept.len() < sums.len() {
        kept.push(None);
    }
    kept
}

impl Picture {
    /// Bars or lines over days, months or words along the axis.
    fn upright(&mut self, grid: &Grid, measure: &Measure, kind: ChartKind) {
        let frame = DATED;
        let scale = Scale::over(grid.range(kind == ChartKind::Bars), measure);
        let y = |value: i128| frame.top + frame.height - scale.place(value, frame.height);
        for tick in scale.ticks() {
            self.lines.push(Line {
                x1: tenths(frame.left),
                x2: tenths(frame.right),
                y1: tenths(y(tick)),
                y2: tenths(y(tick)),
                is_zero: tick == 0,
            });
            self.label(frame.left - 80, y(tick) + 40, "end", measure.number(tick));
        }
        let count = grid.places.len() as i128;
        let middle = |x: usize| frame.left + (frame.right - frame.left) * (2 * x as i128 + 1) / (2 * count);
        let step = grid.places.len().div_ceil(MOST_LABELS);
        for (x, place) in grid.places.iter().enumerate().step_by(step) {
            self.label(middle(x), frame.top + frame.height + 200, "middle", short(place, MOST_LABELS));
        }
        self.height = tenths(frame.top + frame.height + BELOW);
        match kind {
            ChartKind::Bars => {
                let width = ((frame.right - frame.left) * 7 / (10 * count)).clamp(5, 600);
                for x in 0..grid.places.len() {
                    for (look, from, to, title) in grid.pile(x, measure) {
                        let (top, bottom) = (y(from.max(to)), y(from.min(to)));
                        let (left, height) = (middle(x) - width / 2, bottom - top);
                        self.bars.push(Bar::of([left, top, width, height], look, title));
                    }
                }
            }
            ChartKind::Lines => {
                for (look, sums) in grid.sums.iter().enumerate() {
                    let mut curve = Curve { look, points: Vec::new(), dots: Vec::new() };
                    // A gap in what is known is a gap in the line.
                    for run in
                        sums.iter().enumerate().collect::<Vec<_>>().chunk_by(|left, right| left.1.is_some() == right.1.is_some())
                    {
                        let known: Vec<(usize, i128)> = run.iter().filter_map(|(x, sum)| sum.map(|sum| (*x, sum))).collect();
                        let point = |(x, sum): &(usize, i128)| format!("{},{}", tenths(middle(*x)), tenths(y(*sum)));
                        if known.len() > 1 {
                            curve.points.push(known.iter().map(point).collect::<Vec<_>>().join(" "));
                        }
                        curve.dots.extend(known.iter().map(|(x, sum)| Dot {
                            x: tenths(middle(*x)),
                            y: tenths(y(*sum)),
                            title: grid.title(look, *x, *sum, measure),
                        }));
                    }
                    self.curves.push(curve);
                }
            }
        }
    }

    /// Bars under each other, each beside its name: names are long.
    fn listed(&mut self, grid: &Grid, measure: &Measure) {
        let frame = LISTED;
        let scale = Scale::over(grid.range(true), measure);
        let height = BAR_STEP * grid.places.len() as i128;
        let x = |value: i128| frame.left + scale.place(value, frame.right - frame.left);
        let zero =
            Line { x1: tenths(x(0)), x2: tenths(x(0)), y1: tenths(frame.top), y2: tenths(frame.top + height), is_zero: true };
        self.lines.push(zero);
        for (index, place) in grid.places.iter().enumerate() {
            let top = frame.top + BAR_STEP * index as i128;
            self.label(frame.left - 100, top + 180, "end", short(place, MOST_LETTERS));
            let mut end = x(0);
            for (look, from, to, title) in grid.pile(index, measure) {
                let (left, right) = (x(from.min(to)), x(from.max(to)));
                end = end.max(right);
                self.bars.push(Bar::of([left, top + 40, right - left, BAR_STEP - 80], look, title));
            }
            let total = grid.sums.iter().filter_map(|sums| sums[index]).fold(0, i128::saturating_add);
            self.label(end + 80, top + 180, "start", measure.number(total));
        }
        self.height = tenths(frame.top + height + 60);
    }

    fn label(&mut self, x: i128, y: i128, anchor: &'static str, text: String) {
        self.labels.push(Label { x: tenths(x), y: tenths(y), anchor, text });
    }
}

impl Grid {
    /// The bars at a place: what they look like, from where to where, and what they mean. What is below nothing piles downwards.
    fn pile<'g>(&'g self, x: usize, measure: &'g Measure) -> impl Iterator<Item = (usize, i128, i128, String)> + 'g {
        let (mut up, mut down) = (0_i128, 0_i128);
        self.sums.iter().enumerate().filter_map(move |(look, sums)| {
            let value = sums[x].filter(|value| *value != 0)?;
            let end = if value > 0 { &mut up } else { &mut down };
            let from = *end;
            *end = end.saturating_add(value);
            Some((look, from, *end, self.title(look, x, value, measure)))
        })
    }

    fn title(&self, look: usize, x: usize, value: i128, measure: &Measure) -> String {
        let value = format!("{} {}", measure.number(value), measure.unit());
        let parts = [self.places[x].as_str(), if self.series.len() > 1 { &self.series[look] } else { "" }, value.trim_end()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

impl Bar {
    fn of([x, y, width, height]: [i128; 4], look: usize, title: String) -> Self {
        // What is there must be seen.
        let (width, height) = (tenths(width.max(5)), tenths(height.max(5)));
        Self { x: tenths(x), y: tenths(y), width, height, look, title }
    }
}

/// A label that fits; a Chinese letter takes two places.
fn short(text: &str, most: usize) -> String {
    let width = |letter: char| if letter < '\u{1100}' { 1 } else { 2 };
    if text.chars().map(width).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |letter: &char| {
        used += width(*letter);
        used <= most
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
