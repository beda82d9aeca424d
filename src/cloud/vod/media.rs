//! DescribeMediaInfos: media by id, as the product's own word for them or with everything that is told.

use std::collections::HashSet;

use serde::Serialize;

use super::actions::DESCRIBE_MEDIA_INFOS;
use super::{MediaDetails, Vod, details, wire};
use crate::cloud::Error;
use crate::cloud::convert::malformed;
use crate::model::{FileId, Media, SubAppId};

/// The most FileIds that one DescribeMediaInfos takes.
pub const MAX_FILE_IDS: usize = 20;

/// A part of what is told of a media. (VOD API 3.0, SearchMedia and DescribeMediaInfos, `Filters`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum MediaPart {
    /// Name, class, tags, times, source, storage, the original's address.
    BasicInfo,
    /// Size, length, streams of the original.
    MetaData,
    /// The transcodes.
    TranscodeInfo,
    /// Animated pictures.
    AnimatedGraphicsInfo,
    /// Sprites.
    ImageSpriteInfo,
    /// Pictures at chosen moments.
    SnapshotByTimeOffsetInfo,
    /// Pictures at intervals.
    SampleSnapshotInfo,
    /// Marks on the time line.
    KeyFrameDescInfo,
    /// Adaptive streams.
    AdaptiveDynamicStreamingInfo,
    /// Review for mini programs.
    MiniProgramReviewInfo,
    /// Subtitles; DescribeMediaInfos only.
    SubtitleInfo,
    /// Reviews; DescribeMediaInfos only.
    ReviewInfo,
}

/// Media looked up by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaInfos {
    /// Those that exist.
    pub media: Vec<Media>,
    /// Those that do not.
    pub missing: Vec<FileId>,
}

/// Media looked up by id, with everything that is told of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetailedMedia {
    /// Those that exist.
    pub media: Vec<MediaDetails>,
    /// Those that do not.
    pub missing: Vec<FileId>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    file_ids: &'a [FileId],
    sub_app_id: Option<SubAppId>,
    filters: &'a [MediaPart],
}

/// Of each id it must be told whether it exists.
fn check_all<'a>(asked: &[FileId], there: impl Iterator<Item = &'a FileId>, missing: &'a [FileId]) -> Result<(), Error> {
    let told: HashSet<&FileId> = there.chain(missing).collect();
    let untold = asked.iter().find(|id| !told.contains(id));
    let message = |id: &FileId| format!("media {id} is neither in MediaInfoSet nor in NotExistFileIdSet");
    untold.map_or(Ok(()), |id| Err(malformed(DESCRIBE_MEDIA_INFOS.action.name, message(id))))
}

impl Vod<'_> {
    /// Media by id. Ids that are unknown come back as such and are no error; more than [`MAX_FILE_IDS`] are
    /// asked for in several calls.
    pub async fn describe_media_infos(self, sub_app_id: Option<SubAppId>, file_ids: &[FileId]) -> Result<MediaInfos, Error> {
        let mut all = MediaInfos::default();
        for file_ids in file_ids.chunks(MAX_FILE_IDS) {
            let request = Request { file_ids, sub_app_id, filters: &[] };
            let answer: wire::MediaInfos = self.client.ask(&DESCRIBE_MEDIA_INFOS, &request).await?;
            all.append(answer, sub_app_id);
        }
        check_all(file_ids, all.media.iter().map(|media| &media.file_id), &all.missing)?;
        Ok(all)
    }

    /// Media by id with everything, or the asked parts, that the API tells: every rendition with its size and streams, adaptive
    /// streams, subtitles, source. As [`Vod::describe_media_infos`] otherwise.
    pub async fn describe_media_details(
        self,
        sub_app_id: Option<SubAppId>,
        file_ids: &[FileId],
        parts: &[MediaPart],
    ) -> Result<DetailedMedia, Error> {
        let mut all = DetailedMedia::default();
        for file_ids in file_ids.chunks(MAX_FILE_IDS) {
            let request = Request { file_ids, sub_app_id, filters: parts };
            let answer: details::Answer = self.client.ask(&DESCRIBE_MEDIA_INFOS, &request).await?;
            all.media.extend(answer.media_info_set);
            all.missing.extend(answer.not_exist_file_id_set);
        }
        check_all(file_ids, all.media.iter().map(|media| &media.file_id), &all.missing)?;
        Ok(all)
    }
}
