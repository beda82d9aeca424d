//! Key pairs that end: the machine's role, the cluster's, a role taken on, and how a client renews them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use vodledger::cloud::credential::{Fetch, Provider, Temporary};
use vodledger::cloud::sts::AssumeRole;
use vodledger::cloud::{Client, Credential, Error, ErrorKind};
use vodledger::sim;

use crate::support::{Ran, run_in};

const COLLECTOR: &str = "qcs::cam::uin/100000021001:roleName/vod-collector";

async fn start() -> sim::Running {
    sim::start(sim::Config { limit: sim::Limit::Off, ..sim::Config::default() }).await.unwrap()
}

fn base(cloud: &sim::Running) -> Client {
    let credential = Credential { secret_id: cloud.secret_id.clone(), secret_key: cloud.secret_key.clone(), token: None };
    Client::builder(credential).sts_endpoint(cloud.http.as_str()).without_budget().build().unwrap()
}

/// Takes on a role for some seconds each time, and fails from some fetch on.
struct Role {
    client: Client,
    seconds: u32,
    fetched: AtomicUsize,
    good: usize,
}

impl Provider for Role {
    fn fetch(&self) -> Fetch<'_> {
        Box::pin(async {
            if self.fetched.fetch_add(1, Ordering::Relaxed) >= self.good {
                return Err(test_error());
            }
            let request = AssumeRole {
                role_arn: COLLECTOR.to_owned(),
                role_session_name: "test".to_owned(),
                duration_seconds: Some(self.seconds),
                external_id: None,
            };
            self.client.sts().assume_role(&request).await
        })
    }
}

/// Any error will do: that of a client that cannot be built.
fn test_error() -> Error {
    let nobody = Credential { secret_id: "x".into(), secret_key: "x".into(), token: None };
    Client::builder(nobody).vod_endpoint("no address").build().unwrap_err()
}

fn client(cloud: &sim::Running, role: &Arc<Role>) -> Client {
    let provider: Arc<dyn Provider> = Arc::clone(role) as Arc<dyn Provider>;
    Client::builder_with(provider).vod_endpoint(cloud.http.as_str()).without_budget().build().unwrap()
}

fn role(cloud: &sim::Running, seconds: u32, good: usize) -> Arc<Role> {
    Arc::new(Role { client: base(cloud), seconds, fetched: AtomicUsize::new(0), good })
}

#[tokio::test]
async fn a_pair_is_fetched_once_and_renewed_before_it_ends() {
    let cloud = start().await;
    let role = role(&cloud, 4, usize::MAX);
    let client = client(&cloud, &role);
    let ask = || async { client.vod().describe_sub_app_ids().await };
    // Many at once wait for one fetch.
    let (a, b, c) = tokio::join!(ask(), ask(), ask());
    assert!(a.is_ok() && b.is_ok() && c.is_ok(), "{a:?} {b:?} {c:?}");
    assert_eq!(role.fetched.load(Ordering::Relaxed), 1);
    // Half of so short a life is left for renewing.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    ask().await.unwrap();
    assert_eq!(role.fetched.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_pair_that_cannot_be_renewed_is_used_while_it_holds() {
    let cloud = start().await;
    let role = role(&cloud, 4, 1);
    let client = client(&cloud, &role);
    client.vod().describe_sub_app_ids().await.unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    client.vod().describe_sub_app_ids().await.unwrap();
    assert_eq!(role.fetched.load(Ordering::Relaxed), 2, "it was tried");
    tokio::time::sleep(Duration::from_millis(2000)).await;
    let refused = client.vod().describe_sub_app_ids().await;
    assert_eq!(refused.unwrap_err().kind, test_error().kind, "the reason why there is no new one");
}

/// The service may end a pair before its time: then one new pair is tried, and only one.
#[tokio::test]
async fn a_pair_that_is_refused_is_replaced_once() {
    struct Wrong(AtomicUsize);
    impl Provider for Wrong {
        fn fetch(&self) -> Fetch<'_> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let credential = Credential { secret_id: "AKIDgone".into(), secret_key: "gone".into(), token: Some("gone".into()) };
            Box::pin(async move { Ok(Temporary { credential, expires: Utc::now() + TimeDelta::hours(1) }) })
        }
    }
    let token_failure = r#"{"Response":{"Error":{"Code":"AuthFailure.TokenFailure","Message":"no"},"RequestId":"r"}}"#;
    let address = crate::support::serve(axum::Router::new().fallback(move || async move { token_failure })).await;
    let wrong = Arc::new(Wrong(AtomicUsize::new(0)));
    let client =
        Client::builder_with(Arc::clone(&wrong) as Arc<dyn Provider>).vod_endpoint(address).without_budget().build().unwrap();
    let refused = client.vod().describe_sub_app_ids().await.unwrap_err();
    assert_eq!((refused.kind, wrong.0.load(Ordering::Relaxed)), (ErrorKind::Credential, 2));
}

fn find(cloud: &sim::Running, variables: &[(&str, &str)], configuration: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("vodledger.toml"), configuration).unwrap();
    let all = [&[("VODLEDGER_ENDPOINT", cloud.http.as_str())], variables].concat();
    run_in(home.path(), &all, &["-v", "find", "--name", "room_1"])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_signs_with_the_machines_role_and_with_a_role_taken_on() {
    let cloud = start().await;
    let machine = tokio::task::block_in_place(|| find(&cloud, &[], "[[account]]\nname = \"a\"\n"));
    assert_eq!(machine.code, 0, "{}", machine.err);
    assert!(machine.out.contains("room_1") && machine.err.contains("the role of this machine"), "{}", machine.err);

    let keys = [("TENCENTCLOUD_SECRET_ID", cloud.secret_id.as_str()), ("TENCENTCLOUD_SECRET_KEY", cloud.secret_key.expose())];
    let configuration = format!("[[account]]\nname = \"a\"\n[account.credential]\nrole_arn = \"{COLLECTOR}\"\n");
    let taken = tokio::task::block_in_place(|| find(&cloud, &keys, &configuration));
    assert_eq!(taken.code, 0, "{}", taken.err);
    assert!(taken.err.contains("taken on with the environment"), "{}", taken.err);
    assert!(!taken.err.contains(cloud.secret_key.expose()));

    // The cluster's pod: what its token vouches for. The machine has no role here.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "simulated-web-identity-token\n").unwrap();
    let variables = [
        ("TKE_PROVIDER_ID", "tke-oidc"),
        ("TKE_ROLE_ARN", COLLECTOR),
        ("TKE_WEB_IDENTITY_TOKEN_FILE", file.path().to_str().unwrap()),
    ];
    let cluster = "[[account]]\nname = \"a\"\n[account.credential]\nfrom = \"cluster\"\n";
    let pod = tokio::task::block_in_place(|| find(&cloud, &variables, cluster));
    assert_eq!(pod.code, 0, "{}", pod.err);
    assert!(pod.err.contains("the role of the cluster's pod"), "{}", pod.err);
    std::fs::write(file.path(), "forged").unwrap();
    let forged = tokio::task::block_in_place(|| find(&cloud, &variables, cluster));
    assert_eq!(forged.code, 1);
    assert!(!forged.err.contains("forged"), "{}", forged.err);

    // A role that is not there is one clear error.
    let nobody = configuration.replace("vod-collector", "nobody");
    let refused = tokio::task::block_in_place(|| find(&cloud, &keys, &nobody));
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("AssumeRole") && refused.err.contains("RoleNotFound"), "{}", refused.err);
}
