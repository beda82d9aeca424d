//! `media` on the command line, against a stand-in of the API that holds some media and notes what it is asked.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::support::{Ran, run_in, serve};

const APP: u64 = 1_500_000_001;
const NOW: &str = "2026-11-02T10:00:00+08:00";
const KEY: &str = "secretKeyThatMustNotBeWritten01";

#[derive(Default)]
struct Cloud {
    media: Vec<Value>,
    asked: Vec<(String, Value)>,
}

type Shared = Arc<Mutex<Cloud>>;

async fn answer(State(cloud): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let action = headers["x-tc-action"].to_str().unwrap().to_owned();
    let request: Value = serde_json::from_slice(&body).unwrap();
    let mut cloud = cloud.lock().unwrap();
    let mut response = cloud.respond(&action, &request);
    response["RequestId"] = json!(format!("r-{}", cloud.asked.len() + 1));
    cloud.asked.push((action, request));
    ([("content-type", "application/json")], json!({"Response": response}).to_string()).into_response()
}

impl Cloud {
    fn respond(&mut self, action: &str, request: &Value) -> Value {
        let is = |media: &Value, id: &Value| media["FileId"] == *id;
        match action {
            "DescribeSubAppIds" => {
                json!({"TotalCount": 1, "SubAppIdInfoSet": [{"SubAppId": APP, "SubAppIdName": "app", "Status": "On"}]})
            }
            "SearchMedia" => {
                let offset = request["Offset"].as_u64().unwrap_or_default() as usize;
                let page: Vec<&Value> = self.media.iter().skip(offset).collect();
                json!({"TotalCount": self.media.len(), "MediaInfoSet": page})
            }
            "DescribeMediaInfos" => {
                let ids = request["FileIds"].as_array().unwrap();
                assert!(ids.len() <= 20);
                let found: Vec<&Value> = self.media.iter().filter(|media| ids.contains(&media["FileId"])).collect();
                let missing: Vec<&Value> = ids.iter().filter(|id| !self.media.iter().any(|media| is(media, id))).collect();
                json!({"MediaInfoSet": found, "NotExistFileIdSet": missing})
            }
            "DeleteMedia" => {
                self.media.retain(|media| !is(media, &request["FileId"]));
                json!({})
            }
            "ModifyMediaInfo" | "ModifyMediaStorageClass" | "RestoreMedia" => json!({}),
            other => panic!("{other}"),
        }
    }
}

fn id(number: u64) -> String {
    format!("5285890799710{number:07}")
}

fn media(number: u64) -> Value {
    json!({
        "FileId": id(number),
        "BasicInfo": {
            "Name": format!("room_{number}"), "CreateTime": "2026-10-01T02:00:00Z", "ExpireTime": "9999-12-31T23:59:59Z",
            "ClassId": 0, "StorageRegion": "ap-guangzhou-2", "StorageClass": "STANDARD", "TagSet": [], "Status": "Normal",
        },
        "MetaData": {"Size": 50_000_000_000_u64},
        "TranscodeInfo": {"TranscodeSet": [{"Definition": 100_020, "Size": 50_000_000_000_u64, "Url": "http://v.example.com/a"}]},
    })
}

struct Place {
    folder: tempfile::TempDir,
    cloud: Shared,
    endpoint: String,
}

impl Place {
    async fn new(media: Vec<Value>, protect: &str) -> Self {
        let cloud = Arc::new(Mutex::new(Cloud { media, ..Cloud::default() }));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&cloud));
        let folder = tempfile::tempdir().unwrap();
        let configuration = format!(
            "ledger = \"l.db\"\n{protect}\n[[account]]\nname = \"school\"\nuin = \"100000000001\"\n[[account.mode]]\nfrom = 2024-01-01\n"
        );
        std::fs::write(folder.path().join("vodledger.toml"), configuration).unwrap();
        Self { folder, cloud, endpoint: serve(router).await }
    }

    async fn run(&self, arguments: &str) -> Ran {
        let (folder, endpoint) = (self.folder.path().to_owned(), self.endpoint.clone());
        let arguments = arguments.to_owned();
        tokio::task::spawn_blocking(move || {
            let variables = [
                ("VODLEDGER_ENDPOINT", endpoint.as_str()),
                ("TENCENTCLOUD_SECRET_ID", "AKIDofTheTest6F2A"),
                ("TENCENTCLOUD_SECRET_KEY", KEY),
                ("USER", "alice"),
            ];
            let mut all = vec!["--as-of", NOW, "media"];
            all.extend(arguments.split(' '));
            run_in(&folder, &variables, &all)
        })
        .await
        .unwrap()
    }

    fn asked(&self, action: &str) -> Vec<Value> {
        let cloud = self.cloud.lock().unwrap();
        cloud.asked.iter().filter(|(name, _)| name == action).map(|(_, request)| request.clone()).collect()
    }
}

