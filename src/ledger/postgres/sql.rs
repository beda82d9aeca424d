//! From the portable SQL of the ledger to that of PostgreSQL, and what a query of somebody else's may not say.

use std::borrow::Cow;

/// `?1` becomes `$1`, outside of texts, names and comments.
pub fn numbered(sql: &str) -> String {
    tokens(sql)
        .map(|token| match token {
            Token::Other(text) => Cow::Owned(text.replace('?', "$")),
            Token::Word(text) | Token::Name(text) | Token::Text(text) | Token::Space(text) => Cow::Borrowed(text),
        })
        .collect()
}

/// A query that was not written by us: texts compared by their bytes have another name here.
pub fn foreign(sql: &str) -> String {
    let mut result = String::with_capacity(sql.len());
    let mut collate = false;
    for token in tokens(sql) {
        match token {
            Token::Word("BINARY") if collate => result.push_str("\"C\""),
            other => result.push_str(other.text()),
        }
        collate = match token {
            Token::Space(_) => collate,
            token => token == Token::Word("COLLATE"),
        };
    }
    result
}

/// The same with a typed null in place of each parameter, for a view, which takes none.
pub fn without_parameters(sql: &str) -> String {
    let mut result = String::with_capacity(sql.len());
    let mut tokens = tokens(sql).peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Other("?") => {
                result.push_str("CAST(NULL AS TEXT)");
                // The number.
                let _ = tokens.next_if(|next| matches!(next, Token::Word(_)));
            }
            other => result.push_str(other.text()),
        }
    }
    result
}

/// A statement of the schema. Texts are compared byte by byte, as SQLite does it, whatever language the database speaks.
pub fn schema(sql: &str) -> String {
    let mut result = String::with_capacity(sql.len() * 2);
    for token in tokens(sql) {
        match token {
            Token::Word("TEXT") => result.push_str("TEXT COLLATE \"C\""),
            Token::Word("BLOB") => result.push_str("BYTEA"),
            other => result.push_str(other.text()),
        }
    }
    result
}

/// The words and names of a query in small letters, and whether a bracket follows each, as behind the name of a function.
pub fn words(sql: &str) -> Vec<(String, bool)> {
    let mut words: Vec<(String, bool)> = Vec::new();
    let mut open = false;
    for token in tokens(sql) {
        match token {
            Token::Word(word) => words.push((word.to_lowercase(), false)),
            // A quoted name is what it is, but no name of ours or of the system has capitals.
            Token::Name(name) => words.push((name.trim_matches('"').to_lowercase(), false)),
            Token::Space(_) => continue,
            Token::Other("(") if open => {
                if let Some(last) = words.last_mut() {
                    last.1 = true;
                }
            }
            Token::Text(_) | Token::Other(_) => {}
        }
        open = matches!(token, Token::Word(_) | Token::Name(_));
    }
    words
}

/// What cannot be read as SQLite and PostgreSQL both would: texts with escapes, texts between dollars, casts by `::`.
pub fn foreign_form(sql: &str) -> Option<&'static str> {
    let mut before = None;
    for token in tokens(sql) {
        match token {
            Token::Text(_) | Token::Name(_) if matches!(before, Some(Token::Word(_) | Token::Other("&"))) => {
                return Some("a text or name with a letter in front of it");
            }
            Token::Other("$") => return Some("a dollar sign"),
            Token::Other(":") => return Some("a colon; write CAST(… AS …)"),
            _ => {}
        }
        before = Some(token);
    }
    None
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// In double quotes.
    Name(&'a str),
    /// In single quotes.
    Text(&'a str),
    /// Blanks and comments.
    Space(&'a str),
    /// One letter.
    Other(&'a str),
}

impl<'a> Token<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Text(text) | Self::Space(text) | Self::Other(text) => text,
        }
    }
}

fn tokens<'a>(sql: &'a str) -> impl Iterator<Item = Token<'a>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let run = |accept: &dyn Fn(char) -> bool| rest.find(|letter| !accept(letter)).unwrap_or(rest.len());
        let until = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
        let (length, kind): (usize, fn(&'a str) -> Token<'a>) = match first {
            '\'' => (until("'", 1), Token::Text),
            '"' => (until("\"", 1), Token::Name),
            '-' if rest.starts_with("--") => (until("\n", 2), Token::Space),
            '/' if rest.starts_with("/*") => (until("*/", 2), Token::Space),
            _ if first.is_whitespace() => (run(&char::is_whitespace), Token::Space),
            _ if is_word(first) => (run(&is_word), Token::Word),
            _ => (first.len_utf8(), Token::Other),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        Some(kind(token))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_outside_of_texts() {
        assert_eq!(numbered("SELECT '?1', \"?2\" -- ?3\n, ?4 /* ?5 */"), "SELECT '?1', \"?2\" -- ?3\n, $4 /* ?5 */");
        assert_eq!(without_parameters("a = ?12 OR ?1 = ''"), "a = CAST(NULL AS TEXT) OR CAST(NULL AS TEXT) = ''");
    }

    #[test]
    fn texts_of_the_schema_compare_by_bytes() {
        assert_eq!(schema("a TEXT, -- TEXT\nb BLOB, c BIGINT"), "a TEXT COLLATE \"C\", -- TEXT\nb BYTEA, c BIGINT");
    }

    #[test]
    fn words_before_brackets_are_known() {
        let seen = words("SELECT Count (*), 'x(' FROM \"V_Usage\" /* ( */ (1)");
        let seen: Vec<(&str, bool)> = seen.iter().map(|(word, called)| (word.as_str(), *called)).collect();
        assert_eq!(seen, [("select", false), ("count", true), ("from", false), ("v_usage", true), ("1", false)]);
    }

    #[test]
    fn texts_with_escapes_are_told() {
        assert!(foreign_form("SELECT E'\\'' FROM v_usage").is_some());
        assert!(foreign_form("SELECT $$x$$").is_some());
        assert!(foreign_form("SELECT 'it''s', \"a\" FROM v_usage").is_none());
    }
}
