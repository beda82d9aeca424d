// The Node client, unpatched. Called by run.py: with the ready file alone, one line `ok NAME` or `FAIL NAME: why` per
// check; with actions.json behind it, one line per row of that table: `ok`, `-` without such an action, or why it failed.
const { readFileSync } = require("fs");
const services = "tencentcloud-sdk-nodejs/tencentcloud/services";
const { vod } = require(`${services}/vod`);
const { billing } = require(`${services}/billing`);
const { sts } = require(`${services}/sts`);

const ready = JSON.parse(readFileSync(process.argv[2]));
const CLIENTS = { vod: vod.v20180717.Client, billing: billing.v20180709.Client, sts: sts.v20180813.Client };

function client(key, reqMethod, signMethod, api = "vod") {
  const httpProfile = { endpoint: ready.http.replace("http://", ""), protocol: "http://", reqMethod };
  const profile = signMethod ? { signMethod, httpProfile } : { httpProfile };
  return new CLIENTS[api]({ credential: { secretId: ready.secret_id, secretKey: key }, region: "", profile });
}

async function check(name, test) {
  try {
    await test();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`FAIL ${name}: ${error.code || ""} ${error.message}`);
  }
}

function equal(got, expected) {
  if (got !== expected) throw new Error(`got ${got}, expected ${expected}`);
}

// `A.0.B` of an answer; `#` is the length of a list.
function member(value, path) {
  return path.split(".").reduce((part, name) => (name === "#" ? part.length : part[name]), value);
}

// Parameters with what earlier answers held.
function filled(params, saved) {
  const text = Object.entries(saved).reduce((all, [name, value]) => all.replaceAll(`"${name}"`, JSON.stringify(value)), JSON.stringify(params));
  return JSON.parse(text);
}

async function row({ api, action, params, expect, refuse, save }, saved) {
  const ask = (key, params) => client(key, "POST", undefined, api)[action](filled(params, saved));
  const answer = await ask(ready.secret_key, params);
  for (const [path, expected] of Object.entries(expect)) {
    const got = member(answer, path);
    if (!(got === expected || (expected === "*" && got))) throw new Error(`${path}: got ${got}, expected ${expected}`);
  }
  for (const [name, path] of Object.entries(save || {})) saved[name] = member(answer, path);
  const code = await ask(refuse.wrong_key ? "wrong" : ready.secret_key, refuse.params).then(() => "nothing", (error) => error.code);
  equal(code, refuse.code);
}

async function table(rows) {
  const saved = {};
  for (const one of rows) {
    if (!CLIENTS[one.api].prototype[one.action]) {
      console.log("-");
      continue;
    }
    await row(one, saved).then(
      () => console.log("ok"),
      (error) => console.log(`${error.code || ""} ${error.message}`.replaceAll("\n", " ")),
    );
  }
}

async function main() {
  for (const reqMethod of ["POST", "GET"]) {
    for (const signMethod of [undefined, "HmacSHA1", "HmacSHA256"]) {
      const way = `[${reqMethod} ${signMethod || "TC3"}]`;
      await check(`node finds media ${way}`, async () => {
        const answer = await client(ready.secret_key, reqMethod, signMethod).SearchMedia({ NamePrefixes: ["直播间_7"], Limit: 5 });
        equal(answer.TotalCount, 2);
        equal(answer.MediaInfoSet[1].FileId, "14651978969409866913");
      });
      await check(`node with a wrong key is refused ${way}`, async () => {
        const code = await client("wrong", reqMethod, signMethod).DescribeSubAppIds({}).then(() => "nothing", (error) => error.code);
        equal(code, "AuthFailure.SignatureFailure");
      });
    }
  }
}

if (process.argv[3]) table(JSON.parse(readFileSync(process.argv[3])));
else main();
