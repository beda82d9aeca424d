#!/usr/bin/env python3
"""Proof of the rating: a second reference, written from docs/price-book.md alone, slow and plain, with exact fractions.

Random price books, usage, contracts and packs are made from a seed; `vodledger rate` rates each, and so does the reference
below. Every charge must agree: to 8 decimals what is billed, to 1e-11 what is list and contracted cost. Besides, what the
page promises is tried on the program alone: the order of usage does not matter, a discount of 1 changes nothing, a term cut
in two is one, list costs stay what they are, and a discount never raises a bill.

    tests/proof/rating.py [--cases N] [--seed S] [--jobs N] [--bin PATH] [--keep DIR] [--only CASE] [--also FEATURE,...]

Where page and program are not known to agree, cases leave the matter out unless --also names it:

    unit-blocks        blocks of one base unit, of means
    meter-rules        several of minimum, cap and rebate for one meter
    idle-months        minimums in months whose usage is ignored or zero
    free-first-blocks  blocks of prices with free_first
    mixed-packs        packs over lines whose periods end together but do not begin together
    expiry-ties        the order of packs that expire on the same day, or never
    interrupted-tiers  a term with own tiers that another term or an item interrupts
    settled-levels     tiers of levels over a change of settlement
    month-change       month_change = end with contracts, changes of mode, and prices that end

VODLEDGER_BIN names the program (default: target/release/vodledger).
"""

import argparse
import collections
import concurrent.futures
import csv
import datetime
import io
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

F = Fraction
TICK = 1800  # seconds; every record begins and ends on this grid of the book's zone
TICKS_A_DAY = 86400 // TICK
NEAR = F(1, 10**11)
UNITS = {
    "count": 1, "B": 1, "kB": 1000, "KiB": 1024, "MB": 10**6, "s": 1, "min": 60, "h": 3600, "bit/s": 1, "kbit/s": 1000,
    "Mbit/s": 10**6,
}  # fmt: skip
UNITS_OF_BASE = {"count": ["count"], "B": ["kB", "KiB", "B"], "s": ["s", "min"], "bit/s": ["kbit/s", "bit/s"]}


# ------------------------------------------------------------------------------------------------ days and texts


def day_text(day):
    return datetime.date.fromordinal(day).isoformat()


def day_of(text):
    return datetime.date.fromisoformat(text).toordinal()


def month_of(day):
    date = datetime.date.fromordinal(day)
    return date.year * 12 + date.month - 1


def month_first(month):
    return datetime.date(month // 12, month % 12 + 1, 1).toordinal()


def month_text(month):
    return f"{month // 12:04}-{month % 12 + 1:02}"


def month_days(month):
    return month_first(month + 1) - month_first(month)


def moment_text(tick, zone, shown):
    """A tick of the book's zone (minutes east), shown at another offset."""
    minutes = tick * TICK // 60 - zone + shown
    moment = datetime.datetime(1, 1, 1) + datetime.timedelta(minutes=minutes - 1440)
    sign = "-" if shown < 0 else "+"
    return f"{moment.isoformat()}{sign}{abs(shown) // 60:02}:{abs(shown) % 60:02}"


def offset_text(zone):
    return f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02}:{abs(zone) % 60:02}"


def round_half_up(value, decimals):
    scale = 10**decimals
    return F(math.floor(value * scale + F(1, 2)), scale)


def ceil_to(value, step):
    return math.ceil(value / step) * step


def as_list(value):
    return value if isinstance(value, list) else [value]


def decimal_text(value):
    """A fraction whose decimals end, as a plain decimal."""
    value = F(value)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = str(int(abs(value) * 10**digits)).rjust(digits + 1, "0")
    text = whole if digits == 0 else f"{whole[:-digits]}.{whole[-digits:]}"
    return "-" + text if value < 0 else text


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return "{ " + ", ".join(f"{key} = {toml_value(inner)}" for key, inner in value.items()) + " }"


def toml_table(head, table):
    return "\n".join([f"[[{head}]]"] + [f"{key} = {toml_value(value)}" for key, value in table.items()]) + "\n\n"


# ------------------------------------------------------------------------------------------------ the reference

# A line is one quantity that is priced. `days` are its days (a stretch of a month, or one day), `end` is the tick after it.
Line = collections.namedtuple("Line", "meter area spec price rate start end days month_long")


