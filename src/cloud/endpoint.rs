//! Where the APIs live.

use url::Url;

use super::error::{Error, ErrorKind};
use crate::model::Address;
use crate::model::address::is_loopback;

/// An API of Tencent Cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Api {
    /// VOD, API 3.0, version 2018-07-17.
    Vod,
    /// VOD, legacy API (v2).
    Legacy,
    /// Billing, API 3.0, version 2018-07-09.
    Billing,
    /// STS, API 3.0, version 2018-08-13.
    Sts,
}

impl Api {
    /// The service in a TC3 credential scope.
    pub fn service(self) -> &'static str {
        match self {
            Self::Vod | Self::Legacy => "vod",
            Self::Billing => "billing",
            Self::Sts => "sts",
        }
    }

    /// `X-TC-Version`; the legacy API has none.
    pub fn version(self) -> &'static str {
        match self {
            Self::Vod => "2018-07-17",
            Self::Legacy => "",
            Self::Billing => "2018-07-09",
            Self::Sts => "2018-08-13",
        }
    }

    /// Where it lives: `intl` is the international site. The legacy API has one host.
    pub fn default_url(self, intl: bool) -> &'static str {
        match (self, intl) {
            (Self::Vod, false) => "https://vod.tencentcloudapi.com/",
            (Self::Vod, true) => "https://vod.intl.tencentcloudapi.com/",
            (Self::Billing, false) => "https://billing.tencentcloudapi.com/",
            (Self::Billing, true) => "https://billing.intl.tencentcloudapi.com/",
            (Self::Sts, false) => "https://sts.tencentcloudapi.com/",
            (Self::Sts, true) => "https://sts.intl.tencentcloudapi.com/",
            (Self::Legacy, _) => "https://vod.api.qcloud.com/v2/index.php",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Legacy => "/v2/index.php",
            Self::Vod | Self::Billing | Self::Sts => "/",
        }
    }
}

/// A checked address: scheme and host, and the path that the API has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
}

impl Endpoint {
    /// Reads an address. `https`, or `http` for a loopback host or where it is allowed: a signed
    /// request over plain HTTP can be replayed by whoever sees it.
    pub fn parse(api: Api, address: &Address, allow_http: bool) -> Result<Self, Error> {
        let refuse = |why: &str| Error::new(ErrorKind::Configuration, format!("endpoint {address:?}: {why}"));
        let mut url = Url::parse(address.expose().trim())
            .map_err(|error| refuse(&format!("{error}; write it like {}", api.default_url(false))))?;
        match url.scheme() {
            "https" => {}
            "http" if allow_http || is_loopback(&url) => {}
            "http" => return Err(refuse("plain http is taken only for a loopback address; use https")),
            _ => return Err(refuse("the scheme must be https")),
        }
        if url.host().is_none() || !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("a host without user name is needed"));
        }
        if url.query().is_some() || url.fragment().is_some() || !matches!(url.path(), "/" | "/v2/index.php") {
            return Err(refuse("give scheme, host and port only"));
        }
        url.set_path(api.path());
        Ok(Self { url })
    }

    /// The address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The `Host` header as it is sent and signed: with the port where it is not the scheme's own.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Whether it is on this machine: then no proxy stands between.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }
}
