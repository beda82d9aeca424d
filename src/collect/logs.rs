//! Access logs: a unit is a day of a domain. Its files are downloaded one after the other, counted, and deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use tokio::sync::OnceCell;

use super::ask::Refusal;
use super::cdn_log::{self, Counted, DOCUMENTED_OVERHEAD, Ingest, Known, Reading};
use super::manifest::Gap;
use super::plan::{Kind, Plan};
use super::{CollectError, on_blocking_thread};
use crate::cloud::Client;
use crate::cloud::vod::{CdnLog, CdnLogs, TimeWindow};
use crate::files::{Workspace, make_private};
use crate::ledger::{Committed, Ingested, KnownLog, Lease, Ledger, LogKey, NewUnit};
use crate::model::time::BILLING_OFFSET;
use crate::model::{BillingDay, Period, SubAppId};

/// How long the cloud keeps logs (`DescribeCdnLogs`).
const KEPT: TimeDelta = TimeDelta::days(30);
/// An hour's file may be asked for so long after the cloud would have deleted it by our clock.
const MARGIN: TimeDelta = TimeDelta::minutes(10);

/// Links expire, and a file may arrive damaged: what failed is listed and downloaded again, so many times in all.
const ROUNDS: usize = 3;

/// How logs are fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogHabits {
    /// Only these domains; none is every one that VOD meters.
    pub domains: Vec<String>,
    /// Where a run makes the folder in which its files lie until they are counted. It is away with the run, and after a kill when
    /// somebody cleans.
    pub folder: PathBuf,
    /// Whether that place is for nothing else: then nobody else may enter it.
    pub is_own_folder: bool,
    /// The largest file that is taken, as it is downloaded.
    pub most_bytes: u64,
    /// See [`crate::ledger::CountedLog::overhead`].
    pub overhead: u32,
    /// Of a thousand lines, so many may be broken before a file is refused.
    pub broken_permille: u64,
}

impl Default for LogHabits {
    fn default() -> Self {
        Self {
            domains: Vec::new(),
            folder: std::env::temp_dir(),
            is_own_folder: false,
            most_bytes: 8 << 30,
            overhead: DOCUMENTED_OVERHEAD,
            broken_permille: Reading::default().broken_permille,
        }
    }
}

/// The part of a period of which there are logs.
pub fn reach(period: Period, now: DateTime<Utc>) -> Option<Period> {
    let first = BillingDay::of(now - KEPT + MARGIN);
    Period::new(period.start.max(first.start()), period.end.min(BillingDay::of(now).end())).ok()
}

/// Plans the days of every domain, and says what is missing.
pub async fn plan(
    client: &Client,
    ledger: &Arc<Ledger>,
    plan: &Plan,
    applications: &[Option<SubAppId>],
) -> Result<(usize, Vec<Gap>), CollectError> {
    let mut gaps = Vec::new();
    let first = BillingDay::of(plan.now - KEPT + MARGIN);
    if plan.period.start < first.start() {
        gaps.push(Gap { what: format!("access logs before {first}"), reason: "the cloud keeps them for 30 days".to_owned() });
    }
    let wanted: BTreeSet<String> = plan.logs.domains.iter().map(|domain| domain.to_ascii_lowercase()).collect();
    let (mut units, mut found) = (Vec::new(), BTreeSet::new());
    for application in applications {
        let domains = match client.vod().vod_domains(*application).all().await {
            Ok(domains) => domains,
            Err(error) => {
                let application = application.map_or_else(|| "the default application".to_owned(), |id| id.to_string());
                gaps.push(Gap { what: format!("access logs of {application}"), reason: error.to_string() });
                continue;
            }
        };
        for domain in domains.into_iter().filter(|domain| domain.is_metered()) {
            let name = domain.domain.to_ascii_lowercase();
            if wanted.is_empty() || wanted.contains(&name) {
                let days = reach(plan.period, plan.now).into_iter().flat_map(|period| period.days());
                units.extend(days.map(|day| plan.unit(Kind::Logs, *application, name.clone(), day.period())));
                found.insert(name);
            }
        }
    }
    let unknown = wanted.difference(&found).map(|domain| Gap {
        what: format!("access logs of {domain}"),
        reason: "no application that was asked has this domain, or VOD does not deliver it".to_owned(),
    });
    gaps.extend(unknown);
    let (account, now) = (plan.account.clone(), plan.now);
    let planned: Vec<NewUnit> = units;
    let planned = on_blocking_thread(ledger, move |ledger| ledger.plan_units(&account, &mut planned.into_iter(), now)).await?;
    Ok((planned, gaps))
}