class Account:
    """Rates one account of a case, stage by stage, in the order of *What happens to a quantity*."""

    def __init__(self, case, account, records):
        self.case = case
        self.account = account
        self.records = records
        self.kinds = {meter["name"]: meter["kind"] for meter in case["meters"]}
        self.series = sorted({(r["meter"], r["area"], r["spec"]) for r in records})
        contract = case["contract"]
        self.contract = contract if account in contract.get("accounts", [account]) else {}
        self.free_left = {}
        self.allowances = {}
        self.taken = collections.defaultdict(F)
        self.open_rows = set()
        self.counters = {}
        self.rows = []
        self.unpriced = set()
        days = [r["start"] // TICKS_A_DAY for r in case["usage"]] + [(r["end"] - 1) // TICKS_A_DAY for r in case["usage"]]
        self.months = range(month_of(min(days)), month_of(max(days)) + 1)

    # What holds on a day

    def history(self, name, day):
        held = None
        for since, value in self.case[name]:
            if since is None or day >= since:
                held = value
        return held

    def version(self, day):
        for version in self.case["versions"]:
            if day_of(version["from"]) <= day and ("to" not in version or day < day_of(version["to"])):
                return version
        return None

    def settlement(self, day):
        version = self.version(day)
        known = version["settlements"] if version else ["day"]
        asked = self.history("settlement", day)
        return asked if asked in known else known[0]

    def price(self, meter, area, spec, day):
        """The price and the rate that hold for usage on a day; or "unpriced", or "ignored"."""
        for item in self.contract.get("price", []):
            mode = self.history("mode", day)
            if meter in as_list(item["meter"]) and within(item, day) and mode in as_list(item.get("modes", mode)):
                rate = rate_for(item, area, spec)
                if rate is not None:
                    return item, rate
        version = self.version(day)
        if version is None:
            return "unpriced"
        return self.price_of_mode(version, self.history("mode", day), meter, area, spec)

    def price_of_mode(self, version, mode, meter, area, spec):
        special = None
        for kind in ("unpriced", "ignored"):
            for entry in version[kind]:
                if meter in as_list(entry["meter"]) and mode in as_list(entry.get("modes", mode)):
                    if "spec" in entry and spec in as_list(entry["spec"]):
                        return kind
                    if "spec" not in entry:
                        special = kind
        for price in version["price"]:
            if meter in as_list(price["meter"]) and mode in as_list(price.get("modes", mode)):
                rate = rate_for(price, area, spec)
                if rate is not None:
                    return price, rate
        return special or "unpriced"

    # Lines

    def lines(self):
        """Every line with its (area, spec) series and the days on which each of them has the price."""
        found = {}
        for meter, area, spec in self.series:
            for month in self.months:
                for day in range(month_first(month), month_first(month + 1)):
                    held = self.price(meter, area, spec, self.deciding_day(meter, area, spec, day))
                    if held == "unpriced":
                        self.note_unpriced(meter, area, spec, day)
                    if isinstance(held, str):
                        continue
                    price, rate = held
                    key = (meter, *line_key(price, area, spec), identity(price, rate))
                    entry = found.setdefault(key, (price, rate, collections.defaultdict(set)))
                    entry[2][(area, spec)].add(day)
        for (meter, area, spec, _), (price, rate, series) in found.items():
            days = set().union(*series.values())
            for line in self.cut(meter, area, spec, price, rate, days):
                yield line, series

    def deciding_day(self, meter, area, spec, day):
        """The day whose price holds: the month's last one for quantities of a month with month_change=end."""
        if self.case["set"].get("month_change") != "end":
            return day
        last = month_first(month_of(day) + 1) - 1
        held = self.price(meter, area, spec, last)
        if not isinstance(held, str) and month_long(held[0], self.settlement(last)):
            return last
        return day

    def note_unpriced(self, meter, area, spec, day):
        start, end = day * TICKS_A_DAY, (day + 1) * TICKS_A_DAY
        for r in self.records:
            if (r["meter"], r["area"], r["spec"]) == (meter, area, spec) and r["start"] < end and r["end"] > start:
                event = self.kinds[meter] == "event"
                self.unpriced.add((self.account, meter, area, spec, day_text(day) if event else ""))

    def cut(self, meter, area, spec, price, rate, days):
        """A line's days, cut into periods."""
        stretch = []
        for day in sorted(days):
            if not month_long(price, self.settlement(day)):
                window = price.get("window", "day")
                if window == "settlement":
                    window = self.settlement(day)
                step = TICKS_A_DAY if window == "day" else 3600 // TICK
                for start in range(day * TICKS_A_DAY, (day + 1) * TICKS_A_DAY, step):
                    yield Line(meter, area, spec, price, rate, start, start + step, [day], False)
                continue
            if stretch and (stretch[-1] + 1 != day or month_of(stretch[-1]) != month_of(day)):
                yield month_line(meter, area, spec, price, rate, stretch)
                stretch = []
            stretch.append(day)
        if stretch:
            yield month_line(meter, area, spec, price, rate, stretch)

    # Quantities

    def line_records(self, line, series, start=None, end=None):
        """Records of a line within a stretch of time, each clipped to days on which its series has the price."""
        start, end = start or line.start, end or line.end
        for r in self.records:
            days = series.get((r["area"], r["spec"]))
            if r["meter"] != line.meter or not days or r["start"] >= end or r["end"] <= start:
                continue
            if (r["area"], r["spec"]) not in [s for s in series if line_key(line.price, *s) == (line.area, line.spec)]:
                continue
            for day in range(r["start"] // TICKS_A_DAY, (r["end"] - 1) // TICKS_A_DAY + 1):
                first = max(r["start"], start, day * TICKS_A_DAY)
                last = min(r["end"], end, (day + 1) * TICKS_A_DAY)
                if day in days and first < last:
                    yield first, last, r["quantity"]

    def events(self, line, series, start=None, end=None):
        step = F(line.price["quantum"]) * unit_of(line.price) if "quantum" in line.price else None
        scope = line.price.get("quantum_scope", "per_record") if step else "none"
        total = F(0)
        for _, _, quantity in self.line_records(line, series, start, end):
            total += ceil_to(quantity, step) if scope == "per_record" else quantity
        return ceil_to(total, step) if scope == "per_day" else total

    def curve(self, line, series, start=None, end=None):
        values = collections.defaultdict(F)
        for first, last, quantity in self.line_records(line, series, start, end):
            for tick in range(first, last):
                values[tick] += quantity
        return values

    def aggregate(self, price, curve, start, end, ticks=None):
        """One number of a level or rate from start to end, or of the ticks that are named."""
        ticks = range(start, end) if ticks is None else ticks
        how = price["aggregate"]
        if how == "max":
            return max([curve.get(tick, F(0)) for tick in ticks], default=F(0))
        if how == "last":
            return curve.get(end - 1, F(0))
        if how == "mean":
            return sum((curve.get(tick, F(0)) for tick in ticks), F(0)) / len(ticks) if ticks else F(0)
        step = price.get("sample_seconds", 300) / TICK
        assert step in (1, 2)
        points = sorted((curve.get(tick, F(0)) for tick in ticks if tick % int(step) == 0), reverse=True)
        dropped = F(price["drop"]) * len(points)
        rounding = price.get("drop_rounding", "floor")
        dropped = {"floor": math.floor, "ceil": math.ceil, "half_up": lambda v: math.floor(v + F(1, 2))}[rounding](dropped)
        left = points[dropped:]
        return left[0] if left else F(0)

    def valid_days(self, line, curve):
        above = line.price.get("valid_above")
        valid = []
        for day in line.days:
            values = [curve[t] for t in range(day * TICKS_A_DAY, (day + 1) * TICKS_A_DAY) if t in curve]
            if values and (above is None or max(values) > above):
                valid.append(day)
        return valid

    def quantity(self, line, series):
        """The aggregated quantity in base units, and for levels of a month the days that are paid for."""
        if self.kinds[line.meter] == "event":
            return self.events(line, series), None
        curve = self.curve(line, series)
        if not line.month_long:
            return self.aggregate(line.price, curve, line.start, line.end), None
        valid = self.valid_days(line, curve)
        outer = line.price.get("outer", "none")
        paid = valid if line.price.get("prorate") else line.days
        if outer == "none":
            ticks = None
            if "valid_above" in line.price or line.price.get("prorate"):
                ticks = [t for day in valid for t in range(day * TICKS_A_DAY, (day + 1) * TICKS_A_DAY)]
            return self.aggregate(line.price, curve, line.start, line.end, ticks), paid
        counted = valid if outer == "mean_over_valid_days" else line.days
        total = sum(
            (self.aggregate(line.price, curve, day * TICKS_A_DAY, (day + 1) * TICKS_A_DAY) for day in counted), F(0)
        )
        if outer == "sum":
            return total, None
        return (total / len(counted) if counted else F(0)), paid

    def factor(self, line, paid):
        """Paid days of the month's."""
        if paid is None:
            return F(1)
        share = F(len(paid), month_days(month_of(line.days[0])))
        if line.price.get("prorate") and "prorate_decimals" in line.price:
            share = round_half_up(share, line.price["prorate_decimals"])
        return share

    # The whole way of a line

    def rate(self):
        lines = []
        for line, series in self.lines():
            quantity, paid = self.quantity(line, series)
            if quantity:
                lines.append([line, series, quantity, paid])
        lines.sort(key=lambda entry: (entry[0].end, entry[0].start, entry[0].meter, entry[0].area, entry[0].spec))
        self.charged_lines = [line for line, _, _, _ in lines]
        # What is free and blocks come after packs, or before them with free_first.
        bases = [self.free_and_blocks(line, quantity) if free_first(line) else quantity for line, _, quantity, _ in lines]
        covered = self.deduct(self.charged_lines, bases)
        charged = []
        for (line, series, quantity, paid), base, taken in zip(lines, bases, covered):
            left = base - taken if free_first(line) else self.free_and_blocks(line, base - taken)
            charged.append((line, series, quantity, left, paid, taken if self.rule("overflow_tier") == "total" else F(0)))
        totals = collections.defaultdict(F)
        for line, _, _, left, _, taken in charged:
            totals[volume_key(line)] += left + taken
        for line, series, quantity, left, paid, taken in charged:
            self.price_line(line, series, quantity, left, paid, totals[volume_key(line)], taken)
        self.purchases()
        for month in self.months:
            self.settle_month(month)
        return self

    def settle_month(self, month):
        """Minimums, caps and rebates of a month, each over what the one before left."""
        first = month_first(month)
        for kind in ("minimum", "cap", "rebate"):
            for rule in self.contract.get(kind, []):
                if not within(rule, first):
                    continue
                so_far = sum((row["billed"] for row in self.rows if self.counts(row, rule, month)), F(0))
                if kind == "rebate":
                    above, share = F(rule.get("above", "0")), F(rule["share"])
                    base = so_far if rule.get("of", "excess") == "all" else so_far - above
                    change = -base * share if so_far > above else F(0)
                else:
                    change = F(rule["amount"]) - so_far
                    change = max(change, F(0)) if kind == "minimum" else min(change, F(0))
                if change:
                    # What is given or taken is an amount of its own, rounded half up without its sign.
                    rounded = round_half_up(abs(change), 8)
                    self.adjustment(kind, rule, month, rounded if change > 0 else -rounded)

    def counts(self, row, rule, month):
        if row["of"] in ("purchase", "refund"):
            return False
        return row["posting_period"] == month_text(month) and ("meter" not in rule or row["of"] in as_list(rule["meter"]))

    def adjustment(self, kind, rule, month, cost):
        month = month_text(month)
        self.rows.append({
            "account": self.account, "usage_day": month, "meter": f"contract-{kind}", "area": "", "spec": "",
            "settlement_date": "", "posting_period": month, "bill_month": "", "billed": cost,
            "contracted": cost, "list": None, "quantity": None, "of": rule.get("meter", ""),
        })  # fmt: skip

    # Packs

    def rule(self, name):
        return self.case.get("pack_rules", {}).get(name, {"order": "listed", "overflow_tier": "overflow"}[name])

    def packs(self):
        held = [pack for pack in self.case.get("packs", []) if pack.get("account", self.account) == self.account]
        order = self.rule("order")
        if order == "purchase":
            held.sort(key=lambda pack: pack.get("bought", pack.get("from", "")))
        if order == "expiry":
            held.sort(key=lambda pack: pack.get("to", "9999-12-31"))
        return held

    def deduct(self, lines, quantities):
        """What packs take of each line: period by period, packs and their entries in order, usage as in the output."""
        covered = [F(0)] * len(lines)
        for end in sorted({line.end for line in lines}):
            now = [n for n, line in enumerate(lines) if line.end == end]
            now.sort(key=lambda n: (lines[n].meter, lines[n].area, lines[n].spec, lines[n].start))
            day = lines[now[0]].days[-1]
            for pack in self.packs():
                if not pack_holds(pack, day):
                    continue
                for number, part in enumerate(pack["part"]):
                    for entry in part["covers"]:
                        for n in now:
                            if covers(entry, lines[n], day):
                                covered[n] += self.take(pack, number, entry, lines[n], day, quantities[n] - covered[n])
        return covered

    def take(self, pack, number, entry, line, day, quantity):
        part = pack["part"][number]
        key = (pack["id"], number)
        if part["kind"] == "level":
            key += (line.start, line.end)
        elif part.get("refill") == "month":
            key += (month_of(day),)
        coefficient = F(entry.get("coefficient", "1"))
        left = self.allowances.setdefault(key, F(part["capacity"]) * UNITS[part["unit"]])
        taken = F(math.floor(min(quantity, left / coefficient)))
        self.allowances[key] = left - taken * coefficient
        if number == 0:
            self.taken[pack["id"]] += taken * coefficient
        return taken

    def surely_shown(self, day):
        """Whether a day lies between the account's first and last day of usage; None where the page leaves it open."""
        own = self.charged_lines
        if own and min(line.days[-1] for line in own) <= day <= max(self.last_record(line) for line in own):
            return True
        first = min(r["start"] for r in self.case["usage"]) // TICKS_A_DAY
        last = (max(r["end"] for r in self.case["usage"]) - 1) // TICKS_A_DAY
        return None if month_of(first) <= month_of(day) <= month_of(last) else False

    def last_record(self, line):
        ends = [min(r["end"], line.end) for r in self.records if r["meter"] == line.meter and r["start"] < line.end]
        return (max(ends) - 1) // TICKS_A_DAY

    def purchases(self):
        for pack in self.packs():
            for name, key, sign in (("purchase", "bought", 1), ("refund", "refunded", -1)):
                day = day_of(pack[key]) if key in pack else None
                if day is not None and self.surely_shown(day) is None:
                    self.open_rows.add((self.account, name, pack["id"]))
                elif day is not None and self.surely_shown(day):
                    month = month_text(month_of(day))
                    cost = sign * F(pack["paid"])
                    self.rows.append({
                        "account": self.account, "usage_day": pack[key], "meter": name, "area": "", "spec": pack["id"],
                        "settlement_date": pack[key], "posting_period": month, "bill_month": month, "billed": cost,
                        "contracted": cost, "list": None, "quantity": None, "of": name,
                    })  # fmt: skip

    def effective(self):
        """The sum of effective costs; None where it is not looked at: levels, refills, packs without price or term."""
        total = sum((row["billed"] for row in self.rows if row["of"] not in ("purchase", "refund")), F(0))
        for pack in self.packs():
            part = pack["part"][0]
            if not all(key in pack for key in ("paid", "from", "to")) or "refunded" in pack:
                return None
            ends = self.surely_shown(day_of(pack["to"]) - 1)
            if part["kind"] == "level" or "refill" in part or ends is None:
                return None
            share = self.taken[pack["id"]] / (F(part["capacity"]) * UNITS[part["unit"]])
            # What is left at the end of the term is a row of its own.
            total += round_half_up(F(pack["paid"]) * (1 if ends else share), 8)
        return total

    def free_and_blocks(self, line, quantity):
        price, unit = line.price, unit_of(line.price)
        if "free" in price:
            key = free_key(line)
            left = self.free_left.get(key, F(price["free"]) * unit)
            taken = min(left, quantity)
            self.free_left[key] = left - taken
            quantity -= taken
        if "free_below" in price and quantity < F(price["free_below"]) * unit:
            quantity = F(0)
        if "block" in price:
            quantity = ceil_to(quantity, F(price["block"]) * unit)
        return quantity

    def price_line(self, line, series, quantity, left, paid, total, taken):
        key = self.own_counter(line)
        begun = self.counters.get(key, F(0)) + taken
        self.counters[key] = begun + left
        if left == 0:
            for _, term in self.agreements(line):
                if term is not None and "tiers" in term:
                    own = (json.dumps(term, sort_keys=True), counter_key(line, term["tiers"]))
                    self.counters[own] = self.counters.get(own, F(0)) + taken
            return
        # A line has one price by volume_to_date, also when a contract cuts it.
        if line.price.get("tiers", {}).get("kind") == "volume_to_date":
            total = begun + left
        agreements = self.agreements(line)
        happened = F(0)
        for days, term in agreements:
            part, factor = left, F(1)
            if len(agreements) == 1:
                factor = self.factor(line, paid)
            elif paid is None:
                free = quantity - left  # packs and free quantities take what happened first
                before = max(happened - free, F(0))
                happened += self.happened(line, series, days)
                part = max(happened - free, F(0)) - before
            else:
                factor = self.factor(line, [day for day in paid if day in days])
            self.price_part(line, days, part, factor, begun, total, term, taken)
            if paid is None:
                begun += part

    def own_counter(self, line):
        """The counter of a line: a change of settlement goes on counting, or begins anew on that day."""
        key = counter_key(line)
        changes = [since for since, _ in self.case["settlement"] if since is not None]
        if not changes or line.price.get("tiers", {}).get("kind") == "volume":
            return key
        if line.price.get("window") == "settlement":
            key = key[:-1]
        if self.case["set"].get("settlement_change") == "restart":
            key += (sum(since <= line.days[0] and self.changed(since) for since in changes),)
        return key

    def changed(self, day):
        return self.settlement(day) != self.settlement(day - 1)

    def happened(self, line, series, days):
        """What some days of a line bring to a quantity that adds up over its days."""
        start, end = days[0] * TICKS_A_DAY, (days[-1] + 1) * TICKS_A_DAY
        if self.kinds[line.meter] == "event":
            return self.events(line, series, start, end)
        curve = self.curve(line, series, start, end)
        each = (self.aggregate(line.price, curve, day * TICKS_A_DAY, (day + 1) * TICKS_A_DAY) for day in days)
        return sum(each, F(0))

    def price_part(self, line, days, part, factor, begun, total, term, taken):
        """The rows of a part of a line: one for each tier, unless a term has one price whatever the tier."""
        if part == 0:
            return
        item = "source" not in line.price  # of items the page does not say what the list cost is
        multiplier = factor * self.multiplier(line)
        rows = []
        for tier, piece in self.pieces(line, line.price.get("tiers"), begun, part, total):
            listed = F(line.rate["prices"][tier] if "prices" in line.rate else line.rate["price"])
            exact = piece * multiplier
            rows.append((None if item else exact * listed, exact * agreed_price(term, listed, tier), piece))
        if term is not None and "price" in term:
            rows = [tuple(map(sum, zip(*rows)))]
        if term is not None and "tiers" in term:
            rows = self.rows_of_own_tiers(line, term, part, multiplier, taken)
        for listed, cost, piece in rows:
            self.row(line, days[-1], listed, cost, piece if factor == 1 else None)

    def rows_of_own_tiers(self, line, term, part, multiplier, taken):
        """A term's own tiers have counters of their own. How list costs are spread over its rows is not documented."""
        key = (json.dumps(term, sort_keys=True), counter_key(line, term["tiers"]))
        begun = self.counters.get(key, F(0)) + taken
        self.counters[key] = begun + part
        rows = []
        for tier, piece in self.pieces(line, term["tiers"], begun, part, begun + part):
            rows.append((None, piece * multiplier * F(term["prices"][tier]), piece))
        return rows

    def pieces(self, line, tiers, begun, part, total):
        bounds = [F(bound) * unit_of(line.price) for bound in tiers["up_to"]] if tiers else []
        return tier_pieces(tiers, bounds, begun, part, total)

    def multiplier(self, line):
        per = F(line.price.get("per", "1"))
        return F(line.rate.get("coefficient", "1")) / (unit_of(line.price) * per)

    def agreements(self, line):
        """The days of a line, cut where what was agreed changes."""
        parts = []
        for day in line.days:
            term = None
            if line.price.get("source") is not None:
                for candidate in self.contract.get("term", []):
                    if term is None and term_fits(candidate, line, day):
                        term = candidate
            if parts and agreed(parts[-1][1]) == agreed(term):
                parts[-1][0].append(day)
            else:
                parts.append(([day], term))
        return parts

    def row(self, line, day, list_cost, cost, quantity):
        """A charge; its usage day is the last one of its part of the line."""
        if line.month_long or self.settlement(day) == "month":
            settled = month_first(month_of(day) + 1)
        else:
            # An hour is settled when it ends where the account is settled by the hour; else its day is.
            hour = self.settlement(day) == "hour"
            settled = line.end // TICKS_A_DAY if hour else day + 1
        basis = self.history("bill_month_basis", day)
        self.rows.append({
            "account": self.account, "usage_day": day_text(day), "meter": line.meter, "area": line.area, "spec": line.spec,
            "settlement_date": day_text(settled), "posting_period": month_text(month_of(day)),
            "bill_month": month_text(month_of(settled if basis == "deduction" else day)),
            "billed": round_half_up(cost, 8), "contracted": cost, "list": list_cost,
            "quantity": None if quantity is None else quantity / unit_of(line.price), "of": line.meter,
        })  # fmt: skip


def free_first(line):
    return line.price.get("free_first", False)


def pack_holds(pack, day):
    begins = pack.get("from", pack.get("bought"))
    return (begins is None or day_of(begins) <= day) and ("to" not in pack or day < day_of(pack["to"]))


def covers(entry, line, day):
    return (
        line.meter in as_list(entry["meter"])
        and ("area" not in entry or line.area in as_list(entry["area"]))
        and ("spec" not in entry or line.spec in as_list(entry["spec"]))
        and within(entry, day)
    )


def within(table, day):
    return ("from" not in table or day >= day_of(table["from"])) and ("to" not in table or day < day_of(table["to"]))


def rate_for(price, area, spec):
    """The rate that fits and names the most of area and specification."""
    best = None
    for rate in price["rates"]:
        of_area = "area" not in rate or area in as_list(rate["area"])
        fits = of_area and ("spec" not in rate or spec in as_list(rate["spec"]))
        named = ("area" in rate) + ("spec" in rate)
        if fits and (best is None or named > best[0]):
            best = (named, rate)
    return best[1] if best else None


def by_keys(value):
    return [] if value == "none" else as_list(value)


def lines_by(price):
    return by_keys(price.get("lines_by", ["area", "spec"]))


def line_key(price, area, spec):
    keys = lines_by(price)
    return (area if "area" in keys else "", spec if "spec" in keys else "")


def identity(price, rate):
    return json.dumps([price, rate], sort_keys=True)


def unit_of(price):
    return UNITS[price["unit"]]


def month_long(price, settlement):
    window = price.get("window", "day")
    return window == "month" or price.get("outer", "none") != "none" or (window == "settlement" and settlement == "month")


def month_line(meter, area, spec, price, rate, days):
    return Line(meter, area, spec, price, rate, days[0] * TICKS_A_DAY, (days[-1] + 1) * TICKS_A_DAY, list(days), True)


def period_of(line, name):
    """The hour, day or month in which a line lies."""
    if name == "hour":
        return line.start // (3600 // TICK)
    return line.days[0] if name == "day" else month_of(line.days[0])


def free_key(line):
    price = line.price
    area, spec = line.area, line.spec
    by = by_keys(price.get("free_by", lines_by(price)))
    scope = (area if "area" in by else "", spec if "spec" in by else "")
    per = price.get("free_per")
    if per is None:
        # A line has its own; parts of one month share the month's.
        period = ("month", period_of(line, "month")) if line.month_long else ("line", line.start)
        return (line.meter, area, spec, price["name"], *period)
    return (line.meter, *scope, price["name"], per, period_of(line, per))


def counter_key(line, tiers=None):
    tiers = tiers or line.price.get("tiers")
    if not tiers:
        return ("none", line)[0], id(line)
    by = by_keys(tiers.get("counter_by", lines_by(line.price)))
    scope = (line.area if "area" in by else "", line.spec if "spec" in by else "")
    if "counter" in tiers:
        owner = ("shared", tiers["counter"])
    else:
        owner = (line.meter, line.price["name"])
    # Each part of a month under a price of its own is a quantity of its own.
    part = line.start if line.month_long else None
    return (owner, scope, tiers["reset"], period_of(line, tiers["reset"]), part)


def volume_key(line):
    """What a volume price adds up: parts of a month under other prices are quantities of their own."""
    return (*counter_key(line), json.dumps(line.price, sort_keys=True))


def tier_at(bounds, bound, quantity):
    """The tier to which a counter at this quantity belongs."""
    passed = [b for b in bounds if (quantity > b if bound == "upper" else quantity >= b)]
    return len(passed)


def tier_pieces(tiers, bounds, begun, part, total):
    if not tiers:
        return [(0, part)]
    bound = tiers.get("bound", "upper")
    if tiers["kind"] in ("volume", "volume_to_date"):
        return [(tier_at(bounds, bound, total), part)]
    pieces = []
    edges = [F(0)] + bounds + [None]
    for tier, low in enumerate(edges[:-1]):
        high = begun + part if edges[tier + 1] is None else min(begun + part, edges[tier + 1])
        if high > max(begun, low):
            pieces.append((tier, high - max(begun, low)))
    return pieces


def term_fits(term, line, day):
    return (
        line.meter in as_list(term["meter"])
        and ("area" not in term or line.area in as_list(term["area"]))
        and ("spec" not in term or line.spec in as_list(term["spec"]))
        and within(term, day)
    )


def agreed(term):
    """What a term says, without its name and days; a discount of 1 says nothing."""
    if term is None or term.get("discount") == "1":
        return None
    return {key: value for key, value in term.items() if key not in ("name", "from", "to")}


def agreed_price(term, price, tier):
    if term is None:
        return price
    if "tiers" in term:
        return F(0)
    if "discount" in term:
        return price * F(term["discount"])
    return F(term["price"]) if "price" in term else F(term["prices"][tier])


# ------------------------------------------------------------------------------------------------ random cases


class Maker:
    """Makes a case from a seed. `features` are the names of what random cases may hold."""

    def __init__(self, seed, features):
        self.random = random.Random(seed)
        self.features = features
        self.names = 0

    def chance(self, share):
        return self.random.random() < share

    def pick(self, values):
        return self.random.choice(values)

    def number(self, most, decimals=0):
        return decimal_text(F(self.random.randint(1, most * 10**decimals), 10**decimals))

    def name(self, stem):
        self.names += 1
        return f"{stem}-{self.names}"

    def some_of(self, values):
        return self.random.sample(values, self.random.randint(1, len(values)))

    def case(self):
        month = self.random.randint(2024 * 12, 2026 * 12 + 11)
        self.first = month_first(month)
        self.last = month_first(month + self.pick([1, 1, 2, 2, 3])) - 1
        self.areas = ["A", "B", "C"][: self.random.randint(1, 3)]
        self.specs = ["x", "y"][: self.random.randint(1, 2)]
        self.zone = self.pick([480, 480, 480, 0, 330, -300])
        self.modes = self.pick([["traffic"], ["traffic", "bandwidth"]])
        kinds = [("event", "count"), ("event", "B"), ("event", "s"), ("level", "B"), ("level", "count"), ("rate", "bit/s")]
        meters = []
        for number in range(self.random.randint(1, 3)):
            kind, base = self.pick(kinds)
            meters.append({"name": f"m{number + 1}", "kind": kind, "base": base})
        known = [["day"], ["day"], ["month"], ["hour"], ["day", "month"], ["month", "day"], ["hour", "day", "month"]]
        self.settlements = self.pick(known)
        case = {"zone": self.zone, "meters": meters, "set": {}, "contract": {}}
        case["versions"] = self.versions(meters)
        case["mode"] = self.dated(self.modes)
        case["settlement"] = [(None, None)]
        if len(case["versions"]) == 1 and self.chance(0.3):
            case["settlement"] = self.dated(self.settlements)
            if self.chance(0.3):
                case["set"]["settlement_change"] = self.pick(["continue", "restart"])
        first = case["versions"][0]["price"]
        levels = [p for p in first if "aggregate" in p and p.get("window") == "settlement" and "tiers" in p]
        if levels and "settled-levels" not in self.features:
            # Only of events is it said that they go on counting.
            case["settlement"] = [(None, None)]
        case["bill_month_basis"] = [(None, self.pick(["usage", "usage", "deduction"]))]
        # What becomes of usage that has no price at the end of the month is not documented.
        said = {json.dumps([[p["name"] for p in v["price"]], v["unpriced"], v["ignored"]]) for v in case["versions"]}
        plain = len(self.modes) == 1 and len(case["settlement"]) == 1 and "to" not in case["versions"][-1] and len(said) == 1
        if (plain or "month-change" in self.features) and self.chance(0.15):
            case["set"]["month_change"] = "end"
        case["usage"] = self.usage(meters)
        if self.chance(0.5) and ("month_change" not in case["set"] or "month-change" in self.features):
            case["contract"] = self.contract(case)
        if self.chance(0.4):
            self.packs(case)
            # Packs cover usage without a price too; what they take of it is not looked at here.
            unpriced = {meter for _, meter, _, _, _ in reference(dict(case, packs=[]))[1]}
            if any(unpriced.intersection(as_list(entry["meter"])) for entry in entries_of(case)):
                del case["packs"]
        return case

    def a_day(self):
        return self.random.randint(self.first, self.last)

    def dated(self, values):
        """A history: what holds from the beginning, and sometimes one change on a day, or two."""
        days = sorted({self.a_day() for _ in range(self.pick([0, 0, 0, 1, 2]))})
        return [(day, self.pick(values)) for day in [None, *days]]

    # The book

    def versions(self, meters):
        days = [self.first - 400]
        while self.chance(0.35) and len(days) < 3:
            days.append(self.a_day())
        days = sorted(set(days))
        versions = []
        for number, day in enumerate(days):
            version = {
                "name": f"v{number + 1}", "from": day_text(day), "modes": self.modes, "settlements": self.settlements,
            }  # fmt: skip
            if number + 1 < len(days):
                version["to"] = day_text(days[number + 1])
            elif self.chance(0.1):
                version["to"] = day_text(self.last - self.random.randint(0, 20))
                if version["to"] <= version["from"]:
                    del version["to"]
            version.update(price=[], unpriced=[], ignored=[])
            for meter in meters:
                self.price_meter(version, meter, versions)
            versions.append(version)
        return versions

    def price_meter(self, version, meter, before):
        """Prices of a meter in every mode of a version; often those of the version before."""
        if before and self.chance(0.7):
            change = self.chance(0.6)
            for kind in ("price", "unpriced", "ignored"):
                for entry in before[-1][kind]:
                    if meter["name"] == entry["meter"]:
                        copy = json.loads(json.dumps(entry))
                        if kind == "price" and change:
                            for rate in copy["rates"]:
                                self.new_prices(copy, rate)
                        version[kind].append(copy)
            return
        groups = [self.modes] if self.chance(0.6) else [[mode] for mode in self.modes]
        for modes in groups:
            fate = self.random.random()
            entry = {"meter": meter["name"], "modes": modes, "reason": "made up"}
            if fate < 0.08:
                version["unpriced"].append(entry)
            elif fate < 0.2:
                version["ignored"].append(entry)
            else:
                price = self.price(meter, modes)
                version["price"].append(price)
                if self.chance(0.15) and "spec" in lines_by(price) and not any("spec" in rate for rate in price["rates"]):
                    version[self.pick(["unpriced", "ignored"])].append(dict(entry, spec="x"))

    def price(self, meter, modes):
        price = {"name": self.name("p"), "meter": meter["name"], "modes": modes}
        by = self.pick([None, None, ["area"], ["spec"], "none"])
        if by is not None:
            price["lines_by"] = by
        price["unit"] = self.pick(UNITS_OF_BASE[meter["base"]])
        if self.chance(0.2):
            price["per"] = self.pick(["10", "100", "7"])
        if meter["kind"] == "event":
            self.event_price(price)
        else:
            self.level_price(price, meter)
        self.free_price(price, meter)
        self.tier_price(price)
        price.update(source="page", verified_on="2026-11-22", evidence="B")
        price["rates"] = self.rates(price)
        return price

    def event_price(self, price):
        window = self.pick(["day", "day", "month", "month", "hour", "settlement"])
        if window == "hour" or (window == "settlement" and "hour" in self.settlements):
            self.hourly = True
        if window != "day":
            price["window"] = window
        if self.chance(0.25):
            price["quantum"] = self.pick(["1", "5", "60", self.small(price)])
            scope = self.pick(["none", "per_record", "per_day", None])
            if scope:
                price["quantum_scope"] = scope

    def level_price(self, price, meter):
        price["aggregate"] = self.pick(["max", "mean", "last", "drop_top"])
        if price["aggregate"] == "drop_top":
            price["drop"] = self.pick(["0.05", "0.1", "0.5", "0.013"])
            price["sample_seconds"] = self.pick([TICK, 2 * TICK])
            if self.chance(0.5):
                price["drop_rounding"] = self.pick(["floor", "ceil", "half_up"])
        shape = self.pick(["day", "month", "month", "outer", "outer", "hour", "settlement"])
        if shape == "hour" or (shape == "settlement" and "hour" in self.settlements):
            self.hourly = True
        if shape in ("month", "hour", "settlement"):
            price["window"] = shape
        if shape == "outer":
            price["outer"] = self.pick(["sum", "mean_over_valid_days"])
        if shape == "month" or price.get("outer") == "mean_over_valid_days":
            last = shape == "month" and price["aggregate"] == "last"
            if not last and self.chance(0.4):
                price["valid_above"] = self.pick([0, 50, 500])
            if not last and self.chance(0.4):
                price["prorate"] = True
                if self.chance(0.5):
                    price["prorate_decimals"] = self.pick([0, 2, 4])

    def free_price(self, price, meter):
        if self.chance(0.25):
            price["free"] = self.number(200) if self.chance(0.8) else self.small(price)
            if meter["kind"] == "event" and self.chance(0.5):
                price["free_per"] = self.pick(self.periods_from(price))
                by = self.subset_of(lines_by(price))
                if by is not None:
                    price["free_by"] = by
        elif self.chance(0.1):
            price["free_below"] = self.number(100)
        if ("free" in price or "free_below" in price) and self.chance(0.3):
            price["free_first"] = True
        early = price.get("free_first") and "free-first-blocks" not in self.features
        if self.chance(0.15) and not early:
            price["block"] = self.pick(["1", "10", self.small(price)])
            one = F(price["block"]) * unit_of(price) == 1 and (price.get("aggregate") == "mean" or "outer" in price)
            if one and "unit-blocks" not in self.features:
                price["block"] = "2"

    def small(self, price):
        """A quantity in the unit of a price that is whole in base units and often not in the unit."""
        return "3" if unit_of(price) == 1 else "0.5"

    def periods_from(self, price):
        """Periods that hold whole lines of a price."""
        window = price.get("window", "day")
        if window == "settlement" or price.get("outer", "none") != "none":
            return ["month"]
        periods = ["hour", "day", "month"]
        return periods[periods.index(window) :]

    def subset_of(self, keys):
        """A list to count by, or None for all of them."""
        if self.chance(0.5):
            return None
        chosen = [key for key in keys if self.chance(0.4)]
        return chosen or "none"

    def tier_price(self, price):
        if self.chance(0.45):
            return
        kind = self.pick(["volume", "graduated", "graduated", "volume_to_date"])
        bounds = sorted(self.random.sample([10, 50, 100, 200, 500, 1000, 5000], self.random.randint(1, 3)))
        tiers = {"kind": kind, "up_to": [str(bound) for bound in bounds]}
        if self.chance(0.5):
            tiers["bound"] = self.pick(["upper", "lower"])
        window = price.get("window", "day")
        tiers["reset"] = self.periods_from(price)[0] if kind == "volume" else self.pick(self.periods_from(price))
        if kind == "volume" and window == "settlement":
            tiers["kind"] = "graduated"
        by = self.subset_of(lines_by(price))
        if by is not None:
            tiers["counter_by"] = by
        daily = "window" not in price and "outer" not in price
        if daily and kind != "volume" and tiers["reset"] == "month" and self.chance(0.3):
            # Prices that count the same unit and give the same name share a counter.
            tiers["counter"] = "shared-" + price["unit"]
            tiers["counter_by"] = "none"
        price["tiers"] = tiers

    def new_prices(self, price, rate):
        count = len(price["tiers"]["up_to"]) + 1 if "tiers" in price else 1
        prices = [self.number(9, self.random.randint(0, 6)) for _ in range(count)]
        for key in ("price", "prices"):
            rate.pop(key, None)
        if count > 1:
            rate["prices"] = prices
        else:
            rate["price"] = prices[0]

    def rates(self, price):
        by = lines_by(price)
        rates = []
        areas = self.areas if "area" in by and self.chance(0.6) else []
        specs = self.specs if "spec" in by and self.chance(0.3) else []
        for area in areas:
            if self.chance(0.8):
                rate = {"area": area}
                if specs and self.chance(0.5):
                    rates.append({"area": area, "spec": self.pick(specs)})
                rates.append(rate)
        if not rates and specs:
            rates = [{"spec": spec} for spec in specs if self.chance(0.8)]
        if not rates or self.chance(0.5):
            rates.append({})
        for rate in rates:
            self.new_prices(price, rate)
            if self.chance(0.2):
                rate["coefficient"] = self.pick(["3.2", "5/22", "2"])
        return rates

    # Usage

    def usage(self, meters):
        rows = []
        for account in self.some_of(["1001", "1002", "1003"]):
            for meter in meters:
                if self.chance(0.9):
                    for _ in range(self.random.randint(1, 6)):
                        rows.append(self.record(account, meter))
        return rows or [self.record("1001", meters[0])]

    def record(self, account, meter):
        hour = self.random.randrange(self.first * 24, (self.last + 1) * 24)
        if self.chance(0.1):
            hour = self.pick([self.first * 24, (self.last + 1) * 24 - 1])
        start, end = hour * 2, hour * 2 + 2
        if meter["kind"] == "event":
            if self.chance(0.3):
                end -= 1
        else:
            end = min(start + 2 * self.pick([1, 1, 5, 24, 24 * 3, 24 * 40]), (self.last + 1) * TICKS_A_DAY)
        most = 10 ** self.random.randint(1, 4)
        unit = self.pick(UNITS_OF_BASE[meter["base"]])
        # Whole base units, and often exactly a bound.
        quantity = self.random.randint(1, most) if self.chance(0.7) else self.pick([10, 50, 100, 200, 500, 1000])
        if self.chance(0.03):
            quantity = 0
        return {
            "account": account, "app": self.pick(["", "1", "2"]), "meter": meter["name"], "area": self.pick(self.areas),
            "spec": self.pick(self.specs), "start": start, "end": end, "shown": self.pick([480, 0, self.zone]),
            "quantity": F(quantity * UNITS[unit]), "amount": str(quantity), "unit": unit,
        }  # fmt: skip

    # Packs

    def packs(self, case):
        case["packs"] = [self.pack(case, number) for number in range(self.random.randint(1, 3))]
        if self.chance(0.5):
            case["pack_rules"] = {
                "order": self.pick(["listed", "purchase", "expiry"]), "overflow_tier": self.pick(["overflow", "total"]),
            }  # fmt: skip

            ends = [pack.get("to") for pack in case["packs"]]
            if len(set(ends)) < len(ends) and "expiry-ties" not in self.features:
                case["pack_rules"]["order"] = self.pick(["listed", "purchase"])

    def pack(self, case, number):
        pack = {"id": f"k{number + 1}"}
        if "payer" not in case["contract"] and self.chance(0.3):
            pack["account"] = self.pick(sorted({r["account"] for r in case["usage"]}))
        day = self.a_day() - self.pick([0, 0, 30])
        if self.chance(0.5):
            pack["bought"] = day_text(day)
        if self.chance(0.7):
            pack["from"] = day_text(day + self.pick([0, 0, 3]))
        if self.chance(0.7):
            pack["to"] = day_text(day + self.random.randint(4, 60))
        if "bought" in pack or self.chance(0.8):
            pack["paid"] = self.number(300, 2)
        pack["part"] = [self.part(case) for _ in range(self.pick([1, 1, 2]))]
        if "bought" in pack and self.chance(0.1):
            # What is given back must not have been used.
            pack["refunded"] = day_text(day + self.random.randint(0, 3))
            for part in pack["part"]:
                part["covers"] = [dict(entry, spec="never") for entry in part["covers"]]
        return pack

    def part(self, case):
        base = self.pick(case["meters"])["base"]
        meters = [m["name"] for m in case["meters"] if m["base"] == base]
        prices = [price for version in case["versions"] for price in version["price"]] + case["contract"].get("price", [])
        mixed = getattr(self, "hourly", False) or any(month_long(price, "month") for price in prices)
        if mixed and "mixed-packs" not in self.features:
            meters = [self.pick(meters)]
        part = {
            "kind": self.pick(["level", "consumable", "consumable"]), "capacity": self.number(10 ** self.random.randint(1, 4)),
            "unit": self.pick(UNITS_OF_BASE[base]),
        }  # fmt: skip
        if part["kind"] == "consumable" and self.chance(0.3):
            part["refill"] = "month"
        part["covers"] = [self.cover(case, meters) for _ in range(self.random.randint(1, 3))]
        return part

    def cover(self, case, meters):
        entry = {"meter": self.pick(meters)}
        prices = [p for version in case["versions"] for p in version["price"] if p["meter"] == entry["meter"]]
        prices += [p for p in case["contract"].get("price", []) if p["meter"] == entry["meter"]]
        for key, values in (("area", self.areas), ("spec", self.specs)):
            if all(key in lines_by(price) for price in prices) and self.chance(0.4):
                entry[key] = self.some_of(values)
        if self.chance(0.3):
            entry["coefficient"] = self.pick(["1.8", "0.5", "2", "5/22"])
        if self.chance(0.2):
            self.span(entry)
        return entry

    # Contracts

    def contract(self, case):
        contract = {}
        if self.chance(0.3):
            contract["accounts"] = self.some_of(["1001", "1002", "1003"])
            if self.chance(0.5):
                contract["payer"] = contract["accounts"][0]
        for kind, share, make in (
            ("term", 0.8, self.term), ("minimum", 0.2, self.limit), ("cap", 0.2, self.limit), ("rebate", 0.3, self.rebate),
        ):  # fmt: skip
            if self.chance(share):
                contract[kind] = [table for table in (make(case) for _ in range(self.random.randint(1, 3))) if table]
        if self.chance(0.2):
            contract["price"] = [self.item(case)]
            # How an account is settled on days without a version is not documented.
            case["versions"][-1].pop("to", None)
        if "interrupted-tiers" not in self.features:
            contract.get("term", []).sort(key=lambda term: "tiers" not in term)
            if "price" in contract and any("tiers" in term for term in contract.get("term", [])):
                del contract["price"]
        if "meter-rules" not in self.features:
            self.one_rule_a_meter(contract)
        ignores = any(version["ignored"] for version in case["versions"]) or not all(r["quantity"] for r in case["usage"])
        if ignores and "idle-months" not in self.features:
            contract.pop("minimum", None)
        return contract if any(contract.get(kind) for kind in ("term", "price", "minimum", "cap", "rebate")) else {}

    def item(self, case):
        price = self.price(self.pick(case["meters"]), self.modes)
        for key in ("source", "verified_on", "evidence"):
            del price[key]
        self.span(price)
        # It takes over every area and specification, and has a window without a version of the book, too.
        if price.get("window") == "settlement":
            del price["window"]
            for key in ("free_per", "free_by", "free", "free_below", "free_first", "tiers"):
                price.pop(key, None)
        del price["rates"]
        rate = {}
        self.new_prices(price, rate)
        return dict(price, rates=[rate])

    def one_rule_a_meter(self, contract):
        seen = set()
        for kind in ("minimum", "cap", "rebate"):
            for rule in contract.get(kind, []):
                if "meter" in rule and rule["meter"] in seen:
                    del rule["meter"]
                seen.add(rule.get("meter"))

    def span(self, table):
        if self.chance(0.5):
            table["from"] = day_text(self.a_day())
        if self.chance(0.4):
            table["to"] = day_text(self.a_day() + self.random.randint(1, 20))
            if table.get("from", "") >= table["to"]:
                del table["to"]

    def any_span(self):
        table = {}
        self.span(table)
        return table

    def term(self, case):
        priced = [price for version in case["versions"] for price in version["price"]]
        if not priced:
            return None
        meter = self.pick(priced)["meter"]
        prices = [price for price in priced if price["meter"] == meter]
        term = {"name": self.name("t"), "meter": meter}
        for key, values in (("area", self.areas), ("spec", self.specs)):
            if all(key in lines_by(price) for price in prices) and self.chance(0.4):
                term[key] = self.some_of(values)
        if not any(self.reaches(term, price, case) for price in prices):
            return None
        self.span(term)
        if any(rounds_a_month(price, self.kind(case, meter)) for price in prices):
            term.pop("from", None)
            term.pop("to", None)
        tiers = {len(price["tiers"]["up_to"]) + 1 if "tiers" in price else 1 for price in prices}
        way = self.random.random()
        own = [price for price in prices if month_long(price, "month")]
        if way < 0.1 and not own:
            kind = self.pick(["graduated", "volume_to_date"])
            term["tiers"] = {"kind": kind, "reset": "month", "up_to": self.pick([["20"], ["10", "300"]])}
            term["prices"] = [self.number(9, 3) for _ in range(len(term["tiers"]["up_to"]) + 1)]
        elif way < 0.5:
            term["discount"] = self.pick(["0.85", "0.5", "0.9", "1", "0.333"])
        elif way < 0.75 or len(tiers) != 1 or tiers == {1}:
            term["price"] = self.number(9, 3)
        else:
            term["prices"] = [self.number(9, 3) for _ in range(tiers.pop())]
        return term

    def reaches(self, term, price, case):
        """Whether a price has a rate for something of a term, which is an error otherwise."""
        return any(
            rate_for(price, area, spec)
            for area in as_list(term.get("area", self.areas))
            for spec in as_list(term.get("spec", self.specs))
        )

    def kind(self, case, meter):
        return next(m["kind"] for m in case["meters"] if m["name"] == meter)

    def limit(self, case):
        rule = {"name": self.name("limit"), "amount": self.number(10 ** self.random.randint(1, 5), 2)}
        if self.chance(0.4):
            rule["meter"] = self.pick(case["meters"])["name"]
        if self.chance(0.4):
            self.span(rule)
        return rule

    def rebate(self, case):
        rule = {"name": self.name("rebate"), "share": self.pick(["0.05", "0.1", "0.333"])}
        if self.chance(0.6):
            rule["above"] = self.number(10 ** self.random.randint(1, 4))
            if self.chance(0.5):
                rule["of"] = self.pick(["excess", "all"])
        if self.chance(0.4):
            rule["meter"] = self.pick(case["meters"])["name"]
        if self.chance(0.4):
            self.span(rule)
        return rule


def entries_of(case):
    return [entry for pack in case["packs"] for part in pack["part"] for entry in part["covers"]]


def rounds_a_month(price, kind):
    """Whether what is rounded of a month cannot be told apart by its days."""
    if not month_long(price, "month"):
        return False
    adds_up = kind == "event" or price.get("outer") == "sum"
    return "prorate_decimals" in price or (adds_up and ("block" in price or price.get("quantum_scope") == "per_day"))


# ------------------------------------------------------------------------------------------------ files and the program


def book_text(case):
    text = 'format = 1\nid = "made-up"\ntitle = "Made up"\ncurrency = "CNY"\n'
    text += f'time_zone = "{offset_text(case["zone"])}"\n\n[[source]]\nid = "page"\ntitle = "A page"\n\n'
    text += "".join(toml_table("meter", meter) for meter in case["meters"])
    if "pack_rules" in case:
        text += toml_table("packs", case["pack_rules"]).replace("[[packs]]", "[packs]")
    for version in case["versions"]:
        text += toml_table("version", {k: v for k, v in version.items() if k not in ("price", "unpriced", "ignored")})
        for kind in ("price", "unpriced", "ignored"):
            text += "".join(toml_table(f"version.{kind}", entry) for entry in version[kind])
    return text


def usage_text(case, rows):
    lines = ["start,end,account,sub_app_id,meter,area,spec,quantity,unit"]
    for r in rows:
        times = [moment_text(tick, case["zone"], r["shown"]) for tick in (r["start"], r["end"])]
        lines.append(",".join(times + [r["account"], r["app"], r["meter"], r["area"], r["spec"], r["amount"], r["unit"]]))
    return "\n".join(lines) + "\n"


def contract_text(contract):
    text = 'format = 1\nid = "agreement"\ntitle = "Agreement"\nbook = "made-up"\n'
    text += "".join(f"{key} = {toml_value(contract[key])}\n" for key in ("accounts", "payer") if key in contract)
    for kind in ("term", "price", "minimum", "cap", "rebate"):
        text += "".join(toml_table(kind, table) for table in contract.get(kind, []))
    return text


def history_text(entries):
    return ",".join(value if since is None else f"{day_text(since)}={value}" for since, value in entries)


def arguments(case):
    found = ["--mode", history_text(case["mode"])]
    if case["settlement"][0][1]:
        found += ["--settlement", history_text(case["settlement"])]
    found += ["--set", "bill_month_basis=" + history_text(case["bill_month_basis"])]
    for name, value in case["set"].items():
        found += ["--set", f"{name}={value}"]
    return found


class Refused(Exception):
    pass


def run_program(binary, folder, case, rows=None, contract=None):
    """What the program makes of a case, as rows of its CSV."""
    folder = pathlib.Path(folder)
    (folder / "book.toml").write_text(book_text(case))
    (folder / "usage.csv").write_text(usage_text(case, case["usage"] if rows is None else rows))
    command = [binary, "rate", "--in", "usage.csv", "--prices", "book.toml", *arguments(case)]
    contract = case["contract"] if contract is None else contract
    if contract:
        (folder / "contract.toml").write_text(contract_text(contract))
        command += ["--contract", "contract.toml"]
    if case.get("packs"):
        (folder / "packs.toml").write_text("".join(toml_table("pack", pack) for pack in case["packs"]))
        command += ["--packs", "packs.toml"]
    (folder / "command").write_text(" ".join(command) + "\n")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(done.stderr)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def number(text):
    return None if text == "" else F(text)


def program_rows(output):
    """Charges of the program that cost anything, in the shape of the reference's; and what is unpriced."""
    rows, unpriced = [], set()
    for row in output:
        if row["row_type"] != "charge":
            continue
        if row["tier"] == "unpriced":
            unpriced.add((row["account"], row["meter"], row["area"], row["spec"], row["usage_day"]))
            continue
        entry = {key: row[key] for key in SHOWN}
        if row["meter"].startswith("contract-"):
            # Of what a contract adjusts, the month is documented, not the days.
            entry.update(usage_day=row["posting_period"], settlement_date="", bill_month="", area="", spec="")
        entry.update(
            billed=number(row["billed_cost"]), contracted=number(row["contracted_cost"]), list=number(row["list_cost"]),
            quantity=number(row["pricing_quantity"]),
        )  # fmt: skip
        rows.append(entry)
    return rows, unpriced


SHOWN = ["account", "usage_day", "meter", "area", "spec", "settlement_date", "bill_month", "posting_period"]


def key_of(row):
    return tuple(row[key] for key in SHOWN) + (row["billed"], row["contracted"], row["list"] or F(0))


def near(left, right):
    if left is None:
        return True  # the page does not say
    if right is None:
        return False
    return abs(left - right) <= NEAR


def row_text(row):
    if row is None:
        return "nothing"
    numbers = [(name, row[name]) for name in ("billed", "list", "contracted", "quantity")]
    return " ".join([row[key] for key in SHOWN] + [f"{name} {'-' if value is None else float(value)}" for name, value in numbers])


def costs_something(row):
    return bool(row["billed"] or row["list"] or row["contracted"])


def compare_rows(mine, theirs):
    """Differences between the rows of the reference and those of the program, as texts."""
    mine = sorted(filter(costs_something, mine), key=key_of)
    theirs = sorted(filter(costs_something, theirs), key=key_of)
    left = collections.Counter(key_of(row)[:9] for row in mine)
    right = collections.Counter(key_of(row)[:9] for row in theirs)
    if left != right:
        return [f"reference only: {row_text(row)}" for row in mine if (left - right)[key_of(row)[:9]]] + [
            f"program only:   {row_text(row)}" for row in theirs if (right - left)[key_of(row)[:9]]
        ]
    found = []
    for a, b in zip(mine, theirs):
        quantity = a["quantity"]
        same = quantity is None or quantity.denominator != 1 or quantity == b["quantity"]
        if not (near(a["list"], b["list"]) and near(a["contracted"], b["contracted"]) and same):
            found += [f"reference: {row_text(a)}", f"program:   {row_text(b)}"]
    return found


def compare_totals(mine, output):
    found = []
    for total in (row for row in output if row["row_type"] == "total"):
        rows = [row for row in mine if row["account"] == total["account"]]
        billed = sum((row["billed"] for row in rows), F(0))
        listed = sum((row["list"] or F(0) for row in rows), F(0))
        if billed != (number(total["billed_cost"]) or F(0)):
            found.append(f"total of {total['account']}: reference {float(billed)}, program {total['billed_cost']}")
        # A total is the sum of the rows, of which each is cut off at twelve decimals.
        off = abs(listed - (number(total["list_cost"]) or F(0)))
        if all(row["list"] is not None for row in rows) and off > F(len(rows) + 1, 10**12):
            found.append(f"list total of {total['account']}: reference {float(listed)}, program {total['list_cost']}")
    return found


def compare_effective(accounts, output):
    found = []
    for total in (row for row in output if row["row_type"] == "total"):
        effective = accounts[total["account"]].effective()
        if effective is not None and effective != (number(total["effective_cost"]) or F(0)):
            found.append(f"effective of {total['account']}: reference {float(effective)}, program {total['effective_cost']}")
    return found


def reference(case):
    rows, unpriced, accounts = [], set(), {}
    contract = case["contract"]

    def payer(account):
        return contract["payer"] if "payer" in contract and account in contract["accounts"] else account

    for account in sorted({payer(r["account"]) for r in case["usage"]}):
        rated = Account(case, account, [r for r in case["usage"] if payer(r["account"]) == account]).rate()
        accounts[account] = rated
        rows += rated.rows
        unpriced |= rated.unpriced
    return rows, unpriced, accounts


def compare(case, output):
    mine, unpriced, accounts = reference(case)
    theirs, their_unpriced = program_rows(output)
    kinds = {meter["name"]: meter["kind"] for meter in case["meters"]}
    their_unpriced = {u if kinds[u[1]] == "event" else u[:4] + ("",) for u in their_unpriced}
    open_rows = set().union(*(account.open_rows for account in accounts.values()))
    shown = [row for row in theirs if (row["account"], row["meter"], row["spec"]) not in open_rows]
    found = compare_rows(mine, shown)
    if not found and len(shown) == len(theirs):
        found = compare_totals(mine, output) + compare_effective(accounts, output)
    if unpriced != their_unpriced:
        found.append(f"unpriced by the reference only: {sorted(unpriced - their_unpriced)}")
        found.append(f"unpriced by the program only: {sorted(their_unpriced - unpriced)}")
    return found


# ------------------------------------------------------------------------------------------------ what the page promises


def money(output):
    """What the rows of a run say of days and money."""
    names = SHOWN + ["row_type", "pricing_quantity", "tier", "list_cost", "contracted_cost", "billed_cost", "effective_cost"]
    return sorted(tuple(row[name] for name in names) for row in output)


def sums(output, name):
    """Sums of a cost and numbers of rows by account."""
    found = collections.defaultdict(lambda: [F(0), 0])
    for row in output:
        if row["row_type"] == "charge":
            found[row["account"]][0] += number(row[name]) or F(0)
            found[row["account"]][1] += 1
    return found


def order_does_not_matter(make, run, case, output):
    rows = list(case["usage"])
    make.random.shuffle(rows)
    return [] if money(run(case, rows=rows)) == money(output) else ["the order of the usage matters"]


def no_discount_changes_nothing(make, run, case, output):
    plain = dict(case, contract={})
    terms = [{"name": m["name"], "meter": m["name"], "discount": "1", **make.any_span()} for m in priced_meters(case)]
    if not terms:
        return []
    agreed_nothing = run(dict(case, contract={"term": terms}))
    return [] if money(agreed_nothing) == money(run(plain)) else ["a discount of 1 changes something"]


def list_costs_stay(make, run, case, output):
    terms = case["contract"].get("term", [])
    if not terms or "payer" in case["contract"]:
        return []
    found = []
    only_terms = run(dict(case, contract={k: v for k, v in case["contract"].items() if k in ("accounts", "term")}))
    plain = run(dict(case, contract={}))
    left, right = sums(only_terms, "list_cost"), sums(plain, "list_cost")
    for account, (cost, rows) in left.items():
        if abs(cost - right[account][0]) > F(rows + right[account][1], 10**12):
            found.append(f"list cost of {account}: {float(cost)} with terms, {float(right[account][0])} without")
    if all("discount" in term for term in terms):
        left, right = sums(only_terms, "billed_cost"), sums(plain, "billed_cost")
        for account, (cost, rows) in left.items():
            if cost > right[account][0] + F(rows, 10**8):
                found.append(f"a discount raises the bill of {account}: {float(cost)}, without {float(right[account][0])}")
    return found


def a_cut_term_is_one(make, run, case, output):
    terms = []
    for term in case["contract"].get("term", []):
        day = day_text(make.a_day())
        if term.get("from", "") < day < term.get("to", "9999") and "tiers" not in term:
            terms.append(dict(term, name=term["name"] + "-a", to=day))
            terms.append(dict(term, **{"name": term["name"] + "-b", "from": day}))
        else:
            terms.append(term)
    cut = dict(case, contract=dict(case["contract"], term=terms))
    if terms == case["contract"].get("term", []):
        return []
    return [] if money(run(cut)) == money(output) else ["a term that was cut in two changes something"]


PROMISES = [order_does_not_matter, no_discount_changes_nothing, list_costs_stay, a_cut_term_is_one]


def priced_meters(case):
    names = {price["meter"] for version in case["versions"] for price in version["price"]}
    return [meter for meter in case["meters"] if meter["name"] in names]


# ------------------------------------------------------------------------------------------------ the run


def try_case(job):
    binary, seed, number, features, keep = job
    make = Maker(f"{seed}/{number}", features)
    case = make.case()
    with tempfile.TemporaryDirectory() as folder:
        try:
            output = run_program(binary, folder, case)
            found = compare(case, output)
            if not found:
                promise = PROMISES[number % len(PROMISES)]
                found = promise(make, lambda *given, **named: run_program(binary, folder, *given, **named), case, output)
        except Refused as error:
            found = [f"refused: {error}"]
        if found and keep:
            kept = pathlib.Path(keep) / f"case-{number}"
            kept.mkdir(parents=True, exist_ok=True)
            for file in pathlib.Path(folder).iterdir():
                (kept / file.name).write_bytes(file.read_bytes())
    return number, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=os.environ.get("VODLEDGER_BIN", "target/release/vodledger"))
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", help="folder for the files of cases that differ")
    parser.add_argument("--only", type=int, help="this case alone")
    parser.add_argument("--also", default="", help="features that a run leaves out otherwise")
    options = parser.parse_args()
    binary = str(pathlib.Path(options.bin).resolve())
    features = [feature for feature in options.also.split(",") if feature]
    numbers = range(options.cases) if options.only is None else [options.only]
    jobs = [(binary, options.seed, number, features, options.keep) for number in numbers]
    differences = 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for number, found in pool.map(try_case, jobs, chunksize=10):
            if found:
                differences += 1
                if differences <= 20:
                    print(f"case {number} of seed {options.seed}:", *found[:4], *found[4:][-4:], sep="\n  ")
    print(f"{len(jobs)} cases, {differences} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
