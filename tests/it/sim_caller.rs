//! A small caller of the simulated cloud that signs by itself, apart from the product's client.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::Utc;
use serde_json::Value;
use vodledger::cloud::signature::{tc3, v1};
use vodledger::sim::{self, Config, Running, Switches};

/// Speaks to one running simulated cloud.
pub struct Caller {
    pub cloud: Running,
    pub id: String,
    pub key: String,
    http: reqwest::Client,
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// A parameter of the legacy API.
pub type Pair<'a> = (&'a str, &'a str);

impl Caller {
    pub async fn demo() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn switched(switches: Switches) -> Self {
        Self::with(Config { switches, ..Config::default() }).await
    }

    pub async fn with(config: Config) -> Self {
        let cloud = sim::start(config).await.unwrap();
        let (id, key) = (cloud.secret_id.clone(), cloud.secret_key.expose().to_owned());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { cloud, id, key, http }
    }

    fn host(&self) -> &str {
        self.cloud.http.strip_prefix("http://").unwrap()
    }

    /// Sends a request that is already signed, or not.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, String)], body: String) -> Reply {
        let url = format!("{}{path}", self.cloud.http);
        let mut request = self.http.request(method.parse().unwrap(), url).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.unwrap();
        let content_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
        Reply {
            status: response.status().as_u16(),
            content_type: content_type.unwrap_or_default(),
            text: response.text().await.unwrap(),
        }
    }

    /// A file behind a link that an answer held.
    pub async fn download(&self, url: &str) -> (u16, Vec<u8>) {
        let response = self.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }

    /// Moves the account's clock.
    pub fn set_now(&self, time: &str) {
        assert!(self.cloud.set_now(vodledger::model::time::parse_time(time).unwrap()), "the clock goes back to {time}");
    }

    /// API 3.0 by POST and TC3, at a moment.
    pub async fn v3_at(&self, timestamp: i64, version: &str, action: &str, body: &str) -> Reply {
        let content_type = "application/json";
        let headers = [("content-type", content_type), ("host", self.host()), ("x-tc-action", action)];
        let request = tc3::Request { method: "POST", path: "/", query: "", headers: &headers, payload: body.as_bytes() };
        let authorization = request.authorization(tc3::Scope { service: "vod", timestamp }, &self.id, &self.key);
        let headers = [
            ("content-type", content_type.to_owned()),
            ("x-tc-action", action.to_owned()),
            ("x-tc-version", version.to_owned()),
            ("x-tc-timestamp", timestamp.to_string()),
            ("authorization", authorization),
        ];
        self.send("POST", "/", &headers, body.to_owned()).await
    }

    /// The `Response` member of an answer of the VOD API.
    pub async fn vod(&self, action: &str, params: Value) -> Value {
        let reply = self.v3_at(Utc::now().timestamp(), "2018-07-17", action, &params.to_string()).await;
        assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"), "{}", reply.text);
        reply.json()["Response"].clone()
    }

    /// The `Response` member of an answer of the billing API.
    pub async fn billing(&self, action: &str, params: Value) -> Value {
        self.v3_at(Utc::now().timestamp(), "2018-07-09", action, &params.to_string()).await.json()["Response"].clone()
    }

    /// The `Response` member of an answer of STS.
    pub async fn sts(&self, action: &str, params: Value) -> Value {
        self.v3_at(Utc::now().timestamp(), "2018-08-13", action, &params.to_string()).await.json()["Response"].clone()
    }

    /// The code of a refusal of the VOD API.
    pub async fn refusal(&self, action: &str, params: Value) -> String {
        let answer = self.vod(action, params).await;
        answer["Error"]["Code"].as_str().unwrap_or_else(|| panic!("not refused: {answer}")).to_owned()
    }

    /// The parameters of a legacy request, signed and encoded.
    pub fn signed(&self, method: &str, timestamp: i64, action: &str, params: &[Pair<'_>]) -> String {
        static NONCE: AtomicU64 = AtomicU64::new(1);
        let nonce = NONCE.fetch_add(1, Ordering::Relaxed).to_string();
        let mut all: Vec<(String, String)> = params.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let timestamp = timestamp.to_string();
        let common = [("Action", action), ("Timestamp", &timestamp), ("Nonce", &nonce), ("SecretId", &self.id)];
        all.extend(common.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let text = v1::string_to_sign(method, self.host(), "/v2/index.php", &all, v1::KeyOrder::SortThenReplace);
        all.push(("Signature".to_owned(), v1::signature(&text, &self.key, v1::Method::HmacSha1)));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish()
    }

    /// A legacy request by GET.
    pub async fn legacy(&self, action: &str, params: &[Pair<'_>]) -> Value {
        let query = self.signed("GET", Utc::now().timestamp(), action, params);
        self.send("GET", &format!("/v2/index.php?{query}"), &[], String::new()).await.json()
    }
}
