//! What `find` and `play` look for: the same flags, the same way of asking.

use clap::ValueEnum;

use super::output::note;
use super::{Context, Error};
use crate::cloud::Client;
use crate::ledger::Ledger;
use crate::model::{FileId, Period, SubAppId, Vid};
use crate::recordings::find::{Api, Filter, find};
use crate::recordings::{FindError, Found, Query};
use crate::settings::{Account, Applications};

/// Which API is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ApiChoice {
    /// API 3.0.
    #[default]
    Auto,
    /// The legacy API; only where the configuration allows it.
    V2,
    /// API 3.0.
    V3,
}

/// What to look for.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Selection {
    /// Recordings whose name begins with this
    #[arg(long, value_name = "PREFIX")]
    pub name: Option<String>,
    /// Media by file id; repeat or separate by commas
    #[arg(long, value_name = "ID", value_delimiter = ',', conflicts_with_all = ["name", "vid"])]
    pub file_id: Vec<FileId>,
    /// Media by the vid that starting or stopping the recording gave
    #[arg(long, value_name = "VID", value_delimiter = ',')]
    pub vid: Vec<Vid>,
    /// Which API to ask: auto is v3
    #[arg(long, value_enum, default_value_t, hide_possible_values = false)]
    pub api: ApiChoice,
}

impl Selection {
    /// What to ask the cloud, or what is wrong with the flags.
    fn query(&self, filter: Filter, ledger: Option<&Ledger>, account: &Account) -> Result<Query, Error> {
        if self.name.as_deref() == Some("") {
            return Err(Error::usage("--name is empty; give what the recording's name begins with"));
        }
        if !self.file_id.is_empty() {
            return Ok(Query::FileIds(self.file_id.clone()));
        }
        if !self.vid.is_empty() {
            let mut known = Vec::new();
            for vid in &self.vid {
                if let Some(ledger) = ledger {
                    known.extend(ledger.media_of_vid(&account.id(), vid).map_err(Error::failed)?);
                }
            }
            return Ok(Query::Vids { vids: self.vid.clone(), known, name: self.name.clone() });
        }
        let filter = Filter { name_prefix: self.name.clone(), ..filter };
        if filter == Filter::default() {
            return Err(Error::usage("say what to look for: --name PREFIX, --file-id ID or --vid VID"));
        }
        Ok(Query::Search(filter))
    }

    /// Asks the cloud about one account, and notes what was seen in the ledger if there is one. Also says whether
    /// there are gaps: something was not found or could not be asked.
    pub fn ask(&self, context: &Context, account: &Account, filter: Filter) -> Result<(Found, bool), Error> {
        let api = self.api(account)?;
        let ledger = context.existing_ledger()?;
        let query = self.query(filter, ledger.as_ref(), account)?;
        let client = context.client(account)?;
        let now = context.clock.now();
        let applications = context.applications(account)?;
        let (found, complete) = context.runtime()?.block_on(async {
            let each = match api {
                Api::V2 => Each { ids: vec![None], is_complete: true },
                Api::V3 => each(&client, &applications).await?,
            };
            let found = find(&client, api, &each.ids, &query, now).await.map_err(into_error)?;
            Ok::<_, Error>((found, each.is_complete))
        })?;
        if let Some(ledger) = &ledger {
            ledger.remember_media(&account.id(), &found.media, now).map_err(Error::failed)?;
        }
        let gaps = report_gaps(&found) || !complete;
        Ok((found, gaps))
    }

    fn api(&self, account: &Account) -> Result<Api, Error> {
        match self.api {
            ApiChoice::Auto | ApiChoice::V3 => Ok(Api::V3),
            ApiChoice::V2 if account.legacy_api => Ok(Api::V2),
            ApiChoice::V2 => Err(Error::usage(format!(
                "the legacy API is being switched off and is used only where it is configured; \
                 set legacy_api = true for account {:?} (or VODLEDGER_LEGACY_API=true), or use --api v3",
                account.name
            ))),
        }
    }
}

/// Applications to ask, one by one.
pub struct Each {
    /// `None` is the account's default application.
    pub ids: Vec<Option<SubAppId>>,
    /// Whether these are all: a key may lack the right to list more.
    pub is_complete: bool,
}

/// The applications one by one: those named, or all that the account has.
pub async fn each(client: &Client, wanted: &Applications) -> Result<Each, Error> {
    match wanted {
        Applications::Listed(ids) => Ok(Each { ids: ids.iter().copied().map(Some).collect(), is_complete: true }),
        Applications::All => {
            let listed = client.vod().list_applications().await.map_err(Error::failed)?;
            if let Some(error) = &listed.unlisted {
                note!(
                    "not asked: applications beside the default one, which this key cannot list ({error}); name them with --app"
                );
            }
            Ok(Each { ids: listed.ids(), is_complete: listed.unlisted.is_none() })
        }
    }
}

/// A question that cannot be asked is a wrong use; a refusal of the cloud is a failure.
fn into_error(error: FindError) -> Error {
    match error {
        FindError::VidNeedsName(_) | FindError::LegacyFilter => Error::usage(error),
        FindError::Cloud(error) => Error::failed(error),
    }
}

/// What was not found or not asked, on standard error; whether anything was.
fn report_gaps(found: &Found) -> bool {
    for missing in &found.missing {
        note!("not found: {missing}");
    }
    for (application, error) in &found.failed {
        note!("not asked: {}: {error}", named(*application));
    }
    for period in &found.cut {
        report_cut(period);
    }
    !(found.missing.is_empty() && found.failed.is_empty() && found.cut.is_empty())
}

/// An application in a message.
pub fn named(application: Option<SubAppId>) -> String {
    application.map_or_else(|| "the default application".to_owned(), |id| format!("application {id}"))
}

fn report_cut(period: &Period) {
    note!("incomplete: more than 5000 media match in {period}, which is all that the API shows; narrow the search");
}
