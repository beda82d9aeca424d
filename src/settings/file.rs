//! The configuration file: from TOML to settings.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::account::{
    Account, Applications, CredentialFrom, CredentialSource, Endpoints, Mode, ModeFrom, Playback, RoleToAssume, Settlement, Site,
};
use super::endpoint;
use super::protect::protect;
use super::reader::{Reader, Source, Value, integer};
use super::{Collect, LANGUAGES, Logs, Report, Settings, SettingsError};
use crate::model::address::{Address, LedgerPlace};
use crate::model::{BillingDay, SecretRef, SubAppId};

/// The longest time a playback URL may be asked to work: 10 years.
const LONGEST_EXPIRY: u64 = 10 * 366 * 86_400;

/// Reads the text of a file.
pub fn parse(source: &Source<'_>) -> Result<Settings, SettingsError> {
    // The parser's message is taken without the line it quotes: that may hold a secret.
    let table: Spanned<DeTable<'_>> = DeTable::parse(source.text)
        .map_err(|error| source.error(error.span().map_or(0, |span| span.start), format!("this is no TOML: {}", what(&error))))?;
    let top = Reader::top(source, &table);
    let mut settings = Settings {
        ledger: top.text("ledger")?.map(|url| ledger(source, url.value)),
        lang: top.choice("lang", LANGUAGES)?,
        accounts: accounts(&top)?,
        ..Settings::default()
    };
    if let Some(table) = top.table("collect")? {
        settings.collect = collect(table)?;
    }
    if let Some(table) = top.table("logs")? {
        settings.logs = logs(table)?;
    }
    if let Some(table) = top.table("protect")? {
        settings.protect = protect(table)?;
    }
    if let Some(table) = top.table("report")? {
        settings.report = report(table)?;
    }
    if let Some(table) = top.table("prices")? {
        settings.prices_dir = table.path("dir")?;
        table.finish()?;
    }
    top.finish()?;
    Ok(settings)
}

/// The first line of the parser's message.
fn what(error: &toml::de::Error) -> &str {
    error.message().lines().next().unwrap_or("it cannot be read")
}

/// A ledger's address as written: a path is meant from the folder of the file. What is no address of a ledger is told when the ledger
/// is needed, and must not pass for a path until then.
fn ledger(source: &Source<'_>, written: &str) -> Address {
    let written = Address::new(written.trim());
    let Some(LedgerPlace::File(path)) = written.ledger() else { return written };
    let scheme = if path.len() == written.expose().len() { "" } else { "sqlite:" };
    Address::new(format!("{scheme}{}", source.path(path).display()))
}

fn collect(table: Reader<'_>) -> Result<Collect, SettingsError> {
    let concurrency = table.number("concurrency", 1, 64)?;
    let media_per_call = table.number("media_per_call", 1, 5000)?;
    let process_all_at_once = table.flag("process_all_at_once")?;
    table.finish()?;
    let default = Collect::default();
    Ok(Collect {
        concurrency: concurrency.and_then(|number| usize::try_from(number).ok()).unwrap_or(default.concurrency),
        media_per_call: media_per_call.unwrap_or(default.media_per_call),
        process_all_at_once: process_all_at_once.unwrap_or(default.process_all_at_once),
    })
}

fn logs(table: Reader<'_>) -> Result<Logs, SettingsError> {
    let logs = Logs {
        sync: table.flag("sync")?.unwrap_or_default(),
        domains: table.texts("domains")?,
        folder: table.path("folder")?,
        most_bytes: table.number("most_bytes", 1, i64::MAX.unsigned_abs())?,
        overhead: overhead(&table)?,
        broken_permille: table.number("broken_permille", 0, 1000)?,
    };
    table.finish()?;
    Ok(logs)
}

