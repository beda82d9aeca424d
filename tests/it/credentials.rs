//! Where credentials come from, and that no message shows them.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use vodledger::cloud::credential::{Found, NotFound, Place, Reason, Reference, World, find, resolve};
use vodledger::model::SecretRef;

const ID: &str = "AKIDplantedIdentity";
const KEY: &str = "plantedSecretKey";
const TOKEN: &str = "plantedToken";

/// An outside with these variables and files; a file of `None` is there and cannot be read.
fn world(variables: &[(&str, &str)], files: &[(&str, Option<&str>)]) -> World {
    let own = |text: &str| text.to_owned();
    let variables: HashMap<String, String> = variables.iter().map(|(name, value)| (own(name), own(value))).collect();
    let files: HashMap<PathBuf, Option<String>> = files.iter().map(|(path, text)| (path.into(), text.map(own))).collect();
    let read = move |path: &Path| match files.get(path) {
        Some(Some(text)) => Ok(text.clone()),
        Some(None) => Err(io::ErrorKind::PermissionDenied.into()),
        None => Err(io::ErrorKind::NotFound.into()),
    };
    World::new(move |name| variables.get(name).cloned(), read, Some("/home/u".into()))
}

const TCCLI: &str = "/home/u/.tccli/default.credential";
const SHARED: &str = "/home/u/.tencentcloud/credentials";
const MACHINE: &str = "/etc/tencentcloud/credentials";
const ENV: [(&str, &str); 2] = [("TENCENTCLOUD_SECRET_ID", ID), ("TENCENTCLOUD_SECRET_KEY", KEY)];
const INI: &str = "[default]\nsecret_id = AKIDplantedIdentity\nsecret_key = plantedSecretKey\n";

fn usual(world: &World) -> Result<Found, NotFound> {
    find(&Place::usual(), world)
}

fn assert_planted(found: &Found, origin: &str) {
    assert_eq!(found.credential.secret_id, ID);
    assert_eq!(found.credential.secret_key.expose(), KEY);
    assert_eq!(found.origin, origin);
}

