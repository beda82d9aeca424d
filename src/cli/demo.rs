//! `vodledger demo`: the whole main job against a simulated account, inside this process.
//!
//! It runs the real path: the signed client over HTTP on loopback, the ledger, the price book, the reports. Only the cloud
//! is simulated, and its account's clock stands still, so that every run writes the same bytes.

use std::path::PathBuf;
use std::sync::Arc;

use super::output::say;
use super::sync::Bar;
use super::{Context, Error, Outcome};
use crate::billing::{self, Options, PriceBook};
use crate::callbacks::config::Event;
use crate::callbacks::{Mode, Wish, check_url, plan, show, write};
use crate::cloud::{Client, Credential};
use crate::collect::{self, Manifest, Overall, Plan, Stop};
use crate::ledger::Ledger;
use crate::model::time::{format_time, parse_time};
use crate::model::{AccountId, BillingMonth, Clock, SubAppId};
use crate::recordings::find::{Api, Filter};
use crate::recordings::playback::{Playback, urls};
use crate::recordings::{Query, Recording, find, join};
use crate::report::{self, Library, Parameters};
use crate::sim;
use crate::statement::{self, Statement};

/// The moment at which the simulated account's clock stands: every day of the month is settled by then.
const NOW: &str = "2026-11-05T10:00:00+08:00";
/// The month that is reported.
const MONTH: &str = "2026-10";
/// What is looked for.
const PREFIX: &str = "room_1";
/// Where events would go.
const CALLBACK: &str = "https://backend.example.com/vod-events";
/// What every row of every report says.
const MARK: &str = "SIMULATED";

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the reports; files of an earlier demo are replaced
    #[arg(long, value_name = "DIR", default_value = "vodledger-demo")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    let demo = Demo::new()?;
    context.runtime()?.block_on(demo.job(args, context))
}

struct Demo {
    clock: Clock,
    month: BillingMonth,
    account: AccountId,
    ledger: Arc<Ledger>,
}

impl Demo {
    fn new() -> Result<Self, Error> {
        Ok(Self {
            clock: Clock::pinned(parse_time(NOW).map_err(Error::failed)?),
            month: MONTH.parse().map_err(Error::failed)?,
            account: AccountId::new("demo"),
            // Nothing of the demo outlives it but its reports.
            ledger: Arc::new(Ledger::open(":memory:").map_err(Error::failed)?),
        })
    }

    async fn job(&self, args: &Args, context: &Context) -> Result<Outcome, Error> {
        let cloud = sim::start(sim::Config { now: Some(self.clock.now()), limit: sim::Limit::Off, ..sim::Config::default() })
            .await
            .map_err(Error::failed)?;
        let client = client(&cloud)?;
        say!("A simulated account on {}; its clock stands at {}.", cloud.http, format_time(self.clock.now()));
        say!("Everything below is {MARK}: no real account, no real money.\n");

        let recordings = self.find(&client).await?;
        self.play(&recordings)?;
        let all = client.vod().list_applications().await.map_err(Error::failed)?.ids();
        self.call_back(&client, all.first().copied().flatten()).await?;
        let manifest = self.sync(&client, context).await?;
        let statement = self.charge()?;
        self.report(args)?;
        say!("\nLook at 2026-10-05 in cost-daily: four applications of 400 GB pay 1600 GB x 0.23 = 368.00,");
        say!("because tiers belong to the account. Then try it by hand: README, \"Against the simulator\".");
        let complete = manifest.overall() == Overall::Done && !statement.charges.is_empty();
        Ok(if complete { Outcome::Done } else { Outcome::Partial })
    }

    async fn find(&self, client: &Client) -> Result<Vec<Recording>, Error> {
        let all = client.vod().list_applications().await.map_err(Error::failed)?.ids();
        let query = Query::Search(Filter { name_prefix: Some(PREFIX.to_owned()), ..Filter::default() });
        let found = find(client, Api::V3, &all, &query, self.clock.now()).await.map_err(Error::failed)?;
        self.ledger.remember_media(&self.account, &found.media, self.clock.now()).map_err(Error::failed)?;
        let recordings = join(found.media);
        say!("1. find --name {PREFIX}: {} recordings in {} applications", recordings.len(), all.len());
        for recording in &recordings {
            let start = recording.period().map_or_else(String::new, |period| format_time(period.start));
            say!(
                "   {:<10} {start}  {:>8}  {}",
                recording.name,
                recording.duration_ms().map_or_else(|| "unknown".to_owned(), super::find::clock_text),
                files(recording.segments.len())
            );
        }
        Ok(recordings)
    }