fn report(table: Reader<'_>) -> Result<Report, SettingsError> {
    let month = table.number("fiscal_year_starts", 1, 12)?;
    let report = Report {
        dir: table.path("dir")?,
        mapping: table.path("mapping")?,
        seconds: table.number("seconds", 1, 86_400)?,
        fiscal_year_starts: month.and_then(|month| u32::try_from(month).ok()),
        fiscal_year_ends_it: table.choice("fiscal_year_named_by", &[("start", false), ("end", true)])?.unwrap_or_default(),
    };
    table.finish()?;
    Ok(report)
}

/// `"1.10"` in parts of ten thousand.
fn overhead(table: &Reader<'_>) -> Result<Option<u32>, SettingsError> {
    let Some(Value { value, at }) = table.text("overhead")? else { return Ok(None) };
    let number: Option<Decimal> = value.parse().ok();
    let parts =
        number.filter(|number| (Decimal::ONE..=Decimal::TEN).contains(number)).map(|number| number * Decimal::from(10_000));
    match parts.filter(Decimal::is_integer).and_then(|parts| parts.to_u32()) {
        Some(parts) => Ok(Some(parts)),
        None => {
            Err(table
                .error(at, "logs.overhead must be a number in quotes from 1 to 10 with at most four decimals, such as \"1.10\""))
        }
    }
}

fn accounts(top: &Reader<'_>) -> Result<Vec<Account>, SettingsError> {
    let mut accounts: Vec<Account> = Vec::new();
    for table in top.tables("account")? {
        let at = table.at;
        let account = account(table)?;
        if accounts.iter().any(|other| other.name == account.name) {
            return Err(top.error(at, format!("two accounts are named {:?}; give each its own name", account.name)));
        }
        accounts.push(account);
    }
    Ok(accounts)
}

fn account(table: Reader<'_>) -> Result<Account, SettingsError> {
    let site = table.choice("site", Site::WORDS)?.unwrap_or_default();
    let mut account = Account::new(name(&table)?, site);
    account.uin = uin(&table)?;
    if let Some(Value { value, at }) = table.text("currency")? {
        account.currency = value.parse().map_err(|error| table.error(at, format!("account.currency: {error}")))?;
    }
    if let Some(applications) = applications(&table)? {
        account.applications = applications;
    }
    account.contract = table.path("contract")?;
    account.bill = table.path("bill")?;
    if let Some(book) = table.text("price_book")? {
        account.price_book = price_book(table.source(), book.value);
    }
    if let Some(allowed) = table.flag("legacy_api")? {
        account.legacy_api = allowed;
    }
    account.modes = modes(&table)?;
    if let Some(credential) = table.table("credential")? {
        account.credential = self::credential(credential)?;
    }
    if let Some(endpoint) = table.table("endpoint")? {
        account.endpoint = endpoints(endpoint)?;
    }
    account.playback = table.tables("playback")?.into_iter().map(playback).collect::<Result<_, _>>()?;
    if let Some(switches) = table.table("switches")? {
        for (name, value) in switches.entries() {
            account.switches.insert(name.to_owned(), switch(&switches, name, &value)?);
        }
    }
    table.finish()?;
    Ok(account)
}

fn name(table: &Reader<'_>) -> Result<String, SettingsError> {
    match table.text("name")? {
        Some(Value { value, at }) if value.trim().is_empty() || value != value.trim() || value.contains(',') => {
            Err(table.error(at, "account.name must be a text without commas and without spaces at its ends"))
        }
        Some(name) => Ok(name.value.to_owned()),
        None => Err(table.error(table.at, "this account has no name; add `name = \"…\"` below [[account]]")),
    }
}

/// The account number: digits, as text or as a number.
fn uin(table: &Reader<'_>) -> Result<Option<String>, SettingsError> {
    let Some(Value { value, at }) = table.any("uin") else { return Ok(None) };
    let digits = match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        _ => String::new(),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(table.error(at, "account.uin must be the account number, such as \"100000000001\""));
    }
    Ok(Some(digits))
}

