//! Whether a text may hold a password that is not where a URL has it: connection texts, and addresses with a slip in them.

use percent_encoding::percent_decode_str;

/// Words before a `=` by which a secret is given, wherever they stand: `PGPASSWORD=…`, `Pwd=…`, `api_key=…`.
const SECRETS: [&str; 8] = ["passw", "pwd", "secret", "token", "credential", "apikey", "api_key", "accesskey"];
/// Words behind which a password stands, with or without a `=`.
const PASSWORDS: [&str; 5] = ["password", "passwd", "passphrase", "pwd", "pass"];
/// Words before a `=` that say where a database is.
const PARTS: [&str; 17] = [
    "host", "hostaddr", "hostname", "server", "address", "addr", "port", "user", "username", "uid", "id", "dbname", "database",
    "db", "source", "service", "sslmode",
];
/// Beginnings of addresses that are no files, also where what follows them is not written as it should be.
const SCHEMES: [&str; 15] = [
    "postgres",
    "postgresql",
    "pgsql",
    "mysql",
    "mariadb",
    "sqlserver",
    "mssql",
    "oracle",
    "mongodb",
    "redis",
    "jdbc",
    "odbc",
    "http",
    "https",
    "file",
];

/// Whether a text is no name of a file but tells how to connect to something: a URL, `user:password@host`, `host=… password=…`.
pub fn connects(text: &str) -> bool {
    either(text, |text| {
        text.contains("://") || has_scheme(text) || has_user_info(text) || has_parts(text) || names(text, is_password)
    })
}

/// Whether a text that is no URL, or a part of a URL, may hold a secret: what [`connects`], and what only looks a little like it.
pub fn is_doubtful(text: &str) -> bool {
    let both = |part: &str| part.contains('@') && without_drive(part).contains(':');
    connects(text) || either(text, |text| names(text, is_like_secret) || has_option(text) || text.split(['/', '\\']).any(both))
}

/// As it stands, and without percent signs.
fn either(text: &str, holds: impl Fn(&str) -> bool) -> bool {
    holds(text) || (text.contains('%') && holds(&percent_decode_str(text).decode_utf8_lossy()))
}

/// `postgres:…`, `postgres//…`, `https;//…`.
fn has_scheme(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| {
        lower.strip_prefix(scheme).is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.starts_with(':') || rest.find("//").is_some_and(|at| at <= 2)
        })
    })
}

/// `user:password@host`, with slashes in the password or none. In a path from the root, or from a folder that is named as such,
/// colon and at sign have to stand in the same name: `/backup/10:00/me@home.db` is a file.
fn has_user_info(text: &str) -> bool {
    let text = without_drive(text);
    let in_order = |part: &str| part.find(':').zip(part.rfind('@')).is_some_and(|(colon, at)| colon < at);
    let rooted = ["/", "./", "../", "~/"].iter().any(|root| text.starts_with(root)) && !text.starts_with("//");
    if rooted {
        return text.split(['/', '\\']).any(in_order);
    }
    let names = text.trim_start_matches('/');
    let first = names.split(['/', '\\']).next().unwrap_or(names);
    in_order(text) && (first.contains(':') || text.split(['/', '\\']).any(in_order))
}

/// `C:\…` has a colon of its own.
fn without_drive(text: &str) -> &str {
    match text.as_bytes() {
        [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic() => text.get(2..).unwrap_or(text),
        _ => text,
    }
}

/// `password=…` anywhere, or `host=…` and the like at the beginning or after what divides such pairs.
fn has_parts(text: &str) -> bool {
    text.match_indices('=').any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().trim_end();
        let start = before.rfind(|letter: char| !(letter.is_alphanumeric() || "_-".contains(letter)));
        let (rest, key) = match start.and_then(|start| Some((before.get(..=start)?, before.get(start..)?))) {
            Some((rest, key)) => (rest, key.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '_')),
            None => ("", before),
        };
        let key = key.to_ascii_lowercase();
        let divides = |letter: char| letter.is_whitespace() || ";,&?:'\"".contains(letter);
        let is_first = rest.is_empty() || rest.ends_with(divides);
        is_secret(&key) || (is_first && PARTS.contains(&key.as_str()))
    })
}

fn is_secret(key: &str) -> bool {
    SECRETS.iter().any(|word| key.contains(word)) || PASSWORDS.contains(&key) || key.ends_with("_pass")
}

/// `password …`, `--password …`, `secret: …`: a word for a secret, and something behind it.
fn names(text: &str, is_word: impl Fn(&str) -> bool) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split(|letter: char| letter.is_whitespace() || letter == ':').peekable();
    while let Some(word) = words.next() {
        let word = word.rsplit(['/', '\\']).next().unwrap_or(word);
        if words.peek().is_some() && is_word(word) {
            return true;
        }
    }
    false
}

fn is_password(word: &str) -> bool {
    PASSWORDS.contains(&word.trim_start_matches('-'))
}

fn is_like_secret(word: &str) -> bool {
    SECRETS.iter().any(|secret| word.contains(secret))
}

/// `-pPASSWORD`, as the clients of some databases take it.
fn has_option(text: &str) -> bool {
    text.split_whitespace().skip(1).any(|word| word.starts_with("-p"))
}
