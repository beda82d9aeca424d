//! Which applications of an account there are to ask.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Vod;
use super::actions::DESCRIBE_SUB_APP_IDS;
use crate::cloud::fields::{application, list, number, some_text, some_time, text, texts};
use crate::cloud::pages::{self, Page, Pages};
use crate::cloud::{Error, ErrorKind};
use crate::model::SubAppId;

/// The largest page.
const PAGE: u64 = 200;

/// An application of the account. (VOD API 3.0, DescribeSubAppIds.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub sub_app_id: SubAppId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// `On`, `Off`, `Destroying`, `Destroyed`.
    pub status: String,
    /// `fileid` or `fileid+path`.
    pub mode: String,
    /// When it was created.
    pub created: Option<DateTime<Utc>>,
    /// The regions that store its media.
    pub storage_regions: Vec<String>,
    /// Tags: key and value.
    pub tags: Vec<(String, String)>,
}

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

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    offset: u64,
    limit: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(deserialize_with = "number")]
    total_count: u64,
    #[serde(rename = "SubAppIdInfoSet")]
    set: Vec<Info>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    #[serde(deserialize_with = "application")]
    sub_app_id: SubAppId,
    #[serde(default, deserialize_with = "some_text")]
    sub_app_id_name: Option<String>,
    /// The older name of the name.
    #[serde(default, deserialize_with = "text")]
    name: String,
    #[serde(default, deserialize_with = "text")]
    description: String,
    #[serde(default, deserialize_with = "text")]
    status: String,
    #[serde(default, deserialize_with = "text")]
    mode: String,
    #[serde(default, deserialize_with = "some_time")]
    create_time: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "texts")]
    storage_regions: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    #[serde(deserialize_with = "text")]
    tag_key: String,
    #[serde(default, deserialize_with = "text")]
    tag_value: String,
}

impl From<Info> for Application {
    fn from(info: Info) -> Self {
        Self {
            sub_app_id: info.sub_app_id,
            name: info.sub_app_id_name.unwrap_or(info.name),
            description: info.description,
            status: info.status,
            mode: info.mode,
            created: info.create_time,
            storage_regions: info.storage_regions,
            tags: info.tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect(),
        }
    }
}

impl<'a> Vod<'a> {
    /// Every application of the account, whatever its state.
    pub fn sub_app_ids(self) -> Pages<'a, Application> {
        let action = DESCRIBE_SUB_APP_IDS.action.name;
        pages::by_cursor(action, 0, move |offset| async move {
            let request = Request { offset, limit: PAGE };
            let answer: Answer = self.client.ask(&DESCRIBE_SUB_APP_IDS, &request).await?;
            let next = pages::after(action, offset, answer.set.len() as u64, PAGE, Some(answer.total_count))?;
            Ok(Page { items: answer.set.into_iter().map(Application::from).collect(), next })
        })
    }

    /// The same as a list, each application once.
    pub async fn describe_sub_app_ids(self) -> Result<Vec<Application>, Error> {
        let mut all = self.sub_app_ids().all().await?;
        let mut seen = HashSet::new();
        all.retain(|application| seen.insert(application.sub_app_id));
        Ok(all)
    }

    /// All applications of the account. A key that may ask but not list them still reaches the default one.
    pub async fn list_applications(self) -> Result<Listed, Error> {
        match self.describe_sub_app_ids().await {
            Ok(applications) => Ok(Listed { applications, unlisted: None }),
            Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::Unsupported) => {
                Ok(Listed { applications: Vec::new(), unlisted: Some(error) })
            }
            Err(error) => Err(error),
        }
    }
}
