// The Node client, unpatched: one line `ok NAME` or `FAIL NAME: why` per check. Called by run.py.
const { vod } = require("tencentcloud-sdk-nodejs-vod");

const ready = JSON.parse(require("fs").readFileSync(process.argv[2]));

function client(key, reqMethod, signMethod) {
  const httpProfile = { endpoint: ready.http.replace("http://", ""), protocol: "http://", reqMethod };
  const profile = signMethod ? { signMethod, httpProfile } : { httpProfile };
  return new vod.v20180717.Client({ credential: { secretId: ready.secret_id, secretKey: key }, region: "", profile });
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

main();
