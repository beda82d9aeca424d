//! The credential file of the official command line (tccli 3.1.189.1): JSON with `secretId`, `secretKey`,
//! `token`, and a `type` for those kinds that first have to be exchanged.

use std::io::ErrorKind;

use serde::Deserialize;

use super::{Answer, Found, Reason, World, complete, nothing};

/// Names the profile when nothing else does.
pub const PROFILE: &str = "TCCLI_PROFILE";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(rename = "type")]
    kind: Option<String>,
    secret_id: Option<String>,
    secret_key: Option<String>,
    token: Option<String>,
    #[serde(rename = "role-arn")]
    role_arn: Option<String>,
}

pub(super) fn look(profile: Option<&str>, world: &World) -> Answer {
    let profile = profile.map(str::to_owned).or_else(|| world.variable(PROFILE)).unwrap_or_else(|| "default".to_owned());
    if profile.contains(['/', '\\']) {
        return nothing("the tccli profile", Reason::Broken("its name holds a path separator".into()));
    }
    let Some(home) = world.home() else {
        return nothing(format!("~/.tccli/{profile}.credential"), Reason::Missing("there is no home folder".into()));
    };
    let path = home.join(".tccli").join(format!("{profile}.credential"));
    let place = path.display();
    let text = match world.read(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return nothing(place, Reason::Missing("no such file".into()));
        }
        Err(error) => return nothing(place, Reason::Broken(format!("cannot be read: {}", error.kind()))),
    };
    match parse(&text) {
        Ok(credential) => Ok(Found { credential, origin: place.to_string() }),
        Err(reason) => nothing(place, reason),
    }
}

fn parse(text: &str) -> Result<super::Credential, Reason> {
    // serde_json's message can quote a value; its place is all that is said.
    let file: File = serde_json::from_str(text).map_err(|error| {
        let problem = if error.is_data() { "has a member of the wrong type" } else { "is no JSON" };
        Reason::Broken(format!("{problem} (line {}, column {})", error.line(), error.column()))
    })?;
    match unsupported(&file) {
        Some(kind) => Err(Reason::Unsupported(format!(
            "holds {kind}, which is not supported yet; use a SecretId and SecretKey (`tccli configure`)"
        ))),
        None => complete([file.secret_id, file.secret_key, file.token], ["secretId", "secretKey"]),
    }
}

/// The kinds whose keys must first be fetched from somewhere else.
fn unsupported(file: &File) -> Option<&'static str> {
    match file.kind.as_deref() {
        Some("oauth") => Some("a browser login (oauth)"),
        Some("sso") => Some("a single sign-on login (sso)"),
        Some("cvm-role") => Some("a role of the virtual machine (cvm-role)"),
        Some("" | "default") | None if file.role_arn.as_deref().is_none_or(str::is_empty) => None,
        Some("" | "default") | None => Some("a role to assume (role-arn)"),
        Some(_) => Some("an unknown type"),
    }
}
