//! The metadata document: what the columns are, which data sets there are, and how far each day can be relied on.
//!
//! The last is the standard's own place for what the ledger knows as assumed, estimated, partial and final.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::columns::{Column, Kind, Level};
use super::number::DECIMALS;
use super::rows::Seen;
use super::{DataSet, Version, time};
use crate::model::{BillingDay, Status};
use crate::report::parquet::WIDE_DIGITS;

/// When the columns last changed. Raise it with every change of a column.
const COLUMNS_SINCE: &str = "2026-11-23T00:00:00Z";

/// A data set in the document.
pub struct Described {
    pub(super) data_set: DataSet,
    pub(super) columns: Vec<(&'static str, Kind, Level, bool)>,
    pub(super) rows: u64,
}

impl Described {
    /// Describes a data set by its columns.
    pub fn new<R>(data_set: DataSet, columns: &[Column<R>], rows: u64) -> Self {
        let columns = columns.iter().map(|column| (column.name, column.kind, column.level, column.nulls)).collect();
        Self { data_set, columns, rows }
    }
}

/// What the document is made of.
pub struct About<'a> {
    pub(super) version: Version,
    /// The name under which the data sets are kept: of what they are instances.
    pub(super) stem: &'a str,
    pub(super) described: &'a [Described],
    /// Stretches of days and whether all in them is final.
    pub(super) sectors: &'a [Sector],
    pub(super) seen: &'a Seen,
    pub(super) notes: &'a [String],
    pub(super) now: i64,
    pub(super) mark: Option<&'a str>,
}

/// A stretch of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sector {
    /// The first day.
    pub from: BillingDay,
    /// The first day after.
    pub to: BillingDay,
    /// Whether everything of it is final.
    pub complete: bool,
}

/// The days of the data as stretches of equal completeness: a day is complete when all of it is final and nothing is missing.
pub fn sectors(seen: &Seen, missing: impl Fn(BillingDay) -> bool, asked: &[BillingDay]) -> Vec<Sector> {
    let mut sectors: Vec<Sector> = Vec::new();
    let mut days: Vec<BillingDay> = asked.iter().chain(seen.days.keys()).copied().collect();
    days.sort();
    days.dedup();
    for day in days {
        let complete = seen.days.get(&day) == Some(&Status::Final) && !missing(day);
        match sectors.last_mut().filter(|last| last.to == day && last.complete == complete) {
            Some(last) => last.to = day.next(),
            None => sectors.push(Sector { from: day, to: day.next(), complete }),
        }
    }
    sectors
}

/// The document.
pub fn document(about: &About<'_>) -> Value {
    let mut root = Map::new();
    root.insert("DataGenerator".to_owned(), json!({ "DataGenerator": "vodledger" }));
    let instances: Vec<Value> = about.described.iter().map(|described| instance(about, described)).collect();
    root.insert("DatasetInstance".to_owned(), Value::Array(instances));
    root.insert("Recency".to_owned(), about.described.iter().map(|described| recency(about, described)).collect());
    root.insert("Schema".to_owned(), about.described.iter().map(|described| schema(about, described)).collect());
    let left_out: Vec<Value> = about.seen.left_out.iter().map(|(why, rows)| json!({ "x_Why": why, "x_Rows": rows })).collect();
    root.insert("x_LeftOut".to_owned(), Value::Array(left_out));
    root.insert("x_Notes".to_owned(), json!(about.notes));
    if let Some(mark) = about.mark {
        root.insert("x_Mark".to_owned(), json!(mark));
    }
    Value::Object(root)
}

fn instance(about: &About<'_>, described: &Described) -> Value {
    json!({
        "DatasetInstanceId": instance_id(about, described),
        "DatasetInstanceName": format!("{} of Tencent Cloud Video on Demand, {}", described.data_set.title(), about.stem),
        "FocusDatasetId": described.data_set.id(),
    })
}

fn recency(about: &About<'_>, described: &Described) -> Value {
    let now = time::text(about.now);
    let mut recency = Map::new();
    recency.insert("DatasetInstanceId".to_owned(), json!(instance_id(about, described)));
    recency.insert("DatasetInstanceLastUpdated".to_owned(), json!(now));
    recency.insert("RecencyLastUpdated".to_owned(), json!(now));
    if described.data_set == DataSet::CostAndUsage {
        let sector = |sector: &Sector| {
            json!({
                "TimeSectorStart": time::text(sector.from.start().timestamp()),
                "TimeSectorEnd": time::text(sector.to.start().timestamp()),
                "TimeSectorComplete": sector.complete,
                "TimeSectorLastUpdated": now,
            })
        };
        recency.insert("TimeSectors".to_owned(), about.sectors.iter().map(sector).collect());
    } else {
        // Periods are open and packs go on: what is not a series of times is complete when all days are.
        let complete = about.sectors.iter().all(|sector| sector.complete);
        recency.insert("DatasetInstanceComplete".to_owned(), json!(complete));
    }
    Value::Object(recency)
}

fn schema(about: &About<'_>, described: &Described) -> Value {
    let columns: Vec<Value> = described.columns.iter().map(definition).collect();
    let names: String = columns.iter().map(ToString::to_string).collect();
    let mut schema = json!({
        "SchemaId": guid(&[about.version.as_str(), described.data_set.id(), &names]),
        "FocusVersion": about.version.as_str(),
        "CreationDate": COLUMNS_SINCE,
        "DataGeneratorVersion": env!("CARGO_PKG_VERSION"),
        "ColumnDefinition": columns,
        "x_Rows": described.rows,
    });
    if about.version == Version::V1_4 {
        schema["DatasetInstanceId"] = json!(instance_id(about, described));
    }
    schema
}

fn definition((name, kind, _, _): &(&'static str, Kind, Level, bool)) -> Value {
    match kind {
        Kind::Decimal | Kind::Price => {
            json!({ "ColumnName": name, "DataType": "DECIMAL", "NumericPrecision": WIDE_DIGITS, "NumberScale": DECIMALS })
        }
        Kind::Time => json!({ "ColumnName": name, "DataType": "DATETIME" }),
        Kind::KeyValue | Kind::Json => json!({ "ColumnName": name, "DataType": "JSON", "StringEncoding": "UTF-8" }),
        Kind::Text | Kind::OneOf(_) | Kind::Currency | Kind::Unit => {
            json!({ "ColumnName": name, "DataType": "STRING", "StringEncoding": "UTF-8" })
        }
    }
}

/// The same data set of the same account and period is the same instance, whenever it is written.
fn instance_id(about: &About<'_>, described: &Described) -> String {
    guid(&[about.version.as_str(), described.data_set.id(), about.stem])
}

/// An id in the form of a GUID (version 8: made of a digest), so that the same parts always have the same one.
fn guid(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let mut bytes: [u8; 16] = [0; 16];
    bytes.iter_mut().zip(digest.finalize()).for_each(|(byte, from)| *byte = from);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex::encode(bytes);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}
