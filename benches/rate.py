#!/usr/bin/env python3
"""`vodledger rate` beside DuckDB and Polars: from a CSV of usage events to charges, side by side on one machine.

    python3 -m venv target/peers && target/peers/bin/pip install -r benches/requirements.txt
    cargo build --release && target/peers/bin/python benches/rate.py

Every row is an event of the meter `traffic`: five accounts, four applications each, nine areas, one month, times at random
seconds with an offset, quantities in B, MB and GB. All three sum by account, area and billing day (UTC+8), choose one price of
five by the sum (volume tiers of the shipped price book vod-cn), and write one charge each, rounded half up to 8 decimals.
Sums and money are exact in all three: DECIMAL in DuckDB, Decimal in Polars. The charges are compared; a difference fails the run.

Runs take turns on two threads, with the file in the page cache. The median counts. The peers' clock starts after their
imports; ours is the whole process. DuckDB and Polars check less of every row than `rate` does (meter, application, control
characters, whether an event stays in one day); that is in their favour.
"""

import argparse
import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "start,end,account,sub_app_id,meter,area,spec,quantity,unit\n"
OFFSETS = [8, 8, 8, 0, 9]
BLOCK = 100_000


def tiers():
    """The volume tiers of traffic in 2026: (area, above GB, up to GB, price) as texts, and the areas."""
    book = tomllib.loads((ROOT / "config/prices/vod-cn.toml").read_text(encoding="utf-8"))
    version = book["version"][-1]
    price = next(price for price in version["price"] if price["name"] == "traffic")
    assert price["tiers"]["kind"] == "volume" and price["tiers"]["bound"] == "upper" and price["unit"] == "GB"
    bounds = ["0", *price["tiers"]["up_to"], "1000000000"]
    return [
        (rate["area"], low, high, cost)
        for rate in price["rates"]
        for low, high, cost in zip(bounds, bounds[1:], rate["prices"])
    ]


