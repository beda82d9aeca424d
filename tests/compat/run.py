"""Official clients, unpatched, against `vodledger sim`.

Expected values are those that src/sim/fixtures/demo.toml declares, never what the simulator was seen to answer.
The last line is `compat: N passed, M failed`; the exit code is 1 when something failed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)

import actions
from tencentcloud.billing.v20180709 import billing_client
from tencentcloud.billing.v20180709 import models as billing_models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.vod.v20180717 import models, vod_client

GB = 10**9
APP = 1500021001
CLASSROOM = 1500021002
TEMPORARY = ("AKIDsimulatedTemporary00000000000002", "simulatedSecretKeyOfTheDemo00002", "simulated-session-token")
ROOM_1 = "room_1_2026-10-12-19-00-00_2026-10-12-20-30-00"
ROOM_1_ID = "11624759161874546966"

CHECKS = []


def check(function):
    CHECKS.append((function.__name__, lambda sim: function(sim)))
    return function


def check_each(*variants):
    """One check per way of signing and sending."""

    def decorate(function):
        for variant in variants:
            label = " ".join(str(part) for part in variant)
            CHECKS.append((f"{function.__name__} [{label}]", lambda sim, variant=variant: function(sim, *variant)))
        return function

    return decorate


class Sim:
    """What the ready file says."""

    def __init__(self, ready):
        self.http = ready["http"]
        self.https = ready["https"]
        self.id = ready["secret_id"]
        self.key = ready["secret_key"]
        self.ca = ready["ca"]

    def profile(self, method="POST", sign=None, unsigned=False, tls=False):
        scheme, _, host = (self.https if tls else self.http).partition("://")
        http = HttpProfile(protocol=scheme, endpoint=host, reqMethod=method, reqTimeout=10, certification=self.ca if tls else None)
        profile = ClientProfile(httpProfile=http, **({"signMethod": sign} if sign else {}))
        profile.unsignedPayload = unsigned
        return profile

    def vod(self, secret=None, **options):
        cred = credential.Credential(*(secret or (self.id, self.key)))
        return vod_client.VodClient(cred, "", self.profile(**options))

    def billing(self, **options):
        return billing_client.BillingClient(credential.Credential(self.id, self.key), "", self.profile(**options))


def ask(client, action, module=models, **params):
    request = getattr(module, action + "Request")()
    request.from_json_string(json.dumps(params))
    return getattr(client, action)(request)


def refused(code, call):
    try:
        call()
    except TencentCloudSDKException as error:
        equal(error.get_code(), code)
        assert error.get_request_id(), "an error has no request id"
        return
    raise AssertionError(f"was not refused with {code}")


def equal(got, expected):
    assert got == expected, f"got {got!r}, expected {expected!r}"


def filled(answer):
    """Every member that the client knows and that may not be null has a value."""
    for name, value in vars(answer).items():
        assert value is not None, f"{type(answer).__name__}.{name} is null"
    return answer


OCTOBER = {"StartTime": "2026-10-01T00:00:00+08:00", "EndTime": "2026-10-31T00:00:00+08:00"}
FIFTH = {"StartTime": "2026-10-05T00:00:00+08:00", "EndTime": "2026-10-05T23:59:59+08:00"}
WAYS = [
    (method, sign, unsigned)
    for method in ("POST", "GET")
    for sign, unsigned in ((None, False), (None, True), ("HmacSHA1", False), ("HmacSHA256", False))
]


# --- API 3.0: every way of signing and sending ------------------------------------------------------------------------


@check_each(*WAYS)
def storage_now(sim, method, sign, unsigned):
    client = sim.vod(method=method, sign=sign, unsigned=unsigned)
    answer = filled(ask(client, "DescribeStorageData", SubAppId=APP))
    equal(answer.StandardStorage, 1_234_567_890_123)
    equal(answer.ArchiveStorage, 300 * GB)
    equal(answer.TotalStorage, 1_534_567_890_123)
    equal([stat.Area for stat in answer.StorageStat], ["Chinese Mainland", "Outside Chinese Mainland"])


@check_each(*WAYS)
def search_by_prefix(sim, method, sign, unsigned):
    client = sim.vod(method=method, sign=sign, unsigned=unsigned)
    answer = filled(ask(client, "SearchMedia", NamePrefixes=["room_1_2026-10-12", "直播间_7"], Limit=20, Sort={"Field": "CreateTime", "Order": "Asc"}))
    equal(answer.TotalCount, 5)
    equal(answer.MediaInfoSet[0].BasicInfo.Name, ROOM_1)
    equal(answer.MediaInfoSet[0].FileId, ROOM_1_ID)
    equal(answer.MediaInfoSet[4].BasicInfo.Name, "直播间_7_2026-10-19-00-30-00_2026-10-19-00-50-30")


@check_each(("POST",), ("GET",))
def a_token_goes_with_a_temporary_key(sim, method):
    equal(ask(sim.vod(secret=TEMPORARY, method=method), "DescribeSubAppIds").TotalCount, 5)
    refused("AuthFailure.TokenFailure", lambda: ask(sim.vod(secret=TEMPORARY[:2], method=method), "DescribeSubAppIds"))


@check_each(*WAYS)
def a_wrong_key_is_refused(sim, method, sign, unsigned):
    client = sim.vod(secret=(sim.id, "wrong"), method=method, sign=sign, unsigned=unsigned)
    refused("AuthFailure.SignatureFailure", lambda: ask(client, "DescribeSubAppIds"))


@check_each(("POST", None), ("GET", None), ("POST", "HmacSHA1"), ("GET", "HmacSHA256"))
def an_unknown_id_is_refused(sim, method, sign):
    client = sim.vod(secret=("AKIDnobody", sim.key), method=method, sign=sign)
    refused("AuthFailure.SecretIdNotFound", lambda: ask(client, "DescribeSubAppIds"))


@check_each(*((method, sign, seconds) for method, sign in (("POST", None), ("GET", None), ("POST", "HmacSHA256")) for seconds in (-400, 400)))
def a_stale_clock_is_refused(sim, method, sign, seconds):
    client = sim.vod(method=method, sign=sign)
    with clock_off_by(seconds):
        refused("AuthFailure.SignatureExpire", lambda: ask(client, "DescribeSubAppIds"))
    with clock_off_by(seconds // 2):
        equal(ask(client, "DescribeSubAppIds").TotalCount, 5)


class clock_off_by:
    """The clock of this process, wrong for a moment; the clients are left as they are."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        self.time = time.time
        time.time = lambda: self.time() + self.seconds

    def __exit__(self, *_):
        time.time = self.time


