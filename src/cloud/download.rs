//! Files behind the links that answers carry: play statistics, access logs, bills. The link itself is the permission.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use reqwest::header::{ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use reqwest::{Response, StatusCode};
use tokio::time::{Instant, sleep};

use super::transport::{Action, Transport, lost};
use super::tries::{Failure, Tries};
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
        let mut tries = self.tries();
        loop {
            let left = tries.begin();
            match self.transport.file(link, most, left).await {
                Ok(file) => return Ok(file),
                Err(failure) => sleep(tries.pause_after(failure)?).await,
            }
        }
    }

    /// The same into a file, for what is too large for memory. An attempt that broke off is taken up again where it ended, also by
    /// another process, as long as the server says that the file is still the same (ETag): until it is whole there is a file of
    /// that name with `.etag` beside it. Gives the number of bytes.
    ///
    /// # Errors
    /// Those of [`Client::download`], and [`ErrorKind::Configuration`] when the file cannot be written.
    pub async fn download_to(&self, link: &Secret, path: &Path, most: u64) -> Result<u64, Error> {
        let mut tries = self.tries();
        loop {
            let left = tries.begin();
            match self.transport.file_to(link, path, most, left).await {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => sleep(tries.pause_after(failure)?).await,
            }
        }
    }

    fn tries(&self) -> Tries {
        Tries::new(&DOWNLOAD, &self.transport.habits, self.patience)
    }
}

impl Transport {
    async fn file(&self, link: &Secret, most: usize, left: Duration) -> Result<Vec<u8>, Failure> {
        let mut response = self.follow(link, HeaderMap::new(), left).await?;
        let expected = response.content_length();
        let mut file = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if file.len() + chunk.len() > most {
                return Err(too_large(most as u64));
            }
            file.extend_from_slice(&chunk);
        }
        cut_off(file.len() as u64, expected).map_or(Ok(file), Err)
    }

    async fn file_to(&self, link: &Secret, path: &Path, most: u64, left: Duration) -> Result<u64, Failure> {
        let mut part = Part::open(path).map_err(|error| unwritten(path, &error))?;
        let mut response = match self.follow(link, part.conditions(), left).await {
            Ok(response) => response,
            Err(failure) => {
                // The part is as long as the file, or longer: it cannot be taken up again.
                if failure.error.kind == ErrorKind::Malformed || part.length == 0 {
                    part.drop(path);
                }
                return Err(failure);
            }
        };
        let tag = response.headers().get(ETAG).cloned();
        let is_rest = response.status() == StatusCode::PARTIAL_CONTENT;
        part.begin(is_rest, tag).map_err(|error| unwritten(path, &error))?;
        let expected = response.content_length().map(|rest| part.length + rest);
        if expected.is_some_and(|expected| expected > most) {
            return Err(too_large(most));
        }
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if part.length + chunk.len() as u64 > most {
                return Err(too_large(most));
            }
            part.add(&chunk).map_err(|error| unwritten(path, &error))?;
        }
        if let Some(failure) = cut_off(part.length, expected) {
            return Err(failure);
        }
        part.end().map_err(|error| unwritten(path, &error))
    }

    /// The answer to a link that is one with a file.
    async fn follow(&self, link: &Secret, headers: HeaderMap, left: Duration) -> Result<Response, Failure> {
        let deadline = Instant::now() + left.min(LONGEST_ATTEMPT);
        let request = self.http.get(link.expose()).headers(headers).timeout(deadline - Instant::now());
        let response = request.send().await.map_err(lost)?;
        let kind = match response.status().as_u16() {
            200 | 206 => return Ok(response),
            401 | 403 => ErrorKind::Permission,
            404 => ErrorKind::NotFound,
            416 => {
                return Err(Failure {
                    garbled: true,
                    ..failed(ErrorKind::Malformed, "the rest of the file is not there".to_owned())
                });
            }
            429 => ErrorKind::RateLimit,
            500..=599 => ErrorKind::Service,
            _ => ErrorKind::Other,
        };
        Err(failed(kind, format!("the link was answered with HTTP {}", response.status().as_u16())))
    }
}

fn failed(kind: ErrorKind, message: String) -> Failure {
    Failure::unsent(Error::new(kind, message))
}

fn too_large(most: u64) -> Failure {
    failed(ErrorKind::Request, format!("the file is larger than {most} bytes"))
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    failed(ErrorKind::Configuration, format!("{}: {error}", path.display()))
}

/// What is wrong with a file that ended, if something is.
fn cut_off(length: u64, expected: Option<u64>) -> Option<Failure> {
    let expected = expected.filter(|expected| *expected != length)?;
    Some(failed(ErrorKind::Network, format!("the file ended after {length} of {expected} bytes")))
}

/// A file that is being downloaded.
struct Part {
    file: File,
    length: u64,
    /// Where the tag of the file is kept that the part is of.
    tag_path: std::path::PathBuf,
    tag: Option<HeaderValue>,
}

impl Part {
    fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // Logs hold addresses of people.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let length = file.metadata()?.len();
        let mut tag_path = path.as_os_str().to_owned();
        tag_path.push(".etag");
        let tag_path = std::path::PathBuf::from(tag_path);
        let tag = fs::read(&tag_path).ok().and_then(|tag| HeaderValue::from_bytes(&tag).ok());
        Ok(Self { file, length, tag_path, tag })
    }

    /// Asks for the rest, if the file is still the one that the part is of.
    fn conditions(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(tag) = self.tag.as_ref().filter(|_| self.length > 0)
            && let Ok(range) = HeaderValue::from_str(&format!("bytes={}-", self.length))
        {
            headers.insert(RANGE, range);
            headers.insert(IF_RANGE, tag.clone());
        }
        headers
    }

    fn begin(&mut self, is_rest: bool, tag: Option<HeaderValue>) -> io::Result<()> {
        if is_rest {
            return Ok(());
        }
        self.file.set_len(0)?;
        self.length = 0;
        match tag {
            Some(tag) => fs::write(&self.tag_path, tag.as_bytes()),
            None => self.forget(),
        }
    }

    fn add(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.file.write_all(chunk)?;
        self.length += chunk.len() as u64;
        Ok(())
    }

    fn end(self) -> io::Result<u64> {
        self.forget()?;
        Ok(self.length)
    }

    /// Takes the file away; one that stays is begun anew.
    fn drop(self, path: &Path) {
        let _ = self.forget();
        let _ = fs::remove_file(path);
    }

    fn forget(&self) -> io::Result<()> {
        match fs::remove_file(&self.tag_path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
