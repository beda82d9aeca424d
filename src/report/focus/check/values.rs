//! What a single value must look like.

use serde_json::Value;

use super::super::columns::Kind;
use super::super::number::Number;
use super::super::{time, unit};

/// ISO 4217, the codes of money in use.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
    CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS \
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS \
    SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// The name of the rule of a kind.
pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::OneOf(_) => "allowed-values",
        Kind::Currency => "currency",
        Kind::Unit => "unit",
        Kind::Decimal | Kind::Price => "number",
        Kind::Time => "time",
        Kind::KeyValue | Kind::Json => "json",
    }
}

/// Whether a value is of a kind; else what is wrong.
pub fn check(kind: Kind, text: &str) -> Result<(), String> {
    let fine = match kind {
        Kind::Text => true,
        Kind::OneOf(words) if words.contains(&text) => true,
        Kind::OneOf(words) => {
            let near = words.iter().find(|word| word.eq_ignore_ascii_case(text));
            let hint = near.map_or_else(|| words.join(", "), |word| format!("{word}, in these letters"));
            return Err(format!("{text:?} is not allowed; allowed: {hint}"));
        }
        Kind::Currency => text.len() == 3 && CURRENCIES.split_ascii_whitespace().any(|code| code == text),
        Kind::Unit => unit::is_unit(text),
        Kind::Decimal => number(text).is_some(),
        Kind::Price => number(text).is_some_and(|number| !number.is_negative()),
        Kind::Time => time::parse(text).is_some(),
        Kind::KeyValue => object(text).is_some_and(|object| is_flat(&object)),
        Kind::Json => object(text).is_some(),
    };
    if fine { Ok(()) } else { Err(format!("{text:?} is not {}", expected(kind))) }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::OneOf(_) => "a text",
        Kind::Currency => "a code of ISO 4217 such as CNY",
        Kind::Unit => "a unit such as GB, GB-Days, Minutes or 1000 Requests",
        Kind::Decimal => "a decimal number with a point, such as 0.0",
        Kind::Price => "a decimal number with a point that is not negative",
        Kind::Time => "a moment in UTC such as 2026-09-30T16:00:00Z",
        Kind::KeyValue => "a JSON object of texts, numbers and truths whose own keys begin with x_",
        Kind::Json => "a JSON object",
    }
}

/// A number. Loaders that guess types need its point.
pub fn number(text: &str) -> Option<Number> {
    Number::parse(text).filter(|_| text.contains('.') && !text.ends_with('.'))
}

fn object(text: &str) -> Option<serde_json::Map<String, Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

fn is_flat(object: &serde_json::Map<String, Value>) -> bool {
    object.iter().all(|(key, value)| key.starts_with("x_") && !value.is_object() && !value.is_array())
}
