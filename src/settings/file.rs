//! The configuration file: from TOML to settings.

use std::borrow::Cow;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use toml::Spanned;
use toml::de::DeValue;

use super::account::{
    Account, Applications, CredentialFrom, CredentialSource, Endpoints, Mode, ModeFrom, Playback, RoleToAssume, Settlement, Site,
};
use super::endpoint;
use super::protect::{protect, texts};
use super::reader::{self, Source};
use super::{Collect, LANGUAGES, Logs, Report, Settings, SettingsError};
use crate::input::document::Document;
use crate::input::id;
use crate::input::keys::{Found, Keys, integer};
use crate::model::address::{Address, LedgerPlace};
use crate::model::{BillingDay, SecretRef, SubAppId};

/// The longest time a playback URL may be asked to work: 10 years.
const LONGEST_EXPIRY: u64 = 10 * 366 * 86_400;

/// Reads the text of a file: everything that is wrong in it is told.
pub fn parse(source: &Source<'_>) -> Result<Settings, SettingsError> {
    let document = Document::dotted(&source.name, source.text, reader::secret);
    let table = document.parse()?;
    let top = Keys::top(&document, &table);
    let mut settings = Settings {
        ledger: top.written("ledger").map(|url| ledger(source, url.value)),
        lang: top.word("lang", LANGUAGES),
        accounts: accounts(&top, source),
        ..Settings::default()
    };
    if let Some(table) = top.table("collect") {
        settings.collect = collect(&table);
    }
    if let Some(table) = top.table("logs") {
        settings.logs = logs(&table, source);
    }
    if let Some(table) = top.table("protect") {
        settings.protect = protect(&table, source);
    }
    if let Some(table) = top.table("report") {
        settings.report = report(&table, source);
    }
    if let Some(table) = top.table("prices") {
        settings.prices_dir = source.path_at(&table, "dir");
        table.finish();
    }
    top.finish();
    Ok(document.into_result(settings)?)
}

/// A ledger's address as written: a path is meant from the folder of the file. What is no address of a ledger is told when the ledger
/// is needed, and must not pass for a path until then.
fn ledger(source: &Source<'_>, written: &str) -> Address {
    let written = Address::new(written.trim());
    let Some(LedgerPlace::File(path)) = written.ledger() else { return written };
    let scheme = if path.len() == written.expose().len() { "" } else { "sqlite:" };
    Address::new(format!("{scheme}{}", source.path(path).display()))
}

fn collect(table: &Keys<'_>) -> Collect {
    let concurrency = table.number("concurrency", 1, 64);
    let media_per_call = table.number("media_per_call", 1, 5000);
    let process_all_at_once = table.optional_flag("process_all_at_once");
    table.finish();
    let default = Collect::default();
    Collect {
        concurrency: concurrency.and_then(|number| usize::try_from(number).ok()).unwrap_or(default.concurrency),
        media_per_call: media_per_call.unwrap_or(default.media_per_call),
        process_all_at_once: process_all_at_once.unwrap_or(default.process_all_at_once),
    }
}

fn logs(table: &Keys<'_>, source: &Source<'_>) -> Logs {
    let logs = Logs {
        sync: table.flag("sync"),
        domains: texts(table, "domains"),
        folder: source.path_at(table, "folder"),
        most_bytes: table.number("most_bytes", 1, i64::MAX.unsigned_abs()),
        overhead: overhead(table),
        broken_permille: table.number("broken_permille", 0, 1000),
    };
    table.finish();
    logs
}

fn report(table: &Keys<'_>, source: &Source<'_>) -> Report {
    let month = table.number("fiscal_year_starts", 1, 12);
    let report = Report {
        dir: source.path_at(table, "dir"),
        mapping: source.path_at(table, "mapping"),
        seconds: table.number("seconds", 1, 86_400),
        fiscal_year_starts: month.and_then(|month| u32::try_from(month).ok()),
        fiscal_year_ends_it: table.word("fiscal_year_named_by", &[("start", false), ("end", true)]).unwrap_or_default(),
    };
    table.finish();
    report
}

/// `"1.10"` in parts of ten thousand.
fn overhead(table: &Keys<'_>) -> Option<u32> {
    let Found { value, at } = table.written("overhead")?;
    let number: Option<Decimal> = value.parse().ok();
    let parts =
        number.filter(|number| (Decimal::ONE..=Decimal::TEN).contains(number)).map(|number| number * Decimal::from(10_000));
    let parts = parts.filter(Decimal::is_integer).and_then(|parts| parts.to_u32());
    if parts.is_none() {
        table.note(at, "logs.overhead must be a number in quotes from 1 to 10 with at most four decimals, such as \"1.10\"");
    }
    parts
}

fn accounts(top: &Keys<'_>, source: &Source<'_>) -> Vec<Account> {
    let mut accounts: Vec<Account> = Vec::new();
    for table in top.tables("account") {
        let Some(account) = account(&table, source) else { continue };
        if accounts.iter().any(|other| other.name == account.name) {
            top.note(table.at, format!("two accounts are named {:?}; give each its own name", account.name));
        }
        accounts.push(account);
    }
    accounts
}