/// What a unit brought.
#[derive(Default)]
pub struct Fetched {
    /// Files, by what they changed.
    pub committed: Committed,
    /// Files that could not be counted, and why.
    pub failed: Vec<String>,
    /// What the reader of the manifest should know.
    pub notes: Vec<String>,
}

impl Fetched {
    fn note(&mut self, ingested: Ingested) {
        match ingested {
            Ingested::New => self.committed.new += 1,
            Ingested::Same => self.committed.unchanged += 1,
            Ingested::Restated | Ingested::Corrected => self.committed.restated += 1,
        }
    }
}

/// What the units of a run share.
#[derive(Clone)]
pub struct Logs {
    ledger: Arc<Ledger>,
    plan: Arc<Plan>,
    known: Arc<OnceCell<Arc<Known>>>,
    workspace: Arc<OnceCell<Workspace>>,
}

impl Logs {
    /// Of a run.
    pub fn new(ledger: Arc<Ledger>, plan: Arc<Plan>) -> Self {
        Self { ledger, plan, known: Arc::default(), workspace: Arc::default() }
    }

    /// Fetches and counts the files of a unit's window that are new or may have grown.
    pub async fn fetch(&self, client: &Client, lease: &Lease) -> Result<Result<Fetched, Refusal>, CollectError> {
        let Some(window) = reach(lease.unit.window, self.plan.now) else {
            return Ok(Err(Refusal::from("the cloud keeps logs for 30 days".to_owned())));
        };
        let start = window.start.max(self.plan.now - KEPT + MARGIN);
        let end = window.end.min(self.plan.now);
        let Ok(asked) = Period::new(start, end) else { return Ok(Ok(Fetched::default())) };
        let before = self.counted(window).await?;
        let (mut fetched, mut done) = (Fetched::default(), BTreeSet::new());
        for round in 1..=ROUNDS {
            let (sub_app_id, domain_name) = (lease.unit.sub_app_id, lease.unit.subject.clone());
            let listed = client.vod().cdn_logs(CdnLogs { sub_app_id, domain_name, window: TimeWindow(asked) }).all().await;
            let files = match listed {
                Ok(files) => files,
                Err(_) if round > 1 => break,
                Err(error) => return Ok(Err(error.into())),
            };
            fetched.failed.clear();
            for file in &files {
                let (account, domain) = (self.plan.account.clone(), lease.unit.subject.clone());
                let key = LogKey { account, domain, start: hour_of(file.start), overseas: file.overseas };
                if done.contains(&key) {
                    continue;
                }
                let is_whole = |known: &KnownLog| !cdn_log::may_have_grown(key.start, known.counted, self.plan.now);
                let counted = match before.get(&key) {
                    Some(known) if is_whole(known) => Ok(Ingested::Same),
                    _ => self.one(client, file, key.clone()).await?,
                };
                match counted {
                    Ok(ingested) => {
                        fetched.note(ingested);
                        done.insert(key);
                    }
                    Err(reason) => fetched.failed.push(reason),
                }
            }
            fetched.notes = self.silent_hours(&lease.unit.subject, window, &files).into_iter().collect();
            if fetched.failed.is_empty() {
                break;
            }
        }
        Ok(Ok(fetched))
    }

    async fn counted(&self, window: Period) -> Result<BTreeMap<LogKey, KnownLog>, CollectError> {
        let account = self.plan.account.clone();
        let files = on_blocking_thread(&self.ledger, move |ledger| ledger.log_files(&account, window)).await?;
        Ok(files.into_iter().map(|file| (file.key.clone(), file)).collect())
    }

