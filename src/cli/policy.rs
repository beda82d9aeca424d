//! `vodledger policy`: the least that a key needs for a role, for access management (CAM). Made from the table of actions.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::{Value, json};

use super::output::note;
use super::{Error, Outcome};
use crate::cloud::Api;
use crate::cloud::actions::{self, Entry, Granularity, Role};
use crate::model::SubAppId;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the key is for: collector, play, callback or manage; several together make one policy
    #[arg(long, value_name = "ROLE", required = true, value_delimiter = ',', value_parser = role)]
    role: Vec<Role>,
    /// The account that owns the applications; needed to narrow the policy to applications
    #[arg(long, value_name = "UIN")]
    uin: Option<String>,
    /// Only these applications
    #[arg(long, value_name = "SUBAPPID", requires = "uin", value_delimiter = ',')]
    only_app: Vec<SubAppId>,
    /// Also what the legacy API (v2) needs
    #[arg(long)]
    legacy: bool,
    /// For an account of the international site: leaves out what it does not have
    #[arg(long)]
    intl: bool,
}

/// A role by its word.
pub fn role(text: &str) -> Result<Role, String> {
    Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
        let known = Role::ALL.map(Role::as_str).join(", ");
        format!("{text:?} is no role; roles: {known}")
    })
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Error> {
    if let Some(uin) = args.uin.as_deref().filter(|uin| uin.is_empty() || !uin.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Error::usage(format!("--uin {uin:?} is no UIN: give the digits that the console shows as the account id")));
    }
    let mut text = serde_json::to_string_pretty(&args.policy()).map_err(Error::failed)?;
    text.push('\n');
    std::io::stdout().lock().write_all(text.as_bytes())?;
    if args.role.contains(&Role::Manage) {
        note!("this policy lets a key delete media: give it to `media apply` alone, not to scheduled jobs");
    }
    Ok(Outcome::Done)
}

impl Args {
    fn policy(&self) -> Value {
        let (by_application, by_operation): (Vec<&Entry>, Vec<&Entry>) = actions::all()
            .filter(|entry| entry.roles.iter().any(|role| self.role.contains(role)))
            .filter(|entry| self.legacy || entry.action.api != Api::Legacy)
            .filter(|entry| entry.intl || !self.intl)
            .partition(|entry| entry.granularity == Granularity::Resource);
        // An action that knows no resources is refused in a statement that names one, so it has a statement of its own.
        let statements: Vec<Value> = [(by_application, self.resources()), (by_operation, vec!["*".to_owned()])]
            .into_iter()
            .filter(|(entries, _)| !entries.is_empty())
            .map(|(entries, resources)| {
                let names: BTreeSet<String> = entries.into_iter().map(Entry::cam).collect();
                json!({"effect": "allow", "action": names, "resource": resources})
            })
            .collect();
        json!({"version": "2.0", "statement": statements})
    }

    fn resources(&self) -> Vec<String> {
        let resource = |uin: &str, application: &str| format!("qcs::vod::uin/{uin}:subAppId/{application}");
        match (&self.uin, self.only_app.as_slice()) {
            (None, _) => vec!["*".to_owned()],
            (Some(uin), []) => vec![resource(uin, "*")],
            (Some(uin), ids) => ids.iter().map(|id| resource(uin, &id.to_string())).collect(),
        }
    }
}
