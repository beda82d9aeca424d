#!/usr/bin/env python3
"""Rates the same usage rows with vodledger, DuckDB and Polars: CSV in, charges out, one run, ratios printed.

    benches/rate.py [--rows 10000000] [--rounds 5] [--folder DIR] [--vodledger target/release/vodledger]

The peers come from Python packages (duckdb, polars), which are installed into a virtual environment in the folder. All three do the
same tier arithmetic in exact decimals: billing days at UTC+8 out of times with an offset, sums per account, area and day, the
price of the volume tier that the sum reaches, one rounding half up to 8 decimals. All get as many threads as there are
cores. The amounts are compared, all of them, to the last digit. Each round starts each of the three once, so that whatever
disturbs the machine disturbs all; medians of whole processes are printed, imports included, and for the peers the query by itself too.
"""

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

AREAS = {  # vod-cn, since 2021: yuan per GB by the day's volume
    "Chinese Mainland": "0.24 0.23 0.22 0.20 0.15",
    "Asia Pacific Region 1": "0.69 0.64 0.59 0.51 0.43",
    "Asia Pacific Region 2": "0.76 0.64 0.60 0.56 0.52",
    "Asia Pacific Region 3": "0.76 0.64 0.60 0.56 0.52",
    "Middle East": "0.99 0.97 0.94 0.88 0.82",
    "Europe": "0.43 0.39 0.31 0.20 0.16",
    "North America": "0.43 0.39 0.31 0.20 0.16",
    "South America": "1.03 0.98 0.95 0.91 0.85",
    "Africa": "1.03 0.98 0.95 0.91 0.85",
}
BOUNDS_GB = [500, 2_000, 50_000, 100_000]

DUCKDB = """
import json, sys, time
import duckdb
start = time.perf_counter()
usage, out, threads, tiers = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
db = duckdb.connect()
db.execute(f"set threads = {threads}")
db.execute("create table tiers(area varchar, above decimal(38, 0), up_to decimal(38, 0), price decimal(6, 4))")
db.executemany("insert into tiers values (?, ?, ?, ?)", tiers)
db.execute(f'''
copy (
  with daily as (
    select account, area, ("start" at time zone 'Asia/Shanghai')::date as day, sum(quantity) as bytes
    from read_csv('{usage}', header = true, auto_detect = false, delim = ',', quote = '"', columns = {{
      'start': 'TIMESTAMPTZ', 'end': 'TIMESTAMPTZ', 'account': 'VARCHAR', 'sub_app_id': 'VARCHAR', 'meter': 'VARCHAR',
      'area': 'VARCHAR', 'spec': 'VARCHAR', 'quantity': 'DECIMAL(18, 0)', 'unit': 'VARCHAR'}})
    where meter = 'traffic' and unit = 'B'
    group by all)
  select account, day, daily.area, bytes, price,
         (bytes * (price * 10000)::decimal(6, 0))::decimal(38, 0) as exact
  from daily join tiers on tiers.area = daily.area and bytes > above and bytes <= up_to
  order by account, day, daily.area
) to '{out}' (header true)
''')
print(time.perf_counter() - start)
"""

POLARS = """
import json, sys, time
start = time.perf_counter()
import polars as pl
usage, out, tiers = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
prices = pl.DataFrame(tiers, schema=["area", "above", "up_to", "price"], orient="row").with_columns(
    pl.col("above", "up_to").cast(pl.Decimal(38, 0)), pl.col("price").cast(pl.Decimal(6, 4)))
text = {name: pl.String for name in ["start", "end", "account", "sub_app_id", "meter", "area", "spec", "unit"]}
daily = (
    pl.scan_csv(usage, schema_overrides=text | {"quantity": pl.Int64})
    .filter((pl.col("meter") == "traffic") & (pl.col("unit") == "B"))
    .with_columns(day=pl.col("start").str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", time_zone="UTC")
                  .dt.convert_time_zone("Asia/Shanghai").dt.date())
    .group_by("account", "day", "area")
    .agg(bytes=pl.col("quantity").cast(pl.Decimal(38, 0)).sum())
)
rated = (
    daily.join(prices.lazy(), on="area")
    .filter((pl.col("bytes") > pl.col("above")) & (pl.col("bytes") <= pl.col("up_to")))
    .with_columns(exact=(pl.col("bytes") * (pl.col("price") * 10000).cast(pl.Decimal(38, 0))).cast(pl.Decimal(38, 0)))
    .select("account", "day", "area", "bytes", "price", "exact")
    .sort("account", "day", "area")
)
rated.collect(engine="streaming").write_csv(out)
print(time.perf_counter() - start)
"""


