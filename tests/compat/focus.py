#!/usr/bin/env python3
"""Proves that the FOCUS export is FOCUS, with tools that others wrote. `focus.sh` installs them and starts this.

A simulated account with packs is collected, charged and exported; the golden files of the tests come beside it, since they hold
what the account does not (applications, contract prices, adjustments). What the official validator refuses wrongly is listed
below by rule and number; anything else fails. Then one file is spoiled, and every tool must refuse it: a check that cannot fail
would prove nothing. Usage: focus.py FOLDER_WITH_TOOLS
"""

import csv
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import json
from decimal import Decimal

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = os.path.abspath(os.environ["VODLEDGER_BIN"])
TOOLS = pathlib.Path(sys.argv[1]).resolve()
NOW = "2026-11-05T10:00:00+08:00"
MONTH = "2026-10"

# What the export claims to support: a column whose condition does not hold is not written, and its criterion is not here.
CRITERIA = ",".join([
    "ACCOUNT_NAMING_SUPPORTED", "COMMITMENT_DISCOUNT_SUPPORTED", "MULTIPLE_PRICING_CATEGORIES_SUPPORTED",
    "MULTIPLE_SUB_ACCOUNT_TYPES_SUPPORTED", "NEGOTIATED_PRICING_SUPPORTED", "PUBLIC_PRICE_LIST_SUPPORTED",
    "USAGE_MEASUREMENT_SUPPORTED", "UNIT_PRICING_SUPPORTED", "SUB_ACCOUNT_SUPPORTED",
    "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED", "REGION_SUPPORTED",
])
# An empty pass must not look like one.
LEAST_PASSED = 300
# Rules that the validator reports although nothing is wrong, and how often it must, as a function of the rows: docs/focus.md says why.
KNOWN = {
    "CommitmentDiscountStatus-C-004-C": lambda lines: sum(1 for line in lines if not line["CommitmentDiscountId"]),
    "CommitmentDiscountStatus-C-002-C": lambda lines: 1,
    "CommitmentDiscountStatus-C-000-C": lambda lines: 1,
    "InvoiceId-C-005-C": len,
    "SubAccountName-C-002-M": lambda lines: sum(1 for line in lines if not line["SubAccountName"].isascii()),
    "SubAccountName-C-000-C": lambda lines: int(any(not line["SubAccountName"].isascii() for line in lines)),
}
SUPPORTS = ["--supports", "SupportsUnitPricing", "--supports", "SupportsMultiplePricingCategories"]

CONFIG = """
[[account]]
name = "demo-school"
[[account.mode]]
from = 2026-01-01
mode = "traffic"
settlement = "day"
packs = "packs.toml"
"""
# One is used up in the month, one covers a level, one lapses in the month with something left.
PACKS = """
[[pack]]
product = "traffic-100gb"
id = "flow-1"
bought = "2026-10-03"
[[pack]]
product = "traffic-500gb"
id = "flow-2"
bought = "2026-10-08"
to = "2026-10-09"
[[pack]]
product = "storage-50gb"
id = "disk-1"
bought = "2026-10-10"
"""

summary = []


def step(name, missing=""):
    """Runs a step; what it raises fails it."""
    def decorate(function):
        if missing:
            summary.append((name, "NOT RUN", missing))
            return function
        try:
            said = function()
            summary.append((name, "PASS", said or ""))
        except Exception as error:  # noqa: BLE001: every failure of a step is told in the summary
            summary.append((name, "FAIL", f"{error}"))
        return function
    return decorate


def run(*command, cwd=None, env=None, codes=(0,)):
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode not in codes:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def total(path, column):
    return sum((Decimal(row[column]) for row in rows(path)), Decimal(0))


