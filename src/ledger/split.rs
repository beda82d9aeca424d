//! Charges split: over applications, media and those who bear them; and what stands beside charges: terms and packs by month.

use std::collections::BTreeSet;

use super::connection::{Connection, Value, exact, transaction};
use super::{Ledger, LedgerError, StoredMedia, app_text, charges, stored};
use crate::model::{AccountId, Amount, BillingDay, BillingMonth, Charge, Currency, Status, SubAppId};

/// Everything that is made when a month is charged.
pub const MONTH_TABLES: [&str; 8] =
    ["charge", "uncovered_day", "charge_term", "charge_application", "charge_media", "chargeback", "pack_month", "cost_bridge"];

pub const APPLICATION_KEY: &[&str] = &["account", "usage_month", "charge_id", "sub_app_id"];
pub const APPLICATION_SAID: &[&str] =
    &["usage_quantity", "pack_quantity", "pricing_quantity", "billed_cost", "effective_cost", "basis"];
pub const MEDIA_KEY: &[&str] = &["account", "usage_month", "file_id", "meter", "area", "spec", "currency"];
pub const MEDIA_SAID: &[&str] = &["billed_cost", "effective_cost", "status_rank", "basis"];
pub const CHARGEBACK_KEY: &[&str] = &[
    "account",
    "usage_month",
    "usage_day",
    "bill_month",
    "posting_period",
    "meter",
    "area",
    "spec",
    "currency",
    "kind",
    "department",
    "cost_centre",
    "course",
    "rule",
];
pub const CHARGEBACK_SAID: &[&str] = &["billed_cost", "effective_cost", "status_rank"];
pub const BRIDGE_KEY: &[&str] = &["account", "usage_month", "currency", "meter", "area", "spec", "effect"];
pub const PACK_KEY: &[&str] = &["account", "usage_month", "pack_id", "part"];
pub const PACK_SAID: &[&str] = &[
    "product",
    "unit",
    "from_day",
    "to_day",
    "bought_day",
    "price",
    "currency",
    "opening_quantity",
    "bought_quantity",
    "used_quantity",
    "expired_quantity",
    "refunded_quantity",
    "closing_quantity",
];

/// A part of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationPart {
    /// The charge.
    pub charge_id: String,
    /// Who pays it; `None` is nobody that is known.
    pub sub_app_id: Option<SubAppId>,
    /// Its part of what was used, what packs took and what was priced, in base units.
    pub quantities: [i128; 3],
    /// Its part of the cost.
    pub billed: Option<Amount>,
    /// The same of the effective cost.
    pub effective: Option<Amount>,
    /// By what it was split, in words.
    pub basis: String,
}

/// What one media pays of an item of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPart {
    /// The media; empty is none.
    pub file_id: String,
    /// The item: meter, area, specification.
    pub item: [String; 3],
    /// Its part of the cost.
    pub billed: Option<Amount>,
    /// The same of the effective cost.
    pub effective: Option<Amount>,
    /// The currency of both.
    pub currency: Currency,
    /// The least sure of the item's charges.
    pub status: Status,
    /// By what it was split, in words.
    pub basis: String,
}

/// A pack in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackPart {
    /// The pack.
    pub pack_id: String,
    /// Which part of it, from 1.
    pub part: i64,
    /// Its product, where known.
    pub product: String,
    /// The name of the unit of its quantities.
    pub unit: &'static str,
    /// The days that it covers.
    pub days: (Option<BillingDay>, Option<BillingDay>),
    /// The day of its purchase.
    pub bought: Option<BillingDay>,
    /// What was paid for it.
    pub price: Option<Amount>,
    /// The currency of that.
    pub currency: Currency,
    /// What was there at the beginning, came, was used, lapsed, was given back, and was there at the end, in base units.
    pub quantities: [i128; 6],
}

/// Who bears a cost, by a mapping of the user's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bearer {
    /// `direct`, `shared` or `unmapped`.
    pub kind: &'static str,
    /// The department.
    pub department: String,
    /// The cost centre.
    pub cost_centre: String,
    /// The course.
    pub course: String,
    /// Which rule of the mapping says so.
    pub rule: String,
}

/// What one of them bears of an item of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BornePart {
    /// Who.
    pub bearer: Bearer,
    /// The day of use, the month of the bill and the month in the books.
    pub dated: (BillingDay, BillingMonth, BillingMonth),
    /// The item: meter, area, specification.
    pub item: [String; 3],
    /// Its part of the cost.
    pub billed: Option<Amount>,
    /// The same of the effective cost.
    pub effective: Option<Amount>,
    /// The currency of both.
    pub currency: Currency,
    /// The least sure of the charges.
    pub status: Status,
}

