//! The credentials file of the official SDKs: an INI file with `secret_id`, `secret_key` and, as the
//! Node SDK reads it, `token`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Answer, Credential, Found, Looked, Reason, World, complete};

const IN_HOME: &str = ".tencentcloud/credentials";
const OF_MACHINE: &str = "/etc/tencentcloud/credentials";

pub(super) fn look(path: Option<&Path>, section: Option<&str>, world: &World) -> Answer {
    let paths: Vec<PathBuf> = match path {
        Some(path) => vec![path.to_owned()],
        None => world.home().map(|home| home.join(IN_HOME)).into_iter().chain([PathBuf::from(OF_MACHINE)]).collect(),
    };
    let mut looked = Vec::new();
    for path in paths {
        let place = path.display().to_string();
        let reason = match world.read(&path) {
            Ok(text) => match parse(&text, section.unwrap_or("default")) {
                Ok(credential) => return Ok(Found { credential, origin: place }),
                Err(reason) => reason,
            },
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Reason::Missing("no such file".into())
            }
            Err(error) => Reason::Broken(format!("cannot be read: {}", error.kind())),
        };
        let broken = matches!(reason, Reason::Broken(_));
        looked.push(Looked { place, reason });
        if broken {
            break;
        }
    }
    Err(looked)
}

fn parse(text: &str, wanted: &str) -> Result<Credential, Reason> {
    let [mut id, mut key, mut token] = [None, None, None];
    let mut section = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = Some(name.trim());
            continue;
        }
        // The line is not quoted: it may be a secret.
        let Some((name, value)) = line.split_once(['=', ':']) else {
            return Err(Reason::Broken(format!("line {} is neither a [section] nor `name = value`", index + 1)));
        };
        if section == Some(wanted) {
            let value = Some(value.trim().to_owned());
            match name.trim() {
                "secret_id" => id = value,
                "secret_key" => key = value,
                "token" => token = value,
                _ => {}
            }
        }
    }
    complete([id, key, token], ["secret_id", "secret_key"]).map_err(|reason| match reason {
        Reason::Missing(_) => Reason::Missing(format!("has no secret_id and secret_key in the section [{wanted}]")),
        other => other,
    })
}
