//! Who bears which cost: an ordered list of rules that the user writes.
//!
//! The first rule that fits a media on a day says who bears what it costs. What no media pays (processing, traffic of which nobody
//! knows the file) goes by application where a rule asks for nothing else, and what is left by the rules for shared cost.

use serde::Deserialize;

use crate::ledger::{Bearer, StoredMedia};
use crate::model::{BillingDay, SubAppId};

/// A mapping that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mapping {origin}: {message}")]
pub struct MappingError {
    /// Where it came from.
    pub origin: String,
    /// What is wrong, and where.
    pub message: String,
}

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<RuleEntry>,
    #[serde(default)]
    shared: Vec<SharedEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    rule: Option<String>,
    #[serde(default)]
    name: Words,
    #[serde(default)]
    class: Words,
    #[serde(default)]
    tag: Words,
    #[serde(default)]
    room: Words,
    #[serde(default)]
    application: Words,
    #[serde(default)]
    file_id: Words,
    from: Option<toml::value::Datetime>,
    to: Option<toml::value::Datetime>,
    #[serde(default)]
    department: String,
    #[serde(default)]
    cost_centre: String,
    #[serde(default)]
    course: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedEntry {
    rule: Option<String>,
    #[serde(default)]
    meter: Words,
    by: String,
    #[serde(default)]
    parts: std::collections::BTreeMap<String, i64>,
}

/// One text or several.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Words {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Words {
    fn list(self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::One(word) => vec![word],
            Self::Many(words) => words,
        }
    }
}

impl Mapping {
    /// Reads a mapping. `origin` says where the text came from.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str, origin: &str) -> Result<Self, MappingError> {
        let refuse = |message: String| MappingError { origin: origin.to_owned(), message };
        let file: File = toml::from_str(text).map_err(|error| refuse(error.to_string().trim_end().to_owned()))?;
        let mut mapping = Self::default();
        for (index, entry) in file.rule.into_iter().enumerate() {
            let name = entry.rule.clone().unwrap_or_else(|| format!("rule {}", index + 1));
            mapping.rules.push(rule(entry, &name).map_err(|message| refuse(format!("{name}: {message}")))?);
        }
        for (index, entry) in file.shared.into_iter().enumerate() {
            let name = entry.rule.clone().unwrap_or_else(|| format!("shared {}", index + 1));
            mapping.shared.push(shared(entry, &name).map_err(|message| refuse(format!("{name}: {message}")))?);
        }
        Ok(mapping)
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

fn rule(entry: RuleEntry, name: &str) -> Result<Rule, String> {
    let day = |what: &str, date: Option<toml::value::Datetime>| match date {
        None => Ok(None),
        Some(date) => date.to_string().parse().map(Some).map_err(|_| format!("{what} = {date}: write a day, such as 2026-10-01")),
    };
    let (from, to) = (day("from", entry.from)?, day("to", entry.to)?);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(format!("from {from} to {to}: the end must be later than the start"));
    }
    if entry.department.is_empty() && entry.cost_centre.is_empty() && entry.course.is_empty() {
        return Err("it names nobody; give department, cost_centre or course".to_owned());
    }
    let bearer = Bearer {
        kind: "direct",
        department: entry.department,
        cost_centre: entry.cost_centre,
        course: entry.course,
        rule: name.to_owned(),
    };
    Ok(Rule {
        bearer,
        names: entry.name.list(),
        classes: entry.class.list(),
        tags: entry.tag.list(),
        rooms: entry.room.list(),
        applications: entry.application.list(),
        file_ids: entry.file_id.list(),
        from,
        to,
    })
}

fn shared(entry: SharedEntry, name: &str) -> Result<SharedRule, String> {
    let by = match (entry.by.as_str(), entry.parts.is_empty()) {
        ("proportional", true) => SharedBy::Proportional,
        ("equal", true) => SharedBy::Equal,
        ("fixed", false) => {
            if let Some((centre, part)) = entry.parts.iter().find(|(_, part)| **part <= 0) {
                return Err(format!("parts.{centre} = {part}: parts are whole numbers above 0"));
            }
            SharedBy::Fixed(entry.parts.into_iter().collect())
        }
        ("fixed", true) => return Err("by = \"fixed\" needs parts: { \"4711\" = 60, \"4712\" = 40 }, by cost centre".to_owned()),
        ("proportional" | "equal", false) => return Err("parts are for by = \"fixed\" alone".to_owned()),
        (other, _) => return Err(format!("by = {other:?} is unknown; known: proportional equal fixed")),
    };
    Ok(SharedRule { name: name.to_owned(), meters: entry.meter.list(), by })
}
