//! Asks the cloud one question.

use super::facts::{self, Series};
use super::plan::{ProcessTypes, Question, Subject};
use super::{bills, plays};
use crate::cloud::vod::{
    self, AigcKind, AigcUsage, CdnData, CdnFilter, CdnInterval, CdnMetric, CdnStatDetails, CdnUsage, Interval, MediaProcessUsage,
    PrepaidProduct, StorageDetails, TaskUsage, TimeWindow, UploadAcceleration, UsageOver,
};
use crate::cloud::{Client, Error, ErrorKind};
use crate::ledger::{Domain, Facts, PackState};
use crate::model::Period;
use crate::model::meter::{METERS, Meter, names};

/// What came of a question.
#[derive(Debug)]
pub struct Answer {
    /// The facts.
    pub facts: Facts,
    /// What belongs to them and could not be read: with it they are not whole.
    pub missing: Option<String>,
    /// What the reader of the manifest should know.
    pub notes: Vec<String>,
}

impl Answer {
    /// Facts of which nothing is missing and nothing is worth noting.
    fn whole(facts: Facts) -> Self {
        Self { facts, missing: None, notes: Vec::new() }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub struct Refusal {
    /// What the manifest says.
    pub reason: String,
    /// Whether other questions would fare the same: there is no network, or the credential or clock is wrong.
    pub is_outage: bool,
    /// Whether the account's site has no such question at all.
    pub is_absent: bool,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let is_outage = matches!(error.kind, ErrorKind::Credential | ErrorKind::Clock | ErrorKind::Network);
        // An endpoint that has lost an action is a failure; a site that never had it is known before anything is sent.
        let is_absent = error.kind == ErrorKind::Unsupported && error.attempts == 0;
        Self { reason: error.to_string(), is_outage, is_absent }
    }
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { reason, is_outage: false, is_absent: false }
    }
}

/// The type that sums up others; its usage would count twice.
const AGGREGATE_TYPE: &str = "Transcode";

/// Asks a question.
pub async fn ask(client: &Client, question: &Question<'_>) -> Result<Answer, Refusal> {
    let period = question.asked();
    let records = match question.subject {
        Subject::Storage { class, storage_type, area } => {
            let request = StorageDetails {
                sub_app_id: question.unit.sub_app_id,
                window: TimeWindow(period),
                interval: Interval::Minute,
                storage_type: storage_type.to_owned(),
                area: area.to_owned(),
            };
            let points = client.vod().describe_storage_details(&request).await?;
            facts::levels(question, Series { meter: names::STORAGE, area, spec: class }, &points)?
        }
        Subject::Traffic(area) => {
            let request = delivery(question, period, area, CdnMetric::Traffic, Interval::Day);
            let points = client.vod().describe_cdn_stat_details(&request).await?;
            facts::days(question, Series { meter: names::TRAFFIC, area, spec: "" }, &points)?
        }
        Subject::Bandwidth(area) => {
            let request = delivery(question, period, area, CdnMetric::Bandwidth, Interval::Minute);
            let points = client.vod().describe_cdn_stat_details(&request).await?;
            facts::samples(question, Series { meter: names::BANDWIDTH, area, spec: "" }, &points)?
        }
        Subject::Retrieval { storage_type, area } => {
            let request = StorageDetails {
                sub_app_id: question.unit.sub_app_id,
                window: TimeWindow(period),
                interval: Interval::Day,
                storage_type: storage_type.to_owned(),
                area: area.to_owned(),
            };
            let points = client.vod().describe_storage_details(&request).await?;
            facts::days(question, Series { meter: names::RETRIEVAL, area, spec: storage_type }, &points)?
        }
        Subject::ImageReview => {
            let points = client.vod().describe_image_review_usage_data(&usage_over(question, period)).await?;
            facts::sums(question, Series { meter: names::IMAGE_REVIEW, area: "", spec: "" }, &points)?
        }
        Subject::Licence => {
            let points = client.vod().describe_license_usage_data(&usage_over(question, period)).await?;
            facts::sums(question, Series { meter: names::DRM_LICENCE, area: "", spec: "" }, &points)?
        }
        Subject::Upload(kind) => {
            let request = UploadAcceleration { usage: usage_over(question, period), kind: kind.to_owned() };
            let points = client.vod().describe_client_upload_acceleration_usage_data(&request).await?;
            facts::sums(question, Series { meter: names::UPLOAD_ACCELERATION, area: "", spec: kind }, &points)?
        }
        Subject::Process => return process(client, question, period, question.plan.process_types).await,
        Subject::Bill => return bills::of_month(client, question).await,
        Subject::Aigc(kind) => return generated(client, question, period, kind).await,
        _ => return other(client, question, period).await,
    };
    Ok(Answer::whole(Facts::Usage(records)))
}

/// What is not rated.
async fn other(client: &Client, question: &Question<'_>, period: Period) -> Result<Answer, Refusal> {
    let sub_app_id = question.unit.sub_app_id;
    let facts = match question.subject {
        Subject::CdnUsage => {
            let request = CdnUsage {
                sub_app_id,
                data_type: CdnData::Flux,
                window: TimeWindow(period),
                data_interval: CdnInterval::Day,
                domain_names: Vec::new(),
            };
            let points = client.vod().describe_cdn_usage_data(&request).await?;
            Facts::Readings(facts::days(question, Series { meter: names::TRAFFIC, area: "", spec: "" }, &points)?)
        }
        Subject::StorageNow => {
            let stored = client.vod().describe_storage_data(sub_app_id).await?;
            Facts::Readings(facts::stored(question, &stored))
        }
        Subject::Domains => {
            let domains = client.vod().vod_domains(sub_app_id).all().await?;
            let known = |domain: vod::Domain| Domain { name: domain.domain, kind: domain.kind, status: domain.status };
            Facts::Domains(domains.into_iter().map(known).collect())
        }
        Subject::Packs => Facts::Packs(packs(client.vod().describe_prepaid_products().await?)?),
        _ => Facts::Plays(plays::of_day(client, question).await?),
    };
    Ok(Answer::whole(facts))
}

