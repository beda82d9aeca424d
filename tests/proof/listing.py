#!/usr/bin/env python3
"""Proof that a listing loses no media and doubles none, while media come and go.

A simulated account of many media changes after each search. Every media that was there all the time must be in the ledger, once,
and nothing may be there that never was.

    tests/proof/listing.py [--media N] [--churn N]

VODLEDGER_BIN names the program (default: target/release/vodledger).
"""

import argparse
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

BIN = os.environ.get("VODLEDGER_BIN", "target/release/vodledger")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=int, default=1_000_000)
    parser.add_argument("--churn", type=int, default=20, help="media that come or go after each search")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ready = pathlib.Path(folder) / "sim.json"
        account = f"large:media={options.media},seed=1,churn={options.churn}"
        sim = subprocess.Popen([BIN, "sim", "--account", account, "--limit", "off", "--ready-file", ready], stdout=subprocess.DEVNULL)
        try:
            while not ready.exists():
                if sim.poll() is not None:
                    sys.exit("the simulator did not start")
                time.sleep(0.05)
            at = json.loads(ready.read_text())
            environment = {
                "HOME": folder, "PATH": os.environ["PATH"], "VODLEDGER_ENDPOINT": at["http"],
                "TENCENTCLOUD_SECRET_ID": at["secret_id"], "TENCENTCLOUD_SECRET_KEY": at["secret_key"],
            }
            began = time.monotonic()
            process = subprocess.Popen([BIN, "--exclusive", "sync", "--only", "media"], cwd=folder, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
            if os.waitstatus_to_exitcode(status) != 0:
                sys.exit("FAILED: sync did not end well")
            took = time.monotonic() - began
            def told(state):
                with urllib.request.urlopen(f"{at['http']}/_sim/media?state={state}", timeout=60) as answer:
                    return set(answer.read().decode().split())
            alive, added, deleted = told("alive"), told("added"), told("deleted")
        finally:
            sim.terminate()
            sim.wait(20)
        with sqlite3.connect(pathlib.Path(folder) / "vodledger.db") as ledger:
            rows = [row[0] for row in ledger.execute("SELECT file_id FROM media WHERE deleted_at IS NULL")]
    have = set(rows)
    lost, strange, doubled = len(alive - have), len(have - alive - added - deleted), len(rows) - len(have)
    print(f"{len(alive)} media there all the time, {len(added)} came, {len(deleted)} went; listed {len(have)} in {took:.0f} s, "
          f"at most {usage.ru_maxrss // 1024} MB")
    if lost or strange or doubled or not added or not deleted:
        sys.exit(f"FAILED: {lost} lost, {strange} that never were, {doubled} twice")
    print("none lost, none doubled")


if __name__ == "__main__":
    main()