/// An account; `None` where it has no usable name, after everything else was looked at.
fn account(table: &Keys<'_>, source: &Source<'_>) -> Option<Account> {
    let name = name(table);
    let site = table.word("site", Site::WORDS).unwrap_or_default();
    let mut account = Account::new(name.clone().unwrap_or_default(), site);
    account.uin = uin(table);
    if let Some(Found { value, at }) = table.written("currency") {
        match value.parse() {
            Ok(currency) => account.currency = currency,
            Err(error) => table.note(at, format!("account.currency: {error}")),
        }
    }
    if let Some(applications) = applications(table) {
        account.applications = applications;
    }
    account.contract = source.path_at(table, "contract");
    account.bill = source.path_at(table, "bill");
    if let Some(book) = table.written("price_book") {
        account.price_book = price_book(source, book.value);
    }
    if let Some(allowed) = table.optional_flag("legacy_api") {
        account.legacy_api = allowed;
    }
    account.modes = modes(table, source);
    if let Some(credential) = table.table("credential") {
        account.credential = self::credential(&credential, source);
    }
    if let Some(endpoint) = table.table("endpoint") {
        account.endpoint = endpoints(&endpoint, source);
    }
    account.playback = table.tables("playback").iter().filter_map(|table| playback(table, source)).collect();
    if let Some(switches) = table.table("switches") {
        for (name, value) in switches.entries() {
            account.switches.extend(switch(&switches, name, &value).map(|value| (name.to_owned(), value)));
        }
    }
    table.finish();
    name.map(|_| account)
}

fn name(table: &Keys<'_>) -> Option<String> {
    let Some(Found { value, at }) = table.written("name") else {
        if !table.has("name") {
            table.note(table.at, "this account has no name; add `name = \"…\"` below [[account]]");
        }
        return None;
    };
    if value.trim().is_empty() || value != value.trim() || value.contains(',') {
        table.note(at, "account.name must be a text without commas and without spaces at its ends");
        return None;
    }
    Some(value.to_owned())
}

/// The account number: digits, as text or as a number.
fn uin(table: &Keys<'_>) -> Option<String> {
    let Found { value, at } = table.any("uin")?;
    let written = match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        _ => String::new(),
    };
    let digits = id::read_digits(&written).map(Cow::into_owned).unwrap_or_default();
    if digits.is_empty() {
        table.note(at, "account.uin must be the account number, such as \"100000000001\"");
        return None;
    }
    Some(digits)
}

fn applications(table: &Keys<'_>) -> Option<Applications> {
    let Found { value, at } = table.any("applications")?;
    let wrong = |at| table.note(at, "account.applications must be \"all\" or a list of SubAppIds such as [1500000001]");
    match value {
        DeValue::String(text) if text == "all" => Some(Applications::All),
        DeValue::Array(items) if !items.is_empty() => {
            let id = |item: &Spanned<DeValue<'_>>| {
                let id = match item.get_ref() {
                    DeValue::Integer(digits) => integer(digits).map(SubAppId),
                    DeValue::String(text) => id::read_digits(text).ok().and_then(|digits| digits.parse().ok()),
                    _ => None,
                };
                if id.is_none() {
                    wrong(item.span().start);
                }
                id
            };
            Some(Applications::Listed(items.iter().filter_map(id).collect()))
        }
        _ => {
            wrong(at);
            None
        }
    }
}

/// An id stays as it is; a file (`.toml`, or with a folder in front) is meant from the folder of the configuration.
fn price_book(source: &Source<'_>, written: &str) -> String {
    let is_file = written.ends_with(".toml") || written.contains(['/', '\\']);
    if is_file { source.path(written).display().to_string() } else { written.to_owned() }
}

fn modes(account: &Keys<'_>, source: &Source<'_>) -> Vec<ModeFrom> {
    let mut modes: Vec<ModeFrom> = Vec::new();
    for table in account.tables("mode") {
        let from = day(&table);
        let mode = table.word("mode", Mode::WORDS).unwrap_or_default();
        let settlement = table.word("settlement", Settlement::WORDS).unwrap_or_default();
        let packs = source.path_at(&table, "packs");
        table.finish();
        let Some(from) = from else { continue };
        if modes.last().is_some_and(|last| last.from >= from) {
            account.note(table.at, "the entries of [[account.mode]] must be in the order of `from`, oldest first, one a day");
        }
        modes.push(ModeFrom { from, mode, settlement, packs });
    }
    modes
}

fn day(table: &Keys<'_>) -> Option<BillingDay> {
    let day = table.any("from");
    let at = day.as_ref().map_or(table.at, |day| day.at);
    let text = match day.map(|day| day.value) {
        Some(DeValue::Datetime(date)) => date.to_string(),
        Some(DeValue::String(text)) => text.to_string(),
        _ => String::new(),
    };
    let day = text.parse().ok();
    if day.is_none() {
        table.note(at, "account.mode.from must be the first day of the mode, such as 2024-01-01");
    }
    day
}

