//! Callback settings: what may be replaced, what is refused before anything changes.

use vodledger::callbacks::config::Event;
use vodledger::callbacks::{CallbackError, Change, Mode, Setting, Wish, check_url, plan, plan_clear, plan_rollback};
use vodledger::model::Secret;

fn pushed_to(url: &str) -> Setting {
    Setting { mode: "PUSH".into(), url: url.into(), upload: true, delete: false, persistence: false }
}

fn wish(url: &str) -> Wish {
    Wish { mode: Some(Mode::Push), url: Some(url.into()), events: vec![Event::Upload], ..Wish::default() }
}

const OURS: &str = "https://ours.example.com/vod";
const THEIRS: &str = "https://theirs.example.com/vod";

#[test]
fn a_free_setting_is_taken_and_events_turned_on() {
    // The API's default: a mode, no URL, every switch OFF.
    let free = Setting { mode: "PUSH".into(), ..Setting::default() };
    assert_eq!(plan(&free, &wish(OURS), None).unwrap(), pushed_to(OURS));
    let pull = Wish { mode: Some(Mode::Pull), ..Wish::default() };
    assert_eq!(plan(&free, &pull, None).unwrap().mode, "PULL");
}

#[test]
fn what_someone_else_set_stays() {
    let theirs = pushed_to(THEIRS);
    let refused = plan(&theirs, &wish(OURS), None).unwrap_err();
    assert_eq!(refused, CallbackError::Taken { what: "the callback URL", current: THEIRS.into() });
    assert!(refused.to_string().contains(&format!("--replace '{THEIRS}'")));
    let pull = Wish { mode: Some(Mode::Pull), ..Wish::default() };
    assert!(matches!(plan(&theirs, &pull, None), Err(CallbackError::Taken { what: "the callback mode", .. })));
    assert!(matches!(plan_clear(&theirs, None, None), Err(CallbackError::Taken { .. })));
    // A queue that somebody pulls from has no URL, and is somebody's all the same.
    let pulled = Setting { mode: "PULL".into(), upload: true, ..Setting::default() };
    assert_eq!(
        plan(&pulled, &wish(OURS), None).unwrap_err(),
        CallbackError::Taken { what: "the callback mode", current: "PULL".into() }
    );
}

#[test]
fn it_is_replaced_by_whoever_names_it() {
    let theirs = pushed_to(THEIRS);
    let named = Wish { replace: Some(THEIRS.into()), ..wish(OURS) };
    assert_eq!(plan(&theirs, &named, None).unwrap().url, OURS);
    // What is refused shows no token, and can be named as it is shown.
    let secret = pushed_to("https://theirs.example.com/vod?token=t0ken");
    let refused = plan(&secret, &wish(OURS), None).unwrap_err().to_string();
    assert!(refused.contains("--replace 'https://theirs.example.com/vod?…'") && !refused.contains("t0ken"), "{refused}");
    for shown in ["https://theirs.example.com/vod?…", "https://theirs.example.com/vod?token=t0ken"] {
        assert_eq!(plan(&secret, &Wish { replace: Some(shown.into()), ..wish(OURS) }, None).unwrap().url, OURS);
    }
    let wrong = Wish { replace: Some("https://other.example.com/".into()), ..wish(OURS) };
    assert!(matches!(plan(&theirs, &wrong, None), Err(CallbackError::NotThere { .. })));
    assert_eq!(plan_clear(&theirs, Some(THEIRS), None).unwrap(), Setting { mode: "PUSH".into(), ..Setting::default() });
}

#[test]
fn what_we_set_is_ours_until_someone_changes_it() {
    let last = Change { before: pushed_to(THEIRS), after: pushed_to(OURS) };
    let next = wish("https://ours.example.com/v2");
    assert!(plan(&pushed_to(OURS), &next, Some(&last)).is_ok());
    assert_eq!(plan_rollback(&pushed_to(OURS), None, &last).unwrap(), pushed_to(THEIRS));
    let changed = pushed_to("https://third.example.com/");
    assert!(matches!(plan(&changed, &next, Some(&last)), Err(CallbackError::Taken { .. })));
    assert!(matches!(plan_rollback(&changed, None, &last), Err(CallbackError::Taken { .. })));
    assert!(plan_rollback(&changed, Some("https://third.example.com/"), &last).is_ok());
}

#[test]
fn setting_the_same_again_is_no_replacement() {
    assert_eq!(plan(&pushed_to(THEIRS), &wish(THEIRS), None).unwrap(), pushed_to(THEIRS));
}

#[test]
fn wishes_that_cannot_work() {
    let free = Setting::default();
    let without_url = Wish { mode: Some(Mode::Push), ..Wish::default() };
    assert_eq!(plan(&free, &without_url, None), Err(CallbackError::NoUrl));
    for key in ["", "has space", "ключ", "123456789012345678901234567890123"] {
        let wish = Wish { sign_key: Some(Secret::new(key)), ..wish(OURS) };
        assert_eq!(plan(&free, &wish, None), Err(CallbackError::SignKey));
    }
}

#[test]
fn urls_that_cannot_be_called() {
    for url in [
        "",
        " https://example.com",
        "example.com/path",
        "test.com",
        "ftp://example.com",
        "https://",
        "http://localhost/x",
        "http://127.0.0.1/x",
        "http://10.1.2.3/x",
        "http://192.168.0.1/x",
        "http://169.254.169.254/latest",
        "http://[::1]/x",
        "http://[fd00::1]/x",
        "http://intranet/x",
        "javascript:alert(1)",
    ] {
        let refused = check_url(url, false).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("callback URL {:?}: ", url.trim())), "{refused}");
    }
    for (url, shown) in [
        ("https://user:pw@example.com", "\"https://example.com\""),
        ("https://example.com/hook?token=pw#top", "\"https://example.com/hook?…#…\""),
        ("user:pw@example.com", "\"(not shown: it may hold a password)\""),
    ] {
        let refused = check_url(url, false).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("callback URL {shown}: ")), "{refused}");
    }
    assert_eq!(check_url("https://example.com/vod?a=1", false).unwrap(), "https://example.com/vod?a=1");
    assert!(check_url("http://127.0.0.1:8080/x", true).is_ok());
}
