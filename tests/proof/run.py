#!/usr/bin/env python3
"""Proof that nothing is lost: faults by seed, one kill at a random point, and the ledger must be as without any of it.

For each seed a simulated account answers with the faults of that seed. A run of `sync` is killed (SIGKILL) at a random
moment, then started again until it ends well. The canonical dump of its ledger must equal, byte for byte, the dump of a run
without faults and without a kill. Afterwards one fact is taken out of a copy, and the dumps must differ: a check that
cannot fail would prove nothing. Secrets that the account's answers carry are searched for in ledger, snapshots, dump and logs.

    tests/proof/run.py [--seeds N] [--first N] [--jobs N] [--ledger postgres://...]

VODLEDGER_BIN names the program (default: target/release/vodledger).
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
import zlib

BIN = os.environ.get("VODLEDGER_BIN", "target/release/vodledger")
NOW = "2026-11-05T10:00:00+08:00"
SYNC = ["--as-of", NOW, "--exclusive", "-v", "--log-format", "json", "sync", "--month", "2026-10"]
# The account's bills are of the month before.
BILLS = ["--as-of", NOW, "--exclusive", "sync", "--month", "2026-09", "--only", "bill"]
MOST_RUNS = 8


class Sim:
    """A simulated account in a process of its own."""

    def __init__(self, folder, *arguments):
        ready = pathlib.Path(folder) / "sim.json"
        ready.unlink(missing_ok=True)
        command = [BIN, "sim", "--listen", "127.0.0.1:0", "--now", NOW, "--limit", "off", "--ready-file", str(ready), *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not ready.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit("the simulator did not start")
            time.sleep(0.02)
        self.ready = json.loads(ready.read_text())

    def stats(self):
        with urllib.request.urlopen(self.ready["http"] + "/_sim/stats", timeout=10) as answer:
            return json.load(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


class Home:
    """A folder in which the program runs, with its ledger."""

    def __init__(self, folder, sim, ledger):
        self.folder = pathlib.Path(folder)
        self.ledger = ledger or str(self.folder / "vodledger.db")
        self.log = self.folder / "log.jsonl"
        self.environment = {
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
            "VODLEDGER_LEDGER": self.ledger,
            "VODLEDGER_ENDPOINT": sim.ready["http"],
            "TENCENTCLOUD_SECRET_ID": sim.ready["secret_id"],
            "TENCENTCLOUD_SECRET_KEY": sim.ready["secret_key"],
        }

    def start(self, *arguments):
        log = open(self.log, "ab")
        return subprocess.Popen([BIN, *arguments], cwd=self.folder, env=self.environment, stdout=log, stderr=log)

    def run(self, *arguments):
        return self.start(*arguments).wait()

    def sync(self):
        return self.run(*SYNC) or self.run(*BILLS)

    def dump(self):
        command = [BIN, "--ledger", self.ledger, "ledger", "dump", "--canonical"]
        return subprocess.run(command, cwd=self.folder, env=self.environment, check=True, capture_output=True).stdout


def ledger_of(base, name):
    """A ledger of its own for each run: a schema of the database, or a file in the run's folder."""
    if base is None:
        return None
    return f"{base}{'&' if '?' in base else '?'}schema={name}"


def migrate(home):
    if home.ledger.startswith("postgres") and home.run("ledger", "migrate") != 0:
        sys.exit(home.log.read_text())


def quiet_run(base, folder):
    """The dump without faults, and how long it takes."""
    with Sim(folder) as sim:
        home = Home(folder, sim, ledger_of(base, "quiet"))
        migrate(home)
        began = time.monotonic()
        code = home.sync()
        took = time.monotonic() - began
        if code != 0:
            sys.exit(f"the run without faults ended with {code}:\n{home.log.read_text()[-4000:]}")
        return home.dump(), took


