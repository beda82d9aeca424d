//! Removes secrets from raw answers before they are stored.
//!
//! Works on the text, not on the parsed value: an answer that is no JSON, or was cut off, is stored too and must not bring a
//! secret along; and everything else stays byte for byte as it came, numbers past 2⁶⁴ included.

/// Members whose text value is a secret, and the action that answers it.
const SECRET_MEMBERS: [&str; 16] = [
    // DescribeVodDomains: the key of KEY hotlink protection.
    "EncryptedKey",
    // DescribeDefaultDistributionConfig: the keys of player signatures.
    "PlayKey",
    "PlaybackKey",
    // ModifyEventConfig (request): signs callbacks.
    "SignKey",
    // PullEvents, DescribeTaskDetail: whatever the caller passed through, often a token.
    "SourceContext",
    "SessionContext",
    "sourceContext",
    "sessionContext",
    // Live recording and media casting: whoever has it can broadcast.
    "PushUrl",
    "StreamUrl",
    // AssumeRole and upload applications.
    "SecretId",
    "SecretKey",
    "TmpSecretId",
    "TmpSecretKey",
    "Token",
    "SecurityToken",
];

/// Parameters of a URL whose value gives access.
const SECRET_PARAMETERS: [&str; 12] = [
    "sign",
    "signature",
    "q-signature",
    "q-ak",
    "x-cos-security-token",
    "token",
    "txsecret",
    "psign",
    "auth_key",
    "key",
    "sessionkey",
    "access_token",
];

const HIDDEN: &str = "***";

/// The text with every secret replaced by `***`.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut member = "";
    while let Some(start) = rest.find('"') {
        let (before, quoted) = rest.split_at(start);
        let inside = &quoted[1..];
        let length = end_of_string(inside);
        let (content, after) = inside.split_at(length);
        let is_name = after.get(1..).is_some_and(|after| after.trim_start().starts_with(':'));
        // Whatever stands between a member's name and the next text other than the colon means that its value is no text.
        let is_value = !is_name && before.trim() == ":";
        out.push_str(before);
        out.push('"');
        if is_value && SECRET_MEMBERS.contains(&member) && !content.is_empty() {
            out.push_str(HIDDEN);
        } else {
            push_without_parameters(&mut out, content);
        }
        member = if is_name { content } else { "" };
        let closing = usize::from(after.starts_with('"'));
        out.push_str(&after[..closing]);
        rest = &after[closing..];
    }
    out.push_str(rest);
    out
}

/// Where a JSON text ends: at its closing quote, or at the end of an answer that was cut off.
fn end_of_string(inside: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index,
            _ => {}
        }
    }
    inside.len()
}

/// The ampersand of a URL as some encoders write it into JSON.
const ESCAPED_AMPERSAND: &str = "\\u0026";

/// Copies a text; in the query of a URL the values of secret parameters are hidden.
fn push_without_parameters(out: &mut String, content: &str) {
    let Some(query) = content.find('?').filter(|_| content.contains(":/") || content.contains(":\\/")) else {
        out.push_str(content);
        return;
    };
    let (address, mut rest) = content.split_at(query);
    out.push_str(address);
    while !rest.is_empty() {
        let (parameter, separator) = next_parameter(rest);
        match parameter.split_once('=') {
            Some((name, _)) if SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) => {
                out.push_str(name);
                out.push('=');
                out.push_str(HIDDEN);
            }
            _ => out.push_str(parameter),
        }
        out.push_str(separator);
        rest = &rest[parameter.len() + separator.len()..];
    }
}

/// What a text begins with up to the next separator, and that separator; both can be empty.
fn next_parameter(text: &str) -> (&str, &str) {
    let plain = text.find(['?', '&', ';', ' ']).map(|at| (at, 1));
    let escaped = text.find(ESCAPED_AMPERSAND).map(|at| (at, ESCAPED_AMPERSAND.len()));
    let (at, length) = plain.into_iter().chain(escaped).min().unwrap_or((text.len(), 0));
    (&text[..at], &text[at..at + length])
}
