//! The URL of a ledger in PostgreSQL.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use url::Url;

use crate::ledger::LedgerError;
use crate::model::address::{connects, harmless};

/// How long to wait for a server that does not answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// After how long without a word the server is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// The longest name that PostgreSQL does not cut.
const LONGEST_NAME: usize = 63;

/// Whose certificates are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those that the system believes.
    System,
    /// Those of a certificate authority in a file (PEM).
    File(PathBuf),
}

/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with the parameters that PostgreSQL's own programs know, and:
///
/// - `schema`: the schema that holds the ledger; else the first of the user's search path, `public` as a rule.
/// - `sslmode`: `disable`, or `require`, `verify-ca`, `verify-full`, which all check certificate and name here. Without it a
///   host of this machine is spoken to in the clear, and any other over TLS.
/// - `sslrootcert`: a file with the certificate authority to believe, in place of the system's.
///
/// A password that the URL does not hold is taken from `PGPASSWORD`, as by every client of PostgreSQL.
#[derive(Clone)]
pub struct PostgresAddress {
    /// What the driver needs. Its password is never printed.
    pub config: Config,
    /// The schema, where one is named.
    pub schema: Option<String>,
    /// TLS, where it is to be used.
    pub tls: Option<Trust>,
    /// For messages: host, port, database and schema.
    pub place: String,
}

impl PostgresAddress {
    /// Reads a URL. No message repeats any part of it, since a password may stand anywhere in a URL that is wrong.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let wrong = |why: &str| LedgerError::PostgresUrl(why.to_owned());
        let mut url = Url::parse(text).map_err(|_| wrong("it is not a URL"))?;
        let (mut schema, mut mode, mut authority) = (None, None, None);
        let mut others = Vec::new();
        for (name, value) in url.query_pairs().into_owned() {
            match name.as_str() {
                "schema" => schema = Some(value),
                "sslmode" => mode = Some(value),
                "sslrootcert" => authority = Some(PathBuf::from(value)),
                _ => others.push((name, value)),
            }
        }
        if schema.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(wrong("the schema is to be a name of letters, digits and _, at most 63"));
        }
        // The driver reads percent signs alone, and "+" as itself.
        let encoded = |(name, value): &(String, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        let query = others.iter().map(encoded).collect::<Vec<_>>().join("&");
        url.set_query((!query.is_empty()).then_some(query.as_str()));
        let mut config = Config::from_str(url.as_str()).map_err(|_| wrong("it, or one of its parameters, cannot be read"))?;
        if config.get_hosts().is_empty() {
            return Err(wrong("it names no host"));
        }
        if is_misread(&url, &config) {
            return Err(wrong("its parts are not where a URL has them"));
        }
        let trust = || authority.clone().map_or(Trust::System, Trust::File);
        let tls = match mode.as_deref() {
            Some("disable") => None,
            Some("require" | "verify-ca" | "verify-full") => Some(trust()),
            None if authority.is_none() && is_here(&config) => None,
            None => Some(trust()),
            Some(_) => return Err(wrong("sslmode is disable, require, verify-ca or verify-full")),
        };
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("vodledger");
        }
        config.keepalives_idle(KEEPALIVE).tcp_user_timeout(KEEPALIVE);
        if config.get_password().is_none()
            && let Some(password) = std::env::var_os("PGPASSWORD").filter(|password| !password.is_empty())
        {
            config.password(password.into_encoded_bytes());
        }
        let place = place(&config, schema.as_deref());
        Ok(Self { config, schema, tls, place })
    }
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && text.len() <= LONGEST_NAME
}

/// Whether a slash, a question mark or a blank inside a password, or a text of another form, has moved the boundaries of the parts.
/// The server would be told a piece of the password as the name of a database, and repeat it.
fn is_misread(url: &Url, config: &Config) -> bool {
    let behind_host = [Some(url.path()), url.query(), url.fragment()].into_iter().flatten().any(|part| part.contains('@'));
    let names = [config.get_user(), config.get_dbname()].into_iter().flatten();
    behind_host || url.fragment().is_some() || names.into_iter().any(connects)
}

/// Whether nothing leaves this machine.
fn is_here(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// The address put together again from its parts that are no secret.
fn place(config: &Config, schema: Option<&str>) -> String {
    let ports = config.get_ports();
    let host = |(index, host): (usize, &Host)| {
        let port = ports.get(index).or(ports.first()).map(|port| format!(":{port}")).unwrap_or_default();
        match host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]{port}"),
            Host::Tcp(name) => format!("{}{port}", harmless(name)),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}{port}", harmless(&path.display().to_string())),
        }
    };
    let hosts: Vec<String> = config.get_hosts().iter().enumerate().map(host).collect();
    let schema = schema.map(|name| format!("?schema={name}")).unwrap_or_default();
    format!("postgres://{}/{}{schema}", hosts.join(","), config.get_dbname().map_or("", harmless))
}
