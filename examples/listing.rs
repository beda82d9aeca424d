//! Lists all media of an application, whatever their number, with a few calls at a time. `benches/listing.py` runs it beside
//! the official Python SDK.
//!
//! `listing URL SECRET_ID SECRET_KEY SUB_APP_ID PAGE AT_A_TIME`. Prints one JSON object.

use std::collections::HashSet;
use std::time::Instant;

use chrono::{TimeDelta, Utc};
use tokio::task::JoinSet;
use vodledger::cloud::vod::{SearchMedia, VOD_BEGINNING};
use vodledger::cloud::{Client, Credential};
use vodledger::model::{Period, Secret, SubAppId};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, secret_id, secret_key, sub_app_id, page, at_a_time] = arguments.as_slice() else {
        return Err("listing URL SECRET_ID SECRET_KEY SUB_APP_ID PAGE AT_A_TIME".into());
    };
    let (page, at_a_time): (u64, usize) = (page.parse()?, at_a_time.parse()?);
    let credential = Credential { secret_id: secret_id.clone(), secret_key: Secret::new(secret_key.as_str()), token: None };
    let client = Client::builder(credential).vod_endpoint(url.as_str()).exclusive().build()?;
    let request = SearchMedia { sub_app_id: Some(SubAppId(sub_app_id.parse()?)), ..SearchMedia::default() };

    let began = Instant::now();
    let mut open = vec![Period { start: VOD_BEGINNING, end: Utc::now() + TimeDelta::days(1) }];
    let (mut running, mut calls) = (JoinSet::new(), 0_u64);
    let (mut ids, mut bytes) = (HashSet::new(), 0_u64);
    loop {
        while running.len() < at_a_time
            && let Some(window) = open.pop()
        {
            let (client, request) = (client.clone(), request.clone());
            running.spawn(async move { client.vod().walk(&request, window, page).await });
            calls += 1;
        }
        let Some(step) = running.join_next().await else { break };
        let step = step??;
        open.extend(step.rest);
        for media in step.media {
            bytes += media.size.unwrap_or(0);
            ids.insert(media.file_id);
        }
    }
    let result = serde_json::json!({
        "media": ids.len(), "bytes": bytes, "calls": calls, "seconds": began.elapsed().as_secs_f64(),
    });
    println!("{result}");
    Ok(())
}
