//! ListFiles: every stored file of an application that has paths, originals and what was made of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Vod;
use super::actions::LIST_FILES;
use crate::cloud::check::Check;
use crate::cloud::convert::malformed;
use crate::cloud::fields::{number, some_file_id, some_number, some_text, some_time, text, texts, told_text};
use crate::cloud::pages::{self, Page, Pages};
use crate::model::{FileId, SubAppId};

/// The largest page.
const PAGE: u32 = 100;

/// `ListFiles`. Only applications in the mode `fileid+path` have it. (VOD API 3.0, ListFiles.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListFiles {
    /// The application.
    pub sub_app_id: SubAppId,
    /// Only keys that begin with it.
    pub prefix: Option<String>,
    /// One character: keys that share what stands before it are told as one prefix.
    pub delimiter: Option<String>,
    /// `Video`, `Audio`, `Image`; empty is all.
    pub categories: Vec<String>,
}

/// What a listing of files tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileEntry {
    /// A file.
    File(StoredFile),
    /// A prefix that several keys share.
    Prefix(String),
}

/// One stored file. What the API does not tell is empty or `None`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoredFile {
    /// Its path.
    #[serde(deserialize_with = "told_text")]
    pub key: String,
    /// When it was last written.
    #[serde(default, rename = "LastModified", deserialize_with = "some_time")]
    pub modified: Option<DateTime<Utc>>,
    /// Its hash, as the store computes it.
    #[serde(default, rename = "ETag", deserialize_with = "some_text")]
    pub etag: Option<String>,
    /// Bytes.
    #[serde(deserialize_with = "number")]
    pub size: u64,
    /// `STANDARD`, `STANDARD_IA`, `ARCHIVE`, `DEEP_ARCHIVE`.
    #[serde(default, deserialize_with = "text")]
    pub storage_class: String,
    /// The media it belongs to.
    #[serde(default, deserialize_with = "some_file_id")]
    pub file_id: Option<FileId>,
    /// `Video`, `Audio`, `Image`, `Other`.
    #[serde(default, deserialize_with = "text")]
    pub category: String,
    /// `OriginalFiles`, `TranscodeFiles`, `AdaptiveDynamicStreamingFiles`, `SubtitleFiles`, `SampleSnapshotFiles`,
    /// `ImageSpriteFiles`, `SnapshotByTimeOffsetFiles`.
    #[serde(default, rename = "FileType", deserialize_with = "text")]
    pub kind: String,
    /// The template that made it.
    #[serde(default, deserialize_with = "some_number")]
    pub definition: Option<i64>,
    /// The subtitle it is.
    #[serde(default, rename = "SubtitleID", deserialize_with = "some_text")]
    pub subtitle_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    is_truncated: bool,
    #[serde(default, deserialize_with = "some_text")]
    next_marker: Option<String>,
    #[serde(default, deserialize_with = "texts")]
    common_prefixes: Vec<String>,
    contents: Vec<StoredFile>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    #[serde(flatten)]
    filter: &'a ListFiles,
    max_keys: u32,
    marker: Option<String>,
}

impl<'a> Vod<'a> {
    /// The files of an application, in the order of their keys.
    pub fn list_files(self, request: ListFiles) -> Pages<'a, FileEntry> {
        let action = LIST_FILES.action.name;
        pages::by_cursor(action, None, move |marker: Option<String>| {
            let request = request.clone();
            async move {
                let one = request.delimiter.as_ref().is_none_or(|delimiter| delimiter.chars().count() == 1);
                Check::of(&LIST_FILES).holds(one, "Delimiter: exactly one character is taken")?;
                let asked = Request { filter: &request, max_keys: PAGE, marker };
                let answer: Answer = self.client.ask(&LIST_FILES, &asked).await?;
                let files = answer.contents.into_iter().map(FileEntry::File);
                let items = files.chain(answer.common_prefixes.into_iter().map(FileEntry::Prefix)).collect();
                let next = match (answer.is_truncated, answer.next_marker) {
                    (false, _) => None,
                    (true, Some(marker)) => Some(Some(marker)),
                    (true, None) => return Err(malformed(action, "there is more, but not where it begins".to_owned())),
                };
                Ok(Page { items, next })
            }
        })
    }
}
