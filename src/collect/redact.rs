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

/// Copies a text; in the query of a URL the values of secret parameters are hidden.
fn push_without_parameters(out: &mut String, content: &str) {
    let Some(query) = content.find('?').filter(|_| content.contains(":/") || content.contains(":\\/")) else {
        out.push_str(content);
        return;
    };
    let (address, query) = content.split_at(query);
    out.push_str(address);
    for piece in query.split_inclusive(['?', '&', ';', ' ']) {
        let name = piece.split('=').next().unwrap_or_default();
        let secret = SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) && piece.len() > name.len();
        if secret {
            let ending = piece.trim_end_matches(|c| c != '&' && c != ';' && c != ' ' && c != '?');
            out.push_str(name);
            out.push('=');
            out.push_str(HIDDEN);
            out.push_str(&ending[ending.len().saturating_sub(1)..]);
        } else {
            out.push_str(piece);
        }
    }
}
