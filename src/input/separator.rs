//! What stands between the cells of a row.

/// The separators that are read.
const READ: [(u8, &str); 3] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab")];
/// Separators that some programs write and that are refused by name.
const REFUSED: [(char, &str); 7] = [
    ('|', "vertical bars (|)"),
    (':', "colons"),
    ('，', "full-width commas (，)"),
    ('；', "full-width semicolons (；)"),
    ('、', "ideographic commas (、)"),
    ('^', "carets (^)"),
    ('\u{1f}', "unit separators (U+001F)"),
];

/// A separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separator(pub u8);

impl Default for Separator {
    fn default() -> Self {
        Self(b',')
    }
}

impl Separator {
    /// Every one that is read.
    pub fn all() -> impl Iterator<Item = Self> {
        READ.into_iter().map(|(byte, _)| Self(byte))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        READ.iter().find(|(byte, _)| *byte == self.0).map_or("comma", |(_, name)| name)
    }

    /// What a line such as `sep=;` names, with which Excel tells itself.
    pub fn declared(line: &str) -> Option<Self> {
        let line = line.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']).trim_matches('"');
        let rest = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &line[4..])?;
        READ.iter().find(|(byte, _)| rest.as_bytes() == [*byte]).map(|(byte, _)| Self(*byte))
    }

    /// The one by which a header falls into most of the names that are expected; a comma where none does.
    pub fn of_header(header: &str, expected: &[&str]) -> Self {
        let known =
            |separator: &Self| titles(header, *separator).iter().filter(|title| expected.contains(&title.as_str())).count();
        // The last of equals is taken: so that is the comma.
        Self::all().collect::<Vec<_>>().into_iter().rev().max_by_key(known).unwrap_or_default()
    }

    /// The separator that a header has instead of one that is read.
    pub fn refused(header: &str, expected: &[&str]) -> Option<&'static str> {
        let is_known = |title: &str| expected.contains(&clean(title).as_str());
        REFUSED
            .iter()
            .find(|(letter, _)| header.split(*letter).filter(|title| is_known(title)).count() > 1)
            .map(|(_, name)| *name)
    }
}

/// The titles of a header line.
pub fn titles(header: &str, separator: Separator) -> Vec<String> {
    let header = header.trim_start_matches('\u{feff}');
    let mut csv =
        csv::ReaderBuilder::new().delimiter(separator.0).has_headers(false).flexible(true).from_reader(header.as_bytes());
    let first = csv.records().next().and_then(Result::ok).unwrap_or_default();
    first.iter().map(clean).collect()
}

/// A title without what is not seen of it.
pub fn clean(title: &str) -> String {
    let seen: String = title.chars().filter(|letter| !super::id::is_invisible(*letter)).collect();
    seen.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::Separator;

    #[test]
    fn the_header_tells_the_separator() {
        let expected = ["account", "meter", "quantity"];
        for (header, found) in [
            ("account,meter,quantity", b','),
            ("account;meter;quantity", b';'),
            ("\u{feff}\"account\"\t\"meter\"\tquantity\r", b'\t'),
            ("account;\"a,b\";meter;quantity", b';'),
            ("\"a;b;c\",account,meter", b','),
            ("nothing", b','),
        ] {
            assert_eq!(Separator::of_header(header, &expected), Separator(found), "{header:?}");
        }
        assert_eq!(Separator::refused("account|meter|quantity", &expected), Some("vertical bars (|)"));
        assert_eq!(Separator::refused("account,meter", &expected), None);
        assert_eq!(Separator::declared("sep=;\r\n"), Some(Separator(b';')));
        assert_eq!(Separator::declared("sep=x"), None);
    }
}
