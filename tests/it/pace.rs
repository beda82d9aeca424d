//! Pace and patience: rate budgets at a simulated account, retries, deadlines, the server's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use vodledger::cloud::vod::{EventConfigChange, SearchMedia};
use vodledger::cloud::{Client, ClientBuilder, Credential, Error, ErrorKind, Priority};
use vodledger::model::Secret;
use vodledger::sim::{self, Config, Limit, Running};

fn by_prefix() -> SearchMedia {
    SearchMedia::by_prefix("a")
}

async fn simulated(limit: Limit) -> (Running, ClientBuilder) {
    let running = sim::start(Config { limit, latency: Duration::from_millis(5), ..Config::default() }).await.unwrap();
    let credential = Credential { secret_id: running.secret_id.clone(), secret_key: running.secret_key.clone(), token: None };
    let builder = Client::builder(credential).vod_endpoint(running.http.as_str());
    (running, builder)
}

/// Asks in a number of places at once until so many answers have come.
async fn ask(client: &Client, calls: usize) -> Result<Duration, Error> {
    let (started, left) = (Instant::now(), Arc::new(AtomicUsize::new(calls)));
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (client, left) = (client.clone(), Arc::clone(&left));
            tokio::spawn(async move {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                    client.vod().describe_sub_app_ids().await?;
                }
                Ok::<(), Error>(())
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap()?;
    }
    Ok(started.elapsed())
}

/// DescribeSubAppIds may be called 100 times a second: 150 calls, of which the first 25 may go at once, take
/// 1.25 seconds at the limit and are never faster. A call that is refused would be repeated; `max_attempts(1)` shows it.
#[tokio::test]
async fn the_whole_limit_is_used_and_nothing_is_refused() {
    for limit in [Limit::Token, Limit::Sliding] {
        let (_running, builder) = simulated(limit).await;
        let client = builder.exclusive().max_attempts(1).build().unwrap();
        let took = ask(&client, 150).await.unwrap();
        assert!((1.2..2.2).contains(&took.as_secs_f64()), "{limit}: {took:?}");
    }
}

