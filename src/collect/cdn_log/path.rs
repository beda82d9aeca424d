//! Which media a path belongs to, by the shape of the path.
//!
//! `/<8 hex>vod<letters><AppId>/<8 hex><FileId>/…` is today's (originals, transcoded renditions, segments of HLS),
//! `/vod<AppId>/<FileId>/…` that of the first years of VOD 4.0. Older paths name a vid, which only the catalogue knows.

use memchr::memchr;

use super::digits::number;

/// The FileId that a path names.
pub fn file_id(path: &[u8]) -> Option<u64> {
    let rest = path.strip_prefix(b"/")?;
    let (folder, rest) = rest.split_at_checked(memchr(b'/', rest)?)?;
    let (account, prefix) = match folder.strip_prefix(b"vod") {
        Some(account) => (account, 0),
        None => {
            let (hash, account) = folder.split_at_checked(8)?;
            (account.strip_prefix(b"vod").filter(|_| is_hex(hash))?, 8)
        }
    };
    let letters = account.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let account = account.get(letters..)?;
    if account.is_empty() || !account.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (hash, id) = rest.get(1..)?.split_at_checked(prefix)?;
    let (value, length) = number(id)?;
    let is_whole = id.get(length) == Some(&b'/') && id.first() != Some(&b'0') && is_hex(hash);
    is_whole.then_some(value)
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}
