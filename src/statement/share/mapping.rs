//! Who bears which cost: an ordered list of rules that the user writes.
//!
//! The first rule that fits a media on a day says who bears what it costs. What no media pays (processing, traffic of which nobody
//! knows the file) goes by application where a rule asks for nothing else, and what is left by the rules for shared cost.

use crate::input::document::{Document, Problems};
use crate::input::id;
use crate::input::keys::Keys;
use crate::input::names::{Name, compare, did_you_mean};
use crate::ledger::{Bearer, StoredMedia};
use crate::model::meter::METERS;
use crate::model::{BillingDay, SubAppId};

/// Rules, the first that fits counting. Without any rule, everything is unmapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    rules: Vec<Rule>,
    shared: Vec<SharedRule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    bearer: Bearer,
    names: Vec<String>,
    classes: Vec<String>,
    tags: Vec<String>,
    rooms: Vec<String>,
    applications: Vec<String>,
    file_ids: Vec<String>,
    from: Option<BillingDay>,
    to: Option<BillingDay>,
}

/// How cost that belongs to nobody is shared among those who bear something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRule {
    /// Its name.
    pub name: String,
    /// The meters it is for; all where empty.
    meters: Vec<String>,
    /// By what.
    pub by: SharedBy,
}

/// By what shared cost is split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SharedBy {
    /// In proportion to what each bears directly in the month.
    Proportional,
    /// The same for each that bears anything directly in the month.
    Equal,
    /// By parts that the user names, by cost centre.
    Fixed(Vec<(String, i64)>),
}

impl Mapping {
    /// Reads a mapping. `origin` says where the text came from.
    ///
    /// # Errors
    /// Everything that is wrong, each with its line.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Problems> {
        let document = Document::new(origin, text);
        let root = document.parse()?;
        let top = Keys::top(&document, &root);
        let mapping = Self { rules: named(&top, "rule", rule), shared: named(&top, "shared", shared) };
        top.finish();
        document.into_result(mapping)
    }

    /// Who bears what a media costs on a day.
    pub(super) fn of_media(&self, media: &StoredMedia, day: BillingDay) -> Option<&Bearer> {
        self.rules.iter().find(|rule| rule.holds_on(day) && rule.fits(media)).map(|rule| &rule.bearer)
    }

    /// Who bears what an application costs on a day beside what its media cost.
    pub(super) fn of_application(&self, application: Option<SubAppId>, day: BillingDay) -> Option<&Bearer> {
        let id = application?.to_string();
        let fits = |rule: &&Rule| rule.holds_on(day) && rule.asks_application_alone() && rule.applications.contains(&id);
        self.rules.iter().find(fits).map(|rule| &rule.bearer)
    }

    /// How what is left of a meter is shared.
    pub(super) fn sharing(&self, meter: &str) -> Option<&SharedRule> {
        self.shared.iter().find(|rule| rule.meters.is_empty() || rule.meters.iter().any(|known| known == meter))
    }
}

impl Rule {
    fn holds_on(&self, day: BillingDay) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }

    fn asks_application_alone(&self) -> bool {
        let others = [&self.names, &self.classes, &self.tags, &self.rooms, &self.file_ids];
        !self.applications.is_empty() && others.into_iter().all(Vec::is_empty)
    }

    /// Every kind of condition that the rule has must hold, by one of its values.
    fn fits(&self, media: &StoredMedia) -> bool {
        let is = |wanted: &[String], found: &str| wanted.is_empty() || wanted.iter().any(|word| word == found);
        let application = media.sub_app_id.map(|id| id.to_string()).unwrap_or_default();
        is(&self.file_ids, media.file_id.as_str())
            && is(&self.applications, &application)
            && is(&self.rooms, &media.room_id)
            && is(&self.classes, &media.class_id)
            && (self.tags.is_empty() || self.tags.iter().any(|tag| media.tags.contains(tag)))
            && (self.names.is_empty() || self.names.iter().any(|pattern| matches(pattern, &media.name)))
    }
}

