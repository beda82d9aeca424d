#!/usr/bin/env bash
# How lean the program is: cold release build, size of the stripped binary, time to print its version,
# beside the time that /bin/true and an empty Python take. Run it on a quiet machine.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(mktemp -d)
trap 'rm -rf "$target"' EXIT
start=$(date +%s)
CARGO_TARGET_DIR="$target" cargo build --release --quiet
echo "cold release build: $(($(date +%s) - start)) s (limit 300 s on 2 cores)"
binary="$target/release/vodledger"
echo "binary: $(stat -c %s "$binary") bytes (limit 35000000)"

# Milliseconds for one run, mean of 50.
mean() {
    local from to
    from=$(date +%s%N)
    for _ in $(seq 50); do "$@" > /dev/null; done
    to=$(date +%s%N)
    echo $(((to - from) / 50000)) | awk '{ printf "%.2f", $1 / 1000 }'
}
ours=$(mean "$binary" --version)
floor=$(mean /bin/true)
python=$(mean python3 -c '')
echo "--version: $ours ms (limit 10 ms); /bin/true $floor ms; empty python3 $python ms; ratio to python3 $(awk "BEGIN { printf \"%.2f\", $ours / $python }")"
