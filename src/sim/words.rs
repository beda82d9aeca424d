//! The texts that requests and accounts may use, as the API reference lists them.

/// States of an application.
pub const APPLICATION_STATUS: [&str; 4] = ["On", "Off", "Destroying", "Destroyed"];
/// Whether files of an application have paths.
pub const APPLICATION_MODES: [&str; 2] = ["fileid", "fileid+path"];
/// How events are notified.
pub const EVENT_MODES: [&str; 2] = ["PUSH", "PULL"];
/// Where media comes from.
pub const SOURCE_TYPES: [&str; 6] = ["Record", "Upload", "VideoProcessing", "TrtcRecord", "WebPageRecord", "Unknown"];
/// States of media.
pub const MEDIA_STATUS: [&str; 3] = ["Normal", "SystemForbidden", "Forbidden"];
/// Kinds of media.
pub const CATEGORIES: [&str; 3] = ["Video", "Audio", "Image"];
/// Storage classes of media.
pub const STORAGE_CLASSES: [&str; 4] = ["STANDARD", "STANDARD_IA", "ARCHIVE", "DEEP_ARCHIVE"];
/// Storage types that are levels.
pub const STORAGE_TYPES: [&str; 4] = ["StandardStorage", "InfrequentStorage", "ArchiveStorage", "DeepArchiveStorage"];
/// The sum of [`STORAGE_TYPES`].
pub const TOTAL_STORAGE: &str = "TotalStorage";
/// Storage types that add up.
pub const STORAGE_EVENTS: [&str; 9] = [
    "DeletedInfrequentStorage",
    "DeletedArchiveStorage",
    "DeletedDeepArchiveStorage",
    "ArchiveStandardRetrieval",
    "ArchiveExpeditedRetrieval",
    "ArchiveBulkRetrieval",
    "DeepArchiveStandardRetrieval",
    "DeepArchiveBulkRetrieval",
    "InfrequentRetrieval",
];
/// Every value of `DescribeStorageDetails.StorageType`.
pub const ALL_STORAGE_TYPES: [&str; 14] = {
    let mut all = [TOTAL_STORAGE; 14];
    let mut index = 0;
    while index < 4 {
        all[1 + index] = STORAGE_TYPES[index];
        index += 1;
    }
    let mut index = 0;
    while index < 9 {
        all[5 + index] = STORAGE_EVENTS[index];
        index += 1;
    }
    all
};
/// Regions that store media (266/9760 and examples), with their names.
pub const STORAGE_REGIONS: [(&str, &str); 16] = [
    ("ap-beijing", "Beijing"),
    ("ap-shanghai", "Shanghai"),
    ("ap-chongqing", "Chongqing"),
    ("ap-beijing-1", "Tianjin"),
    ("ap-guangzhou-2", "Guangzhou"),
    ("ap-hongkong", "Hong Kong"),
    ("ap-singapore", "Singapore"),
    ("ap-mumbai", "Mumbai"),
    ("ap-seoul", "Seoul"),
    ("ap-bangkok", "Bangkok"),
    ("ap-tokyo", "Tokyo"),
    ("na-siliconvalley", "Silicon Valley"),
    ("na-ashburn", "Virginia"),
    ("na-toronto", "Toronto"),
    ("eu-frankfurt", "Frankfurt"),
    ("eu-moscow", "Moscow"),
];
/// `DeleteMedia.DeleteParts.Type`.
pub const DELETE_TYPES: [&str; 8] = [
    "OriginalFiles",
    "TranscodeFiles",
    "AdaptiveDynamicStreamingFiles",
    "WechatPublishFiles",
    "WechatMiniProgramPublishFiles",
    "MpsAiMediaAiAnalysisFiles",
    "MpsAiMediaSmartEraseFiles",
    "MpsAiMediaSmartSubtitleFiles",
];
/// `DescribeAigcUsageData.AigcType`.
pub const AIGC_TYPES: [&str; 8] =
    ["Video", "Image", "Text", "Audio", "SceneAigcVideo", "SceneAigcImage", "SceneAigcTime", "TextDetail"];
