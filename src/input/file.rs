//! A whole file or pipe, up to the limit of its kind.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::encoding::{self, Text};

/// What a file is for: that decides how large it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Written by hand: configuration, price book, contract, packs, mapping, report definition.
    Document,
    /// Written by a program, whole in memory: bill, id list, openings, plan of changes.
    List,
    /// A key or a certificate.
    Secret,
}

impl Kind {
    /// The most bytes.
    pub fn limit(self) -> u64 {
        match self {
            Self::Document => 16 << 20,
            Self::List => 256 << 20,
            Self::Secret => 1 << 20,
        }
    }
}

/// Why something that was handed in cannot be read. Says what to do; the caller says which file it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// No such file.
    #[error("there is no such file; check the name")]
    Missing,
    /// A folder.
    #[error("it is a folder; name a file in it")]
    Folder,
    /// Not allowed.
    #[error("no permission to read it; change its permissions or copy it")]
    Forbidden,
    /// It has no end, or is far larger than anything of its kind.
    #[error("it has more than {0} MiB, more than such a file ever needs; name the right file")]
    TooLarge(u64),
    /// A place in it is wrong.
    #[error("line {line}: {message}")]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong and what to do.
        message: String,
    },
    /// It is wrong as a whole.
    #[error("{0}")]
    Whole(String),
}

impl From<io::Error> for InputError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            ErrorKind::IsADirectory => Self::Folder,
            ErrorKind::PermissionDenied => Self::Forbidden,
            _ => Self::Whole(error.to_string()),
        }
    }
}

/// Opens a file for reading; a folder is an error now, not with the first read.
///
/// # Errors
/// It cannot be opened.
pub fn open(path: &Path) -> Result<File, InputError> {
    let file = File::open(path)?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(InputError::Folder),
        _ => Ok(file),
    }
}

/// The text of a file, whatever its encoding.
///
/// # Errors
/// It cannot be read, has no end, or is no text.
pub fn text(path: &Path, kind: Kind) -> Result<Text, InputError> {
    text_of(open(path)?, kind)
}

/// The text of a small file as it is, such as a key: what is no UTF-8 is an error, and so is what has no end.
///
/// # Errors
/// Those of the system, by their kind.
pub fn small(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let limit = Kind::Secret.limit();
    File::open(path)?.take(limit + 1).read_to_string(&mut text)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > limit {
        return Err(io::Error::new(ErrorKind::InvalidData, InputError::TooLarge(limit >> 20).to_string()));
    }
    Ok(text)
}

/// How much is read at a time.
const PIECE: u64 = 1 << 20;

/// The text of a source of bytes.
///
/// # Errors
/// It cannot be read, has no end, or is no text.
pub fn text_of(mut source: impl Read, kind: Kind) -> Result<Text, InputError> {
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        source.by_ref().take(PIECE).read_to_end(&mut bytes)?;
        if bytes.len() == before {
            return encoding::decode(bytes);
        }
        // `/dev/zero` and disk images are told after the first piece, not after the last that fits.
        if before == 0 {
            encoding::refuse_binary(&bytes)?;
        }
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > kind.limit() {
            return Err(InputError::TooLarge(kind.limit() >> 20));
        }
    }
}

/// A source of which no line is longer than any line should be: readers of lines keep a whole one in memory.
#[derive(Debug)]
pub struct Lines<R> {
    source: R,
    /// So many bytes came since the last line end.
    since: usize,
}

/// The longest line.
const LONGEST_LINE: usize = 64 << 20;

impl<R: Read> Lines<R> {
    /// Reads from a source.
    pub fn new(source: R) -> Self {
        Self { source, since: 0 }
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let piece = buffer.get(..read).unwrap_or_default();
        self.since = match memchr::memrchr2(b'\n', b'\r', piece) {
            Some(place) => read - place - 1,
            None => self.since + read,
        };
        if self.since > LONGEST_LINE {
            let message = format!("a line of it has more than {} MiB; name the right file", LONGEST_LINE >> 20);
            return Err(io::Error::new(ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}
