#!/bin/sh
# Runs the FOCUS export through tools that others wrote: the official validator (1.2) and an independent linter (1.4), after our own
# check. At the end, one line for each step: PASS, FAIL, or NOT RUN with the reason. A step that did not run never counts as passed.
# VODLEDGER_BIN: the program [default: target/debug/vodledger]. VODLEDGER_COMPAT: a folder to keep the tools in.
# VODLEDGER_PYTHON312: a Python 3.12, which the official validator's own dependencies need.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
VODLEDGER_BIN=${VODLEDGER_BIN:-$here/../../target/debug/vodledger}
tools=${VODLEDGER_COMPAT:-$here/../../target/compat}
[ -x "$VODLEDGER_BIN" ] || { echo "no program at $VODLEDGER_BIN: build it, or set VODLEDGER_BIN" >&2; exit 2; }
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)

# A Python of exactly 3.12: by name, or where pyenv keeps it.
python312() {
    for candidate in "${VODLEDGER_PYTHON312:-}" python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python /usr/bin/python3.12; do
        [ -n "$candidate" ] || continue
        "$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info[:2] != (3, 12))' 2> /dev/null || continue
        echo "$candidate"
        return 0
    done
    return 1
}

# environment FOLDER PYTHON PACKAGE... makes it once and says why where it cannot.
environment() {
    folder=$1 python=$2
    shift 2
    [ -x "$folder/bin/python" ] || "$python" -m venv "$folder" || return 1
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

toolkit_missing='' validator_missing=''
environment "$tools/focus-toolkit" python3 'focus-data-toolkit==0.14.1' || toolkit_missing='focus-data-toolkit cannot be installed'
if python=$(python312); then
    # pyarrow 26 wants numpy 2, and the validator numpy 1.26.
    environment "$tools/focus-validator" "$python" 'focus-validator==2.2.1' 'pyarrow<26' ||
        validator_missing='focus-validator cannot be installed'
else
    validator_missing='there is no Python 3.12'
fi
export VODLEDGER_BIN toolkit_missing validator_missing
exec python3 "$here/focus.py" "$tools"
