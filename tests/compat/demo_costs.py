#!/usr/bin/env python3
"""What the demo account must cost, worked out apart from the program.

Reads the account's declarations and the published list prices below, does its own arithmetic in fractions, and compares every
line of the two reports with it. Usage: demo_costs.py FOLDER_WITH_REPORTS
"""

import csv
import datetime as dt
import math
import sys
import tomllib
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST, END = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
MAINLAND, OVERSEAS = "Chinese Mainland", "Outside Chinese Mainland"
GB = 10**9

# Published list prices in CNY (Chinese site, since 2021): storage per GB and day, traffic per GB by the day's volume,
# retrieval per GB, processing per minute of output. None is a price that was not published.
STORAGE = {
    ("StandardStorage", MAINLAND): "0.0048", ("InfrequentStorage", MAINLAND): "0.0024",
    ("ArchiveStorage", MAINLAND): "0.0012", ("DeepArchiveStorage", MAINLAND): "0.0004",
    ("StandardStorage", OVERSEAS): "0.0058", ("InfrequentStorage", OVERSEAS): "0.0036",
    ("ArchiveStorage", OVERSEAS): "0.0018", ("DeepArchiveStorage", OVERSEAS): "0.0006",
}
CLASSES = {"StandardStorage": "STANDARD", "InfrequentStorage": "STANDARD_IA",
           "ArchiveStorage": "ARCHIVE", "DeepArchiveStorage": "DEEP_ARCHIVE"}
BOUNDS = [500, 2_000, 50_000, 100_000, math.inf]  # GB, upper bounds inclusive
TRAFFIC = {
    MAINLAND: ["0.24", "0.23", "0.22", "0.20", "0.15"],
    "Asia Pacific Region 1": ["0.69", "0.64", "0.59", "0.51", "0.43"],
    "North America": ["0.43", "0.39", "0.31", "0.20", "0.16"],
}
RETRIEVAL = {("ArchiveStandardRetrieval", MAINLAND): "0.06", ("InfrequentRetrieval", MAINLAND): None}
PROCESS = {
    ("Transcoding", "Standard.H264.HD"): "0.0325", ("Transcoding", "Standard.H264.SD"): "0.016",
    ("Transcoding", "Standard.H265.FHD"): "0.3112", ("Transcoding", "Remuxing"): "0.007", ("Transcoding", "Audio"): "0.0056",
    ("Transcoding-TESHD", "TESHD-10.H264.FHD"): "0.195", ("ContentAudit", "ContentAudit"): "0.08",
    ("VideoSnapshot", "SampleSnapshot"): None,
}
METERS = {"VideoSnapshot": "video-snapshot", "ContentAudit": "content-audit"}
# Generated content: the API does not say in which unit it counts, and no price list names it.
GENERATED = {"Video": "aigc-video", "Image": "aigc-image", "Text": "aigc-text", "Audio": "aigc-audio",
             "SceneAigcVideo": "scene-aigc-video", "SceneAigcImage": "scene-aigc-image", "SceneAigcTime": "scene-aigc-time"}
# Measured, but without a published price on the Chinese site.
UNPRICED = {
    "ImageReview": ("image-review", ""), "License": ("drm-licence", ""),
    "AccelerationWithHTTP": ("upload-acceleration", "AccelerationWithHTTP"),
    "AccelerationWithQUIC": ("upload-acceleration", "AccelerationWithQUIC"),
}


def month():
    return [FIRST + dt.timedelta(days=n) for n in range((END - FIRST).days)]


def on(day):
    """A day, written as a TOML date or as a text."""
    return day if isinstance(day, dt.date) else dt.date.fromisoformat(day)


def daily(declared):
    """Amounts by day of the month; `days` win over `every_day`."""
    amounts = {}
    for stretch in declared.get("every_day", []):
        amounts |= {day: stretch["value"] for day in month() if on(stretch["from"]) <= day < on(stretch["to"])}
    return amounts | {on(day): value for day, value in declared.get("days", {}).items() if FIRST <= on(day) < END}


def moment(text):
    return dt.datetime.fromisoformat(text)


def midnight(day):
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def level(steps, time):
    held = [step["bytes"] for step in steps if moment(step["at"]) <= time]
    return held[-1] if held else 0


def peak(series, day):
    """The highest sum of all series at any moment of the day: it changes only at midnight and at a step."""
    start, end = midnight(day), midnight(day + dt.timedelta(days=1))
    times = [start] + [moment(step["at"]) for steps in series for step in steps if start < moment(step["at"]) < end]
    return max(sum(level(steps, time) for steps in series) for time in times)