def faulty_run(base, seed, reference, took):
    """One seed. Says what went wrong (empty: nothing), how many runs it took, where it was killed and the faults met."""
    with tempfile.TemporaryDirectory() as folder, Sim(folder, "--faults", f"mixed,seed={seed}") as sim:
        home = Home(folder, sim, ledger_of(base, f"seed_{seed}"))
        migrate(home)
        kill_at = random.Random(seed).uniform(0.05, 1.3) * took
        child = home.start(*SYNC)
        try:
            child.wait(kill_at)
            killed = False
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            killed = True
        codes = []
        while (not codes or codes[-1] != 0) and len(codes) < MOST_RUNS:
            codes.append(home.sync())
        faults = sim.stats()
        problem = ""
        if codes[-1] != 0:
            problem = f"no good end after {codes}: {home.log.read_text()[-1500:]}"
        elif (found := home.dump()) != reference:
            (pathlib.Path(tempfile.gettempdir()) / f"proof-{seed}.jsonl").write_bytes(found)
            problem = "the dump differs: " + first_difference(reference, found)
        elif not killed and not faults:
            problem = "neither a kill nor a fault: this proves nothing"
        if not problem:
            problem = leaks(home)
        return problem, len(codes), killed, faults


def first_difference(left, right):
    for number, (a, b) in enumerate(zip(left.splitlines(), right.splitlines()), 1):
        if a != b:
            return f"line {number}: {a[:300]!r} against {b[:300]!r}"
    return f"{len(left.splitlines())} lines against {len(right.splitlines())}"


def secrets(home):
    """What the demo account's answers carry and nobody may keep: key pairs, tokens, hotlink and play keys."""
    account = pathlib.Path(__file__).parents[2] / "src" / "sim" / "fixtures" / "demo.toml"
    planted = set()

    def collect(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, str) and key in ("hotlink_key", "play_key", "secret_key", "sign_key", "token", "web_identity_token"):
                    planted.add(inner)
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(tomllib.loads(account.read_text()))
    return sorted(secret for secret in planted if secret) + [home.environment["TENCENTCLOUD_SECRET_KEY"]]


def leaks(home):
    """Where a secret was found; empty: nowhere."""
    texts = {"log": home.log.read_bytes(), "dump": home.dump()}
    if not home.ledger.startswith("postgres"):
        for file in home.folder.glob("vodledger.db*"):
            texts[file.name] = file.read_bytes()
        with sqlite3.connect(f"file:{home.ledger}?mode=ro", uri=True) as connection:
            bodies = connection.execute("SELECT body FROM snapshot_body").fetchall()
        texts["snapshots"] = b"\n".join(zlib.decompress(body) for (body,) in bodies)
        if not bodies:
            return "no snapshots: the search for secrets proves nothing"
    for secret in secrets(home):
        for name, text in texts.items():
            if secret.encode() in text:
                return f"a secret ({secret[:4]}...) is in {name}"
    return ""


def mutation(reference, folder):
    """Takes one fact out of a good ledger: the dumps must differ."""
    path = pathlib.Path(folder) / "vodledger.db"
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM usage_fact WHERE rowid = (SELECT rowid FROM usage_fact ORDER BY start_at, meter, area LIMIT 1 OFFSET 7)")
    command = [BIN, "--ledger", str(path), "ledger", "dump", "--canonical"]
    changed = subprocess.run(command, check=True, capture_output=True).stdout
    return changed != reference


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--ledger")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reference, took = quiet_run(options.ledger, folder)
        print(f"quiet run: {took:.1f} s, {len(reference.splitlines())} lines in the canonical dump")
        if options.ledger is None:
            if not mutation(reference, folder):
                sys.exit("FAILED: a missing fact does not show in the dump")
            print("a fact taken out shows in the dump")
    began, failed, total, killed = time.monotonic(), [], collections.Counter(), 0
    seeds = range(options.first, options.first + options.seeds)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = {pool.submit(faulty_run, options.ledger, seed, reference, took * options.jobs / 2): seed for seed in seeds}
        for job in concurrent.futures.as_completed(jobs):
            problem, runs, was_killed, faults = job.result()
            killed += was_killed
            total.update(faults.get("faults", faults) if isinstance(faults, dict) else {})
            if problem:
                failed.append(jobs[job])
                print(f"seed {jobs[job]}: {problem}")
    print(f"{len(seeds)} seeds in {time.monotonic() - began:.0f} s, {killed} killed while running; faults met: {dict(total)}")
    if failed:
        sys.exit(f"FAILED: seeds {sorted(failed)}")
    print("every dump equals the quiet one; no secret found")


if __name__ == "__main__":
    main()
