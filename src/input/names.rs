//! Names that are nearly known ones. A slip must not become a meter, area or specification of its own: its usage would miss
//! its tier, its pack or its price.

use super::id::{half_width, is_invisible};
use crate::model::nearest::letters_apart;

/// What a name is beside the known ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'a> {
    /// One of them.
    Known,
    /// Nearly this one.
    Near(&'a str),
    /// Something else.
    Other,
}

/// Compares a name with the known ones. Case, width, blanks and what is not seen make no other name; neither do up to two
/// letters (one in a name of up to four, none in one of two). A digit does: `720P` and `480P` are two things.
pub fn compare<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Name<'a> {
    if name.is_empty() {
        return Name::Known;
    }
    let known: Vec<&str> = known.into_iter().collect();
    if known.contains(&name) {
        return Name::Known;
    }
    let folded = fold(name);
    let mut nearest: Option<(usize, &str)> = None;
    for other in known {
        let apart = apart(&folded, &fold(other));
        if let Some(apart) = apart
            && nearest.is_none_or(|(least, _)| apart < least)
        {
            nearest = Some((apart, other));
        }
    }
    nearest.map_or(Name::Other, |(_, other)| Name::Near(other))
}

/// The message for a name that is nearly a known one.
pub fn did_you_mean(what: &str, near: &str) -> String {
    format!("it is no known {what}, but nearly {near:?}; write it so, or rename it if it is another")
}

fn fold(name: &str) -> String {
    let seen = name.chars().filter(|letter| !is_invisible(*letter)).map(half_width);
    seen.filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// How many letters two folded names are apart; `None` where that is too many for a slip.
fn apart(left: &str, right: &str) -> Option<usize> {
    let limit = match left.chars().count().min(right.chars().count()) {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    };
    letters_apart(left, right).filter(|apart| *apart <= limit)
}

#[cfg(test)]
mod tests {
    use super::{Name, compare};

    #[test]
    fn slips_are_told_from_other_names() {
        let known = ["Chinese Mainland", "Europe", "480P", "2K", "STANDARD", "STANDARD_IA", "Standard.H264.HD", "Audio"];
        for (name, near) in [
            ("chinese mainland", "Chinese Mainland"),
            ("Chinese  Mainland", "Chinese Mainland"),
            ("ChineseMainland", "Chinese Mainland"),
            ("Ｅｕｒｏｐｅ", "Europe"),
            ("Chinese Mainlnad", "Chinese Mainland"),
            ("Chineese Mainlan", "Chinese Mainland"),
            ("480p", "480P"),
            ("2k", "2K"),
            ("Standart", "STANDARD"),
            ("STANDARD-IA", "STANDARD_IA"),
            ("Standrad.H264.HD", "Standard.H264.HD"),
            ("Europe\u{200b}", "Europe"),
        ] {
            assert_eq!(compare(name, known), Name::Near(near), "{name}");
        }
        for name in ["Antarctica", "720P", "8K", "Standard.H266.HD", "Standard.AV1.HD", "8M", "Video"] {
            assert_eq!(compare(name, known), Name::Other, "{name}");
        }
        assert_eq!(compare("STANDARD", known), Name::Known);
        assert_eq!(compare("", known), Name::Known);
    }
}
