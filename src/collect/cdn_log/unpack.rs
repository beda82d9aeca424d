//! From a file to the lines in it: plain text, gzip of one or many members, tar, gzip in tar; by what the bytes are, not by the
//! name.
//!
//! A gzip file that fits into the memory it may use is inflated at once, which is twice as fast; anything else streams.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use libdeflater::Decompressor;
use memchr::memmem;
use memchr::memrchr;

use super::scan::Scan;

const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
/// A tar header says `ustar` here.
const TAR: std::ops::Range<usize> = 257..262;
/// Text is streamed in pieces of this size; no line is longer.
const PIECE: usize = 1 << 20;
/// CRC-32 and size at the end of a gzip member.
const TRAILER: usize = 8;
/// Deflate makes nothing smaller than by this.
const DENSEST: usize = 1032;
/// Archives in archives in archives are not logs.
const DEEPEST: u8 = 3;

/// Buffers that are used again for every file.
pub struct Unpacker {
    /// How much a file and its content may take at once.
    memory: usize,
    decompressor: Decompressor,
    packed: Vec<u8>,
    text: Vec<u8>,
}

impl Unpacker {
    /// `memory` bytes for one file and its content.
    pub fn new(memory: usize) -> Self {
        Self { memory, decompressor: Decompressor::new(), packed: Vec::new(), text: Vec::new() }
    }

    /// Gives all lines of a file to `scan`.
    pub fn unpack(&mut self, path: &Path, scan: &mut Scan<'_>) -> io::Result<()> {
        let mut file = File::open(path)?;
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if size > self.memory / 2 {
            return stream(&mut file, scan, 0);
        }
        self.packed.clear();
        file.read_to_end(&mut self.packed)?;
        match self.inflate_at_once() {
            Some(length) => {
                let text = self.text.get(..length).unwrap_or_default();
                if text.get(TAR) == Some(b"ustar") {
                    stream(&mut &*text, scan, 1)
                } else {
                    scan.lines(text);
                    Ok(())
                }
            }
            None => stream(&mut self.packed.as_slice(), scan, 0),
        }
    }

    /// Inflates a gzip file of one member into `text`; `None` where it is something else, damaged, or too large.
    fn inflate_at_once(&mut self) -> Option<usize> {
        let packed = self.packed.as_slice();
        if !packed.starts_with(&GZIP) {
            return None;
        }
        let trailer = packed.len().checked_sub(TRAILER)?;
        let size = usize::try_from(u32::from_le_bytes(*packed.last_chunk::<4>()?)).ok()?;
        // The size is what the last member says, modulo 2^32.
        if size.checked_add(packed.len())? > self.memory || packed.len().checked_mul(DENSEST)? < size {
            return None;
        }
        if self.text.len() < size {
            self.text.resize(size, 0);
        }
        let length = self.decompressor.gzip_decompress(packed, self.text.get_mut(..size)?).ok()?;
        // The first of several members may be as long as the last says: then its own end is somewhere before.
        let end = [packed.get(trailer + 4..)?, &GZIP].concat();
        (length == size && memmem::find(packed, &end).is_none()).then_some(length)
    }
}

/// Gives all lines of what `source` holds to `scan`, a piece at a time.
fn stream(source: &mut dyn Read, scan: &mut Scan<'_>, depth: u8) -> io::Result<()> {
    if depth > DEEPEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "archives in archives"));
    }
    let mut head = Vec::new();
    source.take(TAR.end as u64).read_to_end(&mut head)?;
    let (is_gzip, is_tar) = (head.starts_with(&GZIP), head.get(TAR) == Some(b"ustar"));
    let mut source = Cursor::new(head).chain(source);
    if is_gzip {
        let packed = io::BufReader::with_capacity(PIECE / 4, source);
        stream(&mut MultiGzDecoder::new(packed), scan, depth + 1)
    } else if is_tar {
        let mut archive = tar::Archive::new(source);
        for entry in archive.entries()? {
            let mut entry = entry?;
            if entry.header().entry_type().is_file() {
                stream(&mut entry, scan, depth + 1)?;
            }
        }
        Ok(())
    } else {
        pieces(&mut source, scan)
    }
}

/// Cuts text into pieces of whole lines.
fn pieces(source: &mut dyn Read, scan: &mut Scan<'_>) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    let (mut held, mut skipping) = (0, false);
    loop {
        let read = match source.read(piece.get_mut(held..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let filled = held + read;
        match memrchr(b'\n', piece.get(held..filled).unwrap_or_default()) {
            Some(end) => {
                let whole = held + end + 1;
                let mut text = piece.get(..whole).unwrap_or_default();
                if skipping {
                    let first = memchr::memchr(b'\n', text).map_or(whole, |end| end + 1);
                    text = text.get(first..).unwrap_or_default();
                    skipping = false;
                }
                scan.lines(text);
                piece.copy_within(whole..filled, 0);
                held = filled - whole;
            }
            None if filled == PIECE => {
                if !skipping {
                    scan.endless_line();
                }
                (held, skipping) = (0, true);
            }
            None => held = filled,
        }
    }
    if !skipping {
        scan.lines(piece.get(..held).unwrap_or_default());
    }
    Ok(())
}
