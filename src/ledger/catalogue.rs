//! What else the cloud tells of an account: domains, prepaid products, plays.

use std::ops::ControlFlow;

use super::connection::{Connection, Row, Value, collect, exact};
use super::rows::Shape;
use super::units::Unit;
use super::work::Committed;
use super::{Ledger, LedgerError, app_of, app_text};
use crate::model::{AccountId, BillingDay, FileId, Period, SubAppId};

use chrono::{DateTime, Utc};

impl Ledger {
    /// What was delivered of media by play statistics in a period of whole billing days: media, day and bytes.
    pub fn each_play(
        &self,
        account: &AccountId,
        days: Period,
        mut each: impl FnMut(&str, BillingDay, i64) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let sql = "SELECT file_id, usage_day, CAST(SUM(bytes) AS BIGINT) FROM play_stat
                   WHERE account = ?1 AND usage_day >= ?2 AND usage_day < ?3
                   GROUP BY file_id, usage_day ORDER BY file_id, usage_day";
        let day = |time| BillingDay::of(time).to_string().into();
        let parameters: [Value; 3] = [account.as_str().into(), day(days.start), day(days.end)];
        let mut result = Ok(());
        self.lock().stream(sql, &parameters, &mut |values| {
            let row = Row(values);
            let play = || Ok((row.text(0)?, row.parsed(1, "a billing day")?, row.integer(2)?));
            match play() {
                Ok((file_id, day, bytes)) => each(file_id, day, bytes),
                Err(error) => {
                    result = Err(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        result
    }
}

/// A domain that delivers media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// `VOD`, or `EdgeOne`: then VOD neither meters nor bills what it delivers.
    pub kind: String,
    /// `Online`, `Deploying`, `Locked`.
    pub status: String,
}

/// A resource of a prepaid product, as the cloud tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackState {
    /// The product instance.
    pub pack_id: String,
    /// `Storage`, `Traffic` (bytes); `Transcode`, `TESHD`, `Review`, `MediaProcess` … (seconds).
    pub resource: String,
    /// `ResourcePackage`, `StarterPackage`, `MiniProgramPlugin`.
    pub kind: String,
    /// What was bought.
    pub amount: u64,
    /// What is left of it.
    pub left: u64,
    /// First moment of validity.
    pub start: Option<DateTime<Utc>>,
    /// End of validity.
    pub expires: Option<DateTime<Utc>>,
    /// When it was last deducted from.
    pub last_consumed: Option<DateTime<Utc>>,
    /// `Effective`, `Isolated`.
    pub status: String,
    /// `FullRefund`, `Denied`.
    pub refund_status: String,
    /// `Never`, `Expire`, `ExpireOrUseOut`, `NotSupport`.
    pub renew_status: String,
}

/// How often a media was played on a day, and what that delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayStat {
    /// The media.
    pub file_id: FileId,
    /// The domain; empty where the file does not tell it.
    pub host: String,
    /// Different addresses.
    pub ip_count: Option<u64>,
    /// Delivered bytes.
    pub bytes: u64,
    /// Plays; those by a personal computer and by a mobile, and of these by iPhone and Android.
    pub plays: u64,
    /// By personal computers.
    pub pc_plays: Option<u64>,
    /// By mobiles.
    pub mobile_plays: Option<u64>,
    /// By iPhones.
    pub iphone_plays: Option<u64>,
    /// By Android mobiles.
    pub android_plays: Option<u64>,
}

const DOMAIN: Shape = Shape { table: "domain", keys: &["account", "sub_app_id", "name"], values: &["type", "status"] };

const PLAY: Shape = Shape {
    table: "play_stat",
    keys: &["account", "sub_app_id", "usage_day", "file_id", "host"],
    values: &["ip_count", "bytes", "plays", "pc_plays", "mobile_plays", "iphone_plays", "android_plays"],
};

/// Makes these the domains of a unit's application.
pub(super) fn replace_domains(
    connection: &mut dyn Connection,
    unit: &Unit,
    domains: &[Domain],
) -> Result<Committed, LedgerError> {
    let scope: [Value; 2] = [unit.account.as_str().into(), app_text(unit.sub_app_id).into()];
    let row = |domain: &Domain| {
        let [account, app] = scope.clone();
        vec![account, app, domain.name.as_str().into(), domain.kind.as_str().into(), domain.status.as_str().into()]
    };
    DOMAIN.replace(connection, &scope, domains.iter().map(row).collect())
}

/// Takes what is told of prepaid products on a day. One that is not told of any more stays as it was last known.
pub(super) fn remember_packs(
    connection: &mut dyn Connection,
    unit: &Unit,
    packs: &[PackState],
) -> Result<Committed, LedgerError> {
    let day = BillingDay::of(unit.window.start).to_string();
    let mut committed = Committed::default();
    for pack in packs {
        let amount = exact("amount of a pack", i128::from(pack.amount))?;
        let left = exact("rest of a pack", i128::from(pack.left))?;
        let key: [Value; 3] = [unit.account.as_str().into(), pack.pack_id.as_str().into(), pack.resource.as_str().into()];
        let mut row = key.to_vec();
        row.extend([
            pack.kind.as_str().into(),
            amount.into(),
            left.into(),
            pack.start.into(),
            pack.expires.into(),
            pack.last_consumed.into(),
            pack.status.as_str().into(),
            pack.refund_status.as_str().into(),
            pack.renew_status.as_str().into(),
        ]);
        // pack_day refers to the row, so it is changed in place.
        let known = "SELECT amount, left_quantity, status FROM pack WHERE account = ?1 AND pack_id = ?2 AND resource = ?3";
        let before = collect(connection, known, &key, |row| Ok(row.0.to_vec()))?;
        match before.first() {
            None => committed.new += 1,
            Some(before) if **before == [row[4].clone(), row[5].clone(), row[9].clone()] => committed.unchanged += 1,
            Some(_) => committed.restated += 1,
        }
        connection.execute(
            "INSERT INTO pack (account, pack_id, resource, type, amount, left_quantity, start_at, expires_at, last_consumed_at,
                               status, refund_status, renew_status)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (account, pack_id, resource) DO UPDATE
             SET type = excluded.type, amount = excluded.amount, left_quantity = excluded.left_quantity,
                 start_at = excluded.start_at, expires_at = excluded.expires_at, last_consumed_at = excluded.last_consumed_at,
                 status = excluded.status, refund_status = excluded.refund_status, renew_status = excluded.renew_status",
            &row,
        )?;
        let [account, pack_id, resource] = key;
        connection.execute(
            "INSERT INTO pack_day (account, pack_id, resource, usage_day, left_quantity) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account, pack_id, resource, usage_day) DO UPDATE SET left_quantity = excluded.left_quantity",
            &[account, pack_id, resource, day.as_str().into(), left.into()],
        )?;
    }
    Ok(committed)
}

/// Makes these the plays of a unit's application on the day of its window.
pub(super) fn replace_plays(connection: &mut dyn Connection, unit: &Unit, plays: &[PlayStat]) -> Result<Committed, LedgerError> {
    let day = BillingDay::of(unit.window.start).to_string();
    let scope: [Value; 3] = [unit.account.as_str().into(), app_text(unit.sub_app_id).into(), day.into()];
    let number = |value: u64| exact("a number of plays or bytes", i128::from(value));
    let maybe = |value: Option<u64>| value.map(number).transpose();
    let row = |play: &PlayStat| {
        let mut row = scope.to_vec();
        row.extend([play.file_id.as_str().into(), play.host.as_str().into()]);
        row.extend([
            maybe(play.ip_count)?.into(),
            number(play.bytes)?.into(),
            number(play.plays)?.into(),
            maybe(play.pc_plays)?.into(),
            maybe(play.mobile_plays)?.into(),
            maybe(play.iphone_plays)?.into(),
            maybe(play.android_plays)?.into(),
        ]);
        Ok(row)
    };
    let rows = plays.iter().map(row).collect::<Result<Vec<_>, LedgerError>>()?;
    PLAY.replace(connection, &scope, rows)
}

impl Ledger {
    /// The domains of an account, with their applications, by name.
    pub fn domains(&self, account: &AccountId) -> Result<Vec<(Option<SubAppId>, Domain)>, LedgerError> {
        let sql = "SELECT sub_app_id, name, type, status FROM domain WHERE account = ?1 ORDER BY name, sub_app_id";
        collect(self.lock().as_mut(), sql, &[account.as_str().into()], |row| {
            let text = |index| row.text(index).map(str::to_owned);
            Ok((app_of(row.text(0)?)?, Domain { name: text(1)?, kind: text(2)?, status: text(3)? }))
        })
    }
}
