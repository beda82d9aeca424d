//! The domains that play, and how playing is protected.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::actions::{DESCRIBE_DEFAULT_DISTRIBUTION_CONFIG, DESCRIBE_VOD_DOMAINS};
use super::{ForApplication, Vod};
use crate::cloud::Error;
use crate::cloud::fields::{list, number, some_secret, some_time, switch, text, texts, told_text};
use crate::cloud::pages::{self, Page, Pages};
use crate::model::{Secret, SubAppId};

/// No range is documented; 20 is the default.
const PAGE: u64 = 20;

/// A domain of an application. (VOD API 3.0, DescribeVodDomains.)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Domain {
    /// Its name.
    #[serde(deserialize_with = "told_text")]
    pub domain: String,
    /// `VOD`, or `EdgeOne`: what that delivers is in none of VOD's statistics.
    #[serde(rename = "Type", deserialize_with = "told_text")]
    pub kind: String,
    /// `Online`, `Deploying`, `Locked`.
    #[serde(default, rename = "DeployStatus", deserialize_with = "text")]
    pub status: String,
    /// When it was added.
    #[serde(default, rename = "CreateTime", deserialize_with = "some_time")]
    pub created: Option<DateTime<Utc>>,
    /// Where it is accelerated.
    #[serde(default, rename = "AccelerateAreaInfos", deserialize_with = "list")]
    pub areas: Vec<AcceleratedArea>,
    /// Its certificate.
    #[serde(default, rename = "HTTPSConfig")]
    pub https: Option<HttpsConfig>,
    /// KEY hotlink protection.
    #[serde(default, rename = "UrlSignatureAuthPolicy")]
    pub url_signature: Option<UrlSignature>,
    /// Referer hotlink protection.
    #[serde(default, rename = "RefererAuthPolicy")]
    pub referer: Option<RefererRule>,
    /// Address lists.
    #[serde(default, rename = "IPFilterPolicy")]
    pub addresses: Option<AddressRule>,
    /// QUIC.
    #[serde(default, rename = "QUICConfig")]
    pub quic: Option<Quic>,
}

impl Domain {
    /// Whether VOD's statistics and logs tell of it.
    pub fn is_metered(&self) -> bool {
        !self.kind.eq_ignore_ascii_case("EdgeOne")
    }
}

/// An area in which a domain is accelerated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AcceleratedArea {
    /// `Chinese Mainland`, `Outside Chinese Mainland`.
    #[serde(deserialize_with = "text")]
    pub area: String,
    /// `ForLegalReasons`, `ForOverdueBills`; empty where it is not stopped.
    #[serde(rename = "TencentDisableReason", deserialize_with = "text")]
    pub disabled_for: String,
    /// The name that the domain must point to.
    #[serde(rename = "TencentEdgeDomain", deserialize_with = "text")]
    pub edge: String,
}

/// A domain's certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HttpsConfig {
    /// Until when it holds.
    #[serde(rename = "CertExpireTime", deserialize_with = "some_time")]
    pub expires: Option<DateTime<Utc>>,
    /// Its id.
    #[serde(rename = "CloudCertId", deserialize_with = "text")]
    pub certificate: String,
}

/// KEY hotlink protection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UrlSignature {
    /// Whether playing needs a signed address.
    #[serde(rename = "Status", deserialize_with = "switch")]
    pub enabled: bool,
    /// What addresses are signed with; 8 to 40 bytes.
    #[serde(rename = "EncryptedKey", deserialize_with = "some_secret")]
    pub key: Option<Secret>,
}

/// Referer hotlink protection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RefererRule {
    /// Whether it is on.
    #[serde(rename = "Status", deserialize_with = "switch")]
    pub enabled: bool,
    /// `Black`, `White`.
    #[serde(rename = "AuthType", deserialize_with = "text")]
    pub kind: String,
    /// At most 400.
    #[serde(deserialize_with = "texts")]
    pub referers: Vec<String>,
    /// Whether a request without referer passes.
    #[serde(rename = "BlankRefererAllowed", deserialize_with = "switch")]
    pub blank_allowed: bool,
}

/// An address list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AddressRule {
    /// Whether it is on.
    #[serde(rename = "Status", deserialize_with = "switch")]
    pub enabled: bool,
    /// `Black`, `White`.
    #[serde(rename = "FilterType", deserialize_with = "text")]
    pub kind: String,
    /// Addresses and networks; at most 200.
    #[serde(rename = "IPList", deserialize_with = "texts")]
    pub addresses: Vec<String>,
}

/// QUIC of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Quic {
    /// Whether it is on.
    #[serde(rename = "Status", deserialize_with = "switch")]
    pub enabled: bool,
}

/// How an application plays unless told otherwise. (VOD API 3.0, DescribeDefaultDistributionConfig.)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DefaultDistribution {
    /// The domain.
    #[serde(deserialize_with = "text")]
    pub domain: String,
    /// `HTTP`, `HTTPS`.
    #[serde(deserialize_with = "text")]
    pub scheme: String,
    /// Signs player signatures; 8 to 20 letters and digits.
    #[serde(default, deserialize_with = "some_secret")]
    pub play_key: Option<Secret>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    sub_app_id: Option<SubAppId>,
    offset: u64,
    limit: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(deserialize_with = "number")]
    total_count: u64,
    domain_set: Vec<Domain>,
}

impl<'a> Vod<'a> {
    /// The domains of an application.
    pub fn vod_domains(self, sub_app_id: Option<SubAppId>) -> Pages<'a, Domain> {
        let action = DESCRIBE_VOD_DOMAINS.action.name;
        pages::by_cursor(action, 0, move |offset| async move {
            let request = Request { sub_app_id, offset, limit: PAGE };
            let answer: Answer = self.client.ask(&DESCRIBE_VOD_DOMAINS, &request).await?;
            let next = pages::after(action, offset, answer.domain_set.len() as u64, PAGE, Some(answer.total_count))?;
            Ok(Page { items: answer.domain_set, next })
        })
    }

    /// How an application plays unless told otherwise, with the key of player signatures.
    pub async fn describe_default_distribution_config(self, sub_app_id: Option<SubAppId>) -> Result<DefaultDistribution, Error> {
        self.client.ask(&DESCRIBE_DEFAULT_DISTRIBUTION_CONFIG, &ForApplication { sub_app_id }).await
    }
}