/// What stands beside the charges of a month. What is left empty here becomes empty in the ledger.
#[derive(Clone, Debug, Default)]
pub struct MonthSplit {
    /// On what terms it was charged: names and values.
    pub terms: Vec<(&'static str, String)>,
    /// What applications pay.
    pub applications: Vec<ApplicationPart>,
    /// Packs.
    pub packs: Vec<PackPart>,
    /// Why this month, and the one after, cost more or less than the one before.
    pub bridges: Vec<(BillingMonth, Vec<BridgePart>)>,
}

/// A reason why an item cost more or less than in the month before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgePart {
    /// The item: meter, area, specification.
    pub item: [String; 3],
    /// The effect, in the words of the view.
    pub effect: &'static str,
    /// What it adds or takes away.
    pub amount: Amount,
}

/// Where the parts of media are written, one by one: there may be millions.
pub struct MediaParts<'c> {
    connection: &'c mut dyn Connection,
    account: &'c AccountId,
    month: BillingMonth,
    open: Vec<Vec<Value>>,
    borne: Vec<Vec<Value>>,
}

/// So many rows are written in one go.
const BATCH: usize = 5_000;

impl MediaParts<'_> {
    /// Adds a part.
    pub fn push(&mut self, part: &MediaPart) -> Result<(), LedgerError> {
        let [meter, area, spec] = &part.item;
        let mut row = key(self.account, self.month);
        row.extend([&part.file_id, meter, area, spec].map(|text| text.as_str().into()));
        row.push(part.currency.as_str().into());
        row.extend([units("a share", part.billed)?, units("a share", part.effective)?]);
        row.extend([i64::from(part.status as u8).into(), part.basis.as_str().into()]);
        self.open.push(row);
        if self.open.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// The media after an id, in the order of their ids; none after the last.
    pub fn media_after(&mut self, file_id: &str) -> Result<Vec<StoredMedia>, LedgerError> {
        stored::page(self.connection, self.account, file_id, BATCH as i64)
    }

    /// Adds who bears a part of an item.
    pub fn push_borne(&mut self, part: &BornePart) -> Result<(), LedgerError> {
        let ([meter, area, spec], bearer, (used, bill, posting)) = (&part.item, &part.bearer, &part.dated);
        let mut row = key(self.account, self.month);
        row.extend([used.to_string().into(), bill.to_string().into(), posting.to_string().into()]);
        row.extend([meter, area, spec].map(|text| text.as_str().into()));
        row.extend([part.currency.as_str().into(), bearer.kind.into()]);
        row.extend([&bearer.department, &bearer.cost_centre, &bearer.course, &bearer.rule].map(|text| text.as_str().into()));
        row.extend([units("a share", part.billed)?, units("a share", part.effective)?, i64::from(part.status as u8).into()]);
        self.borne.push(row);
        Ok(())
    }

    fn finish(mut self) -> Result<(), LedgerError> {
        self.flush()?;
        let columns = [CHARGEBACK_KEY, CHARGEBACK_SAID].concat();
        self.connection.insert("chargeback", &columns, &mut self.borne.into_iter())
    }

    fn flush(&mut self) -> Result<(), LedgerError> {
        let columns = [MEDIA_KEY, MEDIA_SAID].concat();
        self.connection.insert("charge_media", &columns, &mut self.open.drain(..))
    }
}