fn code(ran: &Ran, expected: i32) -> &Ran {
    assert_eq!(ran.code, expected, "{}{}", ran.out, ran.err);
    ran
}

/// 3 media of 100 GB: 300 × 0.0048 × 31 days of December = 44.64.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_plan_and_its_application() {
    let place = Place::new((1..=3).map(media).collect(), "").await;
    let planned = place.run("plan delete --name room_ --older-than 30 --out plan.json").await;
    code(&planned, 0);
    for part in [
        "delete: 3 media of account 100000000001",
        "150.000 GB in source files, 150.000 GB made of them",
        "storage per month (2026-12): -44.64000000 CNY",
        "limit: the plan changes 3 of the account's 3 media, more than 1% of them (1)",
    ] {
        assert!(planned.out.contains(part), "{part}: {}", planned.out);
    }
    assert!(place.asked("DeleteMedia").is_empty());

    // The limit, then no terminal to ask on.
    let limited = place.run("apply plan.json --yes").await;
    assert!(code(&limited, 2).err.contains("--max-share"), "{}", limited.err);
    let unasked = place.run("apply plan.json --max-share 100%").await;
    assert!(code(&unasked, 2).err.contains("give --yes"), "{}", unasked.err);
    assert!(place.asked("DeleteMedia").is_empty());

    // Somebody puts a tag on one of them.
    place.cloud.lock().unwrap().media[1]["BasicInfo"]["TagSet"] = json!(["wanted"]);
    let applied = place.run("apply plan.json --yes --max-share 100% --format json").await;
    let rows: Value = serde_json::from_str(&code(&applied, 3).out).unwrap();
    assert_eq!(rows[0]["outcome"], "done");
    assert_eq!(rows[1]["detail"], "it changed since the plan was made: tags");
    let deleted: Vec<Value> = [1, 3].map(|number| json!({"FileId": id(number), "SubAppId": APP})).to_vec();
    assert_eq!(place.asked("DeleteMedia"), deleted);

    let audit = place.run("audit --format json").await;
    let rows: Value = serde_json::from_str(&code(&audit, 0).out).unwrap();
    let outcomes: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["intended", "done", "refused", "intended", "done"]);
    assert!(rows[1]["actor"].as_str().unwrap().starts_with("alice (") && rows[1]["request_id"] != "");
    assert!(rows[1]["actor"].as_str().unwrap().ends_with("key …6F2A"));
    no_secret(place.folder.path());

    let head = rows[4]["hash"].as_str().unwrap();
    let cut = "DELETE FROM audit WHERE position = 5";
    rusqlite::Connection::open(place.folder.path().join("l.db")).unwrap().execute_batch(cut).unwrap();
    code(&place.run("audit").await, 0);
    code(&place.run(&format!("audit --head {head}")).await, 1);
    let edit = "UPDATE audit SET actor = 'bob' WHERE position = 2";
    rusqlite::Connection::open(place.folder.path().join("l.db")).unwrap().execute_batch(edit).unwrap();
    let broken = place.run("audit").await;
    assert!(code(&broken, 1).err.contains("row 2 is not as it was written"), "{}", broken.err);
}