/// Kinds of tasks that an account file may declare.
pub const TASK_TYPES: [&str; 2] = ["Procedure", "PullUpload"];
/// `AdjustInfoDetail.AdjustType`.
pub const ADJUST_TYPES: [&str; 3] = ["manualAdjustment", "supplementarySettlement", "reSettlement"];
/// `VoucherInfos.Status`.
pub const VOUCHER_STATUS: [&str; 5] = ["unUsed", "used", "delivered", "cancel", "overdue"];
/// How bills are paid.
pub const PAY_MODES: [&str; 2] = ["postPay", "prePay"];
/// What a pack covers.
pub const PACK_RESOURCES: [&str; 7] = ["Storage", "Traffic", "Transcode", "TESHD", "Review", "MediaProcess", "MLLMMediaProcess"];
/// What is counted by day and asked for by an action of its own.
pub const DAILY_MEASURES: [&str; 4] = ["ImageReview", "License", "AccelerationWithHTTP", "AccelerationWithQUIC"];
/// `DescribeMediaProcessUsageData.Type`.
pub const PROCESS_TYPES: [&str; 33] = [
    "Transcoding",
    "Transcoding-TESHD",
    "Editing",
    "Editing-TESHD",
    "AdaptiveBitrateStreaming",
    "ContentAudit",
    "ContentRecognition",
    "RemoveWatermark",
    "ExtractTraceWatermark",
    "AddTraceWatermark",
    "RebuildMedia",
    "QualityInspect",
    "VideoHighlight",
    "VideoTag",
    "VideoClassification",
    "VideoCover",
    "VideoSegment",
    "VideoProduce",
    "MediaCast",
    "VoiceTranslation",
    "JITTranscoding",
    "VideoSnapshot",
    "JITEncryption",
    "MediaEnhancement",
    "ImageCompression",
    "ImageEnhancement",
    "ImageSuperResolution",
    "ImageAdvanceCompression",
    "ImageUnderstanding",
    "AddBlindWatermark",
    "AddNagraWatermark",
    "ExtractBlindWatermark",
    "ExtractNagraWatermark",
];
/// The aggregate type that the reference advises against, and what it sums up.
pub const TRANSCODE: (&str, [&str; 5]) =
    ("Transcode", ["Transcoding", "Transcoding-TESHD", "Editing", "Editing-TESHD", "AdaptiveBitrateStreaming"]);
/// `Filters` of SearchMedia.
pub const SEARCH_FILTERS: [&str; 10] = [
    "basicInfo",
    "metaData",
    "transcodeInfo",
    "animatedGraphicsInfo",
    "imageSpriteInfo",
    "snapshotByTimeOffsetInfo",
    "sampleSnapshotInfo",
    "keyFrameDescInfo",
    "adaptiveDynamicStreamingInfo",
    "miniProgramReviewInfo",
];
/// `Filters` of DescribeMediaInfos.
pub const INFO_FILTERS: [&str; 14] = [
    "basicInfo",
    "metaData",
    "transcodeInfo",
    "animatedGraphicsInfo",
    "imageSpriteInfo",
    "snapshotByTimeOffsetInfo",
    "sampleSnapshotInfo",
    "keyFrameDescInfo",
    "adaptiveDynamicStreamingInfo",
    "miniProgramReviewInfo",
    "subtitleInfo",
    "reviewInfo",
    "mpsAiMediaInfo",
    "knowledgeBasesInfo",
];
/// `DescribeCDNStatDetails.Metric`.
pub const METRICS: [&str; 5] = ["Traffic", "Bandwidth", "Requests", "QUICRequests", "IpVisit"];
/// `DescribeCDNStatDetails.Districts`.
pub const DISTRICTS: [&str; 34] = [
    "Beijing",
    "Inner Mongolia",
    "Shanxi",
    "Hebei",
    "Tianjin",
    "Ningxia",
    "Shaanxi",
    "Gansu",
    "Qinghai",
    "Xinjiang",
    "Heilongjiang",
    "Jilin",
    "Liaoning",
    "Fujian",
    "Jiangsu",
    "Anhui",
    "Shandong",
    "Shanghai",
    "Zhejiang",
    "Henan",
    "Hubei",
    "Jiangxi",
    "Hunan",
    "Guizhou",
    "Yunnan",
    "Chongqing",
    "Sichuan",
    "Xizang",
    "Guangdong",
    "Guangxi",
    "Hainan",
    "Hong Kong, Macao and Taiwan",
    "Outside Chinese Mainland",
    "Other",
];
/// `DescribeCDNStatDetails.Isps`.
pub const ISPS: [&str; 8] = [
    "China Telecom",
    "China Unicom",
    "CERNET",
    "Great Wall Broadband Network",
    "China Mobile",
    "China Mobile Tietong",
    "ISPs outside Chinese Mainland",
    "Other ISPs",
];