fn assert_hidden(text: &str) {
    for secret in [KEY, TOKEN, "planted"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn the_environment_comes_first() {
    let found = usual(&world(&ENV, &[(SHARED, Some("[default]\nsecret_id=other\nsecret_key=other"))])).unwrap();
    assert_planted(&found, "the environment");
    assert_eq!(found.credential.token, None);
}

#[test]
fn a_token_comes_along_and_an_empty_one_does_not() {
    let with = |token| usual(&world(&[ENV[0], ENV[1], ("TENCENTCLOUD_TOKEN", token)], &[])).unwrap().credential.token;
    assert_eq!(with(TOKEN).unwrap().expose(), TOKEN);
    assert_eq!(with(" "), None);
}

#[test]
fn half_an_environment_names_the_missing_half_and_ends_the_search() {
    let files = [(SHARED, Some(INI))];
    let error = usual(&world(&[ENV[0], ("TENCENTCLOUD_SECRET_KEY", "")], &files)).unwrap_err().to_string();
    assert!(error.contains("TENCENTCLOUD_SECRET_KEY is missing or empty"), "{error}");
    let error = usual(&world(&[ENV[1]], &files)).unwrap_err();
    assert!(error.to_string().contains("TENCENTCLOUD_SECRET_ID is missing or empty"));
    assert!(error.is_broken());
    assert_hidden(&format!("{error} {error:?}"));
}

#[test]
fn the_command_lines_file_comes_before_the_sdks() {
    let json = format!(r#"{{"secretId": "{ID}", "secretKey": "{KEY}", "token": "{TOKEN}", "type": "default", "expiresAt": 1}}"#);
    let found = usual(&world(&[], &[(TCCLI, Some(&json)), (SHARED, Some("[default]"))])).unwrap();
    assert_planted(&found, TCCLI);
    assert_eq!(found.credential.token.unwrap().expose(), TOKEN);
}

#[test]
fn a_profile_of_the_command_line_is_named_by_configuration_or_variable() {
    let json = format!(r#"{{"secretId": "{ID}", "secretKey": "{KEY}"}}"#);
    let path = "/home/u/.tccli/school.credential";
    let files = [(path, Some(json.as_str()))];
    assert_planted(&usual(&world(&[("TCCLI_PROFILE", "school")], &files)).unwrap(), path);
    let place = Place::Tccli { profile: Some("school".into()) };
    assert_planted(&find(&[place], &world(&[("TCCLI_PROFILE", "other")], &files)).unwrap(), path);
    let outside = Place::Tccli { profile: Some("../../etc/passwd".into()) };
    assert!(find(&[outside], &world(&[], &files)).unwrap_err().is_broken());
}

#[test]
fn the_sdks_file_is_looked_for_at_home_then_on_the_machine() {
    assert_planted(&usual(&world(&[], &[(SHARED, Some(INI)), (MACHINE, None)])).unwrap(), SHARED);
    assert_planted(&usual(&world(&[], &[(MACHINE, Some(INI))])).unwrap(), MACHINE);
    let crlf = "; mine\r\n[other]\r\nsecret_id=x\r\nsecret_key=y\r\n\r\n[default]\r\nsecret_id=AKIDplantedIdentity\r\nsecret_key : plantedSecretKey\r\nrole_arn=z\r\n";
    assert_planted(&usual(&world(&[], &[(SHARED, Some(crlf))])).unwrap(), SHARED);
}

#[test]
fn kinds_that_need_an_exchange_are_named_and_passed_over() {
    for (member, words) in [
        (r#""type": "oauth""#, "browser login"),
        (r#""type": "sso""#, "single sign-on"),
        (r#""type": "cvm-role""#, "cvm-role"),
        (r#""role-arn": "qcs::cam::uin/1:roleName/r""#, "role-arn"),
    ] {
        let json = format!(r#"{{{member}, "secretId": "{ID}", "secretKey": "{KEY}", "oauth": {{"accessToken": "{TOKEN}"}}}}"#);
        let error = usual(&world(&[], &[(TCCLI, Some(&json))])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(words) && text.contains("not supported yet"), "{text}");
        assert_hidden(&format!("{text} {error:?}"));
        assert_planted(&usual(&world(&[], &[(TCCLI, Some(&json)), (SHARED, Some(INI))])).unwrap(), SHARED);
    }
}

#[test]
fn nothing_anywhere_lists_every_place() {
    let error = usual(&world(&[("TENCENTCLOUD_SECRET_ID", "")], &[])).unwrap_err();
    assert!(error.looked.iter().all(|looked| matches!(looked.reason, Reason::Missing(_))));
    let text = error.to_string();
    for place in ["the environment", TCCLI, SHARED, MACHINE, "[account.credential]"] {
        assert!(text.contains(place), "{place} is not in {text}");
    }
    assert!(!error.is_broken());
}

#[test]
fn broken_files_end_the_search_and_show_nothing() {
    let broken = [
        (TCCLI, Some("{\"secretId\": \"AKIDplantedIdentity\", \"secretKey\": plantedSecretKey}")),
        (TCCLI, Some("{\"secretKey\": \"plantedSecretKey\"")),
        (TCCLI, Some("{\"secretId\": 1, \"secretKey\": \"plantedSecretKey\"}")),
        (TCCLI, Some("{\"secretId\": [\"planted\"], \"secretKey\": \"plantedSecretKey\"}")),
        (TCCLI, Some("{\"secretKey\": \"plantedSecretKey\"}")),
        (TCCLI, Some("\"plantedSecretKey\"")),
        (TCCLI, None),
        (SHARED, Some("[default]\nplantedSecretKey\n")),
        (SHARED, Some("[default]\nsecret_key = plantedSecretKey\n")),
        (SHARED, Some("[default]\nsecret_id = planted identity\nsecret_key = plantedSecretKey\n")),
        (SHARED, None),
        (MACHINE, None),
    ];
    for file in broken {
        let error = usual(&world(&[], &[file])).unwrap_err();
        assert!(error.is_broken(), "{file:?}: {error}");
        assert!(error.to_string().contains(file.0), "{error}");
        assert_hidden(&format!("{error} {error:?}"));
    }
}

#[test]
fn named_variables_and_files_hold_secrets() {
    let world = world(&[("SCHOOL_ID", ID)], &[("/s/key", Some("plantedSecretKey\n")), ("/s/token", Some(TOKEN))]);
    let place = Place::Reference(Reference {
        secret_id: SecretRef::Variable("SCHOOL_ID".into()),
        secret_key: SecretRef::File("/s/key".into()),
        token: Some(SecretRef::File("/s/token".into())),
    });
    let found = find(&[place], &world).unwrap();
    assert_planted(&found, "the configuration (the variable SCHOOL_ID, the file /s/key)");
    assert_eq!(found.credential.token.unwrap().expose(), TOKEN);
}

#[test]
fn a_named_place_without_a_secret_is_an_error_that_names_it() {
    let world =
        world(&[("EMPTY", " ")], &[("/s/two", Some("plantedSecretKey\nplanted")), ("/s/closed", None), ("/s/empty", Some("\n"))]);
    let variable = |name: &str| SecretRef::Variable(name.into());
    let file = |path: &str| SecretRef::File(path.into());
    for (place, words) in [
        (variable("EMPTY"), "the variable EMPTY is not set or empty"),
        (variable("NONE"), "the variable NONE is not set or empty"),
        (file("/s/two"), "the file /s/two holds more than one line"),
        (file("/s/closed"), "the file /s/closed cannot be read: permission denied"),
        (file("/s/none"), "the file /s/none cannot be read: entity not found"),
        (file("/s/empty"), "the file /s/empty is empty"),
    ] {
        let error = resolve(&place, &world).unwrap_err();
        assert!(error.contains(words), "{error}");
        assert_hidden(&error);
    }
}

#[test]
fn a_credential_does_not_print_its_key() {
    let found = usual(&world(&[ENV[0], ENV[1], ("TENCENTCLOUD_TOKEN", TOKEN)], &[])).unwrap();
    let text = format!("{found:?}");
    assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");
}
