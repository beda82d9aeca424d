//! Codes of API 3.0: the common ones and the 246 that the VOD SDK lists (tencentcloud-sdk, vod 2018-07-17).
//! Retry advice is judgement; the SDKs themselves repeat less.

use super::Retry::{AfterFix, No, Pause};
use super::{Explanation, Row, Speaker, explain_row, nearest};

const CHECK_PARAMETER: &str = "Correct the parameter that the message names.";
const ASK_SUPPORT: &str = "Run again later; if it stays, give the request id to Tencent Cloud support.";

/// What a family means when nothing more exact is known.
const FAMILIES: &[Row<&str>] = &[
    ("AuthFailure", "The request was not accepted as signed by a valid key.", No, "Check SecretId, SecretKey and token."),
    (
        "FailedOperation",
        "The operation was understood and failed.",
        No,
        "Read the message; what it names must be put right first.",
    ),
    ("InternalError", "The service failed inside.", Pause, ASK_SUPPORT),
    ("InvalidParameter", "A parameter does not fit the others or the account's state.", No, CHECK_PARAMETER),
    ("InvalidParameterValue", "A parameter has a value that is not allowed.", No, CHECK_PARAMETER),
    (
        "LimitExceeded",
        "A quota of the account is used up.",
        No,
        "Remove what is no longer needed, or ask Tencent Cloud for a higher quota.",
    ),
    ("MissingParameter", "A required parameter is missing.", No, "Add the parameter that the message names."),
    (
        "RequestLimitExceeded",
        "Too many requests a second for this action and account.",
        Pause,
        "Wait and repeat; other systems that use the same account count too.",
    ),
    (
        "ResourceNotFound",
        "What the request names is not there.",
        No,
        "Check the id, and the application: ids belong to one SubAppId (--app).",
    ),
    ("ResourceUnavailable", "What the request names cannot be used at the moment.", Pause, ASK_SUPPORT),
    ("ResourceInUse", "What the request names is in use.", No, "Wait until the other use has ended, or stop it."),
    ("ResourceInsufficient", "The service has no capacity for this.", No, "Ask for less, or ask support."),
    (
        "UnauthorizedOperation",
        "The key is valid and may not do this.",
        No,
        "Grant the action to the key's user in CAM; for an application other than the main one, grant that application too.",
    ),
    (
        "UnknownParameter",
        "The action has no parameter of this name.",
        No,
        "Remove or rename the parameter that the message names.",
    ),
    (
        "UnsupportedOperation",
        "This cannot be done in the present state.",
        No,
        "Read the message; another action must come first.",
    ),
    ("ServiceUnavailable", "The service is down for the moment.", Pause, ASK_SUPPORT),
    ("InvalidRequest", "The body of the request cannot be read.", No, "Send one JSON object, or correct what produces it."),
    (
        "InvalidAction",
        "There is no such action in this version.",
        No,
        "Check action, version and site: the international site lacks some actions.",
    ),
    ("NoSuchVersion", "The API has no such version.", No, "VOD has the version 2018-07-17, billing 2018-07-09."),
    ("NoSuchProduct", "There is no such product at this address.", No, "Check the endpoint."),
    ("UnsupportedRegion", "The region is not offered.", No, "VOD needs no region: leave it out."),
    ("UnsupportedProtocol", "The protocol or method is not taken.", No, "Use HTTPS, and GET or POST."),
    ("RequestSizeLimitExceeded", "The request is too large.", No, "Ask for fewer things at once."),
    ("ResponseSizeLimitExceeded", "The answer would be too large.", No, "Ask for a shorter period or a smaller page."),
    (
        "IpInBlacklist",
        "The address of this machine is blocked.",
        No,
        "Change the account's list of addresses, or call from elsewhere.",
    ),
    ("IpNotInWhitelist", "The address of this machine is not on the list.", No, "Add it to the account's list of addresses."),
    ("ActionOffline", "The action was withdrawn.", No, "Use the action that replaces it."),
    ("DryRunOperation", "It was a dry run, and it would have worked.", No, "Send it without DryRun to do it."),
];

