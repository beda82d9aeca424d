//! What may be shown of an address. Where it is not certain that something is no secret, it is not shown.

use super::suspicion::is_doubtful;

/// What stands for a text of which nothing may be shown.
pub const HIDDEN: &str = "(not shown: it may hold a password)";

/// A part of an address, such as a host or the name of a database, if it is certainly no secret; else `…`.
pub fn harmless(part: &str) -> &str {
    if is_doubtful(part) || part.contains('@') { "…" } else { part }
}

/// An address without its secrets.
pub fn shown(text: &str) -> String {
    let text = text.trim();
    match text.split_once("://") {
        Some((scheme, path)) if scheme.eq_ignore_ascii_case("sqlite") => path_shown(text, path),
        Some((scheme, rest)) if is_scheme(scheme) => match url(rest) {
            Some(rest) => format!("{scheme}://{rest}"),
            None => format!("{scheme}://…"),
        },
        Some(_) => HIDDEN.to_owned(),
        None => {
            let is_file = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite:"));
            path_shown(text, if is_file { text.get(7..).unwrap_or_default() } else { text })
        }
    }
}

fn path_shown(text: &str, path: &str) -> String {
    if is_doubtful(path) { HIDDEN.to_owned() } else { text.to_owned() }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// What follows the scheme of a URL, if it is certain which part of it is which: a slash, a question mark or a blank inside a
/// password would move the boundaries, and an at sign behind the host gives that away.
fn url(text: &str) -> Option<String> {
    if text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '\\') {
        return None;
    }
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (authority, rest) = text.split_at_checked(end)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if rest.contains('@') || !host.split(',').all(is_host) {
        return None;
    }
    let (rest, fragment) = rest.split_once('#').map_or((rest, ""), |(rest, _)| (rest, "#…"));
    let (path, query) = rest.split_once('?').map_or((rest, ""), |(path, _)| (path, "?…"));
    let path = if is_doubtful(path) || path.contains(';') { "/…" } else { path };
    Some(format!("{host}{path}{query}{fragment}"))
}

/// `name:port`, `[::1]:port`, or nothing.
fn is_host(text: &str) -> bool {
    let is_port = |port: &str| port.is_empty() || (port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some((address, after)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let inside = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
        return address.bytes().all(inside) && (after.is_empty() || after.strip_prefix(':').is_some_and(is_port));
    }
    let (name, port) = text.split_once(':').unwrap_or((text, ""));
    name.chars().all(|letter| letter.is_alphanumeric() || "-._".contains(letter)) && is_port(port)
}
