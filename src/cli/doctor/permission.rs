//! Whether a key may call what the commands of its roles call.

use chrono::{DateTime, Utc};

use super::Verdict;
use crate::cloud::actions::{About, Ask, Effect, Entry};
use crate::cloud::{Client, Error, ErrorKind};
use crate::model::SubAppId;
use crate::settings::Site;

/// What actions are tried with.
pub struct Trial<'a> {
    /// The account's client.
    pub client: &'a Client,
    /// Which actions there are.
    pub site: Site,
    /// Permission is given by application, so each of these is asked; `None` is the default one.
    pub applications: Vec<Option<SubAppId>>,
    /// The account's present moment.
    pub now: DateTime<Utc>,
}

/// What came of a try: result, finding and advice.
pub type Tried = (Verdict, String, &'static str);

const UNCLEAR: &str = "the answer does not tell whether the key may; see the finding";

impl Trial<'_> {
    /// Tries an action; what changes something is not called.
    pub async fn of(&self, entry: &'static Entry) -> Tried {
        if entry.effect == Effect::Changes {
            return (Verdict::Untried, "it changes something".to_owned(), "");
        }
        if self.site == Site::Intl && !entry.intl {
            return (Verdict::Untried, "the international site does not have it".to_owned(), "");
        }
        let applications = if entry.is_of_application() { self.applications.as_slice() } else { &[None] };
        let mut finding = match applications.len() {
            0 | 1 => "allowed".to_owned(),
            several => format!("allowed, in each of {several} applications"),
        };
        for application in applications {
            let Err(error) = self.ask(entry, *application).await else { continue };
            let place = application.filter(|_| applications.len() > 1).map(|id| format!("application {id}: "));
            let text = format!("{}{error}", place.unwrap_or_default());
            match error.kind {
                _ if is_past_permission(&error) => {
                    finding = format!("allowed; there is nothing of what was asked for ({})", error.code.unwrap_or_default());
                }
                ErrorKind::Request | ErrorKind::Other => return (Verdict::Unclear, text, UNCLEAR),
                kind => return (Verdict::Bad, text, kind.advice()),
            }
        }
        (Verdict::Good, finding, "")
    }

    async fn ask(&self, entry: &'static Entry, sub_app_id: Option<SubAppId>) -> Result<(), Error> {
        let domain = match entry.probe {
            Some(probe) if probe.iter().any(|(_, ask)| *ask == Ask::Domain) => self.domain(sub_app_id).await,
            _ => None,
        };
        let about = About { now: self.now, sub_app_id, domain: domain.as_deref() };
        self.client.probe(entry, &about).await
    }

    /// A domain of the application. Where none can be had, one that nobody has serves as well: permission comes first.
    async fn domain(&self, sub_app_id: Option<SubAppId>) -> Option<String> {
        let first = self.client.vod().vod_domains(sub_app_id).next().await;
        first.and_then(Result::ok).map(|domain| domain.domain)
    }
}

/// Whether the cloud has looked at what was asked for, which it does only for those who may ask: it says that a thing is not
/// there, refuses a value, or a module behind the legacy API speaks. That a parameter is missing or unknown tells nothing.
fn is_past_permission(error: &Error) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    error.kind == ErrorKind::NotFound
        || (error.kind == ErrorKind::Request && (code.starts_with("InvalidParameterValue") || code.contains('/')))
}
