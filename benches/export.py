#!/usr/bin/env python3
"""Exports the same charge lines to CSV and Parquet with vodledger, DuckDB and Polars, each from its own native store.

    benches/export.py [--lines 10000000] [--rounds 3] [--data DIR] [--no-build]

Lines are made once, from a fixed seed, into a SQLite ledger. vodledger's own Parquet fills the peers' stores (a DuckDB database, a Polars
Arrow file), so that all hold the same rows. vodledger writes the report charge-lines, with its order and its units; peers copy all columns as
they lie. Each round starts everything once; medians of whole processes are printed, with the CPU seconds of all cores together, since
programs keep more or fewer cores busy. Sums over all files are compared; where they differ, the exit code is 1.
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
OURS = "vodledger"

DUCKDB = """
import sys, duckdb
store, target, form = sys.argv[1:4]
db = duckdb.connect(store, read_only=True)
db.execute("set threads = {cores}")
db.execute(f"copy lines to '{{target}}' " + ("(header true)" if form == "csv" else "(format parquet)"))
""".format(cores=CORES)

POLARS = """
import sys, polars as pl
store, target, form = sys.argv[1:4]
lines = pl.scan_ipc(store)
if form == "csv":
    lines.sink_csv(target)
else:
    lines.sink_parquet(target, compression="snappy")