class Sim:
    """A simulated account in a process of its own."""

    def __init__(self, folder):
        ready = folder / "sim.json"
        ready.unlink(missing_ok=True)
        command = [BIN, "sim", "--listen", "127.0.0.1:0", "--now", NOW, "--limit", "off", "--ready-file", str(ready)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not ready.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("the simulator did not start")
            time.sleep(0.02)
        self.ready = json.loads(ready.read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def export(folder):
    """The account's data sets of both versions, as CSV and as Parquet."""
    (folder / "vodledger.toml").write_text(CONFIG)
    (folder / "packs.toml").write_text(PACKS)
    with Sim(folder) as sim:
        env = {
            "HOME": str(folder), "PATH": os.environ["PATH"], "VODLEDGER_LEDGER": str(folder / "ledger.db"),
            "VODLEDGER_ENDPOINT": sim.ready["http"], "TENCENTCLOUD_SECRET_ID": sim.ready["secret_id"],
            "TENCENTCLOUD_SECRET_KEY": sim.ready["secret_key"],
        }
        run(BIN, "--as-of", NOW, "sync", "--month", MONTH, cwd=folder, env=env)
    run(BIN, "--as-of", NOW, "charge", "--month", MONTH, cwd=folder, env=env)
    for version in ("1.4", "1.2"):
        # Some of the account's items have no published price: done in part.
        done = run(BIN, "--as-of", NOW, "report", "focus-cost-and-usage", "--focus", version, "--month", MONTH,
                   "--format", "csv,parquet", "--out", "out", cwd=folder, env=env, codes=(3,))
        assert "rows are in no file" in done.stderr, done.stderr
    return folder / "out"


def files(folder, version):
    names = ["cost-and-usage"] + (["billing-period", "contract-commitment"] if version == "1.4" else [])
    return {name: folder / f"focus-{name}-{version}-{MONTH}.csv" for name in names}


def spoil(source, target, changes):
    """A copy whose first row with a price has other values."""
    with open(source, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names, lines = reader.fieldnames, list(reader)
    line = next(line for line in lines if line["ConsumedQuantity"] and not line["CommitmentDiscountId"])
    line.update(changes)
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    target.write_text(out.getvalue(), encoding="utf-8")


def validate(path, form="csv"):
    """The official validator: how many rules passed, and which failed how often."""
    home = TOOLS / "focus-validator"
    (site,) = home.glob("lib/python3.*/site-packages")
    # It opens its list of currencies by a relative path, and writes a log where it runs.
    done = run(home / "bin/focus-validator", "--data-file", path, "--data-format", form, "--validate-version", "1.2",
               "--block-download", "--applicability-criteria", CRITERIA, "--show-violations", cwd=site, codes=(0, 1))
    found = re.search(r"Total: (\d+) \| Pass: (\d+) \| Fail: (\d+) \| Skipped: (\d+)", done.stdout)
    if not found:
        raise RuntimeError(f"the validator gave no total:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    passed, failed = int(found[2]), int(found[3])
    rules = {name: int(count) for name, count in re.findall(r"❌ (\S+): FAIL\s+\(violations=(\d+)", done.stdout)}
    if len(rules) != failed:
        raise RuntimeError(f"{failed} rules failed, but {len(rules)} are named:\n{done.stdout[-2000:]}")
    return passed, rules, found[0]


def accepted(path, form="csv"):
    passed, rules, said = validate(path, form)
    if passed < LEAST_PASSED:
        raise RuntimeError(f"too little was looked at: {said}")
    lines = rows(path.with_suffix(".csv"))
    allowed = {rule: count(lines) for rule, count in KNOWN.items() if count(lines)}
    if rules != allowed:
        raise RuntimeError(f"{said}; failing {rules}, allowed {allowed}")
    return f"{said}; the failing ones are the known ones"


def main():
    scratch = tempfile.TemporaryDirectory(prefix="vodledger-focus-")
    folder = pathlib.Path(os.environ.get("VODLEDGER_FOCUS_KEEP") or scratch.name)
    folder.mkdir(parents=True, exist_ok=True)
    kit = TOOLS / "focus-toolkit/bin/focus-toolkit"
    no_kit, no_validator = os.environ.get("toolkit_missing", ""), os.environ.get("validator_missing", "")
    data = ROOT / "tests/data/focus"
    golden = {version: [data / f"{name}cost-and-usage-{version}.csv" for name in ("", "packs-")] for version in ("1.4", "1.2")}
    beside = {name: data / f"packs-{name}-1.4.csv" for name in ("billing-period", "contract-commitment")}

    @step("the account is exported in both versions")
    def _():
        out = export(folder)
        newer, older = files(out, "1.4")["cost-and-usage"], files(out, "1.2")["cost-and-usage"]
        for column in ("BilledCost", "EffectiveCost", "ListCost"):
            assert total(newer, column) == total(older, column), column
        # Without rows of packs the rest would prove less.
        kinds = {(row["ChargeCategory"], row["CommitmentDiscountStatus"]) for row in rows(newer)}
        assert {("Purchase", ""), ("Usage", "Used"), ("Usage", "Unused"), ("Usage", "")} <= kinds, kinds
        return f"{len(rows(newer))} rows, {total(newer, 'BilledCost')} billed"

    out = folder / "out"
    if summary[-1][1] != "PASS":
        return finish()

    for version in ("1.4", "1.2"):
        @step(f"our own check, {version}")
        def _():
            paths = [*files(out, version).values(), *golden[version], *(beside.values() if version == "1.4" else [])]
            run(BIN, "report", "check", "--focus", version, *paths, cwd=folder)
            return f"{len(paths)} files"

    @step("focus-toolkit 0.14.1, 1.4", no_kit)
    def _():
        tried = [*files(out, "1.4").items(), *(("cost-and-usage", path) for path in golden["1.4"]), *beside.items()]
        # It takes a data set without rows for a mistake; an account may have no packs whose terms are known.
        tried = [(name, path) for name, path in tried if name != "contract-commitment" or rows(path)]
        for name, path in tried:
            run(kit, "validate", "--dataset", name, *(SUPPORTS if name == "cost-and-usage" else []), path)
        return f"{len(tried)} files, no violations"

    @step("focus-toolkit 0.14.1, the data sets together", no_kit)
    def _():
        for bundle in (files(out, "1.4"), {"cost-and-usage": golden["1.4"][1], **beside}):
            flags = [part for name, path in bundle.items() for part in (f"--{name}", path)]
            said = run(kit, "validate-bundle", *flags).stdout
            assert "bundle validation: OK" in said, said
        return "; ".join(line for line in said.splitlines() if "bundle validation" in line)

    @step("focus-toolkit 0.14.1, our 1.2 made 1.4 by it", no_kit)
    def _():
        # What it cannot know it leaves open (3) or assumes (4), and refuses columns of its own that we do not write, so it does not
        # validate here; the charges must be ours.
        made = folder / "converted"
        run(kit, "convert", "--cost-and-usage", files(out, "1.2")["cost-and-usage"], "--out", made, "--source-version", "1.2",
            "--on-exists", "replace", "--no-validate", codes=(0, 3, 4))
        (theirs,) = [path for path in made.rglob("*.csv") if "cost" in path.name.lower()]
        ours = files(out, "1.4")["cost-and-usage"]
        shared = [name for name in rows(ours)[0] if name in rows(theirs)[0] and name not in ("ContractApplied",)]
        for left, right in zip(rows(ours), rows(theirs), strict=True):
            differing = [name for name in shared if left[name] != right[name]]
            assert not differing, {name: (left[name], right[name]) for name in differing}
        return f"{len(shared)} columns of {len(rows(ours))} rows are equal"

    for name, path, form in [
        ("the account", files(out, "1.2")["cost-and-usage"], "csv"),
        ("the account as Parquet", files(out, "1.2")["cost-and-usage"].with_suffix(".parquet"), "parquet"),
        ("the golden file", golden["1.2"][0], "csv"),
        ("the golden file of packs", golden["1.2"][1], "csv"),
    ]:
        @step(f"focus-validator 2.2.1, 1.2, {name}", no_validator)
        def _():
            return accepted(path, form)

    @step("Parquet holds what CSV holds", no_validator)
    def _():
        # The validator's environment can read Parquet.
        for version in ("1.4", "1.2"):
            for path in files(out, version).values():
                run(TOOLS / "focus-validator/bin/python", ROOT / "tests/compat/focus_parquet.py", path, path.with_suffix(".parquet"))
        return "cell by cell"

    changes = {
        "BillingCurrency": "RMB", "ChargeCategory": "Tax", "ListCost": "0.5", "ChargePeriodStart": "2026-10-01T00:00:00+08:00",
        "PricingUnit": "Gigabyte",
    }

    @step("our own check refuses a spoiled file")
    def _():
        spoil(files(out, "1.4")["cost-and-usage"], folder / "spoiled-1.4.csv", changes)
        said = run(BIN, "report", "check", "--focus", "1.4", folder / "spoiled-1.4.csv", cwd=folder, codes=(1,)).stdout
        for word in ("BillingCurrency currency", "ListCost arithmetic", "ChargePeriodStart time", "PricingUnit unit", "tax"):
            assert word in said, (word, said)
        return said.strip().splitlines()[-1]

    @step("focus-toolkit refuses a spoiled file", no_kit)
    def _():
        run(kit, "validate", "--dataset", "cost-and-usage", *SUPPORTS, folder / "spoiled-1.4.csv", codes=(1,))

    @step("focus-validator refuses a spoiled file", no_validator)
    def _():
        spoil(files(out, "1.2")["cost-and-usage"], folder / "spoiled-1.2.csv", {"BillingCurrency": "RMB", "ChargeCategory": "Tax"})
        _, rules, said = validate(folder / "spoiled-1.2.csv")
        assert any(rule.startswith("BillingCurrency") for rule in rules), said
        return said

    return finish()


def finish():
    print("\nFOCUS conformance")
    for name, verdict, said in summary:
        print(f"  {verdict:<8} {name}{': ' + said if said else ''}")
    counts = {verdict: sum(1 for _, own, _ in summary if own == verdict) for verdict in ("PASS", "FAIL", "NOT RUN")}
    print("  " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 1 if counts["FAIL"] or not counts["PASS"] else 0


if __name__ == "__main__":
    sys.exit(main())