/// Whether a name is of a pattern: `*` is any letters, `?` is one.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut read, mut star) = (0, 0, None);
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[read] => (at, read) = (at + 1, read + 1),
            // Back to the last star, which takes one letter more.
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, read) = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// The tables of a kind, each with its name, else its number.
fn named<T>(top: &Keys<'_>, key: &str, read: fn(&Keys<'_>, String) -> Option<T>) -> Vec<T> {
    let tables = top.tables(key).into_iter().enumerate();
    let read = |(index, keys): (usize, Keys<'_>)| {
        let name = keys.optional_text("rule").unwrap_or_else(|| format!("{key} {}", index + 1));
        let read = read(&keys, name);
        keys.finish();
        read
    };
    tables.filter_map(read).collect()
}

fn rule(keys: &Keys<'_>, name: String) -> Option<Rule> {
    let (from, to) = (keys.optional_parsed::<BillingDay>("from"), keys.optional_parsed::<BillingDay>("to"));
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        keys.problem("to", &format!("from {from} to {to}: the end must be later than the start"));
    }
    let word = |key: &str| keys.written(key).map(|text| text.value.to_owned()).unwrap_or_default();
    let (department, cost_centre, course) = (word("department"), word("cost_centre"), word("course"));
    if department.is_empty() && cost_centre.is_empty() && course.is_empty() {
        keys.problem("", "it names nobody; give department, cost_centre or course");
    }
    Some(Rule {
        names: keys.texts("name"),
        classes: keys.texts("class"),
        tags: keys.texts("tag"),
        rooms: keys.texts("room"),
        applications: ids(keys, "application"),
        file_ids: ids(keys, "file_id"),
        bearer: Bearer { kind: "direct", department, cost_centre, course, rule: name },
        from,
        to,
    })
}

/// Ids as they are meant, whatever a spreadsheet made of them.
fn ids(keys: &Keys<'_>, key: &str) -> Vec<String> {
    let id = |written: String| match id::read_digits(&written) {
        Ok(id) => Some(id.into_owned()),
        Err(why) => {
            keys.problem(key, &format!("{written:?}: {why}"));
            None
        }
    };
    keys.texts(key).into_iter().filter_map(id).collect()
}

fn shared(keys: &Keys<'_>, name: String) -> Option<SharedRule> {
    let (by, meters) = (keys.text("by"), meters(keys));
    let parts = keys.table("parts").map(|table| parts(&table)).unwrap_or_default();
    let by = match (by?.as_str(), parts.is_empty()) {
        ("proportional", true) => SharedBy::Proportional,
        ("equal", true) => SharedBy::Equal,
        ("fixed", false) => SharedBy::Fixed(parts),
        ("fixed", true) => {
            keys.problem("parts", "by = \"fixed\" needs parts: { \"4711\" = 60, \"4712\" = 40 }, by cost centre");
            return None;
        }
        ("proportional" | "equal", false) => {
            keys.problem("parts", "parts are for by = \"fixed\" alone");
            return None;
        }
        (other, _) => {
            keys.problem("by", &format!("by = {other:?} is unknown; known: proportional equal fixed"));
            return None;
        }
    };
    Some(SharedRule { name, meters, by })
}

/// Meters of rules; one that is nearly a known one is a slip. A price book may have others.
fn meters(keys: &Keys<'_>) -> Vec<String> {
    let meters = keys.texts("meter");
    for meter in &meters {
        if let Name::Near(near) = compare(meter, METERS.iter().map(|meter| meter.name)) {
            keys.problem("meter", &format!("{meter:?}: {}", did_you_mean("meter", near)));
        }
    }
    meters
}

/// Parts by cost centre, in the order of these.
fn parts(table: &Keys<'_>) -> Vec<(String, i64)> {
    let mut parts: Vec<(String, i64)> = Vec::new();
    for (centre, _) in table.entries() {
        match table.optional_integer(centre) {
            Some(part) if part > 0 => parts.push((centre.to_owned(), part)),
            Some(part) => table.problem(centre, &format!("parts.{centre} = {part}: parts are whole numbers above 0")),
            None => {}
        }
    }
    parts.sort();
    parts
}
