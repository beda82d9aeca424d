#!/usr/bin/env python3
"""Sums up the same access logs with vodledger, DuckDB, Polars, chDB and mawk, beside inflating them and nothing else.

    benches/logs.py [--lines 20000000] [--rounds 3] [--data DIR] [--peers duckdb,polars,chdb,mawk] [--no-build]

All find, for each day, domain and FileId, and for each five minutes and domain, the number of requests and their bytes, and write
both as CSV. Logs come from the simulator, 48 hourly files, and are written once. The floor is `examples/inflate.rs`: it inflates with
libdeflate and reads nothing. Peers come from Python packages, which are installed into a virtual environment in the folder, and
each query is the fastest that was found for its engine. All get as many threads as there are cores.

Each round starts everything once, so that whatever disturbs the machine disturbs all; medians of whole processes are printed.
All results are compared, row by row. What could not run is said to be NOT RUN, and then, as with results that differ, the
exit code is 1.
"""

import argparse
import csv
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
OURS, FLOOR, REFERENCE = "vodledger", "floor (inflate)", "duckdb"
COLUMNS = "time client domain path bytes province isp status referer ms agent range method protocol cache port".split()

# What peers are told: a folder for results, the number of cores, and files.
DUCKDB = f"""
import sys
import duckdb
out, cores, files = sys.argv[1], sys.argv[2], sys.argv[3:]
columns = {{name: "BIGINT" if name in ("time", "bytes") else "VARCHAR" for name in {COLUMNS}}}
db = duckdb.connect()
db.execute(f"set threads = {{cores}}; set preserve_insertion_order = false")
db.execute(f'''
create temp table sums as
select grouping(file_id) as of_slot, day, slot, domain, file_id, count(*) as requests, sum(bytes) as bytes from (
  select time // 1000000 as day, time // 10000 * 100 + time // 100 % 100 // 5 * 5 as slot, domain,
         try_cast(split_part(path, '/', 3)[9:] as ubigint) as file_id, bytes
  from read_csv({{files}}, columns = {{columns}}, header = false, auto_detect = false, delim = ' ', quote = '"', escape = '"'))
group by grouping sets ((day, domain, file_id), (slot, domain))''')
db.execute(f'''
copy (select strftime(strptime(day::varchar, '%Y%m%d'), '%Y-%m-%d') as usage_day, domain, 'Chinese Mainland' as area, file_id, requests, bytes
      from sums where of_slot = 0 order by all) to '{{out}}/media.csv' (header true)''')
db.execute(f'''
copy (select strftime(strptime(slot::varchar, '%Y%m%d%H%M'), '%Y-%m-%dT%H:%M:%S+08:00') as start, domain, 'Chinese Mainland' as area, requests, bytes
      from sums where of_slot = 1 order by all) to '{{out}}/intervals.csv' (header true)''')
"""

POLARS = f"""
import sys
import polars as pl
out, files = sys.argv[1], sys.argv[3:]
schema = {{name: pl.Int64 if name in ("time", "bytes") else pl.String for name in {COLUMNS}}}
time = pl.col("time")
rows = pl.scan_csv(files, separator=" ", quote_char='"', has_header=False, schema=schema).select(
    "domain", "bytes", day=time // 1_000_000, slot=time // 10_000 * 100 + time // 100 % 100 // 5 * 5,
    file_id=pl.col("path").str.split("/").list.get(2, null_on_oob=True).str.slice(8))
by = lambda *keys: rows.group_by(keys).agg(requests=pl.len(), bytes=pl.col("bytes").sum())
media, intervals = pl.collect_all([by("day", "domain", "file_id"), by("slot", "domain")], engine="streaming")
text = pl.String
day = pl.col("day").cast(text).str.to_date("%Y%m%d")
media.select(day.alias("usage_day"), "domain", pl.lit("Chinese Mainland").alias("area"), "file_id", "requests", "bytes") \\
    .sort("usage_day", "domain", "file_id").write_csv(f"{{out}}/media.csv")
slot = pl.col("slot").cast(text).str.to_datetime("%Y%m%d%H%M").dt.strftime("%Y-%m-%dT%H:%M:%S+08:00")
intervals.select(slot.alias("start"), "domain", pl.lit("Chinese Mainland").alias("area"), "requests", "bytes") \\
    .sort("start", "domain").write_csv(f"{{out}}/intervals.csv")
"""