impl Ledger {
    /// Makes `charges` the charges of a month, and `split` what stands beside them, in one transaction. `media` writes what media pay.
    /// See [`Ledger::replace_charges`].
    pub fn replace_month<E: From<LedgerError>>(
        &self,
        account: &AccountId,
        month: BillingMonth,
        charges: (&[Charge], &BTreeSet<BillingDay>),
        split: &MonthSplit,
        media: impl FnOnce(&mut MediaParts<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut failed = None;
        let done = transaction(self.lock().as_mut(), |connection| {
            charges::replace(connection, account, month, charges.0, charges.1)?;
            for table in ["charge_term", "charge_application", "charge_media", "chargeback", "pack_month"] {
                let sql = format!("DELETE FROM {table} WHERE account = ?1 AND usage_month = ?2");
                connection.execute(&sql, &key(account, month))?;
            }
            write(connection, account, month, split)?;
            let mut parts = MediaParts { connection, account, month, open: Vec::new(), borne: Vec::new() };
            if let Err(error) = media(&mut parts) {
                failed = Some(error);
                // Undoes the transaction; the error itself is kept beside.
                return Err(LedgerError::Query("a share could not be made".to_owned()));
            }
            parts.finish()
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(done?),
        }
    }

    /// Remembers which recordings media are segments of; what was remembered of the account before is forgotten.
    pub fn replace_recordings(
        &self,
        account: &AccountId,
        segments: &mut dyn Iterator<Item = RecordingSegment>,
    ) -> Result<(), LedgerError> {
        let columns = ["account", "file_id", "recording_id", "name", "segment", "start_at"];
        let mut rows = segments.map(|segment| {
            vec![
                account.as_str().into(),
                segment.file_id.into(),
                segment.recording_id.into(),
                segment.name.into(),
                segment.number.into(),
                segment.start_at.into(),
            ]
        });
        transaction(self.lock().as_mut(), |connection| {
            connection.execute("DELETE FROM media_recording WHERE account = ?1", &[account.as_str().into()])?;
            connection.insert("media_recording", &columns, &mut rows)
        })
    }
}

/// A media as a segment of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingSegment {
    /// The media.
    pub file_id: String,
    /// The first segment of the recording.
    pub recording_id: String,
    /// The name of the recording.
    pub name: String,
    /// Which segment it is, from 1.
    pub number: i64,
    /// When its content begins, in seconds.
    pub start_at: Option<i64>,
}

fn key(account: &AccountId, month: BillingMonth) -> Vec<Value> {
    vec![account.as_str().into(), month.to_string().into()]
}

fn units(what: &'static str, amount: Option<Amount>) -> Result<Value, LedgerError> {
    Ok(amount.map(|amount| exact(what, amount.units)).transpose()?.into())
}

fn day(day: Option<BillingDay>) -> Value {
    day.map(|day| day.to_string()).into()
}

fn write(
    connection: &mut dyn Connection,
    account: &AccountId,
    month: BillingMonth,
    split: &MonthSplit,
) -> Result<(), LedgerError> {
    let row = |rest: Vec<Value>| key(account, month).into_iter().chain(rest).collect::<Vec<Value>>();
    let mut terms = split.terms.iter().map(|(name, value)| row(vec![(*name).into(), value.as_str().into()]));
    connection.insert("charge_term", &["account", "usage_month", "name", "value"], &mut terms)?;
    let mut rows = Vec::with_capacity(split.applications.len());
    for part in &split.applications {
        let mut rest = vec![part.charge_id.as_str().into(), app_text(part.sub_app_id).into()];
        for quantity in part.quantities {
            rest.push(exact("a part of usage", quantity)?.into());
        }
        rest.extend([units("a share", part.billed)?, units("a share", part.effective)?, part.basis.as_str().into()]);
        rows.push(row(rest));
    }
    connection.insert("charge_application", &[APPLICATION_KEY, APPLICATION_SAID].concat(), &mut rows.into_iter())?;
    for (month, parts) in &split.bridges {
        connection.execute("DELETE FROM cost_bridge WHERE account = ?1 AND usage_month = ?2", &key(account, *month))?;
        let mut rows = Vec::with_capacity(parts.len());
        for part in parts {
            let [meter, area, spec] = &part.item;
            let mut row = key(account, *month);
            row.push(part.amount.currency.as_str().into());
            row.extend([meter, area, spec].map(|text| text.as_str().into()));
            row.extend([part.effect.into(), exact("an effect", part.amount.units)?.into()]);
            rows.push(row);
        }
        connection.insert("cost_bridge", &[BRIDGE_KEY, &["amount"]].concat(), &mut rows.into_iter())?;
    }
    let mut rows = Vec::with_capacity(split.packs.len());
    for part in &split.packs {
        let mut rest = vec![part.pack_id.as_str().into(), part.part.into(), part.product.as_str().into(), part.unit.into()];
        rest.extend([day(part.days.0), day(part.days.1), day(part.bought)]);
        rest.extend([units("a pack's price", part.price)?, part.currency.as_str().into()]);
        for quantity in part.quantities {
            rest.push(exact("a pack's quantity", quantity)?.into());
        }
        rows.push(row(rest));
    }
    connection.insert("pack_month", &[PACK_KEY, PACK_SAID].concat(), &mut rows.into_iter())
}
