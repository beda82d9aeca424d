//! Which applications to ask.

use crate::cloud::{Client, Error, ErrorKind};
use crate::model::SubAppId;

/// The applications of an account, as far as the key may list them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// One by one; `None` is the account's default application.
    pub applications: Vec<Option<SubAppId>>,
    /// Why only the default application is there: the key may not list them, or the endpoint cannot.
    pub unlisted: Option<Error>,
}

/// All applications of the account. A key that may search but not list applications still finds what is in
/// the default one.
pub async fn applications(client: &Client) -> Result<Listed, Error> {
    match client.vod().describe_sub_app_ids().await {
        // An account from before applications existed may list none.
        Ok(all) if all.is_empty() => Ok(Listed { applications: vec![None], unlisted: None }),
        Ok(all) => Ok(Listed { applications: all.iter().map(|one| Some(one.sub_app_id)).collect(), unlisted: None }),
        Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::Unsupported) => {
            Ok(Listed { applications: vec![None], unlisted: Some(error) })
        }
        Err(error) => Err(error),
    }
}