    /// Downloads, counts and deletes one file; a reason if it cannot be counted.
    async fn one(&self, client: &Client, file: &CdnLog, key: LogKey) -> Result<Result<Ingested, String>, CollectError> {
        let hour = key.start.with_timezone(&BILLING_OFFSET).format("%Y%m%d%H");
        let package = if key.overseas { "-oversea" } else { "" };
        let name: String =
            key.domain.chars().map(|c| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '_' }).collect();
        let named = format!("hour {hour} of {}{package}", key.domain);
        let path = match self.workspace.get_or_try_init(async || self.work_place()).await {
            Ok(workspace) => workspace.path().join(format!("{hour}-{name}{package}.log")),
            Err(error) => return Ok(Err(format!("access logs cannot lie in {}: {error}", self.plan.logs.folder.display()))),
        };
        if let Err(error) = client.download_to(&file.url, &path, self.plan.logs.most_bytes).await {
            return Ok(Err(format!("{named}: {error}")));
        }
        let known = self.known().await?;
        let reading = Reading::default();
        let ingest = Ingest {
            account: self.plan.account.clone(),
            overhead: self.plan.logs.overhead,
            // The cloud's newest file is right, even if it is smaller.
            replace: true,
            reading: Reading {
                memory: reading.memory / self.plan.at_a_time.max(1),
                broken_permille: self.plan.logs.broken_permille,
                ..reading
            },
            now: self.plan.now,
        };
        let ledger = Arc::clone(&self.ledger);
        let counted = tokio::task::spawn_blocking(move || {
            let counted = ingest.file(&ledger, &known, &path, key);
            // What is counted is not needed, and what is not is downloaded again. It holds addresses of people.
            let removed = std::fs::remove_file(&path);
            counted.map_err(|error| error.to_string()).and_then(|counted| match removed {
                Ok(()) => Ok(counted),
                Err(error) => Err(format!("{} is counted, but cannot be deleted: {error}", path.display())),
            })
        });
        let counted = counted.await.map_err(|error| CollectError::Interrupted(error.to_string()))?;
        Ok(counted.map(|Counted { ingested, flaws, .. }| {
            for (line, flaw) in flaws {
                tracing::warn!(file = named, line, flaw = flaw.as_str(), "a line is not counted");
            }
            ingested
        }))
    }

    /// A folder for the files of this run.
    fn work_place(&self) -> std::io::Result<Workspace> {
        let habits = &self.plan.logs;
        if habits.is_own_folder || !habits.folder.exists() {
            make_private(&habits.folder)?;
        }
        Workspace::new_in(&habits.folder)
    }

    async fn known(&self) -> Result<Arc<Known>, CollectError> {
        let load = async || {
            let account = self.plan.account.clone();
            on_blocking_thread(&self.ledger, move |ledger| cdn_log::known_paths(ledger, &account)).await.map(Arc::new)
        };
        self.known.get_or_try_init(load).await.cloned()
    }

    /// The hours that must have been delivered by now and have no file: nobody asked for anything, or a file is missing.
    fn silent_hours(&self, domain: &str, window: Period, files: &[CdnLog]) -> Option<String> {
        let with: BTreeSet<DateTime<Utc>> = files.iter().map(|file| hour_of(file.start)).collect();
        let until = window.end.min(self.plan.now - TimeDelta::hours(25));
        let hours = std::iter::successors(Some(hour_of(window.start)), |hour| Some(*hour + TimeDelta::hours(1)));
        let without = hours.take_while(|hour| *hour < until).filter(|hour| !with.contains(hour));
        let stretches = stretches(without.map(|hour| hour.with_timezone(&BILLING_OFFSET).hour()));
        let day = BillingDay::of(window.start);
        (!stretches.is_empty())
            .then(|| format!("{domain} {day}: no file for hours {stretches}: nothing was delivered, or files are missing"))
    }
}

/// `00-03, 07`.
fn stretches(hours: impl Iterator<Item = u32>) -> String {
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    for hour in hours {
        match stretches.last_mut() {
            Some((_, last)) if *last + 1 == hour => *last = hour,
            _ => stretches.push((hour, hour)),
        }
    }
    let text = |(first, last)| if first == last { format!("{first:02}") } else { format!("{first:02}-{last:02}") };
    stretches.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

fn hour_of(time: DateTime<Utc>) -> DateTime<Utc> {
    time - TimeDelta::seconds(time.timestamp().rem_euclid(3600))
}