fn applications(table: &Reader<'_>) -> Result<Option<Applications>, SettingsError> {
    let Some(Value { value, at }) = table.any("applications") else { return Ok(None) };
    let wrong = |at| table.error(at, "account.applications must be \"all\" or a list of SubAppIds such as [1500000001]");
    match value {
        DeValue::String(text) if text == "all" => Ok(Some(Applications::All)),
        DeValue::Array(items) if !items.is_empty() => {
            let id = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
                DeValue::Integer(digits) => integer(digits).map(SubAppId),
                DeValue::String(text) => text.parse().ok(),
                _ => None,
            };
            let ids = items.iter().map(|item| id(item).ok_or_else(|| wrong(item.span().start))).collect::<Result<_, _>>()?;
            Ok(Some(Applications::Listed(ids)))
        }
        _ => Err(wrong(at)),
    }
}

/// An id stays as it is; a file (`.toml`, or with a folder in front) is meant from the folder of the configuration.
fn price_book(source: &Source<'_>, written: &str) -> String {
    let is_file = written.ends_with(".toml") || written.contains(['/', '\\']);
    if is_file { source.path(written).display().to_string() } else { written.to_owned() }
}

fn modes(account: &Reader<'_>) -> Result<Vec<ModeFrom>, SettingsError> {
    let mut modes: Vec<ModeFrom> = Vec::new();
    for table in account.tables("mode")? {
        let at = table.at;
        let entry = ModeFrom {
            from: day(&table)?,
            mode: table.choice("mode", Mode::WORDS)?.unwrap_or_default(),
            settlement: table.choice("settlement", Settlement::WORDS)?.unwrap_or_default(),
            packs: table.path("packs")?,
        };
        table.finish()?;
        if modes.last().is_some_and(|last| last.from >= entry.from) {
            return Err(
                account.error(at, "the entries of [[account.mode]] must be in the order of `from`, oldest first, one a day")
            );
        }
        modes.push(entry);
    }
    Ok(modes)
}

fn day(table: &Reader<'_>) -> Result<BillingDay, SettingsError> {
    let day = table.any("from");
    let at = day.as_ref().map_or(table.at, |day| day.at);
    let text = match day.map(|day| day.value) {
        Some(DeValue::Datetime(date)) => date.to_string(),
        Some(DeValue::String(text)) => text.to_string(),
        _ => String::new(),
    };
    text.parse().map_err(|_| table.error(at, "account.mode.from must be the first day of the mode, such as 2024-01-01"))
}

fn credential(table: Reader<'_>) -> Result<CredentialSource, SettingsError> {
    let secret_id = secret(&table, "secret_id_env", "secret_id_file")?;
    let secret_key = secret(&table, "secret_key_env", "secret_key_file")?;
    let source = CredentialSource {
        from: table.choice("from", CredentialFrom::WORDS)?.unwrap_or_default(),
        token: secret(&table, "token_env", "token_file")?,
        tccli_profile: table.text("tccli_profile")?.map(|profile| profile.value.to_owned()),
        file: table.path("file")?,
        section: table.text("section")?.map(|section| section.value.to_owned()),
        role: role(&table)?,
        keys: match (secret_id, secret_key) {
            (Some(id), Some(key)) => Some((id, key)),
            (None, None) => None,
            (Some(_), None) => return Err(table.error(table.at, missing("secret_id", "secret_key"))),
            (None, Some(_)) => return Err(table.error(table.at, missing("secret_key", "secret_id"))),
        },
    };
    if source.from == CredentialFrom::Profile && source.keys.is_none() {
        let message = "from = \"profile\" needs secret_id_env or secret_id_file, and secret_key_env or secret_key_file";
        return Err(table.error(table.at, message));
    }
    table.finish()?;
    Ok(source)
}

