//! The little that must be understood of a report's SQL: where its texts and comments are, so that named parameters can be
//! numbered and several statements refused.

/// A parameter that a query may use.
pub const PARAMETERS: [&str; 4] = ["account", "by", "from", "to"];

/// A query with numbered parameters: `?1` is the first of `parameters`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The text for the store.
    pub sql: String,
    /// The names of the parameters, in the order of their numbers.
    pub parameters: Vec<&'static str>,
}

/// What is wrong, and at which byte.
pub type Refusal = (usize, String);

/// Reads a query: one SELECT, with `:name` for parameters.
pub fn read(text: &str) -> Result<Query, Refusal> {
    let mut query = Query { sql: String::with_capacity(text.len()), parameters: Vec::new() };
    let mut words = 0_usize;
    let mut ended = false;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let token = next(rest);
        let piece = &rest[..token.length];
        let silent = matches!(token.kind, Kind::Space | Kind::Comment);
        if ended && !silent {
            return Err((at, "a report is one statement; remove what follows the semicolon".to_owned()));
        }
        match token.kind {
            Kind::Unclosed => return Err((at, "this text, name or comment does not end".to_owned())),
            Kind::Semicolon => ended = true,
            Kind::Parameter => query.sql.push_str(&number(&mut query.parameters, piece).map_err(|message| (at, message))?),
            Kind::Numbered => return Err((at, format!("{piece:?}: write parameters by name: {}", known()))),
            Kind::Word if words == 0 && !["select", "with"].contains(&piece.to_ascii_lowercase().as_str()) => {
                return Err((at, format!("a report begins with SELECT or WITH, not {piece:?}")));
            }
            _ => {}
        }
        words += usize::from(!silent && token.kind != Kind::Semicolon);
        if !matches!(token.kind, Kind::Parameter | Kind::Semicolon) {
            query.sql.push_str(piece);
        }
        at += token.length;
    }
    if words == 0 { Err((text.len(), "there is no query".to_owned())) } else { Ok(query) }
}

fn known() -> String {
    PARAMETERS.map(|name| format!(":{name}")).join(" ")
}

/// The numbered form of a named parameter.
fn number(parameters: &mut Vec<&'static str>, piece: &str) -> Result<String, String> {
    let name = piece.trim_start_matches(':');
    let name = PARAMETERS
        .into_iter()
        .find(|known| *known == name)
        .ok_or_else(|| format!("parameter {piece:?} is unknown; known parameters: {}", known()))?;
    let position = parameters.iter().position(|known| *known == name).unwrap_or_else(|| {
        parameters.push(name);
        parameters.len() - 1
    });
    Ok(format!("?{}", position + 1))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Space,
    Comment,
    Quoted,
    Word,
    Parameter,
    Numbered,
    Semicolon,
    Other,
    Unclosed,
}

struct Token {
    kind: Kind,
    length: usize,
}

/// The token at the start of a text that is not empty.
fn next(text: &str) -> Token {
    let token = |kind, length| Token { kind, length };
    let while_ = |accept: fn(char) -> bool| text.find(|c: char| !accept(c)).unwrap_or(text.len());
    let until = |end: &str, kind, from: usize| match text.get(from..).and_then(|rest| rest.find(end)) {
        Some(position) => token(kind, from + position + end.len()),
        None => token(Kind::Unclosed, text.len()),
    };
    let name_length =
        |from: usize| text[from..].find(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(text.len(), |length| from + length);
    let mut letters = text.chars();
    let (first, second) = (letters.next().unwrap_or(' '), letters.next().unwrap_or(' '));
    match (first, second) {
        ('-', '-') => token(Kind::Comment, text.find('\n').unwrap_or(text.len())),
        ('/', '*') => until("*/", Kind::Comment, 2),
        // A doubled quote inside reads as two texts side by side, which is as good here.
        ('\'', _) => until("'", Kind::Quoted, 1),
        ('"', _) => until("\"", Kind::Quoted, 1),
        (';', _) => token(Kind::Semicolon, 1),
        (':', letter) if letter.is_ascii_lowercase() => token(Kind::Parameter, name_length(1)),
        ('?' | '@' | '$' | ':', _) => token(Kind::Numbered, 1),
        _ if first.is_whitespace() => token(Kind::Space, while_(char::is_whitespace)),
        _ if first.is_alphanumeric() || first == '_' => token(Kind::Word, name_length(0)),
        _ => token(Kind::Other, first.len_utf8()),
    }
}