/// Codes with advice of their own.
const EXACT: &[Row<&str>] = &[
    (
        "AuthFailure.SignatureFailure",
        "The signature does not fit the request.",
        No,
        "Check that SecretKey belongs to SecretId and has no space or line end; a proxy that changes the host, the path or the body breaks signatures too.",
    ),
    (
        "AuthFailure.SignatureExpire",
        "The request's time is more than 5 minutes from the server's.",
        AfterFix,
        "Set the clock of this machine (NTP).",
    ),
    (
        "AuthFailure.SecretIdNotFound",
        "There is no such SecretId.",
        No,
        "Check TENCENTCLOUD_SECRET_ID; the key may be deleted or disabled, or belong to the other site (cn, intl).",
    ),
    ("AuthFailure.InvalidSecretId", "This is no SecretId of the cloud API.", No, "Make an API key in the console and use it."),
    (
        "AuthFailure.InvalidAuthorization",
        "The Authorization header has the wrong form.",
        No,
        "Look for a proxy that changes headers.",
    ),
    (
        "AuthFailure.TokenFailure",
        "The token of a temporary credential is wrong or has expired.",
        AfterFix,
        "Fetch a new temporary credential; with a permanent key, unset TENCENTCLOUD_TOKEN.",
    ),
    (
        "AuthFailure.MFAFailure",
        "The action asks for a second factor.",
        No,
        "Use a key whose user needs no second factor for this action.",
    ),
    (
        "AuthFailure.UnauthorizedOperation",
        "The key is valid and may not do this.",
        No,
        "Grant the action to the key's user in CAM.",
    ),
    (
        "RequestLimitExceeded.UinLimitExceeded",
        "Too many requests a second for the account.",
        Pause,
        "Wait and repeat; other systems that use the same account count too.",
    ),
    (
        "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
        "Too many requests a second for the account over all regions.",
        Pause,
        "Wait and repeat; other systems that use the same account count too.",
    ),
    ("RequestLimitExceeded.IPLimitExceeded", "Too many requests a second from this address.", Pause, "Wait and repeat."),
    ("FailedOperation.DBError", "The service could not reach its database.", Pause, ASK_SUPPORT),
    ("FailedOperation.NetWorkError", "The service had a network fault inside.", Pause, ASK_SUPPORT),
    ("FailedOperation.UploadCosFail", "The service could not store a file.", Pause, ASK_SUPPORT),
    ("FailedOperation.InvalidVodUser", "The account has no VOD service.", No, "Open VOD in the console."),
    (
        "FailedOperation.InvalidAccount",
        "The account is not valid for VOD.",
        No,
        "Check in the console that VOD is open and paid.",
    ),
    (
        "FailedOperation.UserStatusInavlid",
        "The VOD service of the account is stopped (often: payment overdue).",
        No,
        "Pay what is due in the console, then run again.",
    ),
    ("FailedOperation.NoPrivileges", "The account may not use this function.", No, "Ask Tencent Cloud to enable it."),
    (
        "FailedOperation.DomainDeploying",
        "The domain is still being set up.",
        Pause,
        "Wait some minutes; a change takes about five.",
    ),
    (
        "FailedOperation.MediaForbidedBySystem",
        "The platform has blocked this media.",
        No,
        "See the review result in the console.",
    ),
    ("FailedOperation.TaskDuplicate", "The same task was started already.", No, "Use the running task."),
    (
        "FailedOperation.MediaType",
        "The media is of a type that this operation does not take.",
        No,
        "Check the media's type and container.",
    ),
    ("FailedOperation.CoverType", "The cover picture is of a type that is not taken.", No, "Use a JPEG or PNG."),
    ("FailedOperation.ClassNoFound", "There is no such category.", No, "List the application's categories and use one of them."),
    ("FailedOperation.ParentIdNoFound", "There is no such parent category.", No, "List the application's categories."),
    ("FailedOperation.ClassNameDuplicate", "A category of this name is there.", No, "Use it, or choose another name."),
    ("FailedOperation.ClassLevelLimitExceeded", "Categories are nested too deep.", No, "Put it on a higher level."),
    ("FailedOperation.SubclassLimitExceeded", "The category has too many below it.", No, "Remove some."),
    (
        "ResourceNotFound.FileNotExist",
        "There is no media with this FileId.",
        No,
        "Check the FileId and its application (--app); it may have been deleted.",
    ),
    (
        "ResourceNotFound.UserNotExist",
        "The account or application is not known to VOD.",
        No,
        "Check the SubAppId (--app) and the site.",
    ),
    ("ResourceNotFound.ServiceNotExist", "The account has not opened this service.", No, "Open it in the console."),
    ("ResourceNotFound.TemplateNotExist", "There is no such template.", No, "List the templates of the application."),
    ("UnsupportedOperation.ClassNotEmpty", "The category still holds media or categories.", No, "Empty it first."),
    (
        "UnauthorizedOperation.DomainRecordNotVerified",
        "The domain's ownership is not proved.",
        No,
        "Add the record that the console shows, then verify.",
    ),
    (
        "InvalidParameterValue.SubAppId",
        "There is no such application, or the key may not use it.",
        No,
        "List the account's applications; give one with --app.",
    ),
    (
        "InvalidParameterValue.FileId",
        "The FileId is wrong.",
        No,
        "A FileId is a decimal number of up to 20 digits; a spreadsheet may have rounded it.",
    ),
    ("InvalidParameterValue.FileIds", "One of the FileIds is wrong.", No, "Check them; a spreadsheet may have rounded them."),
    ("InvalidParameterValue.FileIdsEmpty", "No FileId was given.", No, "Give at least one."),
    (
        "InvalidParameterValue.FileIdsTooMany",
        "Too many FileIds in one request.",
        No,
        "Send them in smaller groups (20 for DescribeMediaInfos).",
    ),
    ("InvalidParameterValue.FileIdsOverLimit", "Too many FileIds in one request.", No, "Send them in smaller groups."),
    (
        "InvalidParameterValue.OffsetTooLarge",
        "Paging went past what a search reaches (offset and limit together up to 5000).",
        No,
        "Narrow the search by creation time and page each stretch by itself.",
    ),
    (
        "InvalidParameterValue.Offset",
        "The offset is wrong or past what a search reaches.",
        No,
        "Narrow the search by creation time.",
    ),
    ("InvalidParameterValue.LimitTooLarge", "The page is too large.", No, "Ask for a smaller page."),
    ("InvalidParameterValue.Limit", "The page size is not allowed.", No, "Ask for a smaller page."),
    (
        "InvalidParameterValue.StartTime",
        "The start time is wrong.",
        No,
        "Give an ISO 8601 time within the window that the action keeps, before the end.",
    ),
    (
        "InvalidParameterValue.EndTime",
        "The end time is wrong.",
        No,
        "Give an ISO 8601 time after the start; most usage calls span 90 days at most.",
    ),
    ("InvalidParameterValue.StartDate", "The start date is wrong.", No, "Give a date within the window that the action keeps."),
    (
        "InvalidParameterValue.EndDate",
        "The end date is wrong.",
        No,
        "Give a date after the start; most usage calls span 90 days at most.",
    ),
    (
        "InvalidParameterValue.UnsupportedTransition",
        "The media cannot go from its storage class to this one.",
        No,
        "See which changes of class are allowed.",
    ),
    ("InvalidParameterValue.NotRestorable", "The media is in no archive class.", No, "Only archived media are restored."),
    ("LimitExceeded.TagCountReachMax", "The media has as many tags as it may.", No, "Remove a tag first."),
];