def tiers():
    bounds = [0, *(gigabytes * 10**9 for gigabytes in BOUNDS_GB), 10**18]
    rows = []
    for area, prices in AREAS.items():
        rows += [[area, str(low), str(high), price] for low, high, price in zip(bounds, bounds[1:], prices.split())]
    return rows


def write_usage(path, rows):
    """Five-minute events of a month: 5 accounts, 4 applications each, 9 areas."""
    chance = random.Random(7)
    start = datetime(2026, 10, 1, tzinfo=timezone(timedelta(hours=8)))
    slots = [start + timedelta(minutes=5 * index) for index in range(31 * 288)]
    heads = [f"10000000000{account},{1500000000 + app},traffic,{area},,"
             for account in range(5) for app in range(4) for area in AREAS]
    sizes = [chance.randrange(1, 10**7) for _ in range(1 << 16)]
    each = -(-rows // len(slots))
    count = 0
    with open(path, "w", buffering=1 << 22, newline="") as file:
        file.write("start,end,account,sub_app_id,meter,area,spec,quantity,unit\n")
        for slot in slots:
            times = f"{slot.isoformat()},{(slot + timedelta(minutes=5)).isoformat()},"
            block = []
            for _ in range(min(each, rows - count)):
                size = sizes[count * 40503 & 0xFFFF] * 1000 + count % 1000
                block.append(f"{times}{heads[count * 7919 % len(heads)]}{size},B\n")
                count += 1
            file.write("".join(block))


def run(command, environment=None):
    """Wall and CPU seconds of a whole process, its peak memory in MB, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **(environment or {})}, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"failed: {' '.join(map(str, command))[:200]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def half_up(exact):
    """An exact cost in 10⁻⁴ yuan × bytes per GB, as bills print it."""
    units, rest = divmod(int(exact), 10**5)
    return f"{Decimal(units + (rest * 2 >= 10**5)) / 10**8:.8f}"


def costs(path, ours):
    with open(path, newline="") as file:
        rows = csv.DictReader(file)
        if ours:
            return {(row["account"], row["usage_day"], row["area"]): row["billed_cost"] for row in rows if row["row_type"] == "charge"}
        return {(row["account"], row["day"], row["area"]): half_up(Decimal(row["exact"])) for row in rows}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "vodledger-bench-rate")
    options.add_argument("--vodledger", type=Path, default=Path(__file__).parents[1] / "target/release/vodledger")
    options = options.parse_args()
    folder, threads = options.folder, os.cpu_count() or 1
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "peers/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "peers"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb", "polars", "pytz"], check=True)
    usage = folder / f"usage-{options.rows}.csv"
    if not usage.exists():
        write_usage(usage, options.rows)
    duckdb, polars = folder / "with_duckdb.py", folder / "with_polars.py"
    duckdb.write_text(DUCKDB)
    polars.write_text(POLARS)
    out = {name: folder / f"{name}.csv" for name in ("vodledger", "duckdb", "polars")}
    commands = {
        "vodledger": ([options.vodledger, "rate", "--in", usage, "--prices", "vod-cn", "--mode", "traffic", "--out", out["vodledger"]], None),
        "duckdb": ([python, duckdb, usage, out["duckdb"], str(threads), json.dumps(tiers())], None),
        "polars": ([python, polars, usage, out["polars"], json.dumps(tiers())], {"POLARS_MAX_THREADS": str(threads)}),
    }
    for command, environment in commands.values():  # the file into the page cache, the packages too
        run(command, environment)
    found = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, (command, environment) in commands.items():
            found[name].append(run(command, environment))
    expected = costs(out["vodledger"], True)
    for peer in ("duckdb", "polars"):
        if costs(out[peer], False) != expected:
            sys.exit(f"{peer} and vodledger differ")
    print(f"{options.rows} rows, {usage.stat().st_size / 1e9:.2f} GB, {len(expected)} charges, {threads} threads, "
          f"medians of {options.rounds} rounds; all amounts are equal")
    print(f"{'':<11}{'wall s':>8}{'query s':>9}{'CPU s':>8}{'peak MB':>9}")
    medians = {}
    for name, runs in found.items():
        wall, cpu, peak = (statistics.median(run[index] for run in runs) for index in range(3))
        query = statistics.median(float(run[3]) for run in runs) if name != "vodledger" else wall
        medians[name] = (wall, query)
        print(f"{name:<11}{wall:>8.2f}{query:>9.2f}{cpu:>8.2f}{peak:>9.0f}")
    ours = medians["vodledger"][0]
    for index, what in enumerate(("whole process", "query alone")):
        peer = min(("duckdb", "polars"), key=lambda name: medians[name][index])
        print(f"{what}: vodledger is {medians[peer][index] / ours:.2f} times as fast as {peer}, the faster of the two")


if __name__ == "__main__":
    main()
