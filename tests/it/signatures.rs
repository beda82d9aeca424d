//! Signatures against vectors from the official SDKs and the published pages.

use serde_json::Value;
use vodledger::cloud::signature::{tc3, v1};

fn read(name: &str) -> Value {
    let path = format!("{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {vector}"))
}

fn parameters(vector: &Value) -> Vec<(String, String)> {
    vector["params"].as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

#[test]
fn tc3_vectors() {
    let file = read("tc3-signatures");
    let vectors = file["tc3"].as_array().unwrap();
    assert!(vectors.len() >= 12);
    for vector in vectors {
        let headers = vector["headers"].as_object().unwrap();
        let signed: Vec<(&str, &str)> = text(vector, "signedHeaders")
            .split(';')
            .map(|name| {
                let (_, value) = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).unwrap();
                (name, value.as_str().unwrap())
            })
            .collect();
        let request = tc3::Request {
            method: text(vector, "method"),
            path: text(vector, "path"),
            query: text(vector, "query"),
            headers: &signed,
            payload: text(vector, "signedPayload").as_bytes(),
        };
        let scope = tc3::Scope { service: text(vector, "service"), timestamp: vector["timestamp"].as_i64().unwrap() };
        let name = text(vector, "name");
        assert_eq!(request.canonical(), text(vector, "canonicalRequest"), "{name}");
        assert_eq!(request.string_to_sign(scope), text(vector, "stringToSign"), "{name}");
        let authorization = request.authorization(scope, text(vector, "secretId"), text(vector, "secretKey"));
        assert_eq!(authorization, text(vector, "authorization"), "{name}");
    }
}

/// Three editions of one published example; the values are quoted in the sheet's §1.1.
#[test]
fn tc3_published_editions() {
    let payload = r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
    let common = [("content-type", "application/json; charset=utf-8"), ("host", "cvm.tencentcloudapi.com")];
    let with_action = [common[0], common[1], ("x-tc-action", "DescribeInstances")];
    // The sheet prints the first eight digits of each signature.
    let editions = [
        ("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", common.as_slice(), "72e494ea"),
        ("Gu5t9xGARNpq86cd98joQYCN3*******", common.as_slice(), "2230eefd"),
        ("********************************", with_action.as_slice(), "10b1a37a"),
    ];
    for (secret_key, headers, expected) in editions {
        let request = tc3::Request { method: "POST", path: "/", query: "", headers, payload: payload.as_bytes() };
        let scope = tc3::Scope { service: "cvm", timestamp: 1_551_113_065 };
        let signature = request.signature(scope, secret_key);
        assert!(signature.starts_with(expected), "{secret_key}: {signature}");
    }
}

#[test]
fn v1_vectors_of_api_3() {
    let file = read("tc3-signatures");
    for vector in file["v1"].as_array().unwrap() {
        check_v1(vector, text(vector, "alg"));
    }
}

#[test]
fn legacy_vectors() {
    let file = read("legacy-signatures");
    let vectors = file.as_array().unwrap();
    assert!(vectors.len() >= 9);
    for vector in vectors {
        check_v1(vector, text(vector, "signatureMethod"));
    }
}

fn check_v1(vector: &Value, method: &str) {
    let to_sign = v1::string_to_sign(
        text(vector, "method"),
        text(vector, "host"),
        text(vector, "path"),
        &parameters(vector),
        v1::KeyOrder::SortThenReplace,
    );
    assert_eq!(to_sign, text(vector, "stringToSign"));
    let signature = v1::signature(&to_sign, text(vector, "secretKey"), v1::Method::of_parameter(Some(method)));
    assert_eq!(signature, text(vector, "signature"), "{vector}");
}

/// Where the SDKs differ: the page's rule is the Java SDK's, the other order is the Python SDK's.
#[test]
fn legacy_divergences() {
    let file = read("legacy-signature-divergences");
    for vector in file.as_array().unwrap() {
        let sign = |order| {
            let to_sign = v1::string_to_sign(
                text(vector, "method"),
                text(vector, "host"),
                text(vector, "path"),
                &parameters(vector),
                order,
            );
            let method = v1::Method::of_parameter(Some(text(vector, "signatureMethod")));
            (to_sign.clone(), v1::signature(&to_sign, text(vector, "secretKey"), method))
        };
        let expected =
            |rules: &str| (text(&vector[rules], "stringToSign").to_owned(), text(&vector[rules], "signature").to_owned());
        let id = text(vector, "id");
        assert_eq!(sign(v1::KeyOrder::SortThenReplace), expected("java_sdk_rules"), "{id}");
        // D4 names one parameter twice; the Python SDK's own dictionary drops one of them first.
        if id != "D4" {
            assert_eq!(sign(v1::KeyOrder::ReplaceThenSort), expected("python_2_0_15"), "{id}");
        }
    }
}