/// Family, and the details that the VOD SDK lists for it. Each family is a code by itself too.
const VOD: &[(&str, &str)] = &[
    ("AuthFailure", ""),
    (
        "FailedOperation",
        "ClassLevelLimitExceeded ClassNameDuplicate ClassNoFound CoverType DBError DomainDeploying InvalidAccount \
         InvalidVodUser MediaForbidedBySystem MediaType NetWorkError NoNeedToReduceMediaBitrate NoPrivileges \
         ParentIdNoFound SubclassLimitExceeded TaskDuplicate UploadCosFail UserStatusInavlid",
    ),
    (
        "InternalError",
        "DBError GenDefinition GetFileInfoError GetMediaListError TimeParseError UpdateMediaError UploadCoverImageError \
         UploadWatermarkError",
    ),
    ("InvalidParameter", "ExistedProcedureName ExpireTime Labels ProcedureNameNotExist StorageRegion ViolationContent"),
    (
        "InvalidParameterValue",
        "AddKeyFrameDescsAndClearKeyFrameDescsConflict AddKeyFrameDescsAndDeleteKeyFrameDescsConflict \
         AddTagsAndClearTagsConflict AddTagsAndDeleteTagsConflict AiAnalysisTaskDefinition \
         AiContentReviewTaskDefinition AiRecognitionTaskDefinition AppId Area AudioBitrate AudioChannel AudioCodec \
         AudioSampleRate Bitrate BlockConfidence Categories ClassId ClassIds ClassName ClassifcationConfigure \
         ClipDuration Codec ColumnCount Comment Container ContainerType CoordinateOrigin CoverConfigure CoverType \
         CoverUrl CutAndCrops DataInterval DataType Date DefaultLibraryLabelSet Definition Definitions \
         DeleteDefaultTemplate Description DisableHigherVideoBitrate DisableHigherVideoResolution Districts DomainName \
         DomainNameInBlackList DomainNames DrmType EndDate EndTime EndTimeOffset ExistedName ExpireTime ExpiredTime \
         ExtendedParameter FaceDuplicate FaceLibrary FaceScore FileId FileIds FileIdsEmpty FileIdsOverLimit \
         FileIdsTooMany FileType FillType FiltrateAudio FiltrateVideo Format FormatWebpLackWidthAndHeight \
         FormatWebpWidthAndHeightBothZero Fps FrameTagConfigure FunctionArg FunctionName Height HighlightConfigure \
         ImageContent ImageDecodeError ImageTemplate Index Interval InvalidOperationType IsPersistence Isps ItemId \
         KeyFrameDescContentTooLong LabelSet Labels Limit LimitTooLarge MediaManifestContent MediaStoragePath MediaType \
         MediaUrl Metric ModifyDefaultTemplate Name NamePrefixes Names NotRestorable ObjectLibrary Offset \
         OffsetTooLarge Operation OriginalStorageClass OutputMediaType ParentId PicFormatError Precision Procedure \
         ProcedureName Quality RemoveAudio RemoveVideo RepeatType Resolution ResolutionAdaptive RestoreDay RestoreTier \
         ReviewConfidence ReviewWallSwitch RoundPlayAlreadyExists RoundPlayId RoundPlaylist RowCount SampleInterval \
         SampleRate SampleType ScenarioType Scheme SchemeConflict ScreenshotInterval SessionContextTooLong SessionId \
         SessionIdTooLong Sort SoundSystem SourceDefinition SourceType SourceTypes SrcFile StartDate StartTime \
         StartTimeOffset Status StorageClass StorageRegion StorageRegions StorageType StreamIdInvalid StreamIds \
         SubAppId SubtitleFormat SvgTemplate SvgTemplateHeight SvgTemplateWidth Switch TEHDType TagConfigure TagTooLong \
         Tags TaskId Text TextAlpha TextTemplate Thumbnails TimeType Type Types UniqueIdentifier UnsupportDomain \
         UnsupportedRestoreTier UnsupportedStorageClass UnsupportedTransition Url UserDefineLibraryLabelSet Vcrf \
         VideoBitrate VideoCodec Vids VodSessionKey Watermarks Width XPos YPos",
    ),
    (
        "LimitExceeded",
        "KeyFrameDescCountReachMax PlayList Quota RoundPlaylist RoundPlays RunningRoundPlays TagCountReachMax \
         TooMuchTemplate",
    ),
    ("MissingParameter", ""),
    ("RequestLimitExceeded", ""),
    ("ResourceNotFound", "CoverUrl FileNotExist Person ServiceNotExist TemplateNotExist UserNotExist Word"),
    ("ResourceUnavailable", "MasterPlaylist"),
    ("UnauthorizedOperation", "DomainRecordNotVerified"),
    ("UnknownParameter", ""),
    ("UnsupportedOperation", "ClassNotEmpty"),
];

