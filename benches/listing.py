#!/usr/bin/env python3
"""Listing all media of an account: this client beside the official Python SDK, against one simulated account.

Both walk along the creation time with the same size of answer. Printed are wall time, processor time per media and peak
memory of each, and their ratios; and the same for `sync --only media`, which also keeps a ledger.

    benches/listing.py [--media 100000] [--latency 50] [--page 1000] [--limit token]
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "target" / "release" / "vodledger"
EXAMPLE = ROOT / "target" / "release" / "examples" / "listing"

# What a user of the SDK writes: oldest first, from the second of the last media on, until an answer brings nothing new.
SDK = '''
import json, sys, time
from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.vod.v20180717 import models, vod_client

url, secret_id, secret_key, app, page = sys.argv[1:6]
http = HttpProfile(protocol="http", endpoint=url.removeprefix("http://"), keepAlive=True)
client = vod_client.VodClient(credential.Credential(secret_id, secret_key), "", ClientProfile(httpProfile=http))
began, seen, total, calls, after = time.monotonic(), set(), 0, 0, "2010-01-01T00:00:00Z"
while True:
    request = models.SearchMediaRequest()
    request.SubAppId, request.Limit, request.Offset = int(app), int(page), 0
    request.Sort = models.SortBy()
    request.Sort.Field, request.Sort.Order = "CreateTime", "Asc"
    request.CreateTime = models.TimeRange()
    request.CreateTime.After, request.CreateTime.Before = after, "2030-01-01T00:00:00Z"
    while True:
        try:
            answer = client.SearchMedia(request)
            break
        except Exception as error:
            if "RequestLimitExceeded" not in str(error):
                raise
            time.sleep(0.05)
    calls += 1
    new = [media for media in answer.MediaInfoSet if media.FileId not in seen]
    for media in new:
        seen.add(media.FileId)
        total += media.MetaData.Size or 0
    if not new:
        break
    after = new[-1].BasicInfo.CreateTime
print(json.dumps({"media": len(seen), "bytes": total, "calls": calls, "seconds": time.monotonic() - began}))
'''


def measured(command, **more):
    """The last line of output as JSON where there is one, wall and processor seconds, and peak memory in MB."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **more)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} failed:\n{output}")
    lines = [line for line in output.splitlines() if line.startswith("{")]
    told = json.loads(lines[-1]) if lines else {}
    return told, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def start(options, folder):
    ready = pathlib.Path(folder) / "ready.json"
    command = [BIN, "sim", "--account", f"large:media={options.media},seed=1", "--limit", options.limit, "--latency",
               str(options.latency), "--ready-file", ready]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not ready.exists():
        if process.poll() is not None:
            sys.exit("the simulator did not start")
        time.sleep(0.05)
    return process, json.loads(ready.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=int, default=100_000)
    parser.add_argument("--latency", type=int, default=50, help="milliseconds that each answer takes")
    parser.add_argument("--page", type=int, default=1000, help="media per answer")
    parser.add_argument("--limit", default="token", help="how the account counts requests")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the SDK")
    parser.add_argument("--no-build", action="store_true", help="measure what was built before")
    options = parser.parse_args()
    if not options.no_build:
        subprocess.run(["cargo", "build", "--quiet", "--release", "--bin", "vodledger", "--example", "listing"], cwd=ROOT, check=True)
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        process, at = start(options, folder)
        try:
            caller = [at["http"], at["secret_id"], at["secret_key"]]
            app = str(at.get("sub_app_id", 1500000001))
            page = str(options.page)
            rows["Python SDK"] = measured([options.python, "-c", SDK, *caller, app, page])
            rows["this client, 1 call at a time"] = measured([EXAMPLE, *caller, app, page, "1"])
            rows["this client, 4 calls at a time"] = measured([EXAMPLE, *caller, app, page, "4"])
            environment = {
                "HOME": folder, "PATH": os.environ["PATH"], "VODLEDGER_ENDPOINT": at["http"],
                "TENCENTCLOUD_SECRET_ID": at["secret_id"], "TENCENTCLOUD_SECRET_KEY": at["secret_key"],
            }
            sync = [BIN, "--exclusive", "--app", app, "sync", "--only", "media"]
            rows["sync, first day (ledger written)"] = measured(sync, cwd=folder, env=environment)
            later = [BIN, "--as-of", "2036-01-01T00:00:00Z", *sync[1:]]
            rows["sync, a later day (nothing changed)"] = measured(later, cwd=folder, env=environment)
        finally:
            process.terminate()
            process.wait()
    expected = rows["Python SDK"][0]
    for name, (told, *_) in rows.items():
        if told and (told["media"], told["bytes"]) != (expected["media"], expected["bytes"]):
            sys.exit(f"{name} found {told}, the SDK {expected}")
    _, sdk_wall, sdk_cpu, sdk_memory = rows["Python SDK"]
    print(f"{expected['media']} media, {options.page} a call, {options.latency} ms latency, limit {options.limit}")
    print(f"{'':38}{'wall s':>8}{'ratio':>8}{'cpu us/media':>14}{'ratio':>8}{'peak MB':>9}{'ratio':>8}")
    for name, (_, wall, cpu, memory) in rows.items():
        per_media = cpu / expected["media"] * 1e6
        print(
            f"{name:38}{wall:8.2f}{sdk_wall / wall:8.2f}{per_media:14.2f}{sdk_cpu / cpu:8.1f}{memory:9.1f}{sdk_memory / memory:8.2f}"
        )


if __name__ == "__main__":
    main()