fn role(table: &Reader<'_>) -> Result<Option<RoleToAssume>, SettingsError> {
    let text = |key| table.text(key).map(|text| text.map(|text| text.value.to_owned()));
    let seconds = table.number("role_seconds", 900, 43_200)?;
    let (session, external_id) = (text("role_session")?, text("role_external_id")?);
    let Some(arn) = table.text("role_arn")? else {
        let is_given = session.is_some() || external_id.is_some() || seconds.is_some();
        return if is_given {
            Err(table.error(table.at, "[account.credential] says how to take on a role, not which; add role_arn"))
        } else {
            Ok(None)
        };
    };
    if !arn.value.starts_with("qcs::cam::") {
        return Err(table.error(
            arn.at,
            "account.credential.role_arn must be a role, such as \"qcs::cam::uin/100000000001:roleName/collector\"",
        ));
    }
    let seconds = seconds.and_then(|seconds| u32::try_from(seconds).ok());
    Ok(Some(RoleToAssume { arn: arn.value.to_owned(), session, external_id, seconds }))
}

fn missing(given: &str, missing: &str) -> String {
    format!(
        "[account.credential] says where the {given} is kept, not where the {missing} is; add {missing}_env or {missing}_file"
    )
}

/// Where a secret is kept, by one of two keys.
fn secret(table: &Reader<'_>, variable: &'static str, file: &'static str) -> Result<Option<SecretRef>, SettingsError> {
    let (name, path) = (table.text(variable)?, table.path(file)?);
    match (name, path) {
        (Some(name), Some(_)) => Err(table.error(name.at, format!("{variable} and {file} are both given; keep one"))),
        (Some(name), None) if !is_variable_name(name.value) => Err(table.error(
            name.at,
            format!("{} must be the name of an environment variable, not the secret itself", table.name(variable)),
        )),
        (Some(name), None) => Ok(Some(SecretRef::Variable(name.value.to_owned()))),
        (None, Some(path)) => Ok(Some(SecretRef::File(path))),
        (None, None) => Ok(None),
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

fn endpoints(table: Reader<'_>) -> Result<Endpoints, SettingsError> {
    let allow_http = table.flag("allow_http")?.unwrap_or(false);
    let url = |key| match table.text(key)? {
        Some(Value { value, at }) => match endpoint::parse(value, allow_http) {
            Ok(url) => Ok(Some(url)),
            Err(error) => Err(table.error(at, format!("{}: {error}", table.name(key)))),
        },
        None => Ok(None),
    };
    let endpoints = Endpoints {
        vod: url("vod")?,
        legacy: url("legacy")?,
        billing: url("billing")?,
        sts: url("sts")?,
        metadata: url("metadata")?,
        allow_http,
        ca_file: table.path("ca_file")?,
    };
    table.finish()?;
    Ok(endpoints)
}

fn playback(table: Reader<'_>) -> Result<Playback, SettingsError> {
    let Some(Value { value, at }) = table.text("domain")? else {
        return Err(table.error(table.at, "this playback entry has no domain; add `domain = \"…\"` below [[account.playback]]"));
    };
    let domain = value.to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    if domain.is_empty() || !domain.bytes().all(plain) {
        return Err(
            table.error(at, "account.playback.domain must be a host name without scheme and path, such as \"vod.example.com\"")
        );
    }
    let playback = Playback {
        domain,
        key: secret(&table, "key_env", "key_file")?,
        https: table.choice("scheme", &[("https", true), ("http", false)])?.unwrap_or(true),
        expires: table.number("expires", 1, LONGEST_EXPIRY)?,
    };
    table.finish()?;
    Ok(playback)
}

/// Switches travel as text; the billing engine knows their values.
fn switch(table: &Reader<'_>, name: &str, value: &Value<&DeValue<'_>>) -> Result<String, SettingsError> {
    match value.value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(digits) if digits.radix() == 10 => Ok(digits.as_str().to_owned()),
        DeValue::Boolean(flag) => Ok(flag.to_string()),
        _ => Err(table.error(value.at, format!("{} must be a text, a whole number, true or false", table.name(name)))),
    }
}