fn credential(table: &Keys<'_>, source: &Source<'_>) -> CredentialSource {
    let text = |key| table.written(key).map(|text| text.value.to_owned());
    let is_given = |key: &str| table.has(&format!("{key}_env")) | table.has(&format!("{key}_file"));
    let given = (is_given("secret_id"), is_given("secret_key"));
    match given {
        (true, false) => table.note(table.at, missing("secret_id", "secret_key")),
        (false, true) => table.note(table.at, missing("secret_key", "secret_id")),
        _ => {}
    }
    let secret_id = secret(table, source, "secret_id_env", "secret_id_file");
    let secret_key = secret(table, source, "secret_key_env", "secret_key_file");
    let found = CredentialSource {
        from: table.word("from", CredentialFrom::WORDS).unwrap_or_default(),
        token: secret(table, source, "token_env", "token_file"),
        tccli_profile: text("tccli_profile"),
        file: source.path_at(table, "file"),
        section: text("section"),
        role: role(table),
        keys: secret_id.zip(secret_key),
    };
    if found.from == CredentialFrom::Profile && given == (false, false) {
        let message = "from = \"profile\" needs secret_id_env or secret_id_file, and secret_key_env or secret_key_file";
        table.note(table.at, message);
    }
    table.finish();
    found
}

fn role(table: &Keys<'_>) -> Option<RoleToAssume> {
    let text = |key| table.written(key).map(|text| text.value.to_owned());
    let seconds = table.number("role_seconds", 900, 43_200);
    let (session, external_id) = (text("role_session"), text("role_external_id"));
    let Some(arn) = table.written("role_arn") else {
        if session.is_some() || external_id.is_some() || seconds.is_some() {
            table.note(table.at, "[account.credential] says how to take on a role, not which; add role_arn");
        }
        return None;
    };
    if !arn.value.starts_with("qcs::cam::") {
        table.note(
            arn.at,
            "account.credential.role_arn must be a role, such as \"qcs::cam::uin/100000000001:roleName/collector\"",
        );
    }
    let seconds = seconds.and_then(|seconds| u32::try_from(seconds).ok());
    Some(RoleToAssume { arn: arn.value.to_owned(), session, external_id, seconds })
}

fn missing(given: &str, missing: &str) -> String {
    format!(
        "[account.credential] says where the {given} is kept, not where the {missing} is; add {missing}_env or {missing}_file"
    )
}

/// Where a secret is kept, by one of two keys.
fn secret(table: &Keys<'_>, source: &Source<'_>, variable: &str, file: &str) -> Option<SecretRef> {
    match (table.written(variable), source.path_at(table, file)) {
        (Some(name), Some(_)) => {
            table.note(name.at, format!("{variable} and {file} are both given; keep one"));
            None
        }
        (Some(name), None) if !is_variable_name(name.value) => {
            let key = table.name(variable);
            table.note(name.at, format!("{key} must be the name of an environment variable, not the secret itself"));
            None
        }
        (Some(name), None) => Some(SecretRef::Variable(name.value.to_owned())),
        (None, Some(path)) => Some(SecretRef::File(path)),
        (None, None) => None,
    }
}

/// Whether a text names a variable. Long ones without an underscore look like a key pasted by mistake.
fn is_variable_name(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain
        && !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && (text.len() < 30 || text.contains('_'))
}

fn endpoints(table: &Keys<'_>, source: &Source<'_>) -> Endpoints {
    let allow_http = table.flag("allow_http");
    let url = |key| {
        let Found { value, at } = table.written(key)?;
        endpoint::parse(value, allow_http).map_err(|error| table.note(at, format!("{}: {error}", table.name(key)))).ok()
    };
    let endpoints = Endpoints {
        vod: url("vod"),
        legacy: url("legacy"),
        billing: url("billing"),
        sts: url("sts"),
        metadata: url("metadata"),
        allow_http,
        ca_file: source.path_at(table, "ca_file"),
    };
    table.finish();
    endpoints
}

fn playback(table: &Keys<'_>, source: &Source<'_>) -> Option<Playback> {
    let key = secret(table, source, "key_env", "key_file");
    let https = table.word("scheme", &[("https", true), ("http", false)]).unwrap_or(true);
    let expires = table.number("expires", 1, LONGEST_EXPIRY);
    let domain = table.written("domain");
    if !table.has("domain") {
        table.note(table.at, "this playback entry has no domain; add `domain = \"…\"` below [[account.playback]]");
    }
    table.finish();
    let Found { value, at } = domain?;
    let domain = value.to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    if domain.is_empty() || !domain.bytes().all(plain) {
        table.note(at, "account.playback.domain must be a host name without scheme and path, such as \"vod.example.com\"");
    }
    Some(Playback { domain, key, https, expires })
}

/// Switches travel as text; the billing engine knows their values.
fn switch(table: &Keys<'_>, name: &str, value: &Found<&DeValue<'_>>) -> Option<String> {
    match value.value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(digits) if digits.radix() == 10 => Some(digits.as_str().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        _ => {
            table.note(value.at, format!("{} must be a text, a whole number, true or false", table.name(name)));
            None
        }
    }
}