/// No file holds the key, and none more of its id than the end.
fn no_secret(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(KEY) && !text.contains("AKIDofTheTest"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_change_as_the_api_names_it() {
    let cold = |number: u64, class: &str| {
        let mut media = media(number);
        media["BasicInfo"]["StorageClass"] = json!(class);
        media
    };
    let place = Place::new(vec![media(1), cold(2, "ARCHIVE"), cold(3, "DEEP_ARCHIVE")], "").await;
    let of = |number: u64| json!({"FileId": id(number), "SubAppId": APP});
    let with = |mut request: Value, more: Value| {
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let several = |number: u64, more: Value| with(json!({"FileIds": [id(number)], "SubAppId": APP}), more);
    let cases = [
        ("tag --add a --add b", 1, "ModifyMediaInfo", with(of(1), json!({"AddTags": ["a", "b"]}))),
        ("class --to 7", 1, "ModifyMediaInfo", with(of(1), json!({"ClassId": 7}))),
        ("expire --at 2027-01-01", 1, "ModifyMediaInfo", with(of(1), json!({"ExpireTime": "2027-01-01T00:00:00+08:00"}))),
        ("storage-class --to ARCHIVE", 1, "ModifyMediaStorageClass", several(1, json!({"StorageClass": "ARCHIVE"}))),
        (
            "storage-class --to STANDARD --tier Bulk",
            2,
            "ModifyMediaStorageClass",
            several(2, json!({"StorageClass": "STANDARD", "RestoreTier": "Bulk"})),
        ),
        ("restore --days 5 --tier Standard", 3, "RestoreMedia", several(3, json!({"RestoreDay": 5, "RestoreTier": "Standard"}))),
    ];
    for (change, number, action, request) in cases {
        code(&place.run(&format!("plan {change} --file-id {} --out p.json", id(number))).await, 0);
        code(&place.run("apply p.json --yes").await, 0);
        assert_eq!(place.asked(action).last(), Some(&request), "{change}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_left_out_of_a_plan() {
    let mut kept = media(1);
    kept["BasicInfo"]["TagSet"] = json!(["keep"]);
    let place = Place::new(vec![kept, media(2), media(3)], "[protect]\ntags = [\"keep\"]\nlegal_hold_file = \"hold.txt\"").await;
    let list = place.folder.path().join("hold.txt");
    // Without its list nothing is planned.
    let unreadable = place.run("plan delete --name room_ --out p.json").await;
    assert!(code(&unreadable, 2).err.contains("hold.txt"), "{}", unreadable.err);
    std::fs::write(&list, format!("# by order of the court\n{} # exam\n", id(2))).unwrap();
    let ids = format!("name,file_id\nx,{}\nx,{}\nx,{}\nx,{}\n", id(1), id(2), id(3), id(9));
    std::fs::write(place.folder.path().join("ids.csv"), ids).unwrap();
    let planned = place.run("plan delete --from-file ids.csv --out p.json").await;
    assert!(code(&planned, 3).err.contains(&format!("not found: {}", id(9))), "{}", planned.err);
    let plan: Value = serde_json::from_slice(&std::fs::read(place.folder.path().join("p.json")).unwrap()).unwrap();
    let plan = &plan["plan"];
    assert_eq!((plan["media"].as_array().unwrap().len(), &plan["media"][0]["before"]["file_id"]), (1, &json!(id(3))));
    assert_eq!(plan["left_out"][0]["why"], "protected: media with the tag \"keep\" are kept");
    assert_eq!(plan["left_out"][1]["why"], "protected: it is on the legal-hold list");
    assert_eq!(plan["effect"]["storage_per_month"], "-14.88000000");

    // Held after the plan was made: --yes and every limit do not help.
    std::fs::write(&list, id(3)).unwrap();
    let applied = place.run("apply p.json --yes --max-share 100% --max-media 1000").await;
    assert!(code(&applied, 3).out.contains("legal-hold list"), "{}", applied.out);
    assert!(place.asked("DeleteMedia").is_empty());

    let nothing = place.run(&format!("plan delete --file-id {} --out q.json", id(3))).await;
    assert!(code(&nothing, 1).err.contains("nothing is left to plan"), "{}", nothing.err);
    assert!(!place.folder.path().join("q.json").exists());
    let cold = place.run(&format!("plan restore --days 1 --tier Bulk --file-id {} --out q.json", id(2))).await;
    assert!(code(&cold, 1).err.contains("can be read without being restored"), "{}", cold.err);
    for wrong in
        ["plan delete --out p.json", "plan delete --storage-class ARCHIVE --out p.json", "plan tag --name room_ --out p.json"]
    {
        code(&place.run(wrong).await, 2);
    }
}