@check
def tls_under_the_generated_authority(sim):
    client = sim.vod(tls=True)
    equal(ask(client, "DescribeSubAppIds").TotalCount, 5)


@check
def an_endpoint_with_a_scheme_signs_the_scheme(sim):
    profile = sim.profile()
    profile.httpProfile.endpoint = sim.http
    client = vod_client.VodClient(credential.Credential(sim.id, sim.key), "", profile)
    equal(ask(client, "DescribeSubAppIds").TotalCount, 5)


@check
def an_unknown_action_and_version_are_refused(sim):
    client = sim.vod()
    refused("InvalidAction", lambda: client.call_json("DescribeNothing", {}))
    client._apiVersion = "2001-01-01"
    refused("NoSuchVersion", lambda: client.call_json("DescribeSubAppIds", {}))


# --- API 3.0: the actions -------------------------------------------------------------------------------------------


@check
def media_found_in_every_way(sim):
    names = lambda **params: sorted(media.BasicInfo.Name for media in ask(sim.vod(), "SearchMedia", Limit=50, **params).MediaInfoSet)
    equal(len(names()), 15)
    equal(len(names(NamePrefixes=["room_1"])), 7)
    equal(len(names(NamePrefixes=["room_12_"])), 2)
    equal(names(FileIds=[ROOM_1_ID]), [ROOM_1])
    equal(names(Tags=["broken"]), ["room_2_2026-10-14-14-00-00_2026-10-14-14-23-07"])
    equal(len(names(ClassIds=[100])), 9)
    equal(len(names(ClassIds=[101])), 6)
    equal(len(names(StreamIds=["room_12"])), 2)
    equal(len(names(SourceTypes=["TrtcRecord"])), 1)
    equal(len(names(TrtcRoomIds=["8801"])), 1)
    equal(names(StorageClasses=["ARCHIVE"]), ["annual meeting 2025"])
    equal(names(CreateTime={"After": "2026-10-30T00:00:00+08:00", "Before": "2026-11-01T00:00:00Z"}), ["preview"])
    # Without effect, as documented.
    equal(len(names(Vids=["1500021001_00000000000000000000000000000000"])), 15)


