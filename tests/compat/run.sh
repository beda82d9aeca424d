#!/bin/sh
# Drives the simulated cloud with the official clients, unpatched.
# VODLEDGER_BIN: the program [default: target/debug/vodledger]. VODLEDGER_COMPAT_VENV: a folder to keep the clients in.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
VODLEDGER_BIN=${VODLEDGER_BIN:-$here/../../target/debug/vodledger}
venv=${VODLEDGER_COMPAT_VENV:-$here/../../target/compat-venv}
export VODLEDGER_BIN
[ -x "$VODLEDGER_BIN" ] || { echo "no program at $VODLEDGER_BIN: build it, or set VODLEDGER_BIN" >&2; exit 2; }
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
exec "$venv/bin/python" "$here/run.py"
