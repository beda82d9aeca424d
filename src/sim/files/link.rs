//! Links that say until when they are good.

use chrono::TimeDelta;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use crate::sim::auth::{Form, same};
use crate::sim::cloud::Cloud;

/// A link to a path under [`super::FOLDER`]; parameters are named like those of object storage.
pub(super) fn sign(cloud: &Cloud, path: &str, life: TimeDelta) -> String {
    let now = cloud.now();
    let time = format!("{};{}", now.timestamp(), (now + life).timestamp());
    let signature = signature(cloud, path, &time);
    format!("{}{path}?q-sign-algorithm=sha256&q-sign-time={time}&q-signature={signature}", cloud.state.address())
}

/// Whether the query fits the path, and the account's clock has not passed its end.
pub(super) fn is_good(cloud: &Cloud, path: &str, query: &str) -> bool {
    let form = Form::decode(query.as_bytes());
    let value = |name: &str| form.get(name).unwrap_or_default();
    let time = value("q-sign-time");
    let end = time.split_once(';').and_then(|(_, end)| end.parse::<i64>().ok());
    // A client may send the path encoded or not; it was signed as it is.
    let path = percent_decode_str(path).decode_utf8_lossy();
    end.is_some_and(|end| cloud.now().timestamp() < end) && same(&signature(cloud, &path, time), value("q-signature"))
}

fn signature(cloud: &Cloud, path: &str, time: &str) -> String {
    let key = cloud.account.credentials.first().map(|pair| pair.secret_key.expose()).unwrap_or_default();
    hex::encode(Sha256::digest(format!("{key}\n{path}\n{time}")))
}