def eight(amount):
    """Half up to 8 decimals, from the exact fraction."""
    return Decimal(math.floor(amount * 10**8 + Fraction(1, 2))).scaleb(-8)


def at_price(quantity, price):
    return None if price is None else eight(quantity * Fraction(price))


def minutes(task, usage):
    """An application's day is one record, and a record's seconds count in whole minutes. Snapshots are pieces."""
    return usage if task == "VideoSnapshot" else -(-usage // 60)


def lines(account):
    """(day, meter, area, spec) -> amount, None where there is no price."""
    storage, summed, unpriced = defaultdict(list), defaultdict(int), set()
    for application in account["application"]:
        for item in application.get("storage", []):
            storage[item["class"], item["area"]].append(item["steps"])
        for item in application.get("traffic", []):
            for day, size in daily(item["bytes"]).items():
                summed[day, "traffic", item["area"], ""] += size
        for item in application.get("retrieval", []):
            for day, size in daily(item["bytes"]).items():
                summed[day, "retrieval", item["area"], item["type"]] += size
        for item in application.get("process", []):
            for day, done in daily(item).items():
                summed[day, item["type"], "", item["specification"]] += minutes(item["type"], done["usage"])
        for item in application.get("daily", []):
            meter, spec = UNPRICED[item["measure"]]
            unpriced |= {(str(day), meter, "", spec) for day in daily(item["values"])}
        for item in application.get("aigc", []):
            unpriced |= {(str(day), GENERATED[item["type"]], "", item["specification"]) for day in daily(item)}
    result = dict.fromkeys(unpriced)
    for (name, area), series in storage.items():
        for day in month():
            result[str(day), "storage", area, CLASSES[name]] = at_price(Fraction(peak(series, day), GB), STORAGE[name, area])
    for (day, what, area, spec), quantity in summed.items():
        if what == "traffic":
            volume = Fraction(quantity, GB)
            tier = next(index for index, bound in enumerate(BOUNDS) if volume <= bound)
            result[str(day), what, area, spec] = at_price(volume, TRAFFIC[area][tier])
        elif what == "retrieval":
            result[str(day), what, area, spec] = at_price(Fraction(quantity, GB), RETRIEVAL[spec, area])
        else:
            result[str(day), METERS.get(what, what.lower()), area, spec] = at_price(quantity, PROCESS[what, spec])
    return result


def report(folder, name):
    with open(next(Path(folder).glob(f"{name}-*.csv")), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cost(row):
    return Decimal(row["billed_cost"]) if row["billed_cost"] else None


def main(folder):
    account = tomllib.loads((ROOT / "src/sim/fixtures/demo.toml").read_text(encoding="utf-8"))
    expected = lines(account)
    by_item = defaultdict(list)
    for (_, *item), amount in expected.items():
        by_item[tuple(item)].append(amount)
    items = {item: None if None in amounts else sum(amounts) for item, amounts in by_item.items()}
    total = sum(amount for amount in expected.values() if amount is not None)

    days = [row for row in report(folder, "cost-daily") if row["row_type"] == "item"]
    summary = report(folder, "cost-summary")
    found = {(row["usage_day"], row["meter"], row["area"], row["spec"]): cost(row) for row in days}
    found_items = {(row["meter"], row["area"], row["spec"]): cost(row) for row in summary if row["row_type"] == "item"}
    proof = expected["2026-10-05", "traffic", MAINLAND, ""]
    checks = {
        "every line of cost-daily": found == expected,
        "every item of cost-summary": found_items == items,
        f"the total, {total}": [cost(row) for row in summary if row["row_type"] == "total"] == [total],
        "four applications of 400 GB on one day pay 368.00, not 384.00": proof == Decimal("368.00"),
        "every row is marked": all(row["mark"] == "SIMULATED" for row in days + summary),
    }
    for what, holds in checks.items():
        print(("ok      " if holds else "FAILED  ") + what)
    for reported, wanted in [(found, expected), (found_items, items)]:
        for key in sorted(set(reported) | set(wanted)):
            if reported.get(key, "absent") != wanted.get(key, "absent"):
                print(f"  {key}: reported {reported.get(key, 'absent')}, expected {wanted.get(key, 'absent')}")
    failed = sum(not holds for holds in checks.values())
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
