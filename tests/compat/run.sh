#!/bin/sh
# Drives the simulated cloud with the official clients, unpatched: two for Python, the command line, and one for Node
# where npm is installed. At the end, a table of actions and clients.
# VODLEDGER_BIN: the program [default: target/debug/vodledger]. VODLEDGER_COMPAT: a folder to keep the clients in.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
VODLEDGER_BIN=${VODLEDGER_BIN:-$here/../../target/debug/vodledger}
clients=${VODLEDGER_COMPAT:-$here/../../target/compat}
export VODLEDGER_BIN
[ -x "$VODLEDGER_BIN" ] || { echo "no program at $VODLEDGER_BIN: build it, or set VODLEDGER_BIN" >&2; exit 2; }
mkdir -p "$clients/node"
[ -x "$clients/venv/bin/python" ] || python3 -m venv "$clients/venv"
"$clients/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$clients/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements-tccli.txt"
if command -v npm > /dev/null; then
    cp "$here/package.json" "$clients/node/"
    npm install --silent --no-audit --no-fund --no-package-lock --prefix "$clients/node" > /dev/null
    NODE_PATH=$clients/node/node_modules
    export NODE_PATH
fi
exec "$clients/venv/bin/python" "$here/run.py"
