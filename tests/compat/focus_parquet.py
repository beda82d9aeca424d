"""Compares a CSV file with a Parquet file, cell by cell. Usage: focus_parquet.py FILE.csv FILE.parquet"""

import csv
import sys
from datetime import datetime
from decimal import Decimal

import pyarrow.parquet


def same(text, value):
    if value is None:
        return text == ""
    if isinstance(value, Decimal):
        return "." in text and Decimal(text) == value
    if isinstance(value, datetime):
        return text == value.strftime("%Y-%m-%dT%H:%M:%SZ") and value.utcoffset().total_seconds() == 0
    return text == value


with open(sys.argv[1], newline="", encoding="utf-8") as file:
    lines = list(csv.reader(file))
table = pyarrow.parquet.read_table(sys.argv[2])
assert table.column_names == lines[0], (table.column_names, lines[0])
assert table.num_rows == len(lines) - 1
for place, name in enumerate(lines[0]):
    for number, value in enumerate(table.column(place).to_pylist(), start=1):
        assert same(lines[number][place], value), (number, name, lines[number][place], value)