fn packs(products: Vec<PrepaidProduct>) -> Result<Vec<PackState>, String> {
    let amount = |id: &str, value: i64| {
        u64::try_from(value).map_err(|_| format!("prepaid product {id} tells a negative quantity: {value}"))
    };
    let mut packs = Vec::new();
    for product in products {
        for resource in &product.resources {
            packs.push(PackState {
                pack_id: product.id.clone(),
                resource: resource.kind.clone(),
                kind: product.kind.clone(),
                amount: amount(&product.id, resource.amount)?,
                left: amount(&product.id, resource.left)?,
                start: product.start,
                expires: product.expires,
                last_consumed: product.last_consumed,
                status: product.status.clone(),
                refund_status: product.refund_status.clone(),
                renew_status: product.renew_status.clone(),
            });
        }
    }
    Ok(packs)
}

fn usage_over(question: &Question<'_>, period: Period) -> UsageOver {
    UsageOver { sub_app_id: question.unit.sub_app_id, window: TimeWindow(period) }
}

fn delivery(question: &Question<'_>, period: Period, area: &str, metric: CdnMetric, data_interval: Interval) -> CdnStatDetails {
    CdnStatDetails {
        sub_app_id: question.unit.sub_app_id,
        metric,
        window: TimeWindow(period),
        area: area.to_owned(),
        data_interval,
        only: CdnFilter::default(),
    }
}

/// Media processing of every type. Types that are asked for by name are taken from the answer to their name only.
async fn process(client: &Client, question: &Question<'_>, period: Period, types: ProcessTypes) -> Result<Answer, Refusal> {
    let mut notes = Vec::new();
    let by_name: Vec<&str> = match types {
        ProcessTypes::ByName => METERS.iter().filter_map(task_type).collect(),
        ProcessTypes::AllAtOnce => Vec::new(),
    };
    let mut tasks: Vec<TaskUsage> = Vec::new();
    for name in &by_name {
        match process_of(client, question, period, Some(name)).await {
            Ok(usage) => tasks.extend(usage.into_iter().filter(|task| task.task_type == *name)),
            // A type that this site does not know cannot have been used.
            Err(error) if error.code.as_deref().is_some_and(|code| code.starts_with("InvalidParameterValue")) => {
                notes.push(format!("media processing {name} is not known here: {error}"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let rest = process_of(client, question, period, None).await?;
    let is_rest = |task: &TaskUsage| task.task_type != AGGREGATE_TYPE && !by_name.contains(&task.task_type.as_str());
    tasks.extend(rest.into_iter().filter(is_rest));
    notes.extend(unknown_types(&tasks));
    Ok(Answer { notes, ..Answer::whole(Facts::Usage(facts::tasks(question, &tasks)?)) })
}

/// What was generated of one type.
async fn generated(client: &Client, question: &Question<'_>, period: Period, kind: AigcKind) -> Result<Answer, Refusal> {
    let request = AigcUsage { sub_app_id: question.unit.sub_app_id, window: TimeWindow(period), api_keys: Vec::new() };
    match client.vod().describe_aigc_usage_data(&request, kind).await {
        Ok(usage) => Ok(Answer::whole(Facts::Usage(facts::generated(question, kind.as_str(), &usage)?))),
        // A type that this site does not know cannot have been used.
        Err(error) if is_unknown_type(&error) => {
            let note = format!("generated content of type {} is not known here: {error}", kind.as_str());
            Ok(Answer { notes: vec![note], ..Answer::whole(Facts::Usage(Vec::new())) })
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the type was refused, and not the window or anything else that a value may be.
fn is_unknown_type(error: &Error) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    code.starts_with("InvalidParameterValue") && (code.contains("AigcType") || error.message.contains("AigcType"))
}

async fn process_of(
    client: &Client,
    question: &Question<'_>,
    period: Period,
    task_type: Option<&str>,
) -> Result<Vec<TaskUsage>, Error> {
    let request = MediaProcessUsage {
        sub_app_id: question.unit.sub_app_id,
        window: TimeWindow(period),
        task_type: task_type.map(str::to_owned),
    };
    client.vod().describe_media_process_usage_data(&request).await
}

/// The type that fills a meter, where it is one of media processing.
fn task_type(meter: &Meter) -> Option<&'static str> {
    meter.api.strip_prefix("DescribeMediaProcessUsageData ")
}

fn unknown_types(tasks: &[TaskUsage]) -> Vec<String> {
    let mut unknown: Vec<&str> = tasks
        .iter()
        .filter(|task| task.usage > 0 && Meter::of_task(&task.task_type).is_none())
        .map(|task| task.task_type.as_str())
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    let note = |name: &str| format!("media processing {name} has no meter of its own; kept as {}, unpriced", facts::kebab(name));
    unknown.into_iter().map(note).collect()
}
