//! What several test files need.

use std::path::Path;
use std::process::{Command, Stdio};

use vodledger::model::{FileId, Media, MediaState, SubAppId};

/// A media of which only id, application and name matter.
pub fn media_named(file_id: &str, sub_app_id: u64, name: &str) -> Media {
    Media {
        name: name.to_owned(),
        sub_app_id: Some(SubAppId(sub_app_id)),
        state: MediaState::Normal,
        ..Media::new(FileId::new(file_id))
    }
}

/// Serves on this machine for as long as the test runs, and says where.
pub async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs the program in a folder, with these variables and no others.
pub fn run_in(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_vodledger"))
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}
