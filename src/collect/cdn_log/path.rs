//! Which media a path belongs to, by the shape of the path.
//!
//! `/<8 hex>vod<letters><AppId>/<8 hex><FileId>/…` is today's (originals, transcoded renditions, segments of HLS),
//! `/vod<AppId>/<FileId>/…` that of the first years of VOD 4.0. Older paths name a vid, which only the catalogue knows.

use memchr::memchr;

use super::digits::{is_hex, number};

/// The first folder of a path: that of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its length with both slashes.
    pub length: usize,
    /// Whether a hash stands before the FileId that follows.
    hashed: bool,
}

impl Account {
    /// The account folder that a path begins with.
    pub fn of(path: &[u8]) -> Option<Self> {
        let rest = path.strip_prefix(b"/")?;
        let end = memchr(b'/', rest)?;
        let folder = rest.get(..end)?;
        let (account, hashed) = match folder.strip_prefix(b"vod") {
            Some(account) => (account, false),
            None => {
                let (hash, account) = folder.split_first_chunk()?;
                (account.strip_prefix(b"vod").filter(|_| is_hex(hash))?, true)
            }
        };
        let letters = account.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        let account = account.get(letters..)?;
        let is_one = !account.is_empty() && account.iter().all(u8::is_ascii_digit);
        is_one.then_some(Self { length: end + 2, hashed })
    }

    /// The FileId that follows the account's folder, and where it ends.
    #[inline(always)]
    pub fn file_id(self, rest: &[u8]) -> Option<(u64, usize)> {
        let (id, before) = if self.hashed {
            let (hash, id) = rest.split_first_chunk::<8>()?;
            (is_hex(hash).then_some(id)?, hash.len())
        } else {
            (rest, 0)
        };
        let (value, length) = number(id)?;
        (id.get(length) == Some(&b'/') && id.first() != Some(&b'0')).then_some((value, before + length))
    }
}

/// The FileId that a path names.
pub fn file_id(path: &[u8]) -> Option<u64> {
    let account = Account::of(path)?;
    account.file_id(path.get(account.length..)?).map(|(file_id, _)| file_id)
}
