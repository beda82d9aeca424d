//! Playback URLs: signatures against published vectors, scheme, expiry and limits.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use vodledger::callbacks::sign as callback_sign;
use vodledger::model::{Media, Rendition, Secret};
use vodledger::recordings::hotlink::{self, Limits, SignError};
use vodledger::recordings::playback::{Domain, Playback, PlaybackError, default_validity, urls};
use vodledger::recordings::player_signature;

use crate::support::media_named;

fn vectors() -> Value {
    let path = format!("{}/tests/data/playback-signatures.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

#[test]
fn hotlink_vectors() {
    let vectors = vectors();
    let vectors = vectors["hotlink"].as_array().unwrap();
    assert!(vectors.len() >= 4);
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap().to_owned();
        let limits = Limits {
            preview_seconds: text("exper").parse().ok(),
            max_ips: text("rlimit").parse().ok(),
            unique: text("us"),
            allowed_referers: text("whref"),
            refused_referers: text("bkref"),
            allowed_regions: text("whreg"),
            refused_regions: text("bkreg"),
        };
        let signed = hotlink::sign(&text("url"), &Secret::new(text("key")), at(vector["tDecimal"].as_i64().unwrap()), &limits);
        assert_eq!(signed.unwrap().expose(), text("signedUrl"), "{}", vector["name"]);
    }
}

/// The third published example, quoted in the sheet's §6.1.
#[test]
fn hotlink_with_client_limit() {
    let limits = Limits { max_ips: Some(3), unique: "72d4cd1101".into(), ..Limits::default() };
    let key = Secret::new("24FEQmTzro4V5u3D5epW");
    let signed = hotlink::sign("http://example.vod2.myqcloud.com/dir1/dir2/myVideo.mp4", &key, at(0x5a71_afc0), &limits).unwrap();
    assert!(signed.expose().ends_with("?t=5a71afc0&rlimit=3&us=72d4cd1101&sign=c5214f0d5961b13acd558b4957c4dfc5"));
}

#[test]
fn hotlink_refuses_what_the_documents_do_not_allow() {
    let key = Secret::new("24FEQmTzro4V5u3D5epW");
    let limits = Limits { max_ips: Some(10), ..Limits::default() };
    assert_eq!(hotlink::sign("http://a.example/x.mp4", &key, at(1), &limits), Err(SignError::MaxIps(10)));
    assert_eq!(hotlink::sign("no url", &key, at(1), &Limits::default()), Err(SignError::NotAUrl("no url".into())));
}

#[test]
fn player_signature_vectors() {
    let vectors = vectors();
    let vectors = vectors["psign"].as_array().unwrap();
    assert!(vectors.len() >= 3);
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap();
        let token = player_signature::sign(text("payloadJson"), &Secret::new(text("key")));
        assert_eq!(token.expose(), text("token"), "{}", vector["name"]);
    }
}

#[test]
fn callback_sign_vectors() {
    let vectors = vectors();
    for vector in vectors["callbackSign"].as_array().unwrap() {
        let key = Secret::new(vector["signKey"].as_str().unwrap());
        assert_eq!(callback_sign::sign(&key, vector["T"].as_u64().unwrap()), vector["sign"].as_str().unwrap());
    }
}

fn media(duration_ms: u64) -> Media {
    let rendition = |definition, url: &str| Rendition {
        definition,
        url: url.to_owned(),
        bitrate: None,
        width: None,
        height: None,
        size: None,
    };
    Media {
        duration_ms: Some(duration_ms),
        renditions: vec![rendition(0, "http://v.example.com/a/f0.mp4"), rendition(220, "http://v.example.com/a/f220.m3u8")],
        ..media_named("11624759161874546966", 1, "room_1")
    }
}

#[test]
fn https_by_default_and_http_on_request() {
    let now = at(1_700_000_000);
    let all = urls(&media(1), &Playback::default(), now).unwrap();
    assert_eq!(all[0].url.expose(), "https://v.example.com/a/f0.mp4");
    assert_eq!((all.len(), all[0].expires), (2, None));
    let domain = Domain { host: "v.example.com".into(), key: None, https: false, validity: None };
    let plain = Playback { definition: Some(220), domains: vec![domain], ..Playback::default() };
    let all = urls(&media(1), &plain, now).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].url.expose(), "http://v.example.com/a/f220.m3u8");
}

#[test]
fn a_signed_url_outlives_the_recording() {
    let key = Some(Secret::new("24FEQmTzro4V5u3D5epW"));
    let domain = Domain { host: "v.example.com".into(), key, https: true, validity: None };
    let playback = Playback { domains: vec![domain], ..Playback::default() };
    let now = at(1_700_000_000);
    for hours in [0, 1, 2, 5, 24] {
        let all = urls(&media(hours * 3_600_000), &playback, now).unwrap();
        let expires = all[0].expires.unwrap();
        assert!(expires >= now + TimeDelta::hours(i64::try_from(hours).unwrap()));
        assert!(expires >= now + TimeDelta::hours(2));
        assert!(all[0].url.expose().contains(&format!("?t={:x}&sign=", expires.timestamp())));
    }
    assert_eq!(default_validity(Some(4 * 3_600_000)), TimeDelta::minutes(6 * 60 + 5));
}

#[test]
fn the_usual_validity_of_a_domain_gives_way_to_a_longer_recording_but_not_to_a_wish() {
    let key = Some(Secret::new("24FEQmTzro4V5u3D5epW"));
    let domain = Domain { host: "v.example.com".into(), key, https: true, validity: Some(TimeDelta::hours(1)) };
    let usual = Playback { domains: vec![domain], ..Playback::default() };
    let now = at(1_700_000_000);
    let expiry = |playback: &Playback, hours: u64| urls(&media(hours * 3_600_000), playback, now).unwrap()[0].expires.unwrap();
    assert_eq!(expiry(&usual, 0), now + TimeDelta::hours(1));
    assert_eq!(expiry(&usual, 4), now + TimeDelta::hours(4));
    let wish = Playback { validity: Some(TimeDelta::minutes(10)), ..usual.clone() };
    assert_eq!(expiry(&wish, 4), now + TimeDelta::minutes(10));
    // A length that no clock can hold.
    assert!(urls(&media(u64::MAX / 3_600_000), &usual, now).is_ok());
}

#[test]
fn limits_without_a_key_are_refused_and_not_dropped() {
    let limits = Limits { preview_seconds: Some(60), ..Limits::default() };
    let playback = Playback { limits, ..Playback::default() };
    assert_eq!(urls(&media(1), &playback, at(1)), Err(PlaybackError::NoKey("v.example.com".into())));
}

#[test]
fn only_locations_that_players_can_open_are_given() {
    for wrong in ["javascript:alert(1)", "file:///etc/passwd", "no url", ""] {
        let mut media = media(1);
        media.renditions[0].url = wrong.to_owned();
        let refused = urls(&media, &Playback::default(), at(1)).unwrap_err();
        assert_eq!(refused.to_string(), format!("definition 0: {wrong:?} is not an http or https URL"));
    }
}

#[test]
fn signed_urls_do_not_print_themselves() {
    let shown = format!("{:?}", urls(&media(1), &Playback::default(), at(1)).unwrap());
    assert!(!shown.contains("https://v.example.com/a/f0.mp4"), "{shown}");
}
