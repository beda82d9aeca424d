//! Files behind the links that answers carry: play statistics, access logs, bills. The link itself is the permission.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::transport::{Action, Transport, lost};
use super::tries::{Failure, Patience, Tries};
use super::{Api, Client, Error, ErrorKind, Limit};
use crate::model::Secret;

/// What stands for a download where errors name an action. No limit is documented.
static DOWNLOAD: Action = Action { api: Api::Vod, name: "download", limit: Limit::per_second(20), repeatable: true };
/// No attempt at a file takes longer, however large it is.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(600);

impl Client {
    /// Downloads a file of at most `most` bytes, by a link that an answer gave.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] when the link is refused: links expire, so ask for a new one. [`ErrorKind::Request`] for a file
    /// past `most` bytes.
    pub async fn download(&self, link: &Secret, most: usize) -> Result<Vec<u8>, Error> {
        self.transport.download(link, most, self.patience).await
    }
}

impl Transport {
    async fn download(&self, link: &Secret, most: usize, patience: Patience) -> Result<Vec<u8>, Error> {
        let mut tries = Tries::new(&DOWNLOAD, &self.habits, patience);
        loop {
            let left = tries.begin();
            match self.file(link, most, left).await {
                Ok(file) => return Ok(file),
                Err(failure) => sleep(tries.pause_after(failure)?).await,
            }
        }
    }

    async fn file(&self, link: &Secret, most: usize, left: Duration) -> Result<Vec<u8>, Failure> {
        let deadline = Instant::now() + left.min(LONGEST_ATTEMPT);
        let failed = |kind, message: String| Failure::unsent(Error::new(kind, message));
        let request = self.http.get(link.expose()).timeout(deadline - Instant::now());
        let mut response = request.send().await.map_err(lost)?;
        let kind = match response.status().as_u16() {
            200 => None,
            401 | 403 => Some(ErrorKind::Permission),
            404 => Some(ErrorKind::NotFound),
            429 => Some(ErrorKind::RateLimit),
            500..=599 => Some(ErrorKind::Service),
            _ => Some(ErrorKind::Other),
        };
        if let Some(kind) = kind {
            return Err(failed(kind, format!("the link was answered with HTTP {}", response.status().as_u16())));
        }
        let expected = response.content_length();
        let mut file = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if file.len() + chunk.len() > most {
                return Err(failed(ErrorKind::Request, format!("the file is larger than {most} bytes")));
            }
            file.extend_from_slice(&chunk);
        }
        match expected {
            Some(expected) if expected != file.len() as u64 => {
                Err(failed(ErrorKind::Network, format!("the file ended after {} of {expected} bytes", file.len())))
            }
            _ => Ok(file),
        }
    }
}
