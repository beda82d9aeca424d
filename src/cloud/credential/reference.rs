//! Secrets that the configuration names: a variable, or a file that holds the secret alone.

use super::{Answer, Credential, Found, Reason, Reference, World, is_header_text, nothing};
use crate::model::{Secret, SecretRef};

const PLACE: &str = "the account's [account.credential]";

/// Fetches a secret from the place that was named.
///
/// The error names the place and what is wrong with it, never its content.
pub fn resolve(reference: &SecretRef, world: &World) -> Result<Secret, String> {
    let text = match reference {
        SecretRef::Variable(name) => world.variable(name).ok_or_else(|| format!("{reference} is not set or empty"))?,
        SecretRef::File(path) => world.read(path).map_err(|error| format!("{reference} cannot be read: {}", error.kind()))?,
    };
    let text = text.trim();
    match text {
        "" => Err(format!("{reference} is empty")),
        _ if text.lines().count() > 1 => Err(format!("{reference} holds more than one line; it must hold the secret alone")),
        _ => Ok(Secret::new(text)),
    }
}

pub(super) fn look(reference: &Reference, world: &World) -> Answer {
    match fetch(reference, world) {
        Ok(credential) => {
            Ok(Found { credential, origin: format!("the configuration ({}, {})", reference.secret_id, reference.secret_key) })
        }
        Err(message) => nothing(PLACE, Reason::Broken(message)),
    }
}

fn fetch(reference: &Reference, world: &World) -> Result<Credential, String> {
    let secret_id = resolve(&reference.secret_id, world)?.expose().to_owned();
    if !is_header_text(&secret_id) {
        return Err(format!("{} holds characters that no SecretId has", reference.secret_id));
    }
    let secret_key = resolve(&reference.secret_key, world)?;
    let token = reference.token.as_ref().map(|token| resolve(token, world)).transpose()?;
    Ok(Credential { secret_id, secret_key, token })
}
