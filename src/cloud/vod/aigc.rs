//! DescribeAigcUsageData: what was generated.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::actions::DESCRIBE_AIGC_USAGE_DATA;
use super::usage::USAGE_DAYS;
use super::{TaskUsage, TimeWindow, Vod, wire};
use crate::cloud::Error;
use crate::cloud::check::Check;
use crate::cloud::convert::malformed;
use crate::cloud::fields::{present_text, some_number, some_secret, some_text, some_time, text};
use crate::cloud::pages::{self, Page, Pages};
use crate::model::{Secret, SubAppId};

/// The largest page of details.
const PAGE: u64 = 200;

/// What was generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum AigcKind {
    /// Videos.
    Video,
    /// Images.
    Image,
    /// Texts.
    Text,
    /// Sound.
    Audio,
    /// Videos of a scene.
    SceneAigcVideo,
    /// Images of a scene.
    SceneAigcImage,
    /// Time of a scene.
    SceneAigcTime,
}

/// `DescribeAigcUsageData`. At most 90 days, 365 days back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AigcUsage {
    /// The application; `None` is the default one.
    pub sub_app_id: Option<SubAppId>,
    /// The asked period.
    pub window: TimeWindow,
    /// Only calls with one of these keys; empty is all.
    pub api_keys: Vec<Secret>,
}

/// One call of a text model. Rates and times of the answer, which are fractions, are left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AigcText {
    /// When.
    #[serde(default, rename = "Timestamp", deserialize_with = "some_time")]
    pub time: Option<DateTime<Utc>>,
    /// The id of the request.
    #[serde(default, rename = "ReqId", deserialize_with = "text")]
    pub request: String,
    /// The conversation.
    #[serde(default, rename = "ChatId", deserialize_with = "text")]
    pub chat: String,
    /// The HTTP status of the answer.
    #[serde(default, rename = "StatusCode", deserialize_with = "some_number")]
    pub status: Option<u16>,
    /// The model.
    #[serde(default, deserialize_with = "text")]
    pub model: String,
    /// The application.
    #[serde(default, deserialize_with = "some_number")]
    pub sub_app_id: Option<u64>,
    /// The key that called, as far as it is shown.
    #[serde(default, deserialize_with = "some_secret")]
    pub api_key: Option<Secret>,
    /// Tokens that went in.
    #[serde(default, deserialize_with = "some_number")]
    pub input_tokens: Option<u64>,
    /// Tokens that came out.
    #[serde(default, deserialize_with = "some_number")]
    pub output_tokens: Option<u64>,
    /// Tokens that went in and were known.
    #[serde(default, deserialize_with = "some_number")]
    pub cache_input_tokens: Option<u64>,
    /// All tokens.
    #[serde(default, deserialize_with = "some_number")]
    pub total_tokens: Option<u64>,
    /// `completions`, …
    #[serde(default, deserialize_with = "text")]
    pub api_type: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    sub_app_id: Option<SubAppId>,
    #[serde(flatten)]
    window: TimeWindow,
    aigc_type: &'a str,
    #[serde(rename = "APIKeys")]
    api_keys: Vec<&'a str>,
    scroll_token: Option<&'a str>,
    page_size: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    aigc_usage_data_set: Vec<Series>,
    #[serde(default)]
    aigc_text_details: Option<Details>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Series {
    #[serde(deserialize_with = "present_text")]
    specification: String,
    data_set: Vec<wire::TaskStatDataItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    #[serde(default, deserialize_with = "some_text")]
    scroll_token: Option<String>,
    data: Vec<AigcText>,
}

impl AigcUsage {
    fn request<'a>(&'a self, aigc_type: &'a str) -> Request<'a> {
        let Self { sub_app_id, window, api_keys } = self;
        let api_keys = api_keys.iter().map(Secret::expose).collect();
        Request { sub_app_id: *sub_app_id, window: *window, aigc_type, api_keys, scroll_token: None, page_size: None }
    }

    fn check(&self) -> Result<(), Error> {
        Check::of(&DESCRIBE_AIGC_USAGE_DATA).days(self.window.period(), USAGE_DAYS)
    }
}

impl AigcKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Video, Self::Image, Self::Text, Self::Audio, Self::SceneAigcVideo, Self::SceneAigcImage, Self::SceneAigcTime];

    /// The value of `AigcType`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Video => "Video",
            Self::Image => "Image",
            Self::Text => "Text",
            Self::Audio => "Audio",
            Self::SceneAigcVideo => "SceneAigcVideo",
            Self::SceneAigcImage => "SceneAigcImage",
            Self::SceneAigcTime => "SceneAigcTime",
        }
    }
}

impl<'a> Vod<'a> {
    /// What was generated, by specification; [`TaskUsage::task_type`] is the kind. A span of more than a day gives points by day, a
    /// shorter one by five minutes; points outside the asked period are dropped. The unit depends on the kind; the page does not
    /// state it.
    pub async fn describe_aigc_usage_data(self, request: &AigcUsage, kind: AigcKind) -> Result<Vec<TaskUsage>, Error> {
        request.check()?;
        let answer: Answer = self.client.ask(&DESCRIBE_AIGC_USAGE_DATA, &request.request(kind.as_str())).await?;
        let (action, period) = (DESCRIBE_AIGC_USAGE_DATA.action.name, request.window.period());
        let mut all = Vec::new();
        for series in answer.aigc_usage_data_set {
            all.extend(TaskUsage::series(action, kind.as_str(), &series.specification, series.data_set, period)?);
        }
        Ok(all)
    }

    /// Every call of a text model.
    pub fn aigc_texts(self, request: AigcUsage) -> Pages<'a, AigcText> {
        pages::by_cursor(DESCRIBE_AIGC_USAGE_DATA.action.name, None, move |token: Option<String>| {
            let request = request.clone();
            async move {
                request.check()?;
                let asked = Request { scroll_token: token.as_deref(), page_size: Some(PAGE), ..request.request("TextDetail") };
                let answer: Answer = self.client.ask(&DESCRIBE_AIGC_USAGE_DATA, &asked).await?;
                let Some(Details { scroll_token: next, data: items }) = answer.aigc_text_details else {
                    return Err(malformed(DESCRIBE_AIGC_USAGE_DATA.action.name, "AigcTextDetails is not told".to_owned()));
                };
                // That an empty page may still carry a token is not excluded; nothing comes after it.
                let next = if items.is_empty() { None } else { next.map(Some) };
                Ok(Page { items, next })
            }
        })
    }
}
