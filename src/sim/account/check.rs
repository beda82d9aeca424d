//! What an account file must hold true, beyond its syntax.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{Account, Application, Billing, DayValues, Levels, Media};
use crate::model::area::{STORAGE_AREAS, TRAFFIC_AREAS};
use crate::sim::words;

/// The largest value of a level or day: sums of many stay within 64 bits.
const LARGEST: u64 = 10_000_000_000_000_000;

/// The first thing that is wrong, with its place.
pub(super) fn check(account: &Account) -> Result<(), String> {
    if account.credentials.is_empty() {
        return Err("no [[credential]]: one key pair at least must be able to sign".to_owned());
    }
    unique("credential", "secret_id", account.credentials.iter().map(|credential| &credential.secret_id))?;
    if account.applications.is_empty() {
        return Err("no [[application]]: one at least must answer".to_owned());
    }
    unique("application", "sub_app_id", account.applications.iter().map(|application| application.sub_app_id))?;
    let media = account.applications.iter().flat_map(|application| &application.media);
    unique("media", "file_id", media.map(|media| &media.file_id))?;
    for pack in &account.packs {
        known(&format!("pack {}: resource", pack.id), &pack.resource, &words::PACK_RESOURCES)?;
    }
    check_billing(&account.billing)?;
    unique("role", "name", account.roles.iter().map(|role| &role.name))?;
    for row in &account.billing.month {
        if !row.cost.parse::<Decimal>().is_ok_and(|cost| cost.abs() < Decimal::from(LARGEST)) {
            return Err(format!("billing.month {}: cost {:?} is not a decimal amount", row.month, row.cost));
        }
    }
    account.applications.iter().try_for_each(|application| {
        check_application(application).map_err(|error| format!("application {}: {error}", application.sub_app_id))
    })
}

fn check_application(application: &Application) -> Result<(), String> {
    if application.storage_regions.is_empty() {
        return Err("storage_regions is empty: name the default region at least".to_owned());
    }
    known("status", &application.status, &words::APPLICATION_STATUS)?;
    known("mode", &application.mode, &words::APPLICATION_MODES)?;
    known("events.mode", &application.events.mode, &words::EVENT_MODES)?;
    application
        .media
        .iter()
        .try_for_each(|media| check_media(media).map_err(|error| format!("media {}: {error}", media.file_id)))?;
    application.storage.iter().try_for_each(check_levels)?;
    for retrieval in &application.retrieval {
        known("retrieval: area", &retrieval.area, &STORAGE_AREAS)?;
        known("retrieval: type", &retrieval.kind, &words::STORAGE_EVENTS)?;
        check_values("retrieval: bytes", &retrieval.bytes)?;
    }
    for traffic in &application.traffic {
        known("traffic: area", &traffic.area, &TRAFFIC_AREAS)?;
        known("traffic: district", &traffic.district, &words::DISTRICTS)?;
        known("traffic: isp", &traffic.isp, &words::ISPS)?;
        check_values("traffic: bytes", &traffic.bytes)?;
        if !application.domains.iter().any(|domain| domain.name == traffic.domain) {
            return Err(format!("traffic: domain {:?} is not a [[application.domain]] of this application", traffic.domain));
        }
        if traffic.bytes_per_request == 0 {
            return Err("traffic: bytes_per_request must be above 0".to_owned());
        }
    }
    for process in &application.process {
        known("process: type", &process.kind, &words::PROCESS_TYPES)?;
        process.days.values().try_for_each(|done| check_size("process", done.count.max(done.usage)))?;
    }
    for daily in &application.daily {
        known("daily: measure", &daily.measure, &words::DAILY_MEASURES)?;
        check_values("daily: values", &daily.values)?;
    }
    for play in &application.play {
        check_values("play: plays", &play.plays)?;
        check_values("play: bytes", &play.bytes)?;
        has_media("play", application, &play.file_id)?;
        if !application.domains.iter().any(|domain| domain.name == play.domain) {
            return Err(format!("play: domain {:?} is not a [[application.domain]] of this application", play.domain));
        }
    }
    for task in &application.tasks {
        known("task: type", &task.kind, &words::TASK_TYPES)?;
        has_media("task", application, &task.file_id)?;
    }
    for aigc in &application.aigc {
        known("aigc: type", &aigc.kind, &words::AIGC_TYPES)?;
        aigc.days.values().try_for_each(|done| check_size("aigc", done.count.max(done.usage)))?;
    }
    Ok(())
}