# ClickHouse splits whole lines faster than its CSV reader finds cells.
CHDB = r"""
import sys
from pathlib import Path
from chdb.session import Session
out, cores, files = sys.argv[1], sys.argv[2], [Path(file) for file in sys.argv[3:]]
paths = f"{files[0].parent}/{{{','.join(file.name for file in files)}}}" if len(files) > 1 else files[0]
db = Session()
db.query(f'''
create table sums engine = Memory as
select grouping(file_id) as of_slot, day, slot, domain, file_id, count() as requests, sum(size) as bytes from (
  select substring(cells[1], 1, 8) as day, intDiv(toUInt64(substring(cells[1], 1, 12)), 5) * 5 as slot, cells[3] as domain,
         substring(splitByChar('/', cells[4], 4)[3], 9) as file_id, toUInt64(cells[5]) as size
  from (select splitByChar(' ', line, 5) as cells from file('{paths}', 'LineAsString', 'line String', 'gzip')))
group by grouping sets ((day, domain, file_id), (slot, domain)) settings max_threads = {cores}''')
write = "into outfile '{}/{}.csv' truncate format CSVWithNames"
db.query(f'''
select concat(substring(day, 1, 4), '-', substring(day, 5, 2), '-', substring(day, 7, 2)) as usage_day, domain, 'Chinese Mainland' as area, file_id,
       requests, bytes
from sums where of_slot = 0 order by all ''' + write.format(out, "media"))
db.query(f'''
select concat(substring(day, 1, 4), '-', substring(day, 5, 2), '-', substring(day, 7, 2), 'T', substring(day, 9, 2), ':',
              substring(day, 11, 2), ':00+08:00') as start, domain, 'Chinese Mainland' as area, requests, bytes
from (select toString(slot) as day, domain, requests, bytes from sums where of_slot = 1) order by all ''' + write.format(out, "intervals"))
"""

# One process a core, each with its part of the files; their sums are added up by a last one.
MAWK_PART = r"""
{ split($4, folder, "/"); id = substr(folder[3], 9); day = substr($1, 1, 8); minute = substr($1, 11, 2)
  key = day " " $3 " " id; n[key]++; b[key] += $5
  key = substr($1, 1, 10) sprintf("%02d", minute - minute % 5) " " $3; ns[key]++; bs[key] += $5 }
END { for (key in n) printf "m %s %d %.0f\n", key, n[key], b[key]; for (key in ns) printf "s %s %d %.0f\n", key, ns[key], bs[key] }
"""
MAWK_WHOLE = r"""
{ key = $1; for (i = 2; i < NF - 1; i++) key = key " " $i; if ($1 == "m" && NF == 5) key = key " "; n[key] += $(NF - 1); b[key] += $NF }
END { print "usage_day,domain,area,file_id,requests,bytes" > (out "/media.csv")
  print "start,domain,area,requests,bytes" > (out "/intervals.csv")
  for (key in n) { split(key, k, " "); t = k[2]; day = substr(t, 1, 4) "-" substr(t, 5, 2) "-" substr(t, 7, 2)
    if (k[1] == "m") printf "%s,%s,Chinese Mainland,%s,%d,%.0f\n", day, k[3], k[4], n[key], b[key] > (out "/media.csv")
    else printf "%sT%s:%s:00+08:00,%s,Chinese Mainland,%d,%.0f\n", day, substr(t, 9, 2), substr(t, 11, 2), k[3], n[key], b[key] > (out "/intervals.csv") } }
"""
MAWK = r"""
set -e
out=$1 cores=$2 part=$3 whole=$4; shift 4
for core in $(seq "$cores"); do
  files=() at=0
  for file; do if [ $((at++ % cores + 1)) = "$core" ]; then files+=("$file"); fi; done
  { [ ${#files[@]} = 0 ] || zcat "${files[@]}" | mawk "$part"; } > "$out/part$core" &
  running+=($!)
done
for one in "${running[@]}"; do wait "$one"; done
cat "$out"/part* | mawk -v out="$out" "$whole"
"""


