//! Which applications of an account there are to ask.

use super::{Application, Vod};
use crate::cloud::{Error, ErrorKind};
use crate::model::SubAppId;

/// The applications of an account, as far as the key may list them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Those that the account lists; an account from before applications existed may list none.
    pub applications: Vec<Application>,
    /// Why none is listed, where that has a reason: the key may not list them, or the endpoint cannot.
    pub unlisted: Option<Error>,
}

impl Listed {
    /// One by one what to ask; `None` is the account's default application, which is there in any case.
    pub fn ids(&self) -> Vec<Option<SubAppId>> {
        match self.applications.as_slice() {
            [] => vec![None],
            listed => listed.iter().map(|application| Some(application.sub_app_id)).collect(),
        }
    }
}

impl Vod<'_> {
    /// All applications of the account. A key that may ask but not list them still reaches the default one.
    pub async fn list_applications(&self) -> Result<Listed, Error> {
        match self.describe_sub_app_ids().await {
            Ok(applications) => Ok(Listed { applications, unlisted: None }),
            Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::Unsupported) => {
                Ok(Listed { applications: Vec::new(), unlisted: Some(error) })
            }
            Err(error) => Err(error),
        }
    }
}
