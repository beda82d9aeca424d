//! The command line: one file per command. Commands parse, call the rooms, and print; rules live in the rooms.

mod bounds;
mod callback;
mod charge;
mod completions;
mod context;
mod demo;
mod doctor;
mod error;
mod explain;
mod explain_error;
mod file;
mod find;
mod hide;
mod init;
mod ledger;
mod leftovers;
mod log;
mod logs;
mod man;
mod media;
mod meters;
mod output;
mod play;
mod policy;
mod prices;
mod rate;
mod report;
mod runs;
mod selection;
mod signal;
mod signer;
mod sim;
mod stream;
mod summary;
mod sync;
mod terms;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::builder::PossibleValue;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::model::{Address, Language, SubAppId};
use crate::settings::env;

pub use context::Context;
pub use error::{Error, Outcome};
use hide::Given;

/// Where is my recording, what did it cost, and does the bill agree?
#[derive(Debug, Parser)]
#[command(name = "vodledger", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Configuration file [default: ./vodledger.toml, then the user's configuration folder]
    #[arg(long, global = true, value_name = "FILE", env = env::CONFIG, hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Account of the configuration to work on; repeat for several
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',', env = env::PROFILE, hide_env_values = true)]
    pub profile: Vec<String>,
    /// Work on every account of the configuration, whatever --profile says
    #[arg(long, global = true)]
    pub all_profiles: bool,
    /// Application (SubAppId) to work on, or `all`
    #[arg(long, global = true, value_name = "SUBAPPID|all", value_parser = parse_app, env = env::APP, hide_env_values = true)]
    pub app: Option<String>,
    /// Where facts and charges are kept: a file path, or postgres://USER@HOST/DATABASE with the password in PGPASSWORD
    #[arg(long, global = true, value_name = "URL", env = env::LEDGER, hide_env_values = true)]
    pub ledger: Option<Address>,
    /// Work as if it were this moment (RFC 3339 with offset)
    #[arg(long, global = true, value_name = "TIME", value_parser = bounds::time)]
    pub as_of: Option<DateTime<Utc>>,
    /// Language of headings and labels [default: en]
    #[arg(long, global = true, value_enum, env = env::LANG, hide_env_values = true)]
    pub lang: Option<Language>,
    /// Form of the log on standard error
    #[arg(long, global = true, value_enum, default_value_t, env = env::LOG_FORMAT, hide_env_values = true)]
    pub log_format: LogFormat,
    /// Log more; twice for every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Use the whole of each documented rate limit, not 30 % of it: for an account that nothing else calls
    #[arg(long, global = true)]
    pub exclusive: bool,
    /// Show no progress
    #[arg(long, global = true)]
    pub no_progress: bool,
}

impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::English, Self::Chinese]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::English => "English",
            Self::Chinese => "Chinese",
        };
        Some(PossibleValue::new(self.code()).help(help))
    }
}

/// Form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Takes what [`Context::applications`] can read.
fn parse_app(text: &str) -> Result<String, String> {
    match text {
        "all" => Ok(text.to_owned()),
        id if id.parse::<SubAppId>().is_ok() => Ok(text.to_owned()),
        _ => Err("give a SubAppId such as 1500000001, or all".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole main job against a simulated account: no credentials, no network
    Demo(demo::Args),
    /// Write an annotated configuration
    Init(init::Args),
    /// Find recordings by name, file id or vid
    Find(find::Args),
    /// Give playback URLs
    Play(play::Args),
    /// Change media by plan: delete, tag, category, expiry, storage class, restore
    Media(media::Args),
    /// Show or change where event notifications go
    Callback(callback::Args),
    /// Collect usage into the ledger, then charge the months it touched
    Sync(sync::Args),
    /// Rate collected usage into charges
    Charge(charge::Args),
    /// Rate a usage file, offline
    Rate(rate::Args),
    /// Show the whole arithmetic of a charge
    Explain(explain::Args),
    /// Write reports
    Report(report::Args),
    /// List meters
    Meters(meters::Args),
    /// List, show and check price books
    Prices(prices::Args),
    /// Check credentials, clock, permissions and ledger, and say what to do
    Doctor(doctor::Args),
    /// Print the least-privilege CAM policy of a role
    Policy(policy::Args),
    /// Look after the ledger: migrate, check, back up, copy, dump
    Ledger(ledger::Args),
    /// Access logs of the CDN: which recording delivered how much
    Logs(logs::Args),
    /// Explain an error code and say what to do
    Error(explain_error::Args),
    /// Run a simulated VOD account
    Sim(sim::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page
    Man(man::Args),
}

/// Parses the process's arguments, runs the command, and says how it went by the exit code.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = Cli::command().mut_args(without_empty_variable);
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// An empty variable counts as absent, not as an empty value.
fn without_empty_variable(argument: clap::Arg) -> clap::Arg {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    if argument.get_env().is_some_and(is_empty) { argument.env(None::<&'static str>) } else { argument }
}

/// Says what the parser said, or prints the help or version that was asked for: a wrong use is exit code 2.
fn refused(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    if !error.use_stderr() {
        return ended(error.print().map_err(Error::from).and_then(|()| written(Outcome::Done)), arguments);
    }
    let said = error.render().to_string();
    let hidden = Given::new(arguments).hide(&said);
    // In colours, where nothing had to be taken out. If it cannot be written, there is nobody left to tell.
    let _ = if hidden == said { error.print() } else { io::stderr().lock().write_all(hidden.as_bytes()) };
    ExitCode::from(2)
}

/// What was printed has arrived: the system may tell only now that it could not be written.
fn written(outcome: Outcome) -> Result<Outcome, Error> {
    match io::stdout().flush() {
        // A reader who has gone ends no command that was done, as with every other line.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(outcome),
    }
}

/// [`main`] with given arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match parse(arguments.iter().cloned()) {
        Ok(cli) => cli,
        Err(error) => return refused(&error, &arguments),
    };
    log::start(&cli.global);
    let context = Context::new(cli.global);
    let result = match cli.command {
        Command::Demo(args) => demo::run(&args, &context),
        Command::Init(args) => init::run(&args),
        Command::Find(args) => find::run(&args, &context),
        Command::Play(args) => play::run(&args, &context),
        Command::Media(args) => media::run(&args, &context),
        Command::Callback(args) => callback::run(&args, &context),
        Command::Sync(args) => sync::run(&args, &context),
        Command::Charge(args) => charge::run(&args, &context),
        Command::Rate(args) => rate::run(&args, &context),
        Command::Explain(args) => explain::run(&args, &context),
        Command::Report(args) => report::run(&args, &context),
        Command::Meters(args) => meters::run(&args, &context),
        Command::Doctor(args) => doctor::run(&args, &context),
        Command::Policy(args) => policy::run(&args),
        Command::Prices(args) => prices::run(&args, &context),
        Command::Ledger(args) => ledger::run(&args, &context),
        Command::Logs(args) => logs::run(&args, &context),
        Command::Error(args) => explain_error::run(&args),
        Command::Sim(args) => sim::run(&args, &context),
        Command::Completions(args) => completions::run(&args, &mut Cli::command()),
        Command::Man(args) => man::run(&args, Cli::command()),
    };
    ended(result.and_then(written), &arguments)
}

/// Says what went wrong, and how it went by the exit code.
fn ended(result: Result<Outcome, Error>, arguments: &[OsString]) -> ExitCode {
    match result {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => {
            let error = error.hiding(&Given::new(arguments));
            error.report();
            error.exit_code()
        }
    }
}