class NotRun(Exception):
    """Why something could not be measured."""


def run(command):
    """Wall and processor seconds of a whole process and its children, and the peak memory of the largest of them in MB."""
    with tempfile.TemporaryFile("w+") as said:
        began = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        except OSError as error:
            raise NotRun(str(error)) from error
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            lines = said.read().strip().splitlines()
            raise NotRun(f"exit code {process.returncode}: {lines[-1] if lines else 'nothing was said'}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def python_with(package, options):
    """An interpreter that has a package; installs it where none was given."""
    python = options.python or options.data / "peers/bin/python"
    if not Path(python).exists():
        subprocess.run([sys.executable, "-m", "venv", options.data / "peers"], check=True)
    has = [python, "-c", f"import {package}"]
    if subprocess.run(has, stderr=subprocess.DEVNULL).returncode != 0 and not options.python:
        subprocess.run([python, "-m", "pip", "install", "--quiet", package], stdout=subprocess.DEVNULL)
    tried = subprocess.run(has, stderr=subprocess.PIPE, text=True)
    if tried.returncode != 0:
        raise NotRun(f"cannot be installed: {(tried.stderr.strip().splitlines() or ['import failed'])[-1]}")
    return python


def peer(name, options):
    """How a peer is started, but for the files."""
    out = options.data / "results" / name
    if name == "mawk":
        missing = [tool for tool in ("mawk", "zcat", "bash") if not shutil.which(tool)]
        if missing:
            raise NotRun(f"{missing[0]} is not installed")
        return ["bash", "-c", MAWK, "bash", out, str(CORES), MAWK_PART, MAWK_WHOLE]
    return [python_with(name, options), "-c", PEERS[name], out, str(CORES)]


PEERS = {"duckdb": DUCKDB, "polars": POLARS, "chdb": CHDB, "mawk": MAWK}


def measure(commands, files, options, problems):
    """Medians of the rounds; what fails is left out."""
    found = {}
    for _ in range(options.rounds):
        for name, command in commands.items():
            if name in problems:
                continue
            if name != FLOOR:
                out = options.data / "results" / name
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir(parents=True)
            try:
                found.setdefault(name, []).append(run([*command, *files]))
            except NotRun as why:
                problems[name] = str(why)
    return {name: [statistics.median(column) for column in zip(*runs)] for name, runs in found.items() if name not in problems}


def results(name, options):
    """All rows of both files, ordered, and how many requests they are."""
    rows = []
    for file, keys in (("media.csv", 4), ("intervals.csv", 3)):
        with open(options.data / "results" / name / file, newline="") as text:
            header, *lines = csv.reader(text)
        rows += [(file, *header), *sorted((file, *line[:keys], int(line[keys]), int(line[keys + 1])) for line in lines)]
    return rows


def compare(names, options):
    """Says whether all found the same, and how many lines that were."""
    reference = REFERENCE if REFERENCE in names else names[0]
    expected, equal = results(reference, options), True
    for name in names:
        try:
            found = results(name, options)
        except (OSError, ValueError, IndexError) as error:
            print(f"{name}: results cannot be read: {error}")
            equal = False
            continue
        if found == expected:
            print(f"{name}: equal to {reference}, {len(found) - 2} rows" if name != reference else f"{name}: what others are compared with")
            continue
        equal = False
        here, there = set(found) - set(expected), set(expected) - set(found)
        print(f"{name}: DIFFERS from {reference}: {len(here)} rows of its own, {len(there)} missing")
        for row in sorted(here)[:5]:
            print("  +", *row)
        for row in sorted(there)[:5]:
            print("  -", *row)
    return equal, sum(row[-2] for row in expected if row[0] == "intervals.csv" and row[1] != "start")


def text_bytes(files):
    """How much text is in gzip files, as their trailers say."""
    sizes = 0
    for path in files:
        with open(path, "rb") as file:
            file.seek(-4, os.SEEK_END)
            sizes += struct.unpack("<I", file.read())[0]
    return sizes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "vodledger-bench-logs", help="where logs and results lie")
    parser.add_argument("--peers", default=",".join(PEERS), help="which of them, separated by commas; may be empty")
    parser.add_argument("--python", help="an interpreter that has the packages; nothing is installed then")
    parser.add_argument("--target", type=Path, default=Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")), help="where cargo builds")
    parser.add_argument("--no-build", action="store_true", help="measure what was built before")
    options = parser.parse_args()
    wanted = [name for name in options.peers.split(",") if name]
    unknown = [name for name in wanted if name not in PEERS]
    if unknown:
        parser.error(f"{unknown[0]} is none of {', '.join(PEERS)}")
    if not options.no_build:
        command = ["cargo", "build", "--quiet", "--release", "--bin", "vodledger", "--example", "inflate"]
        subprocess.run(command, cwd=ROOT, check=True)
    options.data = options.data.absolute()
    program, inflate = options.target / "release/vodledger", options.target / "release/examples/inflate"
    logs = options.data / f"logs-{options.lines}"
    if not logs.exists():
        logs.parent.mkdir(parents=True, exist_ok=True)
        part = logs.with_suffix(".part")
        subprocess.run([program, "sim", "--write-logs", part, "--logs", f"lines={options.lines}"], check=True)
        part.rename(logs)
    files = sorted(logs.glob("*.gz"))

    out, problems = options.data / "results", {}
    commands = {OURS: [program, "logs", "sum", "--out", out / OURS], FLOOR: [inflate]}
    for name in wanted:
        try:
            commands[name] = peer(name, options)
        except NotRun as why:
            problems[name] = str(why)
    run(["cat", *files])  # into the page cache
    whole = measure(commands, files, options, problems)
    # Read only after everything is measured: memory of this process would show in those that it starts.
    shutil.rmtree(kept := out.with_name("results-of-all"), ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    out.rename(kept)
    half = measure({name: commands[name] for name in (OURS, FLOOR) if name in whole}, files[::2], options, problems)
    shutil.rmtree(out, ignore_errors=True)
    kept.rename(out)
    summed = [name for name in whole if name != FLOOR]
    equal, lines = compare(summed, options) if summed else (True, options.lines)

    packed = sum(file.stat().st_size for file in files)
    print(f"\n{lines} lines, {len(files)} files, {text_bytes(files) / 1e9:.2f} GB of text in {packed / 1e9:.2f} GB, {CORES} cores, "
          f"medians of {options.rounds} rounds")
    floor = whole.get(FLOOR, [float("nan")])[0]
    best = min((whole[name][0] for name in wanted if name in whole), default=float("nan"))
    print(f"{'':<18}{'wall s':>9}{'x floor':>9}{'x best peer':>13}{'CPU s':>9}{'peak MB':>9}")
    for name in [OURS, FLOOR, *wanted]:
        if name in whole:
            wall, cpu, peak = whole[name]
            print(f"{name:<18}{wall:>9.2f}{wall / floor:>9.2f}{wall / best:>13.2f}{cpu:>9.2f}{peak:>9.0f}")
        else:
            print(f"{name:<18}  NOT RUN: {problems[name]}")
    share = text_bytes(files[::2]) / text_bytes(files)
    print(f"\nwith every second file, {share:.1%} of the text:")
    for name in (OURS, FLOOR):
        if name in half:
            print(f"{name:<18}{half[name][0]:>9.2f} s, {half[name][0] / whole[name][0]:.1%} of the time")
        else:
            print(f"{name:<18}  NOT RUN")
    sys.exit(0 if equal and not problems else 1)


if __name__ == "__main__":
    main()