#[tokio::test]
async fn a_share_is_kept_by_all_clients_of_a_key_together() {
    let (_running, builder) = simulated(Limit::Token).await;
    let (one, other) = (builder.clone().build().unwrap(), builder.build().unwrap());
    let started = Instant::now();
    let (left, right) = tokio::join!(ask(&one, 25), ask(&other, 25));
    left.and(right).unwrap();
    // 30 a second, of which 8 at once: 50 calls need 1.4 seconds.
    assert!(started.elapsed() >= Duration::from_millis(1_350), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_call_that_gets_no_turn_in_time_says_so() {
    let (_running, builder) = simulated(Limit::Off).await;
    let client = builder.budget_percent(5).build().unwrap();
    client.vod().search_media(&by_prefix()).await.unwrap();
    let hasty = client.within(Duration::from_millis(50)).with_priority(Priority::Interactive);
    let error = hasty.vod().search_media(&by_prefix()).await.unwrap_err();
    assert_eq!((error.kind, error.attempts), (ErrorKind::Deadline, 0));
    assert!(error.to_string().starts_with("SearchMedia: not sent: its turn did not come within 0.1 s"), "{error}");
    let late = client.deadline(Instant::now());
    assert_eq!(late.vod().search_media(&by_prefix()).await.unwrap_err().kind, ErrorKind::Deadline);
    // Whoever gave up left no gap: the next turn comes a second after the first, not three.
    let started = Instant::now();
    client.vod().search_media(&by_prefix()).await.unwrap();
    assert!(started.elapsed() < Duration::from_millis(1_900), "{:?}", started.elapsed());
}

/// Status, headers, body.
type Answer = (u16, Vec<(&'static str, String)>, &'static str);

/// Serves each answer in turn, then the last one for good; counts requests.
async fn serving(answers: Vec<Answer>) -> (Client, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let answer = move || {
        let number = counter.fetch_add(1, Ordering::Relaxed);
        let (status, headers, body) = answers[number.min(answers.len() - 1)].clone();
        let headers: HeaderMap = headers
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap()))
            .collect();
        async move { (StatusCode::from_u16(status).unwrap(), headers, body).into_response() }
    };
    let address = crate::support::serve(Router::new().fallback(answer)).await;
    let client = client_at(&address).build().unwrap();
    (client, count)
}

fn client_at(address: &str) -> ClientBuilder {
    let credential = Credential { secret_id: "AKIDpace".into(), secret_key: Secret::new("keyEXAMPLE"), token: None };
    Client::builder(credential).vod_endpoint(address).without_budget().delays(Duration::from_millis(5), Duration::from_millis(20))
}

const EMPTY: &str = r#"{"Response":{"TotalCount":0,"MediaInfoSet":[],"RequestId":"r-2"}}"#;

#[tokio::test]
async fn a_server_that_asks_to_wait_is_left_alone() {
    let (client, _) = serving(vec![(503, vec![("retry-after", "1".into())], "down"), (200, vec![], EMPTY)]).await;
    let started = Instant::now();
    client.vod().search_media(&by_prefix()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));

    // The same as a moment, by a server whose clock is a day ahead.
    let server = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let asked = (server + chrono::TimeDelta::seconds(1)).to_rfc2822();
    let headers = vec![("retry-after", asked), ("date", server.to_rfc2822())];
    let (client, _) = serving(vec![(429, headers, ""), (200, vec![], EMPTY)]).await;
    let started = Instant::now();
    client.vod().search_media(&by_prefix()).await.unwrap();
    assert!((1.0..2.5).contains(&started.elapsed().as_secs_f64()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_wait_past_the_deadline_is_an_error_at_once() {
    let (client, count) = serving(vec![(503, vec![("retry-after", "99999999999999".into())], "down")]).await;
    let started = Instant::now();
    let error = client.vod().search_media(&by_prefix()).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!((error.kind, count.load(Ordering::Relaxed)), (ErrorKind::Service, 1));
    assert!(error.to_string().contains("it asks to wait 86400 s, more than is left"), "{error}");
}

#[tokio::test]
async fn an_error_tells_every_attempt() {
    let refusal = |id: &'static str| (200, vec![], id);
    let (client, _) = serving(vec![
        refusal(r#"{"Response":{"Error":{"Code":"InternalError","Message":"a"},"RequestId":"r-1"}}"#),
        (502, vec![], "<html>"),
        refusal(r#"{"Response":{"Error":{"Code":"InvalidParameter","Message":"b"},"RequestId":"r-3"}}"#),
    ])
    .await;
    let error = client.vod().search_media(&by_prefix()).await.unwrap_err();
    assert_eq!((error.attempts, error.request_ids().collect::<Vec<_>>()), (3, vec!["r-1", "r-3"]));
    assert!(error.to_string().contains("(3 attempts in 0.") && error.to_string().ends_with("request ids r-1, r-3)"), "{error}");
}

#[tokio::test]
async fn what_is_no_answer_is_asked_for_again() {
    for body in ["<html>gateway</html>", r#"{"Response":[]}"#, r#"{"Response":{"TotalCount":"#, ""] {
        let (client, count) = serving(vec![(200, vec![], body), (200, vec![], EMPTY)]).await;
        client.vod().search_media(&by_prefix()).await.unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 2, "{body:?}");
    }
}

/// A connection that ends in the middle: after this many bytes of an answer, or before any.
async fn cutting(answer: &'static str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"Resp"] {
        let client = client_at(&cutting(answer).await).max_attempts(3).build().unwrap();
        let error = client.vod().search_media(&by_prefix()).await.unwrap_err();
        assert_eq!((error.kind, error.attempts, error.effect_unknown), (ErrorKind::Network, 3, false), "{error}");
    }
}

#[tokio::test]
async fn refusals_for_the_rate_are_waited_out_within_the_bounds() {
    let refusal = r#"{"Response":{"Error":{"Code":"RequestLimitExceeded.UinLimitExceeded","Message":"a"},"RequestId":"r"}}"#;
    let (client, count) = serving(vec![(200, vec![], refusal), (200, vec![], EMPTY)]).await;
    let started = Instant::now();
    let other = client.clone();
    client.vod().search_media(&by_prefix()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(count.load(Ordering::Relaxed), 2);
    // It concerned every action of the key, but it is over.
    other.vod().modify_event_config(None, &EventConfigChange::default()).await.unwrap();
    let (client, count) = serving(vec![(200, vec![], refusal)]).await;
    let error = client.within(Duration::from_millis(500)).vod().search_media(&by_prefix()).await.unwrap_err();
    assert_eq!((error.kind, error.attempts, count.load(Ordering::Relaxed)), (ErrorKind::RateLimit, 1, 1));
}

#[tokio::test]
async fn the_servers_clock_is_read_from_its_answers() {
    let date = (chrono::Utc::now() - chrono::TimeDelta::minutes(3)).to_rfc2822();
    let (client, _) = serving(vec![(200, vec![("date", date)], EMPTY)]).await;
    assert_eq!(client.skew(), None);
    client.vod().search_media(&by_prefix()).await.unwrap();
    let skew = client.skew().unwrap().num_seconds();
    assert!((-182..=-178).contains(&skew), "{skew}");
}
