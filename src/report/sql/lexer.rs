//! Where texts, names and comments of a query are, so that named parameters can be numbered and several statements refused.

/// What is wrong, and at which byte.
pub type Refusal = (usize, String);

/// Writes a query with numbered parameters: `?1` is the first of those that it uses, which are also given. Comments become blanks.
pub fn number(text: &str, known: &[&str]) -> Result<(String, Vec<String>), Refusal> {
    let (mut sql, mut used) = (String::with_capacity(text.len()), Vec::new());
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
            Kind::Parameter => {
                sql.push_str(&place(&mut used, piece, known).map_err(|message| (at, message))?);
            }
            Kind::Numbered => return Err((at, format!("{piece:?}: write parameters by name: {}", listed(known)))),
            Kind::Word if words == 0 && !["select", "with"].contains(&piece.to_ascii_lowercase().as_str()) => {
                return Err((at, format!("a report begins with SELECT or WITH, not {piece:?}")));
            }
            _ => {}
        }
        words += usize::from(!silent && token.kind != Kind::Semicolon);
        match token.kind {
            Kind::Parameter | Kind::Semicolon => {}
            // Lines stay where they are.
            Kind::Comment => sql.extend(piece.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' })),
            _ => sql.push_str(piece),
        }
        at += token.length;
    }
    if words == 0 { Err((text.len(), "there is no query".to_owned())) } else { Ok((sql, used)) }
}

fn listed(known: &[&str]) -> String {
    known.iter().map(|name| format!(":{name}")).collect::<Vec<_>>().join(" ")
}

/// The numbered form of a named parameter.
fn place(used: &mut Vec<String>, piece: &str, known: &[&str]) -> Result<String, String> {
    let name = piece.trim_start_matches(':');
    if !known.contains(&name) {
        return Err(format!(
            "parameter {piece:?} is unknown; known parameters: {}; one of your own needs a line `-- parameter: {name} text|number DEFAULT`",
            listed(known)
        ));
    }
    let position = used.iter().position(|known| known == name).unwrap_or_else(|| {
        used.push(name.to_owned());
        used.len() - 1
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