@check
def media_pages(sim):
    client, seen = sim.vod(), []
    for offset in (0, 4, 8, 12, 16):
        page = ask(client, "SearchMedia", Offset=offset, Limit=4)
        equal(page.TotalCount, 15)
        seen += [media.FileId for media in page.MediaInfoSet]
    equal(len(set(seen)), 15)
    equal(len(ask(client, "SearchMedia").MediaInfoSet), 10)
    refused("InvalidParameterValue.Offset", lambda: ask(client, "SearchMedia", Offset=4999, Limit=2))
    refused("InvalidParameterValue.NamePrefixes", lambda: ask(client, "SearchMedia", NamePrefixes=["x"] * 11))


@check
def media_infos(sim):
    answer = filled(ask(sim.vod(), "DescribeMediaInfos", FileIds=[ROOM_1_ID, "1"]))
    equal(answer.NotExistFileIdSet, ["1"])
    media = answer.MediaInfoSet[0]
    filled(media.BasicInfo)
    filled(media.MetaData)
    equal(media.BasicInfo.ClassName, "晚间")
    equal(media.BasicInfo.TagSet, ["evening", "keep"])
    equal(media.BasicInfo.Vid.split("_")[0], "1500021001")
    equal(media.BasicInfo.SourceInfo.LiveRecordInfo.RecordStartTime, "2026-10-12T11:00:00Z")
    equal(media.MetaData.Duration, 5400)
    equal(media.MetaData.Size, 1_350_000_000)
    equal([item.Definition for item in media.TranscodeInfo.TranscodeSet], [0, 20, 30, 220])
    assert media.TranscodeInfo.TranscodeSet[0].Url == media.BasicInfo.MediaUrl
    only = ask(sim.vod(), "DescribeMediaInfos", FileIds=[ROOM_1_ID], Filters=["basicInfo"]).MediaInfoSet[0]
    equal(only.MetaData, None)
    refused("InvalidParameterValue.FileIds", lambda: ask(sim.vod(), "DescribeMediaInfos", FileIds=["1"] * 21))
    refused("MissingParameter", lambda: ask(sim.vod(), "DescribeMediaInfos"))


@check
def storage_by_day_and_point(sim):
    rows = ask(sim.vod(), "DescribeStorageDetails", StorageType="StandardStorage", Interval="Day", **OCTOBER).Data
    equal(len(rows), 31)
    equal(rows[0].Time, "2026-10-01T00:00:00+08:00")
    equal([rows[day - 1].Value for day in (1, 15, 16, 28, 31)], [1000 * GB, 1500 * GB, 1200 * GB, 1_234_567_890_123, 1_234_567_890_123])
    points = ask(sim.vod(), "DescribeStorageDetails", StartTime="2026-10-15T00:00:00+08:00", EndTime="2026-10-16T00:00:00+08:00").Data
    equal(len(points), 288)
    equal([points[at].Value for at in (0, 173, 174, 239, 240)], [1300 * GB, 1300 * GB, 1800 * GB, 1800 * GB, 1500 * GB])
    outside = ask(sim.vod(), "DescribeStorageDetails", SubAppId=CLASSROOM, Area="Outside Chinese Mainland", Interval="Day", **OCTOBER).Data
    equal([outside[8].Value, outside[9].Value], [200 * GB, 250 * GB])
    retrieved = ask(sim.vod(), "DescribeStorageDetails", StorageType="ArchiveStandardRetrieval", Interval="Day", **OCTOBER).Data
    equal([row.Value for row in retrieved if row.Value], [50 * GB])
    refused("InvalidParameterValue.Interval", lambda: ask(sim.vod(), "DescribeStorageDetails", Interval="Minute", **OCTOBER))
    refused("InvalidParameterValue.StorageType", lambda: ask(sim.vod(), "DescribeStorageDetails", StorageType="Other", **OCTOBER))