    fn play(&self, recordings: &[Recording]) -> Result<(), Error> {
        let Some(segment) = recordings.first().and_then(|recording| recording.segments.first()) else {
            return Err(Error::failed("the simulated account holds no recording to play"));
        };
        say!("\n2. play room_1: the original of its first file");
        let playable = urls(&segment.media, &Playback::default(), self.clock.now()).map_err(Error::failed)?;
        for original in playable.iter().filter(|playable| playable.rendition.definition == 0) {
            say!("   {}", original.url.expose());
        }
        Ok(())
    }

    async fn call_back(&self, client: &Client, application: Option<SubAppId>) -> Result<(), Error> {
        let url = check_url(CALLBACK, false)?;
        let wish = Wish { mode: Some(Mode::Push), url: Some(url), events: vec![Event::Upload], ..Wish::default() };
        let before = show(client, application).await?;
        let after = plan(&before, &wish, None)?;
        let read_back = write(client, application, &after, None).await?;
        say!("\n3. callback set {CALLBACK}");
        say!("   url   {} -> {}", super::callback::or_none(&before.url), read_back.url);
        for ((name, before), (_, now)) in before.switches().into_iter().zip(read_back.switches()).filter(|(old, new)| old != new)
        {
            say!("   {name}  {} -> {}, read back", super::callback::on_off(before), super::callback::on_off(now));
        }
        Ok(())
    }

    async fn sync(&self, client: &Client, context: &Context) -> Result<Manifest, Error> {
        let plan = Plan::new(self.account.clone(), self.month.period(), self.clock.now());
        let bar = Bar::new(context);
        let manifest = collect::sync(client, &self.ledger, &plan, &Stop::default(), &bar).await;
        bar.clear();
        let manifest = manifest.map_err(Error::failed)?;
        say!(
            "\n4. sync --month {MONTH}: {} of {} questions answered, {} facts kept",
            manifest.sum(|count| count.fetched),
            manifest.sum(|count| count.asked),
            manifest.committed.new
        );
        Ok(manifest)
    }

    fn charge(&self) -> Result<Statement, Error> {
        let (id, toml) = billing::shipped()
            .iter()
            .find(|(id, _)| *id == "vod-cn")
            .ok_or_else(|| Error::failed("the price book vod-cn is not shipped"))?;
        let book = PriceBook::parse(toml, id).map_err(Error::failed)?;
        let options = Options { mode_assumed: true, ..Options::default() };
        let statement = statement::charge(&self.ledger, &self.account, self.month, &book, &options).map_err(Error::failed)?;
        say!("\n5. charge --month {MONTH}: postpaid by traffic, ASSUMED because nothing says otherwise");
        super::summary::print(&statement)?;
        Ok(statement)
    }

    fn report(&self, args: &Args) -> Result<(), Error> {
        say!("\n6. report: every row is marked {MARK}");
        let library = Library::new(None);
        let parameters = Parameters { mark: Some(MARK.to_owned()), ..Parameters::of_month(self.month) };
        for name in ["cost-summary", "cost-daily"] {
            let definition = library.get(name).map_err(Error::failed)?;
            let saved =
                report::save(&self.ledger, &definition, &parameters, &[report::Format::Csv], &args.out).map_err(Error::failed)?;
            for path in saved.paths {
                say!("   {}", path.display());
            }
        }
        Ok(())
    }
}

fn client(cloud: &sim::Running) -> Result<Client, Error> {
    let credential = Credential { secret_id: cloud.secret_id.clone(), secret_key: cloud.secret_key.clone(), token: None };
    Client::builder(credential)
        .vod_endpoint(cloud.http.as_str())
        .legacy_endpoint(cloud.http.as_str())
        .billing_endpoint(cloud.http.as_str())
        .without_budget()
        .build()
        .map_err(Error::failed)
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}
