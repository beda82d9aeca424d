//! Meters: what is measured. A price book prices meters; the cloud's usage calls fill them.
//!
//! Names follow one rule: the kebab-case form of the API's own name (`Transcoding-TESHD` is
//! `transcoding-teshd`), so that a name can be guessed from the API and back.

use serde::Serialize;

use super::quantity::Base;

/// How the quantities of a meter combine over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeterKind {
    /// Something that happened: quantities add up.
    Event,
    /// Something that is there: the quantity holds for the whole period (storage).
    Level,
    /// A sample of a speed: never added over time (bandwidth).
    Rate,
}

impl MeterKind {
    /// The word used in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Level => "level",
            Self::Rate => "rate",
        }
    }
}

/// One thing that Tencent Cloud VOD measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Meter {
    /// The name in usage files, price books and reports.
    pub name: &'static str,
    /// How its quantities combine.
    pub kind: MeterKind,
    /// The unit it counts in.
    pub base: Base,
    /// The call, and the value of its selecting parameter, that reports it.
    pub api: &'static str,
    /// The areas it is split by: `storage`, `traffic` or none.
    pub areas: Areas,
    /// What `spec` holds for it.
    pub specs: &'static str,
}

/// By which set of billing areas a meter is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Areas {
    /// Not split: the area column stays empty.
    None,
    /// Two areas: [`super::area::STORAGE_AREAS`].
    Storage,
    /// Nine areas: [`super::area::TRAFFIC_AREAS`].
    Traffic,
}

/// Names of meters that code refers to.
pub mod names {
    /// Stored bytes per class.
    pub const STORAGE: &str = "storage";
    /// Bytes that left a storage class; a record's period is the stay in it.
    pub const EARLY_DELETION: &str = "early-deletion";
    /// Bytes read back from cold classes.
    pub const RETRIEVAL: &str = "retrieval";
    /// Bytes delivered.
    pub const TRAFFIC: &str = "traffic";
    /// Delivery speed, five-minute points.
    pub const BANDWIDTH: &str = "bandwidth";
    /// Reviewed images.
    pub const IMAGE_REVIEW: &str = "image-review";
    /// Licence requests of commercial DRM.
    pub const DRM_LICENCE: &str = "drm-licence";
    /// Bytes uploaded with acceleration.
    pub const UPLOAD_ACCELERATION: &str = "upload-acceleration";
}

const CODEC: &str = "Remuxing, Audio, Standard.H264.SD … Standard.H265.4K";
const TESHD: &str = "TESHD-10.H264.SD … TESHD-10.H265.4K";
const EDIT: &str = "Edit.Audio, Edit.H264.SD … Edit.H265.4K";
const EDIT_TESHD: &str = "Edit.TESHD-10.H264.SD … Edit.TESHD-10.H265.4K";
const HEIGHT: &str = "480P, 720P, 1080P, 2K, 4K, 8K, Audio";
const JIT: &str = "JITTranscoding.H264.SD … .2K, JITTranscoding.Audio, JITTranscoding.Copy";
const ANY: &str = "as reported in Details.Specification";
const GENERATED: &str = "as reported in Specification; counted in the API's own unit, which its page does not state";

const fn meter(name: &'static str, kind: MeterKind, base: Base, areas: Areas, api: &'static str, specs: &'static str) -> Meter {
    Meter { name, kind, base, api, areas, specs }
}

const fn task(name: &'static str, api: &'static str, specs: &'static str) -> Meter {
    meter(name, MeterKind::Event, Base::Seconds, Areas::None, api, specs)
}

const fn generated(name: &'static str, api: &'static str) -> Meter {
    meter(name, MeterKind::Event, Base::Count, Areas::None, api, GENERATED)
}