"""

LOAD = """
import sys, duckdb, polars as pl
parquet, store, ipc = sys.argv[1:4]
db = duckdb.connect(store)
db.execute(f"create table lines as select * from read_parquet('{parquet}')")
db.close()
pl.scan_parquet(parquet).sink_ipc(ipc)
"""

SUMS = """
import sys, duckdb
path = sys.argv[1]
source = f"read_parquet('{path}')" if path.endswith("parquet") else f"read_csv('{path}', header = true, all_varchar = true)"
row = duckdb.sql(f"select count(*), sum(cast(billed_cost as decimal(38, 8))), count(distinct usage_day), min(usage_day), max(usage_day) from {source}").fetchall()[0]
print(*row)
"""

CHARGE = """account usage_month position row_type charge_id sub_app_id usage_day settlement_date bill_month posting_period start_at end_at
meter meter_kind area spec usage_quantity pack_quantity pricing_quantity unit unit_price tier list_cost contracted_cost billed_cost currency
price_book price_version status status_rank unpriced steps effective_cost tags basis contracted_unit_price""".split()


def make(binary, data, lines):
    """A ledger with so many charge lines, a month of usage for every million."""
    ledger = data / f"ledger-{lines}.db"
    if ledger.exists():
        return ledger
    growing = data / "growing.db"
    growing.unlink(missing_ok=True)
    subprocess.run([binary, "--ledger", growing, "ledger", "migrate"], check=True, stdout=subprocess.DEVNULL)
    db = sqlite3.connect(growing)
    db.execute("pragma synchronous = off")
    db.execute("pragma journal_mode = off")
    db.execute("drop index charge_by_id")
    db.execute("insert into account (account) values ('100000000001')")
    marks = ", ".join("?" * len(CHARGE))
    areas = ["Chinese Mainland", "Asia Pacific Region 1", "North America", "Europe"]
    meters = [("traffic", "event", "GB", 10**9), ("storage", "level", "GB", 10**9), ("transcoding", "event", "min", 60)]

    def rows():
        state = 12345
        for number in range(lines):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            month = number // 1_000_000
            year, month_of_year = 2017 + month // 12, month % 12 + 1
            text = f"{year}-{month_of_year:02}"
            day = f"{text}-{number // 40_000 % 25 + 1:02}"
            meter, kind, unit, factor = meters[state >> 62 if state >> 62 < 3 else 0]
            quantity = (state >> 20) % 10**7 * factor // 1000 // 60 * 60
            units = quantity * 23 // factor * 10**4 if factor > 60 else quantity * 541
            start = 1483200000 + number
            yield ("100000000001", text, number % 1_000_000, "charge", f"{state:016x}", "", day, day, text, text, start, start + 86400, meter, kind,
                   areas[state >> 40 & 3], "Standard.H264.HD" if unit == "min" else "", quantity, 0, quantity, unit, "0.23", "up to 2000 GB", None, None,
                   units, "CNY", "vod-cn", "2021", "final", 3, "", "[]", None, "[]", None, None)

    db.executemany(f"insert into charge ({', '.join(CHARGE)}) values ({marks})", rows())
    db.execute("create index charge_by_id on charge (account, charge_id)")
    db.commit()
    db.close()
    for end in ("-wal", "-shm"):
        Path(f"{growing}{end}").unlink(missing_ok=True)
    growing.rename(ledger)
    return ledger


def run(command):
    """Wall and CPU seconds and peak memory of a process."""
    start = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        raise RuntimeError(error.decode()[-500:])
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("/tmp/vodledger-bench-export"))
    parser.add_argument("--no-build", action="store_true")
    options = parser.parse_args()
    data = options.data
    data.mkdir(parents=True, exist_ok=True)
    if not options.no_build:
        subprocess.run(["cargo", "build", "--release"], cwd=ROOT, check=True)
    binary = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "vodledger"
    python = data / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", data / "peers"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb", "polars", "pyarrow"], check=True)
    ledger = make(binary, data, options.lines)

    def ours(form, out):
        out.mkdir(parents=True, exist_ok=True)
        command = [binary, "--ledger", ledger, "report", "charge-lines", "--from", "2017-01-01", "--to", "2040-01-01"]
        return [*command, "--format", form, "--out", out]

    (data / "vodledger.toml").write_text("[report]\nseconds = 3600\n")
    os.environ["VODLEDGER_CONFIG"] = str(data / "vodledger.toml")
    stores = {"duckdb": data / f"lines-{options.lines}.duckdb", "polars": data / f"lines-{options.lines}.arrow"}
    if not all(store.exists() for store in stores.values()):
        run(ours("parquet", data / "load"))
        parquet = next((data / "load").glob("*.parquet"))
        run([python, "-c", LOAD, parquet, *stores.values()])
    programs = {"duckdb": DUCKDB, "polars": POLARS}
    sums, failed = {}, False
    for form in ("csv", "parquet"):
        figures = {name: [] for name in (OURS, *programs)}
        for _ in range(options.rounds):
            figures[OURS].append(run(ours(form, data / OURS)))
            for name, program in programs.items():
                figures[name].append(run([python, "-c", program, stores[name], data / f"{name}.{form}", form]))
        files = {OURS: next((data / OURS).glob(f"*.{form}"))} | {name: data / f"{name}.{form}" for name in programs}
        medians = {name: [statistics.median(column) for column in zip(*rounds)] for name, rounds in figures.items()}
        best_wall = min(medians[name][0] for name in programs)
        best_cpu = min(medians[name][1] for name in programs)
        print(f"\n{form}: {options.lines} lines, {CORES} cores, medians of {options.rounds} rounds")
        print(f"{'':<12}{'wall s':>9}{'CPU s':>9}{'x best wall':>13}{'x best CPU':>12}{'peak MB':>10}{'file MB':>10}")
        for name, (wall, cpu, peak) in medians.items():
            size = files[name].stat().st_size / 1e6
            print(f"{name:<12}{wall:>9.2f}{cpu:>9.2f}{wall / best_wall:>13.2f}{cpu / best_cpu:>12.2f}{peak:>10.0f}{size:>10.0f}")
        for name, path in files.items():
            sums[name, form] = subprocess.run([python, "-c", SUMS, path], check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]
    if len(set(sums.values())) != 1:
        failed = True
        print("\nthe files differ:", *(f"{key}: {value}" for key, value in sums.items()), sep="\n")
    else:
        print(f"\nall files hold the same: {next(iter(sums.values()))}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
