//! The forms that a ledger's address has.

use super::Address;
use super::suspicion::connects;

/// Where a ledger is, by the form of its address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LedgerPlace<'a> {
    /// `:memory:`: a ledger that ends with the process.
    Memory,
    /// `FILE` or `sqlite:FILE`.
    File(&'a str),
    /// The URL of a PostgreSQL database; whether it can be read is another question.
    Postgres(&'a str),
}

impl Address {
    /// Where a ledger with this address is. Schemes are known in capitals, too; blanks around the address do not count.
    ///
    /// `None` for what is no address of a ledger: nothing, another scheme, and texts such as `host=… password=…`, which must not
    /// become the name of a file.
    pub fn ledger(&self) -> Option<LedgerPlace<'_>> {
        let text = self.expose().trim();
        let path = match text.split_once("://") {
            Some((scheme, path)) if scheme.eq_ignore_ascii_case("sqlite") => path,
            Some((scheme, _)) if ["postgres", "postgresql"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) => {
                return Some(LedgerPlace::Postgres(text));
            }
            Some(_) => return None,
            None => match text.split_once(':') {
                Some((scheme, path)) if scheme.eq_ignore_ascii_case("sqlite") => path,
                _ => text,
            },
        };
        match path {
            ":memory:" => Some(LedgerPlace::Memory),
            _ if path.trim().is_empty() || connects(path) => None,
            _ => Some(LedgerPlace::File(path)),
        }
    }
}
