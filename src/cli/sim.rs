//! `vodledger sim`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::signal::Stop;
use super::{Context, Error, Outcome, bounds, file};
use crate::sim::{self, AccountSource, Config, Faults, Limit, LogSpec, Running, SimError, Switches};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where to listen with TLS as well
    #[arg(long, value_name = "ADDR", requires = "ca_out")]
    tls_listen: Option<SocketAddr>,
    /// Where to write the certificate authority to trust (PEM); made anew for every run
    #[arg(long, value_name = "FILE", requires = "tls_listen")]
    ca_out: Option<PathBuf>,
    /// Whose cloud: `demo`, an account file (docs/simulator.md), or large:media=1000000,apps=2,seed=1,per_second=0,churn=0
    #[arg(long, value_name = "demo|FILE|large:…", default_value = "demo")]
    account: PathBuf,
    /// The account's clock (RFC 3339) [default: what the account file says, else the wall clock]
    #[arg(long, value_name = "TIME", value_parser = bounds::time)]
    now: Option<DateTime<Utc>>,
    /// What goes wrong: mixed, or KIND=PERCENT% of throttle, reset, slow, …; and seed=NUMBER (docs/simulator.md)
    #[arg(long, value_name = "SPEC")]
    faults: Option<String>,
    /// How long every answer takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(bounds::LATENCY_MS))]
    latency: u64,
    /// How rate limits are counted: token, fixed, sliding or off
    #[arg(long, value_name = "HOW", default_value_t)]
    limit: Limit,
    /// What the documents leave open (docs/simulator.md); may be repeated
    #[arg(long = "set", value_name = "SWITCH=VALUE")]
    switches: Vec<String>,
    /// Write where it answers and its keys here (JSON), once it does
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Write large access logs into this folder and end, without serving
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["ready_file", "tls_listen"])]
    write_logs: Option<PathBuf>,
    /// Which: lines=20000000,hours=48,media=200000,domains=1,seed=1
    #[arg(long, value_name = "SPEC", requires = "write_logs")]
    logs: Option<String>,
}

/// What the ready file and the first line of output say.
#[derive(Serialize)]
struct Ready<'a> {
    http: &'a str,
    https: Option<&'a str>,
    secret_id: &'a str,
    secret_key: &'a str,
    ca: Option<&'a Path>,
}

/// Runs the command: until the process is asked to stop, or until the logs are written.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    if let Some(folder) = &args.write_logs {
        return write_logs(folder, args.logs.as_deref().unwrap_or_default());
    }
    let config = config(args, context.global.as_of)?;
    context.runtime()?.block_on(async {
        // Before anybody can know that it runs, so that no request to stop is missed.
        let stop = Stop::new().map_err(Error::failed)?;
        let running = sim::start(config).await?;
        announce(args, &running)?;
        stop.asked().await;
        running.stop().await;
        Ok(Outcome::Done)
    })
}

fn write_logs(folder: &Path, spec: &str) -> Result<Outcome, Error> {
    let written = sim::write_logs(folder, &spec.parse::<LogSpec>()?)?;
    writeln!(io::stdout(), "{} lines in {} files in {}", written.lines, written.files, folder.display())?;
    Ok(Outcome::Done)
}

fn config(args: &Args, as_of: Option<DateTime<Utc>>) -> Result<Config, Error> {
    let mut switches = Switches::default();
    args.switches.iter().try_for_each(|setting| switches.set(setting))?;
    Ok(Config {
        account: AccountSource::of_argument(&args.account)?,
        switches,
        now: args.now.or(as_of),
        listen: args.listen,
        tls_listen: args.tls_listen,
        latency: Duration::from_millis(args.latency),
        limit: args.limit,
        faults: args.faults.as_deref().map(str::parse::<Faults>).transpose()?.unwrap_or_default(),
    })
}

/// The keys are shown on purpose: they open nothing but this simulated account.
fn announce(args: &Args, running: &Running) -> Result<(), Error> {
    let wrong = |path: &Path, error: io::Error| Error::failed(format!("cannot write {}: {error}", path.display()));
    let mut ca = None;
    if let (Some(path), Some(pem)) = (&args.ca_out, &running.ca_pem) {
        file::replace_for_all(path, pem.as_bytes()).map_err(|error| wrong(path, error))?;
        ca = Some(std::path::absolute(path).map_err(|error| wrong(path, error))?);
    }
    let ready = Ready {
        http: &running.http,
        https: running.https.as_deref(),
        secret_id: &running.secret_id,
        secret_key: running.secret_key.expose(),
        ca: ca.as_deref(),
    };
    let mut text = serde_json::to_string(&ready).map_err(io::Error::from)?;
    text.push('\n');
    if let Some(path) = &args.ready_file {
        file::replace(path, text.as_bytes()).map_err(|error| wrong(path, error))?;
    }
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    writeln!(
        out,
        "Answering at {}; stop with Ctrl-C.",
        ready.https.map_or_else(|| ready.http.to_owned(), |https| format!("{} and {https}", ready.http))
    )?;
    out.flush()?;
    Ok(())
}

impl From<SimError> for Error {
    fn from(error: SimError) -> Self {
        if error.is_usage() { Self::usage(error) } else { Self::failed(error) }
    }
}