/// Every meter the product knows, in the order in which listings show them.
///
/// Sources: `DescribeStorageDetails.StorageType`, `DescribeCDNStatDetails`, and the values of
/// `DescribeMediaProcessUsageData.Type` (tccli 3.1.189.1). What was generated is kept as `Usage` of `DescribeAigcUsageData` tells it:
/// the page states no unit (seconds, pictures, tokens would be guesses), so it is a plain count.
pub const METERS: &[Meter] = &[
    meter(
        names::STORAGE,
        MeterKind::Level,
        Base::Bytes,
        Areas::Storage,
        "DescribeStorageDetails StandardStorage, InfrequentStorage, ArchiveStorage, DeepArchiveStorage",
        "STANDARD, STANDARD_IA, ARCHIVE, DEEP_ARCHIVE",
    ),
    meter(
        names::EARLY_DELETION,
        MeterKind::Event,
        Base::Bytes,
        Areas::Storage,
        "DescribeStorageDetails DeletedInfrequentStorage, DeletedArchiveStorage, DeletedDeepArchiveStorage",
        "STANDARD_IA, ARCHIVE, DEEP_ARCHIVE",
    ),
    meter(
        names::RETRIEVAL,
        MeterKind::Event,
        Base::Bytes,
        Areas::Storage,
        "DescribeStorageDetails …Retrieval",
        "ArchiveStandardRetrieval, ArchiveExpeditedRetrieval, ArchiveBulkRetrieval, DeepArchiveStandardRetrieval, DeepArchiveBulkRetrieval, InfrequentRetrieval",
    ),
    meter(names::TRAFFIC, MeterKind::Event, Base::Bytes, Areas::Traffic, "DescribeCDNStatDetails Traffic", ""),
    meter(names::BANDWIDTH, MeterKind::Rate, Base::BitsPerSecond, Areas::Traffic, "DescribeCDNStatDetails Bandwidth", ""),
    task("transcoding", "DescribeMediaProcessUsageData Transcoding", CODEC),
    task("transcoding-teshd", "DescribeMediaProcessUsageData Transcoding-TESHD", TESHD),
    task("editing", "DescribeMediaProcessUsageData Editing", EDIT),
    task("editing-teshd", "DescribeMediaProcessUsageData Editing-TESHD", EDIT_TESHD),
    task("adaptive-bitrate-streaming", "DescribeMediaProcessUsageData AdaptiveBitrateStreaming", CODEC),
    task("content-audit", "DescribeMediaProcessUsageData ContentAudit", ANY),
    task("content-recognition", "DescribeMediaProcessUsageData ContentRecognition", ANY),
    task("remove-watermark", "DescribeMediaProcessUsageData RemoveWatermark", HEIGHT),
    task("extract-trace-watermark", "DescribeMediaProcessUsageData ExtractTraceWatermark", ANY),
    task("add-trace-watermark", "DescribeMediaProcessUsageData AddTraceWatermark", ANY),
    task("rebuild-media", "DescribeMediaProcessUsageData RebuildMedia", HEIGHT),
    task("quality-inspect", "DescribeMediaProcessUsageData QualityInspect", ANY),
    task("video-highlight", "DescribeMediaProcessUsageData VideoHighlight", ANY),
    task("video-tag", "DescribeMediaProcessUsageData VideoTag", ANY),
    task("video-classification", "DescribeMediaProcessUsageData VideoClassification", ANY),
    task("video-cover", "DescribeMediaProcessUsageData VideoCover", ANY),
    task("video-segment", "DescribeMediaProcessUsageData VideoSegment", ANY),
    task("video-produce", "DescribeMediaProcessUsageData VideoProduce", ANY),
    task("media-cast", "DescribeMediaProcessUsageData MediaCast", ANY),
    task("voice-translation", "DescribeMediaProcessUsageData VoiceTranslation", ANY),
    task("jit-transcoding", "DescribeMediaProcessUsageData JITTranscoding", JIT),
    meter(
        "video-snapshot",
        MeterKind::Event,
        Base::Count,
        Areas::None,
        "DescribeMediaProcessUsageData VideoSnapshot",
        "SnapshotByTimeOffset, SampleSnapshot, ImageSprite",
    ),
    meter(names::IMAGE_REVIEW, MeterKind::Event, Base::Count, Areas::None, "DescribeImageReviewUsageData", ""),
    meter(names::DRM_LICENCE, MeterKind::Event, Base::Count, Areas::None, "DescribeLicenseUsageData CommercialDRMLicense", ""),
    meter(
        names::UPLOAD_ACCELERATION,
        MeterKind::Event,
        Base::Bytes,
        Areas::None,
        "DescribeClientUploadAccelerationUsageData",
        "AccelerationWithHTTP, AccelerationWithQUIC",
    ),
    generated("aigc-video", "DescribeAigcUsageData Video"),
    generated("aigc-image", "DescribeAigcUsageData Image"),
    generated("aigc-text", "DescribeAigcUsageData Text"),
    generated("aigc-audio", "DescribeAigcUsageData Audio"),
    generated("scene-aigc-video", "DescribeAigcUsageData SceneAigcVideo"),
    generated("scene-aigc-image", "DescribeAigcUsageData SceneAigcImage"),
    generated("scene-aigc-time", "DescribeAigcUsageData SceneAigcTime"),
    meter("origin-egress", MeterKind::Event, Base::Bytes, Areas::None, "", ""),
    meter("applications", MeterKind::Level, Base::Count, Areas::None, "DescribeSubAppIds", ""),
    meter("recording-channels", MeterKind::Level, Base::Count, Areas::None, "", ""),
];

