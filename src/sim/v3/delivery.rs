//! DescribeVodDomains and DescribeDefaultDistributionConfig.

use serde::Serialize;

use super::apps::page;
use super::params::{Field, Kind};
use super::{Call, Outcome, members};
use crate::model::Secret;
use crate::model::area::STORAGE_AREAS;
use crate::sim::account::Domain;

/// Request parameters.
pub(super) const DOMAINS: &[Field] = &[
    Field::optional("Domains", Kind::Texts(20, 255)),
    Field::optional("Limit", Kind::Uint),
    Field::optional("Offset", Kind::Uint),
    Field::optional("SubAppId", Kind::Uint),
];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    total_count: usize,
    domain_set: Vec<DomainDetailInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DomainDetailInfo {
    domain: String,
    accelerate_area_infos: Vec<AccelerateAreaInfo>,
    deploy_status: &'static str,
    #[serde(rename = "HTTPSConfig")]
    https_config: DomainHttpsConfig,
    url_signature_auth_policy: UrlSignatureAuthPolicy,
    referer_auth_policy: RefererAuthPolicy,
    create_time: String,
    #[serde(rename = "QUICConfig")]
    quic_config: Status,
    #[serde(rename = "IPFilterPolicy")]
    ip_filter_policy: IpFilterPolicy,
    r#type: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccelerateAreaInfo {
    area: &'static str,
    tencent_disable_reason: &'static str,
    tencent_edge_domain: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DomainHttpsConfig {
    cert_expire_time: &'static str,
    cloud_cert_id: &'static str,
}

/// The key is told in clear, as the cloud does.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UrlSignatureAuthPolicy {
    status: &'static str,
    encrypted_key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RefererAuthPolicy {
    status: &'static str,
    auth_type: &'static str,
    referers: Vec<String>,
    blank_referer_allowed: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct IpFilterPolicy {
    status: &'static str,
    filter_type: &'static str,
    #[serde(rename = "IPList")]
    ip_list: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Distribution {
    domain_name: String,
    domain: String,
    scheme: &'static str,
    play_key: String,
}

/// Lists domains.
pub(super) fn domains(call: &Call<'_>) -> Outcome {
    let wanted = call.params.texts("Domains");
    let matching = |domain: &&Domain| wanted.as_ref().is_none_or(|names| names.contains(&domain.name.as_str()));
    let found: Vec<&Domain> = call.application.domains.iter().filter(matching).collect();
    let shown = page(&found, call.params.uint("Offset"), call.params.uint("Limit").unwrap_or(20));
    members(Answer { total_count: found.len(), domain_set: shown.iter().map(|domain| info(domain)).collect() })
}

fn info(domain: &Domain) -> DomainDetailInfo {
    let area = |area| AccelerateAreaInfo {
        area,
        tencent_disable_reason: "",
        tencent_edge_domain: format!("{}.cdn.dnsv1.com", domain.name),
    };
    DomainDetailInfo {
        domain: domain.name.clone(),
        accelerate_area_infos: STORAGE_AREAS.map(area).into(),
        deploy_status: "Online",
        https_config: DomainHttpsConfig { cert_expire_time: "2027-06-30T15:59:59Z", cloud_cert_id: "" },
        url_signature_auth_policy: UrlSignatureAuthPolicy {
            status: if domain.hotlink_key.is_some() { "Enabled" } else { "Disabled" },
            encrypted_key: domain.hotlink_key.as_ref().map(Secret::expose).unwrap_or_default().to_owned(),
        },
        referer_auth_policy: RefererAuthPolicy {
            status: "Disabled",
            auth_type: "Black",
            referers: Vec::new(),
            blank_referer_allowed: "Yes",
        },
        create_time: super::utc(domain.created),
        quic_config: Status { status: "Disabled" },
        ip_filter_policy: IpFilterPolicy { status: "Disabled", filter_type: "Black", ip_list: Vec::new() },
        r#type: domain.kind.clone(),
    }
}

/// The domain and key of players.
pub(super) fn default_distribution(call: &Call<'_>) -> Outcome {
    let domain = call.application.domains.first().map(|domain| domain.name.clone()).unwrap_or_default();
    members(Distribution {
        domain_name: domain.clone(),
        domain,
        scheme: "HTTPS",
        play_key: call.application.play_key.expose().to_owned(),
    })
}