def generate(path, rows):
    """The same rows for the same number of them, in the order of days."""
    dice = random.Random(20261001)
    areas = sorted({tier[0] for tier in tiers()})
    names = [f"10000000000{a},{1_500_000_000 + 4 * a + s},traffic,{area},," for a in range(5) for s in range(4) for area in areas]
    units = ["B", "MB", "GB"]
    quantities = {
        "B": [str(dice.randrange(1, 10**10)) for _ in range(5_000)],
        "MB": [f"{dice.randrange(1, 10**7) / 1000:.3f}" for _ in range(5_000)],
        "GB": [f"{dice.randrange(1, 10**4)}e".replace("e", "") for _ in range(5_000)],
    }
    quantities["GB"] = [f"{int(text) // 1000}.{int(text) % 1000:03}" for text in quantities["GB"]]
    tails = [f"{quantity},{unit}\n" for unit in units for quantity in quantities[unit]]
    seconds = [f"T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)]
    first = datetime(2026, 9, 30, tzinfo=timezone.utc).date()
    with open(path, "w", encoding="utf-8") as out:
        out.write(HEADER)
        written = 0
        while written < rows:
            block = min(BLOCK, rows - written)
            day = written * 31 // rows
            lines = []
            for _ in range(block):
                offset = OFFSETS[int(dice.random() * 5)]
                # Seconds of the billing day, the event inside it; then the same moments as the offset writes them.
                start = int(dice.random() * 86_000)
                end = start + 1 + int(dice.random() * 399)
                shift = (offset - 8) * 3600
                lines.append(moment(first, day + 1, start + shift, seconds, offset))
                lines.append(moment(first, day + 1, end + shift, seconds, offset))
                lines.append(names[int(dice.random() * len(names))])
                lines.append(tails[int(dice.random() * len(tails))])
            out.write("".join(lines))
            written += block


DATES = {}


def moment(first, day, second, seconds, offset):
    """A time with its offset and a comma."""
    days, second = divmod(second, 86_400)
    date = DATES.get(day + days)
    if date is None:
        date = DATES[day + days] = (first + timedelta(days=day + days)).isoformat()
    return f"{date}{seconds[second]}+{offset:02}:00,"


def duckdb_charges(usage, out, threads):
    import duckdb

    start = time.perf_counter()
    db = duckdb.connect()
    db.execute(f"set threads = {threads}")
    db.execute("set preserve_insertion_order = false")
    db.execute("create table tier (area varchar, low decimal(30,12), high decimal(30,12), price decimal(6,2))")
    db.executemany("insert into tier values (?, ?, ?, ?)", tiers())
    db.execute("create table factor (unit varchar, gb decimal(10,9))")
    db.executemany("insert into factor values (?, ?)", [("B", "0.000000001"), ("MB", "0.001"), ("GB", "1")])
    db.execute(
        f"""
        copy (
            with given as (
                select account, area, (epoch_us("start") + 28800000000) // 86400000000 as day, unit, sum(quantity) as quantity
                from read_csv('{usage}', header = true, auto_detect = false, delim = ',', quote = '"', columns = {{
                    'start': 'TIMESTAMPTZ', 'end': 'TIMESTAMPTZ', 'account': 'VARCHAR', 'sub_app_id': 'VARCHAR',
                    'meter': 'VARCHAR', 'area': 'VARCHAR', 'spec': 'VARCHAR', 'quantity': 'DECIMAL(18,3)', 'unit': 'VARCHAR'
                }})
                group by all
            ),
            daily as (
                select account, area, day, sum(quantity::decimal(20,3) * gb)::decimal(30,12) as quantity
                from given join factor using (unit) group by all
            )
            select account, date '1970-01-01' + day::int as usage_day, area, round(quantity * price, 8) as billed_cost
            from daily join tier using (area) where quantity > low and quantity <= high
            order by all
        ) to '{out}' (header)
        """
    )
    return time.perf_counter() - start


def polars_charges(usage, out, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    start = time.perf_counter()
    exact = pl.Decimal(38, 12)
    names = ["start", "end", "account", "sub_app_id", "meter", "area", "spec", "quantity", "unit"]
    schema = {name: pl.String for name in names} | {"quantity": pl.Decimal(18, 3)}
    prices = pl.DataFrame(tiers(), schema=["area", "low", "high", "price"], orient="row").with_columns(
        pl.col("low", "high", "price").cast(exact)
    )
    factors = pl.DataFrame({"unit": ["B", "MB", "GB"], "gb": ["0.000000001", "0.001", "1"]}).with_columns(
        pl.col("gb").cast(exact)
    )
    moment = pl.col("start").str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", time_zone="UTC", time_unit="us")
    given = (
        pl.scan_csv(usage, schema=schema)
        .group_by("account", "area", (moment.dt.replace_time_zone(None) + pl.duration(hours=8)).dt.date().alias("usage_day"), "unit")
        .agg(pl.col("quantity").sum())
        .collect(engine="streaming")
    )
    charges = (
        given.join(factors, on="unit")
        .with_columns((pl.col("quantity").cast(exact) * pl.col("gb")).cast(exact).alias("quantity"))
        .group_by("account", "area", "usage_day")
        .agg(pl.col("quantity").sum())
        .join(prices, on="area")
        .filter((pl.col("quantity") > pl.col("low")) & (pl.col("quantity") <= pl.col("high")))
        .select("account", "usage_day", "area", (pl.col("quantity") * pl.col("price")).round(8, mode="half_away_from_zero").alias("billed_cost"))
        .sort("account", "usage_day", "area")
    )
    charges.write_csv(out)
    return time.perf_counter() - start


PEERS = {"duckdb": duckdb_charges, "polars": polars_charges}


def charges_of(path):
    """Exact costs by account, day and area, out of anybody's output."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("row_type", "charge") == "charge"]
    return {(row["account"], row["usage_day"], row["area"]): Decimal(row["billed_cost"]) for row in rows}


def measured(command, environment):
    """Wall and processor seconds, peak memory in MB, and what was printed."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | environment, text=True)
    printed = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} failed")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def run(name, usage, out, options):
    if name == "vodledger":
        command = [options.program, "rate", "--in", usage, "--prices", "vod-cn", "--mode", "traffic", "--out", out]
        wall, processor, memory, _ = measured(command, {})
        return wall, processor, memory
    command = [sys.executable, __file__, "--peer", name, "--threads", str(options.threads), "--in", usage, "--out", out]
    _, processor, memory, printed = measured(command, {"POLARS_MAX_THREADS": str(options.threads)})
    return float(printed), processor, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", default=str(ROOT / "target/release/vodledger"))
    parser.add_argument("--in", dest="usage", help="rate these rows, as --keep left them, instead of new ones")
    parser.add_argument("--keep", help="write the rows here and keep them")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        print(PEERS[options.peer](options.usage, options.out, options.threads))
        return
    with tempfile.TemporaryDirectory() as folder:
        usage = options.usage or options.keep or f"{folder}/usage.csv"
        if not options.usage:
            print(f"writing {options.rows} rows …")
            generate(usage, options.rows)
        compare(usage, folder, options)


def compare(usage, folder, options):
    names = ["vodledger", *PEERS]
    runs = {name: [] for name in names}
    with open(usage, "rb") as file:
        while file.read(1 << 24):
            pass
    for _ in range(options.runs):
        for name in names:
            runs[name].append(run(name, usage, f"{folder}/{name}.csv", options))
    ours = charges_of(f"{folder}/vodledger.csv")
    medians = {}
    print(f"{os.path.getsize(usage) / 1e6:.0f} MB, {len(ours)} charges, median of {options.runs} runs, {options.threads} threads")
    for name in names:
        if charges_of(f"{folder}/{name}.csv") != ours:
            sys.exit(f"{name}: other charges than vodledger")
        wall, processor, memory = (statistics.median(column) for column in zip(*runs[name]))
        medians[name] = wall
        print(f"{name:>10}: {wall:7.2f} s wall, {processor:7.2f} s processor, {memory:7.0f} MB at most, all charges equal")
    faster = min(PEERS, key=medians.get)
    print(f"ratio to the faster peer ({faster}): {medians[faster] / medians['vodledger']:.2f} (reach: 2)")


if __name__ == "__main__":
    main()