impl Meter {
    /// The meter of this name, if the product knows it. A price book may declare further ones.
    pub fn named(name: &str) -> Option<&'static Self> {
        METERS.iter().find(|meter| meter.name == name)
    }

    /// The specifications that the product knows of it, those that `specs` shortens written out; none where any may come.
    pub fn known_specs(&self) -> Vec<String> {
        if self.specs == ANY {
            return Vec::new();
        }
        self.specs.split(", ").flat_map(written_out).filter(|spec| !spec.is_empty()).collect()
    }

    /// The meter that a task type of `DescribeMediaProcessUsageData` fills.
    pub fn of_task(task_type: &str) -> Option<&'static Self> {
        METERS.iter().find(|meter| meter.api.strip_prefix("DescribeMediaProcessUsageData ") == Some(task_type))
    }

    /// The meter that an `AigcType` of `DescribeAigcUsageData` fills.
    pub fn of_aigc(aigc_type: &str) -> Option<&'static Self> {
        METERS.iter().find(|meter| meter.api.strip_prefix("DescribeAigcUsageData ") == Some(aigc_type))
    }
}

/// The sizes of pictures in specifications.
const SIZES: [&str; 5] = ["SD", "HD", "FHD", "2K", "4K"];

/// `Standard.H264.SD … Standard.H265.4K`: every codec and size from the first to the last.
fn written_out(specs: &str) -> Vec<String> {
    let (Some((first, last)), Some((prefix, _))) = (specs.split_once(" … "), specs.split_once("H264")) else {
        return vec![specs.to_owned()];
    };
    let codecs = if last.contains("H265") { ["H264", "H265"].as_slice() } else { &["H264"] };
    let most = SIZES.iter().position(|size| last.ends_with(&format!(".{size}"))).unwrap_or(SIZES.len() - 1);
    let least = SIZES.iter().position(|size| first.ends_with(&format!(".{size}"))).unwrap_or(0);
    let sizes = &SIZES[least..=most.max(least)];
    codecs.iter().flat_map(|codec| sizes.iter().map(move |size| format!("{prefix}{codec}.{size}"))).collect()
}

/// The storage classes: name in media and price books, and in `DescribeStorageDetails.StorageType`.
pub const STORAGE_CLASSES: [(&str, &str); 4] = [
    ("STANDARD", "StandardStorage"),
    ("STANDARD_IA", "InfrequentStorage"),
    ("ARCHIVE", "ArchiveStorage"),
    ("DEEP_ARCHIVE", "DeepArchiveStorage"),
];

/// The ways of reading back, as `DescribeStorageDetails.StorageType` names them.
pub const RETRIEVALS: [&str; 6] = [
    "ArchiveStandardRetrieval",
    "ArchiveExpeditedRetrieval",
    "ArchiveBulkRetrieval",
    "DeepArchiveStandardRetrieval",
    "DeepArchiveBulkRetrieval",
    "InfrequentRetrieval",
];

/// The types of `DescribeClientUploadAccelerationUsageData`.
pub const UPLOAD_ACCELERATIONS: [&str; 2] = ["AccelerationWithHTTP", "AccelerationWithQUIC"];
