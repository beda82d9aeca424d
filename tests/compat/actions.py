"""Every action of actions.json with each official client: one success and one refusal each, and a table at the end.

Expected values are those that src/sim/fixtures/demo.toml declares. `*` stands for any value, `#` for the length of a
list, and `$name` for a value of an earlier answer. The rows run in order: some change the account.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from tencentcloud.billing.v20180709 import billing_client
from tencentcloud.billing.v20180709 import models as billing_models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.sts.v20180813 import models as sts_models
from tencentcloud.sts.v20180813 import sts_client
from tencentcloud.vod.v20180717 import models as vod_models
from tencentcloud.vod.v20180717 import vod_client

TABLE = Path(__file__).with_name("actions.json")
NAMES = {"Python SDK": "python", "tccli": "tccli", "Node SDK": "node"}


class Refused(Exception):
    """What the server answered instead."""


class Lacking(Exception):
    """The client has no such action."""


class PythonSdk:
    """The client's own models read every answer; a member that they do not know is an error here."""

    CLIENTS = {
        "vod": (vod_client.VodClient, vod_models),
        "billing": (billing_client.BillingClient, billing_models),
        "sts": (sts_client.StsClient, sts_models),
    }

    def __init__(self, sim):
        self.sim = sim

    def ask(self, api, action, params, key, unsigned):
        client, models = self.CLIENTS[api]
        if not hasattr(client, action):
            raise Lacking(action)
        client = client(credential.Credential(self.sim.id, key), "", self.sim.profile())
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                request = getattr(models, action + "Request")()
                request.from_json_string(json.dumps(params))
                answer = client.call_json(action, request._serialize(), options={"SkipSign": bool(unsigned)})["Response"]
            except TencentCloudSDKException as error:
                raise Refused(error.get_code()) from error
            response = getattr(models, action + "Response")()
            response._deserialize(answer)
        # Its models complain of unknown members everywhere but at the top.
        unknown = set(answer) - {name.lstrip("_") for name in vars(response)}
        assert not unknown, f"unknown members {sorted(unknown)}"
        assert response.RequestId, "no request id"
        return response


class Tccli:
    """The command line: it validates parameters by its own description, and prints what its models hold."""

    def __init__(self, sim):
        self.sim = sim
        self.home = tempfile.TemporaryDirectory()
        self.program = Path(sys.executable).with_name("tccli")

    def ask(self, api, action, params, key, unsigned):
        del unsigned  # It always signs, which is as good.
        if not self.program.exists():
            raise Lacking(action)
        file = Path(self.home.name, "parameters.json")
        file.write_text(json.dumps(params))
        where = ["--endpoint", self.sim.http, "--region", "ap-guangzhou", "--secretId", self.sim.id, "--secretKey", key]
        command = [self.program, api, action, *where, "--cli-input-json", f"file://{file}"]
        environment = {"HOME": self.home.name, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        try:
            return json.loads(ran.stdout)
        except json.JSONDecodeError:
            said = ran.stdout + ran.stderr
            # It ends well also when a call was refused.
            if code := re.search(r"\[TencentCloudSDKException\] code:(\S+)", said):
                raise Refused(code[1]) from None
            if "Invalid choice" in said or "invalid choice" in said:
                raise Lacking(action) from None
            raise AssertionError(said.strip()[-300:]) from None


def member(value, path):
    """`A.0.B` of an object, dictionary or list."""
    for name in path.split("."):
        if name == "#":
            value = len(value)
        elif isinstance(value, list):
            value = value[int(name)]
        else:
            value = value[name] if isinstance(value, dict) else getattr(value, name)
    return value


def filled(params, saved):
    """The parameters, with what earlier answers held."""
    text = json.dumps(params)
    for name, value in saved.items():
        text = text.replace(json.dumps(name), json.dumps(value))
    return json.loads(text)


def success(client, row, key, saved):
    answer = client.ask(row["api"], row["action"], filled(row["params"], saved), key, row.get("unsigned"))
    for path, expected in row["expect"].items():
        got = member(answer, path)
        assert got == expected or (expected == "*" and got), f"{path}: got {got!r}, expected {expected!r}"
    for name, path in row.get("save", {}).items():
        saved[name] = member(answer, path)


def refusal(client, row, key, saved):
    wanted = row["refuse"]
    try:
        client.ask(row["api"], row["action"], filled(wanted["params"], saved), "wrong" if wanted.get("wrong_key") else key, row.get("unsigned"))
    except Refused as refused:
        assert str(refused) == wanted["code"], f"refused with {refused}, expected {wanted['code']}"
        return
    raise AssertionError(f"not refused with {wanted['code']}")


def results(client, key):
    """What became of each row: `ok`, `-` where the client has no such action, else why it failed."""
    saved, found = {}, []
    for row in json.loads(TABLE.read_text()):
        try:
            success(client, row, key, saved)
            refusal(client, row, key, saved)
            found.append("ok")
        except Lacking:
            found.append("-")
        except Exception as error:  # Whatever a client throws is a failure of this row alone.
            found.append(f"{type(error).__name__}: {error}")
    return found


def node(ready):
    """The rows by run.js, one line each."""
    rows = json.loads(TABLE.read_text())
    if "NODE_PATH" not in os.environ:
        return ["-"] * len(rows)
    command = ["node", str(Path(__file__).with_name("run.js")), str(ready), str(TABLE)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    lines = ran.stdout.splitlines()
    return lines if len(lines) == len(rows) else [f"run.js: {(ran.stderr or ran.stdout).strip()[-300:]}"] * len(rows)


def run(running):
    """Each client with a simulated cloud of its own. Prints the table; answers one truth for each cell."""
    columns = {}
    for name, client in (("Python SDK", PythonSdk), ("tccli", Tccli)):
        with running("--limit", "off") as sim:
            columns[name] = results(client(sim), sim.key)
    cloud = running("--limit", "off")
    with cloud:
        columns["Node SDK"] = node(cloud.ready)
    rows = json.loads(TABLE.read_text())
    truths = []
    print(f"\n{'action':50}" + "".join(f"{name:>12}" for name in columns))
    for index, row in enumerate(rows):
        cells = {name: column[index] for name, column in columns.items()}
        shown = {name: cell if cell in ("ok", "-") else "FAIL" for name, cell in cells.items()}
        print(f"{row['api'] + ' ' + row['action']:50}" + "".join(f"{cell:>12}" for cell in shown.values()))
        truths += [cell == "ok" for cell in cells.values() if cell != "-"]
        for name, cell in cells.items():
            if shown[name] == "FAIL":
                print(f"FAIL {NAMES[name]} {row['action']}: {cell}")
    return truths
