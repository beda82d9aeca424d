//! Who makes a change, for the audit.

/// The user of the system and whose key it is: `alice (1000), key …6F2A`.
pub fn actor(key: &str) -> String {
    let name =
        ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
    let name = name.unwrap_or_else(|| "unknown user".to_owned());
    let user = user_id().map_or_else(String::new, |id| format!(" ({id})"));
    format!("{name}{user}, {key}")
}

/// The number of the user that this process runs as: unlike the name, it is not taken from the environment.
#[cfg(unix)]
fn user_id() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").ok().map(|metadata| metadata.uid())
}

#[cfg(not(unix))]
fn user_id() -> Option<u32> {
    None
}