@check
def traffic_adds_up(sim):
    rows = ask(sim.vod(), "DescribeCDNUsageData", DataType="Flux", **OCTOBER)
    equal(rows.DataInterval, 1440)
    equal([row.Value for row in rows.Data][:5], [130_000_000_007] * 4 + [410_000_000_007])
    points = ask(sim.vod(), "DescribeCDNUsageData", DataType="Flux", DataInterval=5, **FIFTH).Data
    equal(len(points), 288)
    equal(sum(point.Value for point in points), 410_000_000_007)
    hours = ask(sim.vod(), "DescribeCDNUsageData", DataType="Flux", DataInterval=60, **FIFTH).Data
    equal([sum(point.Value for point in points[12 * hour : 12 * hour + 12]) for hour in range(24)], [hour.Value for hour in hours])
    speed = ask(sim.vod(), "DescribeCDNUsageData", DataType="Bandwidth", DataInterval=5, **FIFTH).Data
    equal([point.Value * 8 // 300 for point in points], [point.Value for point in speed])
    peak = ask(sim.vod(), "DescribeCDNUsageData", DataType="Bandwidth", **FIFTH).Data
    equal([row.Value for row in peak], [max(point.Value for point in speed)])
    one = ask(sim.vod(), "DescribeCDNUsageData", DataType="Flux", DomainNames=["vod.example.com"], **OCTOBER).Data
    equal(sum(row.Value for row in one), 100 * GB)


@check
def traffic_by_area(sim):
    def day(app, area="Chinese Mainland", metric="Traffic", **window):
        return ask(sim.vod(), "DescribeCDNStatDetails", SubAppId=app, Metric=metric, Area=area, DataInterval=1440, **(window or FIFTH)).Data[0].Value

    equal([day(APP + n) for n in range(4)], [400 * GB] * 4)
    equal(day(APP, "Asia Pacific Region 1"), 10_000_000_007)
    equal(day(APP, "Africa"), 0)
    equal(day(CLASSROOM, "North America", StartTime="2026-10-09T00:00:00+08:00", EndTime="2026-10-09T12:00:00+08:00"), 600 * GB)
    points = ask(sim.vod(), "DescribeCDNStatDetails", Metric="Bandwidth", **FIFTH)
    equal(points.DataInterval, 5)
    equal(len(points.Data), 288)
    equal(max(point.Value for point in points.Data), day(APP, metric="Bandwidth"))
    assert day(APP, metric="Requests") > 0
    guangdong = ask(sim.vod(), "DescribeCDNStatDetails", Metric="Traffic", Districts=["Beijing"], **FIFTH).Data
    equal(sum(point.Value for point in guangdong), 0)
    refused("InvalidParameterValue.DataInterval", lambda: ask(sim.vod(), "DescribeCDNStatDetails", Metric="Traffic", DataInterval=5, **OCTOBER))
    refused("InvalidParameterValue.Area", lambda: ask(sim.vod(), "DescribeCDNStatDetails", Metric="Traffic", Area="Mars", **OCTOBER))


@check
def windows_are_limited(sim):
    wide = {"StartTime": "2026-06-01T00:00:00+08:00", "EndTime": "2026-10-01T00:00:00+08:00"}
    old = {"StartTime": "2025-06-01T00:00:00+08:00", "EndTime": "2025-06-02T00:00:00+08:00"}
    back = {"StartTime": "2026-10-02T00:00:00+08:00", "EndTime": "2026-10-01T00:00:00+08:00"}
    for window, code in ((wide, "EndTime"), (old, "StartTime"), (back, "EndTime")):
        refused(f"InvalidParameterValue.{code}", lambda: ask(sim.vod(), "DescribeCDNUsageData", DataType="Flux", **window))


@check
def the_future_is_not_there(sim):
    today = ask(sim.vod(), "DescribeCDNUsageData", DataType="Flux", DataInterval=5, StartTime="2026-11-02T00:00:00+08:00", EndTime="2026-11-03T00:00:00+08:00").Data
    # Until 10:00, less the ten minutes that traffic takes to be counted.
    equal(today[-1].Time, "2026-11-02T09:45:00+08:00")


@check
def times_are_told_in_the_zone_of_the_question(sim):
    rows = ask(sim.vod(), "DescribeCDNUsageData", DataType="Flux", StartTime="2026-10-04T16:00:00Z", EndTime="2026-10-05T15:00:00Z").Data
    equal([(row.Time, row.Value) for row in rows], [("2026-10-04T16:00:00Z", 410_000_000_007)])


@check
def processing(sim):
    answer = ask(sim.vod(), "DescribeMediaProcessUsageData", **OCTOBER)
    usage = {
        (task.TaskType, detail.Specification): (sum(row.Count for row in detail.Data), sum(row.Usage for row in detail.Data))
        for task in answer.MediaProcessDataSet
        for detail in task.Details
    }
    equal(usage[("Transcoding", "Standard.H264.HD")], (8, 14_711 + 7_960 + 6_630 + 2_700))
    equal(usage[("Transcoding-TESHD", "TESHD-10.H264.FHD")], (2, 3_600))
    equal(usage[("VideoSnapshot", "SampleSnapshot")], (370, 370))
    one = ask(sim.vod(), "DescribeMediaProcessUsageData", Type="Transcoding", **OCTOBER).MediaProcessDataSet
    equal([task.TaskType for task in one], ["Transcoding"])
    equal(sum(row.Count for row in one[0].Summary), 8 + 10 + 1 + 1)
    review = filled(ask(sim.vod(), "DescribeReviewDetails", **OCTOBER))
    equal((review.TotalCount, review.TotalDuration), (1, 3_600))


@check
def other_usage(sim):
    images = ask(sim.vod(), "DescribeImageReviewUsageData", **OCTOBER).ImageReviewUsageDataSet
    equal(sum(row.Count for row in images), 1_200)
    licences = ask(sim.vod(), "DescribeLicenseUsageData", LicenseType="CommercialDRMLicense", **OCTOBER).LicenseUsageDataSet
    equal([row.Count for row in licences if row.Count], [500, 700])
    upload = lambda **params: sum(row.Value for row in ask(sim.vod(), "DescribeClientUploadAccelerationUsageData", **params, **OCTOBER).ClientUploadAccelerationUsageDataSet)
    equal([upload(), upload(Type="AccelerationWithHTTP"), upload(Type="AccelerationWithQUIC")], [25 * GB, 20 * GB, 5 * GB])


@check
def applications(sim):
    answer = filled(ask(sim.vod(), "DescribeSubAppIds"))
    equal([app.SubAppId for app in answer.SubAppIdInfoSet], [APP + n for n in range(5)])
    for app in answer.SubAppIdInfoSet:
        filled(app)
    equal([app.Status for app in answer.SubAppIdInfoSet], ["On"] * 4 + ["Off"])
    page = ask(sim.vod(), "DescribeSubAppIds", Offset=3, Limit=3)
    equal((page.TotalCount, len(page.SubAppIdInfoSet)), (5, 2))
    equal(ask(sim.vod(), "DescribeSubAppIds", Tags=[{"TagKey": "team", "TagValue": "education"}]).TotalCount, 1)
    equal(ask(sim.vod(method="GET"), "DescribeSubAppIds", Tags=[{"TagKey": "team", "TagValue": "education"}]).TotalCount, 1)
    refused("InvalidParameterValue.Limit", lambda: ask(sim.vod(), "DescribeSubAppIds", Limit=201))
    refused("InvalidParameterValue.SubAppId", lambda: ask(sim.vod(), "DescribeStorageData", SubAppId=7))


@check
def domains_and_packs(sim):
    answer = filled(ask(sim.vod(), "DescribeVodDomains", SubAppId=APP))
    equal([domain.Domain for domain in answer.DomainSet], ["1500021001.vod2.myqcloud.com", "vod.example.com"])
    for domain in answer.DomainSet:
        filled(domain)
    equal(answer.DomainSet[0].UrlSignatureAuthPolicy.EncryptedKey, "simHotlinkKey0000001")
    distribution = filled(ask(sim.vod(), "DescribeDefaultDistributionConfig"))
    equal((distribution.Domain, distribution.PlayKey), ("1500021001.vod2.myqcloud.com", "simPlayKey0000000001"))
    packs = filled(ask(sim.vod(), "DescribePrepaidProducts")).ProductInstanceSet
    equal([(pack.ResourceSet[0].ResourceType, pack.ProductInstanceStatus) for pack in packs], [("Review", "Effective"), ("Traffic", "Isolated")])


@check
def events_are_kept(sim):
    state = lambda: filled(ask(sim.vod(), "DescribeEventConfig", SubAppId=APP + 2))
    equal((state().Mode, state().NotificationUrl, state().UploadMediaCompleteEventSwitch), ("PUSH", "", "OFF"))
    change = lambda **params: ask(sim.vod(), "ModifyEventConfig", SubAppId=APP + 2, **params)
    change(NotificationUrl="https://example.com/hook", UploadMediaCompleteEventSwitch="ON", SignKey="abc123")
    equal((state().NotificationUrl, state().UploadMediaCompleteEventSwitch, state().DeleteMediaCompleteEventSwitch), ("https://example.com/hook", "ON", "OFF"))
    refused("InvalidParameterValue", lambda: change(NotificationUrl="nowhere", Mode="PULL"))
    refused("InvalidParameterValue", lambda: change(SignKey="not-allowed"))
    equal((state().NotificationUrl, state().Mode), ("https://example.com/hook", "PUSH"))
    change(NotificationUrl="", Mode="PULL")
    equal((state().NotificationUrl, state().Mode, state().UploadMediaCompleteEventSwitch), ("", "PULL", "ON"))
    equal(ask(sim.vod(), "DescribeEventConfig", SubAppId=CLASSROOM).NotificationUrl, "https://callbacks.example.com/classroom")


@check
def wrong_parameters_are_refused(sim):
    client = sim.vod()
    refused("UnknownParameter", lambda: client.call_json("SearchMedia", {"NamePrefix": ["x"]}))
    refused("InvalidParameter", lambda: client.call_json("SearchMedia", {"Limit": "10"}))
    refused("InvalidParameter", lambda: client.call_json("SearchMedia", {"NamePrefixes": "room"}))
    refused("MissingParameter", lambda: client.call_json("DescribeCDNUsageData", {"DataType": "Flux"}))


@check
def money(sim):
    balance = filled(ask(sim.billing(), "DescribeAccountBalance", billing_models))
    equal((balance.Uin, balance.Balance), (100000021001, 1_234_567))
    summary = ask(sim.billing(method="GET"), "DescribeBillSummaryByProduct", billing_models, BeginTime="2026-09", EndTime="2026-09")
    equal(summary.Ready, 1)
    vod = [row for row in summary.SummaryOverview if row.BusinessCode == "p_vod"][0]
    equal(vod.RealTotalCost, "1523.87650000")


# --- The legacy API ---------------------------------------------------------------------------------------------------


def legacy(sim, action, key=None, method="GET", sign="HmacSHA1", secret_id=None, **params):
    from QcloudApi.qcloudapi import QcloudApi

    config = {
        "secretId": secret_id or sim.id,
        "secretKey": key or sim.key,
        "method": method,
        "Region": "gz",
        "SignatureMethod": sign,
        "endpoint": sim.https.removeprefix("https://").replace("127.0.0.1", "localhost"),
    }
    os.environ["SSL_CERT_FILE"] = sim.ca
    try:
        # A module that the client does not know: the host of those it knows cannot be changed.
        answer = QcloudApi("simulator", config).call(action, {**params, "SignatureMethod": sign})
    finally:
        del os.environ["SSL_CERT_FILE"]
    return json.loads(answer)


LEGACY_WAYS = [(method, sign) for method in ("GET", "POST") for sign in ("HmacSHA1", "HmacSHA256")]


@check_each(*LEGACY_WAYS)
def legacy_by_name(sim, method, sign):
    answer = legacy(sim, "DescribeVodPlayInfo", method=method, sign=sign, fileName="room_1_2026-10-12", pageNo=1, pageSize=2)
    equal((answer["code"], answer["codeDesc"], answer["totalCount"], len(answer["fileSet"])), (0, "Success", "3", 2))
    rest = legacy(sim, "DescribeVodPlayInfo", method=method, sign=sign, fileName="room_1_2026-10-12", pageNo=2, pageSize=2)
    equal(len(rest["fileSet"]), 1)
    chinese = legacy(sim, "DescribeVodPlayInfo", method=method, sign=sign, fileName="直播间_7")
    equal(chinese["totalCount"], "2")


@check_each(*LEGACY_WAYS)
def legacy_by_vid(sim, method, sign):
    vid = ask(sim.vod(), "DescribeMediaInfos", FileIds=[ROOM_1_ID]).MediaInfoSet[0].BasicInfo.Vid
    answer = legacy(sim, "DescribeRecordPlayInfo", method=method, sign=sign, vid=vid, notifyUrl="https://example.com/hook")
    equal([(file["fileId"], file["fileName"], file["duration"], file["status"]) for file in answer["fileSet"]], [(ROOM_1_ID, ROOM_1, 5400, "2")])
    assert "image_url" in answer["fileSet"][0] and "totalCount" not in answer


@check
def legacy_by_id(sim):
    info = legacy(sim, "GetVideoInfo", fileId=ROOM_1_ID, **{"infoFilter": ["basicInfo"]})
    equal((info["basicInfo"]["name"], info["basicInfo"]["duration"], "metaData" in info), (ROOM_1, 5400, False))
    urls = legacy(sim, "DescribeVodPlayUrls", method="POST", fileId=ROOM_1_ID)
    equal([play["definition"] for play in urls["playSet"]], [0, 20, 30, 220])
    missing = legacy(sim, "GetVideoInfo", fileId="1")
    equal((missing["code"], missing["codeDesc"], missing["message"][:7]), (4000, 10008, "(10008)"))


@check
def legacy_by_time(sim):
    info = legacy(sim, "DescribeVodInfo", **{"from": "2026-10-12 00:00:00", "to": "2026-10-12 23:59:59", "orderby": 0, "pageSize": 10})
    equal((info["totalCount"], info["fileSet"][0]["fileId"], info["fileSet"][0]["size"]), (3, ROOM_1_ID, "1350000000"))
    equal(legacy(sim, "DescribeVodInfo", pageSize=101)["code"], 4000)


@check
def legacy_events(sim):
    app = {"SubAppId": APP}
    ask(sim.vod(), "ModifyEventConfig", Mode="PULL", DeleteMediaCompleteEventSwitch="ON", **app)
    equal(legacy(sim, "PullEvent")["eventList"], [])
    ask(sim.vod(), "DeleteMedia", FileId="5285890799710670620", **app)
    event = legacy(sim, "PullEvent")["eventList"][0]
    equal((event["eventContent"]["version"], event["eventContent"]["eventType"]), ("4.0", "FileDeleted"))
    equal(legacy(sim, "ConfirmEvent", **{"msgHandle.1": event["msgHandle"]})["code"], 0)
    equal(legacy(sim, "ConfirmEvent", **{"msgHandle.1": event["msgHandle"]})["codeDesc"], 1000)
    ask(sim.vod(), "ModifyEventConfig", Mode="PUSH", DeleteMediaCompleteEventSwitch="OFF", **app)


@check_each(*LEGACY_WAYS)
def legacy_refuses_a_wrong_key(sim, method, sign):
    equal(legacy(sim, "DescribeVodPlayInfo", key="wrong", method=method, sign=sign, fileName="room")["code"], 4100)


@check
def legacy_refuses_an_unknown_id(sim):
    equal(legacy(sim, "DescribeVodPlayInfo", secret_id="AKIDnobody", fileName="room")["code"], 4104)


@check_each(("GET", -7500), ("POST", 7500))
def legacy_refuses_a_stale_clock(sim, method, seconds):
    with clock_off_by(seconds):
        equal(legacy(sim, "DescribeVodPlayInfo", method=method, fileName="room")["code"], 4500)


@check
def legacy_names_what_is_missing(sim):
    equal(legacy(sim, "DescribeVodPlayInfo")["code"], 4000)


@check
def rates_are_limited(_):
    with Running("--limit", "token") as limited:

        def burst(_):
            client = limited.vod()
            for _ in range(15):
                ask(client, "DescribeDefaultDistributionConfig")

        # Several at once, so that a slow machine exceeds twenty a second as well.
        with ThreadPoolExecutor(max_workers=8) as pool:
            refused("RequestLimitExceeded", lambda: list(pool.map(burst, range(8))))


# --- Running ----------------------------------------------------------------------------------------------------------


class Running:
    """A simulated cloud of its own, on free ports."""

    def __init__(self, *options):
        self.options = options
        self.folder = tempfile.TemporaryDirectory()
        self.ready = Path(self.folder.name, "ready.json")

    def __enter__(self):
        listen = ["--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--ca-out", str(Path(self.folder.name, "ca.pem"))]
        program = os.environ.get("VODLEDGER_BIN", "target/debug/vodledger")
        command = [program, "sim", *listen, "--ready-file", str(self.ready), *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not self.ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                sys.exit(f"{program} sim did not get ready")
            time.sleep(0.02)
        return Sim(json.loads(self.ready.read_text()))

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        self.folder.cleanup()
        assert code == 0, f"sim ended with exit code {code} when asked to stop"


def main():
    running = Running("--limit", "off")
    with running as sim:
        results = [one(name, function, sim) for name, function in CHECKS]
        results += node(running.ready)
    results += actions.run(Running)
    failed = results.count(False)
    print(f"compat: {len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def one(name, function, sim):
    try:
        function(sim)
    except Exception as error:
        if not isinstance(error, (AssertionError, TencentCloudSDKException)):
            traceback.print_exc()
        print(f"FAIL {name}: {type(error).__name__}: {error}", flush=True)
        return False
    print(f"ok   {name}", flush=True)
    return True


def node(ready):
    """The checks of run.js, where run.sh could install its client."""
    if "NODE_PATH" not in os.environ:
        print("skipped: the Node client is not installed")
        return []
    ran = subprocess.run(["node", str(Path(__file__).with_name("run.js")), str(ready)], capture_output=True, text=True, timeout=60)
    print(ran.stdout + ran.stderr, end="", flush=True)
    lines = ran.stdout.splitlines()
    if ran.returncode != 0 or not lines:
        print("FAIL the Node client did not run")
        return [False]
    return [line.startswith("ok ") for line in lines]


if __name__ == "__main__":
    sys.exit(main())
