//! Policies: what a role needs and nothing else, in the form that access management takes.

use serde_json::Value;

use crate::support::{Ran, run_in};

fn run(arguments: &[&str]) -> Ran {
    run_in(tempfile::tempdir().unwrap().path(), &[], arguments)
}

fn policy(arguments: &[&str]) -> Value {
    let ran = run(&[&["policy"], arguments].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn actions(statement: &Value) -> Vec<&str> {
    statement["action"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// Form, resource names and the `finance` prefix from the CAM pages (598/57178, 598/92835, 266/33972).
#[test]
fn a_collector_reads_and_its_billing_actions_stand_apart() {
    let policy = policy(&["--role", "collector", "--uin", "12345678", "--only-app", "1400000001,1400000002"]);
    assert_eq!(policy["version"], "2.0");
    let [of_application, of_operation] = policy["statement"].as_array().unwrap().as_slice() else { panic!("{policy}") };
    let resources = ["qcs::vod::uin/12345678:subAppId/1400000001", "qcs::vod::uin/12345678:subAppId/1400000002"];
    assert_eq!(of_application["resource"], serde_json::json!(resources));
    assert!(actions(of_application).contains(&"vod:SearchMedia"));
    assert_eq!(of_operation["resource"], serde_json::json!(["*"]));
    let apart = actions(of_operation);
    assert!(apart.contains(&"finance:DescribeBillDetail") && apart.contains(&"vod:DescribeSubAppIds"), "{apart:?}");
    // Nothing that changes anything.
    for name in [actions(of_application), apart].concat() {
        let (_, name) = name.split_once(':').unwrap();
        assert!(["Describe", "Search", "List"].iter().any(|verb| name.starts_with(verb)), "{name}");
    }
}

#[test]
fn only_the_manager_may_delete() {
    for role in ["collector", "play", "callback"] {
        assert!(!policy(&["--role", role]).to_string().contains("DeleteMedia"), "{role}");
    }
    let manage = policy(&["--role", "manage", "--uin", "12345678"]);
    assert!(actions(&manage["statement"][0]).contains(&"vod:DeleteMedia"), "{manage}");
    assert_eq!(manage["statement"][0]["resource"][0], "qcs::vod::uin/12345678:subAppId/*");
    // Several roles, and what only the mainland site has.
    let several = |more: &[&str]| policy(&[&["--role", "collector,callback"], more].concat()).to_string();
    assert!(several(&[]).contains("vod:DescribePrepaidProducts"));
    let intl = several(&["--intl"]);
    assert!(intl.contains("vod:ModifyEventConfig") && !intl.contains("DescribePrepaidProducts"), "{intl}");
    // The legacy API, where it is asked for.
    let play = |more: &[&str]| policy(&[&["--role", "play"], more].concat()).to_string();
    assert!(play(&["--legacy"]).contains("vod:DescribeVodPlayUrls") && !play(&[]).contains("DescribeVodPlayUrls"));
}

#[test]
fn what_makes_no_policy_is_refused() {
    for (arguments, word) in [
        (&["--role", "king"][..], "collector"),
        (&["--role", "play", "--uin", "x1"], "digits"),
        (&["--role", "play", "--only-app", "1"], "--uin"),
    ] {
        let ran = run(&[&["policy"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.err.contains(word), "{}", ran.err);
    }
}