fn with_detail(family: &str, detail: &str) -> String {
    format!("{family}.{detail}")
}

/// The codes that the VOD SDK lists.
pub fn vod_codes() -> impl Iterator<Item = String> {
    VOD.iter().flat_map(|(family, details)| {
        std::iter::once((*family).to_owned()).chain(details.split_whitespace().map(|detail| with_detail(family, detail)))
    })
}

/// Every code the tables know by name.
pub fn codes() -> impl Iterator<Item = String> {
    let named = FAMILIES.iter().chain(EXACT).map(|(code, ..)| (*code).to_owned());
    let mut codes: Vec<String> = named.chain(vod_codes()).collect();
    codes.sort();
    codes.dedup();
    codes.into_iter()
}

/// What a code means, letters in any case. A detail that no table lists is explained by its family, unless it
/// looks like a listed one mistyped.
pub fn explain(typed: &str) -> Option<Explanation> {
    let same = |code: &str| code.eq_ignore_ascii_case(typed);
    if let Some(row) = EXACT.iter().chain(FAMILIES).find(|(code, ..)| same(code)) {
        return Some(explain_row(Speaker::Api3, row));
    }
    let (family, detail) = typed.split_once('.')?;
    let family = FAMILIES.iter().find(|(code, ..)| code.eq_ignore_ascii_case(family))?;
    if let Some(code) = codes().find(|code| same(code)) {
        return Some(by_family(family, &code));
    }
    let listed = VOD.iter().filter(|(name, _)| *name == family.0).flat_map(|(_, details)| details.split_whitespace());
    let exact = EXACT.iter().filter_map(|(code, ..)| code.strip_prefix(family.0)?.strip_prefix('.'));
    let mistyped = !nearest(detail, listed.chain(exact)).is_empty();
    (!mistyped).then(|| by_family(family, &with_detail(family.0, detail)))
}

fn by_family(family: &Row<&'static str>, code: &str) -> Explanation {
    let mut explanation = explain_row(Speaker::Api3, family);
    let detail = code.split_once('.').map_or("", |(_, detail)| detail);
    explanation.meaning = match family.0 {
        "InvalidParameterValue" => format!("The value given for {detail} is not allowed."),
        _ => format!("{} Detail: {detail}.", explanation.meaning),
    };
    code.clone_into(&mut explanation.code);
    explanation
}

/// `ErrCode` of a task.
const TASK: &[Row<i64>] = &[
    (40_000, "The task's input is wrong.", No, "Check the task's parameters; ErrCodeExt says which."),
    (60_000, "The source file is wrong.", No, "Check that the source can be played."),
    (70_000, "The task failed inside the service.", Pause, ASK_SUPPORT),
];

/// What the `ErrCode` of a task means.
pub fn task(number: i64) -> Option<Explanation> {
    TASK.iter().find(|(code, ..)| *code == number).map(|row| explain_row(Speaker::Task, row))
}