fn has_media(what: &str, application: &Application, file_id: &str) -> Result<(), String> {
    match application.media.iter().any(|media| media.file_id == file_id) {
        true => Ok(()),
        false => Err(format!("{what}: file_id {file_id:?} is not a [[application.media]] of this application")),
    }
}

fn check_billing(billing: &Billing) -> Result<(), String> {
    unique("billing.line", "id", billing.lines.iter().map(|line| &line.id))?;
    for line in &billing.lines {
        known(&format!("billing.line {}: pay_mode", line.id), &line.pay_mode, &words::PAY_MODES)?;
        let amounts = line.components.iter().flat_map(|part| [&part.real_cost, &part.voucher, &part.incentive, &part.transfer]);
        if line.components.is_empty() || amounts.into_iter().any(|amount| amount.value().abs() >= Decimal::from(LARGEST)) {
            return Err(format!("billing.line {}: it has no component, or an amount of {LARGEST} or more", line.id));
        }
    }
    for row in &billing.adjustments {
        known(&format!("billing.adjustment {}: type", row.number), &row.kind, &words::ADJUST_TYPES)?;
    }
    for voucher in &billing.vouchers {
        known(&format!("billing.voucher {}: status", voucher.id), &voucher.status, &words::VOUCHER_STATUS)?;
    }
    Ok(())
}

fn check_values(what: &str, values: &DayValues) -> Result<(), String> {
    if let Some(stretch) = values.every_day.iter().find(|stretch| stretch.from >= stretch.to) {
        return Err(format!("{what}: the stretch from {} ends before it begins", stretch.from));
    }
    let all = values.every_day.iter().map(|stretch| stretch.value).chain(values.days.values().copied());
    check_size(what, all.max().unwrap_or(0))
}

fn check_size(what: &str, value: u64) -> Result<(), String> {
    if value <= LARGEST { Ok(()) } else { Err(format!("{what}: {value} is above {LARGEST}")) }
}

fn check_media(media: &Media) -> Result<(), String> {
    if media.file_id.is_empty() || !media.file_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("file_id must be a decimal number, as text".to_owned());
    }
    check_size("duration_ms, size or bitrate", media.duration_ms.max(media.size).max(media.bitrate))?;
    known("source", &media.source, &words::SOURCE_TYPES)?;
    known("status", &media.status, &words::MEDIA_STATUS)?;
    known("category", &media.category, &words::CATEGORIES)?;
    known("storage_class", &media.storage_class, &words::STORAGE_CLASSES)
}

fn check_levels(levels: &Levels) -> Result<(), String> {
    known("storage: area", &levels.area, &STORAGE_AREAS)?;
    known("storage: class", &levels.class, &words::STORAGE_TYPES)?;
    check_size("storage: bytes", levels.steps.iter().map(|step| step.bytes).max().unwrap_or(0))?;
    match levels.steps.windows(2).find(|pair| pair[0].at >= pair[1].at) {
        None => Ok(()),
        Some(pair) => Err(format!(
            "storage {} in {}: the step at {} does not come after the one before it",
            levels.class, levels.area, pair[1].at
        )),
    }
}

fn known(what: &str, given: &str, expected: &[&str]) -> Result<(), String> {
    if expected.contains(&given) { Ok(()) } else { Err(format!("{what}: {given:?} is none of {}", expected.join(", "))) }
}

fn unique<T: Ord + std::fmt::Display>(what: &str, key: &str, values: impl Iterator<Item = T>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for value in values {
        let text = value.to_string();
        if !seen.insert(value) {
            return Err(format!("two [[{what}]] have the {key} {text}"));
        }
    }
    Ok(())
}
