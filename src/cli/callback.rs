//! `vodledger callback`: where event notifications go.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::json;

use super::output::{Format, Listing, note, say};
use super::selection::{each, named};
use super::{Context, Error, Outcome};
use crate::callbacks::config::{EVENTS, Event, Mode};
use crate::callbacks::{CallbackError, Change, Setting, Wish, check_url, plan, plan_clear, plan_rollback, show, write};
use crate::cloud::Client;
use crate::cloud::legacy::DescribeRecordPlayInfo;
use crate::input;
use crate::ledger::Ledger;
use crate::model::{Address, Secret, SubAppId, Vid};
use crate::settings::Account;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show the event configuration of every application, or of --app
    Show {
        /// Form of the list [default: table on a terminal, else csv]
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
    /// Set the callback URL and turn events on; shows the difference first and keeps the old setting
    Set(SetArgs),
    /// Set again what was there before the last change made here
    Rollback {
        /// The URL or mode that may be replaced, if someone else changed it meanwhile
        #[arg(long, value_name = "OLD")]
        replace: Option<Address>,
    },
    /// Take the callback URL away and turn every event off
    Clear {
        /// The URL or mode that may be replaced
        #[arg(long, value_name = "OLD")]
        replace: Option<Address>,
    },
}

#[derive(Debug, clap::Args)]
struct SetArgs {
    /// Where events are sent; may be left out with --mode pull
    #[arg(required_unless_present = "mode")]
    url: Option<Address>,
    /// push: VOD posts events to the URL; pull: events wait to be fetched [default: push with a URL]
    #[arg(long, value_enum)]
    mode: Option<ModeArg>,
    /// Events to turn on: UploadMediaComplete, DeleteMediaComplete, PersistenceComplete
    #[arg(long, value_name = "EVENT", value_delimiter = ',', default_value = "UploadMediaComplete", value_parser = event)]
    events: Vec<Event>,
    /// File with the key that signs callbacks: letters and digits, at most 32
    #[arg(long, value_name = "FILE")]
    sign_key_file: Option<PathBuf>,
    /// The URL or mode that may be replaced
    #[arg(long, value_name = "OLD")]
    replace: Option<Address>,
    /// Legacy API: notify about this one recording, which must still be running
    #[arg(long, value_name = "VID", conflicts_with_all = ["mode", "events", "sign_key_file", "replace"])]
    vid: Option<Vid>,
    /// Accept a host that Tencent Cloud cannot reach (for tests)
    #[arg(long)]
    allow_private: bool,
    /// Show the difference and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeArg {
    Push,
    Pull,
}

fn event(name: &str) -> Result<Event, String> {
    EVENTS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, event)| *event)
        .ok_or_else(|| format!("unknown event {name:?}; known: {}", EVENTS.map(|(known, _)| known).join(", ")))
}

