//! Temporary key pairs of the simulated cloud: STS, the metadata service, and what happens when they expire.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};
use vodledger::cloud::signature::tc3;

use crate::sim_caller::Caller;

const COLLECTOR: &str = "qcs::cam::uin/100000021001:roleName/vod-collector";
const AUDITOR: &str = "qcs::cam::uin/100000021001:roleName/vod-auditor";

/// A harmless request with any pair; the code of its refusal, if it is refused.
async fn refused(caller: &Caller, id: &str, key: &str, token: &str) -> Option<String> {
    let host = caller.cloud.http.strip_prefix("http://").unwrap();
    let signed = [("content-type", "application/json"), ("host", host)];
    let request = tc3::Request { method: "POST", path: "/", query: "", headers: &signed, payload: b"{}" };
    let timestamp = Utc::now().timestamp();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("x-tc-action", "DescribeSubAppIds".to_owned()),
        ("x-tc-version", "2018-07-17".to_owned()),
        ("x-tc-timestamp", timestamp.to_string()),
        ("x-tc-token", token.to_owned()),
        ("authorization", request.authorization(tc3::Scope { service: "vod", timestamp }, id, key)),
    ];
    let answer = caller.send("POST", "/", &headers, "{}".to_owned()).await.json();
    answer["Response"]["Error"]["Code"].as_str().map(str::to_owned)
}

fn pair(credentials: &Value) -> (String, String, String) {
    let text = |name: &str| credentials[name].as_str().unwrap_or_else(|| panic!("{credentials}")).to_owned();
    (text("TmpSecretId"), text("TmpSecretKey"), text("Token"))
}

fn code(answer: &Value) -> &str {
    answer["Error"]["Code"].as_str().unwrap_or_else(|| panic!("not refused: {answer}"))
}

#[tokio::test]
async fn a_role_is_taken_on_and_its_pair_expires() {
    let caller = Caller::demo().await;
    let params = |arn: &str, more: Value| {
        let mut all = json!({"RoleArn": arn, "RoleSessionName": "test"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let answer = caller.sts("AssumeRole", params(COLLECTOR, json!({"DurationSeconds": 1}))).await;
    let (id, key, token) = pair(&answer["Credentials"]);
    assert!(answer["ExpiredTime"].is_i64() && answer["Expiration"].as_str().unwrap().ends_with('Z'), "{answer}");
    assert_eq!(refused(&caller, &id, "wrong", &token).await.as_deref(), Some("AuthFailure.SignatureFailure"));
    assert_eq!(refused(&caller, &id, &key, "wrong").await.as_deref(), Some("AuthFailure.TokenFailure"));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(refused(&caller, &id, &key, &token).await.as_deref(), Some("AuthFailure.TokenFailure"));

    let longer = caller.sts("AssumeRole", params(COLLECTOR, json!({}))).await;
    let (id, key, token) = pair(&longer["Credentials"]);
    assert_eq!(refused(&caller, &id, &key, &token).await, None);
    let left = longer["ExpiredTime"].as_i64().unwrap() - Utc::now().timestamp();
    assert!((7195..=7200).contains(&left), "{left} s, two hours by default");

    let audit = |external: &str| params(AUDITOR, json!({"ExternalId": external}));
    assert!(caller.sts("AssumeRole", audit("audit-2026")).await["Credentials"].is_object());
    for (params, expected) in [
        (audit("guess"), "UnauthorizedOperation"),
        (params(AUDITOR, json!({})), "UnauthorizedOperation"),
        (params("qcs::cam::uin/1:roleName/nobody", json!({})), "ResourceNotFound.RoleNotFound"),
        (params(COLLECTOR, json!({"DurationSeconds": 43_201})), "InvalidParameter.OverTimeError"),
        (json!({"RoleArn": COLLECTOR}), "MissingParameter"),
    ] {
        assert_eq!(code(&caller.sts("AssumeRole", params.clone()).await), expected, "{params}");
    }
}

#[tokio::test]
async fn a_web_identity_needs_its_token_and_no_signature() {
    let caller = Caller::demo().await;
    let ask = async |action: &str, token: &str| {
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("x-tc-action", action.to_owned()),
            ("x-tc-version", "2018-08-13".to_owned()),
            ("x-tc-timestamp", Utc::now().timestamp().to_string()),
            ("authorization", "SKIP".to_owned()),
        ];
        let params =
            json!({"ProviderId": "tke-oidc", "WebIdentityToken": token, "RoleArn": COLLECTOR, "RoleSessionName": "test"});
        caller.send("POST", "/", &headers, params.to_string()).await.json()["Response"].clone()
    };
    let (id, key, token) = pair(&ask("AssumeRoleWithWebIdentity", "simulated-web-identity-token").await["Credentials"]);
    assert_eq!(refused(&caller, &id, &key, &token).await, None);
    let wrong = ask("AssumeRoleWithWebIdentity", "another").await;
    assert_eq!(code(&wrong), "InvalidParameter.WebIdentityTokenError");
    assert_eq!(code(&ask("AssumeRole", "x").await), "AuthFailure.InvalidAuthorization");
}

#[tokio::test]
async fn the_metadata_service_names_the_role_and_gives_a_pair() {
    let caller = Caller::demo().await;
    let get = async |name: &str| {
        caller.send("GET", &format!("/latest/meta-data/cam/security-credentials/{name}"), &[], String::new()).await
    };
    assert_eq!(get("").await.text, "vod-collector");
    let credentials = get("vod-collector").await.json();
    assert_eq!(credentials["Code"], "Success");
    assert!(credentials["ExpiredTime"].as_i64().unwrap() > Utc::now().timestamp() + 7000, "{credentials}");
    let (id, key, token) = pair(&credentials);
    assert_eq!(refused(&caller, &id, &key, &token).await, None);
    // That role is not the machine's.
    assert_eq!(get("vod-auditor").await.status, 404);
}
