//! The places that give pairs which end: the machine's metadata service, a cluster's identity token, a role.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use serde::Deserialize;

use super::{Credential, Fetch, Provider, Temporary, World};
use crate::cloud::fields::{number, text, told_secret};
use crate::cloud::sts::{AssumeRole, AssumeRoleWithWebIdentity};
use crate::cloud::{Client, Error, ErrorKind};
use crate::model::{Address, Secret};

/// Where the metadata service of a virtual machine answers.
pub const METADATA: &str = "http://metadata.tencentyun.com";
const PATH: &str = "/latest/meta-data/cam/security-credentials/";
/// On another machine nothing answers there: that must not take long to find out.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// Names this program in the cloud's audit trail.
const SESSION: &str = "vodledger";

/// The role of the virtual machine that this runs on.
#[derive(Debug)]
pub struct MachineRole {
    http: reqwest::Client,
    address: Address,
}

impl MachineRole {
    /// By the metadata service at an address, [`METADATA`] as a rule.
    pub fn new(address: &str) -> Result<Self, Error> {
        let http = reqwest::Client::builder().no_proxy().timeout(TIME_LIMIT).redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|error| Error::new(ErrorKind::Configuration, format!("HTTP client: {error}")))?;
        Ok(Self { http, address: Address::new(address.trim_end_matches('/')) })
    }

    async fn get(&self, name: &str) -> Result<String, Error> {
        let failed = |why: String| Error::new(ErrorKind::Credential, format!("the metadata service of this machine {why}"));
        let answer = self.http.get(format!("{}{PATH}{name}", self.address.expose())).send().await;
        let answer = answer.map_err(|error| failed(format!("does not answer: {}", error.without_url())))?;
        match answer.status().as_u16() {
            200 => answer.text().await.map_err(|error| failed(format!("breaks off: {}", error.without_url()))),
            404 => Err(failed("knows no role: bind one to the machine".to_owned())),
            status => Err(failed(format!("answers HTTP {status}"))),
        }
    }
}

impl Provider for MachineRole {
    fn fetch(&self) -> Fetch<'_> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Pair {
            #[serde(default, deserialize_with = "text")]
            code: String,
            #[serde(deserialize_with = "text")]
            tmp_secret_id: String,
            #[serde(deserialize_with = "told_secret")]
            tmp_secret_key: Secret,
            #[serde(deserialize_with = "told_secret")]
            token: Secret,
            #[serde(deserialize_with = "number")]
            expired_time: i64,
        }
        Box::pin(async {
            let role = self.get("").await?;
            let answer = self.get(role.trim()).await?;
            // The parser's words could quote the answer.
            let malformed = || Error::new(ErrorKind::Malformed, "the metadata service of this machine gives no key pair");
            let pair: Pair = serde_json::from_str(&answer).map_err(|_| malformed())?;
            if !pair.code.is_empty() && pair.code != "Success" {
                return Err(malformed());
            }
            let expires = DateTime::from_timestamp(pair.expired_time, 0).ok_or_else(malformed)?;
            let credential =
                Credential { secret_id: pair.tmp_secret_id, secret_key: pair.tmp_secret_key, token: Some(pair.token) };
            Ok(Temporary { credential, expires })
        })
    }
}

/// What a TKE cluster tells its pods, in variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterIdentity {
    /// `TKE_PROVIDER_ID`.
    pub provider_id: String,
    /// `TKE_ROLE_ARN`.
    pub role_arn: String,
    /// `TKE_WEB_IDENTITY_TOKEN_FILE`: written anew by the cluster, so it is read for every pair.
    pub token_file: PathBuf,
}

/// The variables of a cluster's identity.
pub const CLUSTER_VARIABLES: [&str; 3] = ["TKE_PROVIDER_ID", "TKE_ROLE_ARN", "TKE_WEB_IDENTITY_TOKEN_FILE"];

impl ClusterIdentity {
    /// What the variables say, if all of them are there.
    pub fn of(world: &World) -> Option<Self> {
        let [provider_id, role_arn, token_file] = CLUSTER_VARIABLES.map(|name| world.variable(name));
        Some(Self { provider_id: provider_id?, role_arn: role_arn?, token_file: token_file?.into() })
    }
}

/// The role of a cluster's pod.
#[derive(Debug)]
pub struct ClusterRole {
    client: Client,
    identity: ClusterIdentity,
    world: Arc<World>,
}

impl ClusterRole {
    /// By a client of STS; its own pair is not used, since the call is not signed.
    pub fn new(client: Client, identity: ClusterIdentity, world: Arc<World>) -> Self {
        Self { client, identity, world }
    }
}

impl Provider for ClusterRole {
    fn fetch(&self) -> Fetch<'_> {
        Box::pin(async {
            let file = &self.identity.token_file;
            let token = self.world.read(file).map_err(|error| {
                Error::new(
                    ErrorKind::Credential,
                    format!("the cluster's token {} cannot be read: {}", file.display(), error.kind()),
                )
            })?;
            let request = AssumeRoleWithWebIdentity {
                provider_id: self.identity.provider_id.clone(),
                web_identity_token: Secret::new(token.trim()),
                role_arn: self.identity.role_arn.clone(),
                role_session_name: SESSION.to_owned(),
                duration_seconds: None,
            };
            self.client.sts().assume_role_with_web_identity(&request).await
        })
    }
}

/// A role that another pair takes on.
#[derive(Debug)]
pub struct AssumedRole {
    client: Client,
    request: AssumeRole,
}

impl AssumedRole {
    /// By a client that signs with the other pair.
    pub fn new(client: Client, request: AssumeRole) -> Self {
        Self { client, request }
    }

    /// The request for a role, under this program's name unless another is given.
    pub fn request(role_arn: String, session: Option<String>, external_id: Option<String>, seconds: Option<u32>) -> AssumeRole {
        let role_session_name = session.unwrap_or_else(|| SESSION.to_owned());
        AssumeRole { role_arn, role_session_name, duration_seconds: seconds, external_id }
    }
}

impl Provider for AssumedRole {
    fn fetch(&self) -> Fetch<'_> {
        Box::pin(async { self.client.sts().assume_role(&self.request).await })
    }
}