impl From<CallbackError> for Error {
    fn from(error: CallbackError) -> Self {
        match error {
            CallbackError::Url { .. } | CallbackError::SignKey | CallbackError::NoUrl | CallbackError::NotThere { .. } => {
                Self::usage(error)
            }
            CallbackError::Taken { .. } | CallbackError::ReadBack(_) | CallbackError::Cloud(_) => Self::failed(error),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<Outcome, Error> {
    match &args.action {
        Action::Show { format } => run_show(*format, context),
        Action::Set(args) => run_set(args, context),
        Action::Rollback { replace } => {
            let target = Target::new(context)?;
            let Some(last) = &target.last else {
                return Err(Error::failed(format!(
                    "no earlier setting of {} is known: nothing was changed from here with the ledger {}",
                    named(target.application),
                    target.ledger.place()
                )));
            };
            let after = plan_rollback(&target.before, replace.as_ref().map(Address::expose), last)?;
            target.put(&after, None)?;
            // The change is undone, so the one before it is the next to go back from.
            target.ledger.pop_event_config(&target.account.id(), target.application).map_err(Error::failed)?;
            Ok(Outcome::Done)
        }
        Action::Clear { replace } => {
            let target = Target::new(context)?;
            let after = plan_clear(&target.before, replace.as_ref().map(Address::expose), target.last.as_ref())?;
            target.change(after, None)
        }
    }
}

fn run_show(format: Option<Format>, context: &Context) -> Result<Outcome, Error> {
    let columns = ["account", "sub_app_id", "mode", "url", "UploadMediaComplete", "DeleteMediaComplete", "PersistenceComplete"];
    let mut listing = Listing::new(&columns).narrow(&columns[1..]);
    let mut failed = 0;
    for account in context.accounts()? {
        let client = context.client(account)?;
        let applications = context.applications(account)?;
        let settings = context.runtime()?.block_on(async {
            let mut settings = Vec::new();
            for application in each(&client, &applications).await?.ids {
                settings.push((application, show(&client, application).await));
            }
            Ok::<_, Error>(settings)
        })?;
        for (application, setting) in settings {
            match setting {
                Ok(setting) => listing.push(vec![
                    json!(account.name),
                    json!(application.map(|id| id.to_string())),
                    json!(setting.mode),
                    json!(setting.url.to_string()),
                    json!(on_off(setting.upload)),
                    json!(on_off(setting.delete)),
                    json!(on_off(setting.persistence)),
                ]),
                Err(error) => {
                    failed += 1;
                    note!("not shown: {}: {error}", named(application));
                }
            }
        }
    }
    listing.print(Format::or_default(format))?;
    Ok(if failed == 0 { Outcome::Done } else { Outcome::Partial })
}

fn run_set(args: &SetArgs, context: &Context) -> Result<Outcome, Error> {
    // Everything that can be refused is, before anything is asked or changed.
    let url = args.url.as_ref().map(|url| check_url(url.expose(), args.allow_private)).transpose()?;
    if let Some(vid) = &args.vid {
        return run_notify(vid, url, context);
    }
    let wish = Wish {
        mode: Some(match args.mode {
            Some(ModeArg::Pull) => Mode::Pull,
            Some(ModeArg::Push) | None => Mode::Push,
        }),
        url,
        events: args.events.clone(),
        sign_key: args.sign_key_file.as_deref().map(read_key).transpose()?,
        replace: args.replace.clone(),
    };
    let target = Target::new(context)?;
    let after = plan(&target.before, &wish, target.last.as_ref())?;
    if args.dry_run {
        print_difference(&target.before, &after)?;
        say!("dry run: nothing was changed");
        return Ok(Outcome::Done);
    }
    target.change(after, wish.sign_key)
}

/// The legacy API takes a callback address per recording, and only while the recording's work goes on.
fn run_notify(vid: &Vid, url: Option<Address>, context: &Context) -> Result<Outcome, Error> {
    let account = context.account()?;
    if !account.legacy_api {
        return Err(Error::usage(format!(
            "--vid uses the legacy API, which is used only where it is configured; set legacy_api = true for account {:?}, \
             or leave --vid out to set the callback of the whole application",
            account.name
        )));
    }
    let client = context.client(account)?;
    let request = DescribeRecordPlayInfo { vid: vid.as_str().to_owned(), notify_url: url };
    let media = context.runtime()?.block_on(client.legacy().describe_record_play_info(&request)).map_err(Error::failed)?;
    say!("notifyUrl sent for {vid} ({} files so far)", media.len());
    say!("it counts only if the recording and its transcoding have not ended yet; the API does not say whether they have");
    Ok(Outcome::Done)
}

/// The one application whose setting is changed, and what is known of it.
struct Target<'a> {
    context: &'a Context,
    account: &'a Account,
    client: Client,
    ledger: Ledger,
    application: Option<SubAppId>,
    before: Setting,
    last: Option<Change>,
}

impl<'a> Target<'a> {
    fn new(context: &'a Context) -> Result<Self, Error> {
        let account = context.account()?;
        let client = context.client(account)?;
        let runtime = context.runtime()?;
        let all = runtime.block_on(each(&client, &context.applications(account)?))?;
        let application = match all.ids.as_slice() {
            [one] => *one,
            several => {
                let ids: Vec<String> = several.iter().flatten().map(ToString::to_string).collect();
                return Err(Error::usage(format!(
                    "the account has {} applications, each with a setting of its own; choose one with --app: {}",
                    several.len(),
                    ids.join(", ")
                )));
            }
        };
        let before = runtime.block_on(show(&client, application))?;
        let ledger = context.ledger()?;
        let last = ledger.last_event_config(&account.id(), application).map_err(Error::failed)?;
        let last = last.map(|json| serde_json::from_str(&json)).transpose();
        let last = last.map_err(|error| Error::failed(format!("the kept setting cannot be read: {error}")))?;
        Ok(Self { context, account, client, ledger, application, before, last })
    }

    /// Keeps what is there, then changes it.
    fn change(&self, after: Setting, sign_key: Option<Secret>) -> Result<Outcome, Error> {
        let change = Change { before: self.before.clone(), after };
        let json = serde_json::to_string(&change).map_err(Error::failed)?;
        let now = self.context.clock.now();
        self.ledger.push_event_config(&self.account.id(), self.application, &json, now).map_err(Error::failed)?;
        self.put(&change.after, sign_key)?;
        Ok(Outcome::Done)
    }

    /// Shows the difference, changes the setting, reads it back.
    fn put(&self, after: &Setting, sign_key: Option<Secret>) -> Result<(), Error> {
        print_difference(&self.before, after)?;
        if sign_key.is_some() {
            say!("  {:<20} set", "sign key");
        }
        let read_back = self.context.runtime()?.block_on(write(&self.client, self.application, after, sign_key))?;
        say!("set and read back for {} of account {}", named(self.application), self.account.name);
        let turned_on: Vec<&str> = self
            .before
            .switches()
            .into_iter()
            .zip(read_back.switches())
            .filter(|((_, before), (_, after))| !before && *after)
            .map(|((name, _), _)| name)
            .collect();
        if !turned_on.is_empty() {
            say!("turned on, because events are off by default: {}", turned_on.join(", "));
        }
        Ok(())
    }
}

fn print_difference(before: &Setting, after: &Setting) -> Result<(), Error> {
    let mut lines = vec![("mode", or_none(&before.mode), or_none(&after.mode)), url_line(&before.url, &after.url)];
    for ((name, before), (_, after)) in before.switches().into_iter().zip(after.switches()) {
        lines.push((name, on_off(before).to_owned(), on_off(after).to_owned()));
    }
    for (name, before, after) in lines {
        if before == after {
            say!("  {name:<20} {before}");
        } else {
            say!("  {name:<20} {before} -> {after}");
        }
    }
    Ok(())
}

/// The URLs without what may be a token in them; that only this part of them changes is said.
fn url_line(before: &Address, after: &Address) -> (&'static str, String, String) {
    let (old, mut new) = (or_none(before), or_none(after));
    if before != after && old == new {
        new.push_str(" (it differs in what is not shown)");
    }
    ("url", old, new)
}

/// A setting for people: an empty one is shown as such.
pub fn or_none(text: &impl ToString) -> String {
    let text = text.to_string();
    if text.is_empty() { "(none)".to_owned() } else { text }
}

/// A switch by the API's words.
pub fn on_off(on: bool) -> &'static str {
    if on { "ON" } else { "OFF" }
}

fn read_key(path: &Path) -> Result<Secret, Error> {
    let text = input::file::small(path).map_err(|error| Error::usage(format!("sign key file {}: {error}", path.display())))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}
