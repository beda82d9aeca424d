//! URLs of APIs. Signed requests go over TLS; only a simulator on this machine is reached without.

use url::Url;

use crate::model::address::{Address, is_loopback};

/// Reads a URL: `https`, or `http` to this machine (or anywhere, where `allow_http` says so).
pub fn parse(text: &str, allow_http: bool) -> Result<Url, String> {
    // The text is not quoted: a URL can carry a password.
    let url = Url::parse(text.trim()).map_err(|error| format!("this is no URL ({error}); write https://HOST"))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err("a URL here has no user, password, query or fragment; write https://HOST".to_owned());
    }
    if !matches!(url.path(), "/" | "/v2/index.php") {
        return Err("a URL here is scheme, host and port only; write https://HOST".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || is_loopback(&url) => Ok(url),
        "http" => Err(format!(
            "{} would send signed requests unencrypted; use https, or set allow_http = true in [account.endpoint]",
            Address::new(url)
        )),
        other => Err(format!("the scheme {other:?} is not supported; write https://HOST")),
    }
}
