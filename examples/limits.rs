//! Calls one action for a while as fast as its rate budget lets, and says how much of the limit that used.
//! `benches/limits.py` runs it against simulated accounts that count in different ways.
//!
//! `limits URL SECRET_ID SECRET_KEY ACTION PERCENT SECONDS`, where ACTION is `SearchMedia` (20 a second) or
//! `DescribeSubAppIds` (100 a second). Prints one JSON object.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use vodledger::cloud::vod::SearchMedia;
use vodledger::cloud::{Client, Credential, Error, RawAnswer, Recorder};
use vodledger::model::Secret;

/// What a budget that rested may make up for is not counted.
const WARM_UP: Duration = Duration::from_secs(2);
/// Calls at once: enough for the highest limit at a latency of 300 ms.
const WORKERS: usize = 32;

/// Counts answers after the warm-up, and refusals at any time.
struct Tally {
    from: Instant,
    answered: AtomicU32,
    refused: AtomicU32,
    all: AtomicU32,
}

impl Recorder for Tally {
    fn record(&self, answer: &RawAnswer) {
        self.all.fetch_add(1, Ordering::Relaxed);
        if answer.body.contains(r#""Code":"RequestLimitExceeded"#) {
            self.refused.fetch_add(1, Ordering::Relaxed);
        } else if Instant::now() >= self.from {
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn call(client: &Client, action: &str) -> Result<(), Error> {
    match action {
        "SearchMedia" => client.vod().search_media(&SearchMedia { limit: 1, ..SearchMedia::default() }).await.map(drop),
        _ => client.vod().describe_sub_app_ids().await.map(drop),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, secret_id, secret_key, action, percent, seconds] = arguments.as_slice() else {
        return Err("limits URL SECRET_ID SECRET_KEY ACTION PERCENT SECONDS".into());
    };
    let (percent, time) = (percent.parse()?, Duration::from_secs(seconds.parse()?));
    let credential = Credential { secret_id: secret_id.clone(), secret_key: Secret::new(secret_key.as_str()), token: None };
    let client = Client::builder(credential).vod_endpoint(url.as_str()).budget_percent(percent).build()?;
    let per_second = if action == "SearchMedia" { 20 } else { 100 };

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let start = Instant::now();
    let zero = || AtomicU32::new(0);
    let tally = Arc::new(Tally { from: start + WARM_UP, answered: zero(), refused: zero(), all: zero() });
    let client = client.recording(Arc::clone(&tally) as Arc<dyn Recorder>);
    let end = start + WARM_UP + time;
    let failed: usize = runtime.block_on(async {
        let worker = || {
            let (client, action) = (client.clone(), action.clone());
            tokio::spawn(async move {
                let mut failed = 0;
                while Instant::now() < end {
                    failed += usize::from(call(&client, &action).await.is_err());
                }
                failed
            })
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| worker()).collect();
        let mut failed = 0;
        for worker in workers {
            failed += worker.await.unwrap_or(1);
        }
        failed
    });
    let measured = start.elapsed() - WARM_UP;
    let answered = f64::from(tally.answered.load(Ordering::Relaxed));
    let refused = tally.refused.load(Ordering::Relaxed);
    let result = serde_json::json!({
        "of_limit_percent": (answered / measured.as_secs_f64() / f64::from(per_second) * 10_000.0).round() / 100.0,
        "requests": tally.all.load(Ordering::Relaxed),
        "refused": refused,
        "refused_per_mille": f64::from(refused) * 1000.0 / f64::from(tally.all.load(Ordering::Relaxed).max(1)),
        "calls_failed": failed,
    });
    println!("{result}");
    Ok(())
}
