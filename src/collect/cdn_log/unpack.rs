//! From a file to the lines in it: plain text, gzip of one or many members, tar, gzip in tar; by what the bytes are, not by the
//! name.
//!
//! A gzip file that fits into the memory it may use is inflated at once, which is twice as fast; anything else streams.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use libdeflater::{Crc, Decompressor};
use memchr::memmem;
use memchr::memrchr;

use super::queue::Room;
use super::scan::Scan;

pub const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
/// A tar header says `ustar` here.
const TAR: std::ops::Range<usize> = 257..262;
/// What a core has at hand.
const BLOCK: usize = 128 << 10;
/// Text is streamed in pieces of this size; no line is longer.
const PIECE: usize = 1 << 20;
/// Archives in archives in archives are not logs.
const DEEPEST: u8 = 3;

/// Buffers that are used again for every file.
pub struct Unpacker {
    decompressor: Decompressor,
    packed: Vec<u8>,
    text: Vec<u8>,
}

impl Default for Unpacker {
    fn default() -> Self {
        Self { decompressor: Decompressor::new(), packed: Vec::new(), text: Vec::new() }
    }
}

impl Unpacker {
    /// How much the buffers take.
    pub fn room(&self) -> Room {
        Room { packed: self.packed.capacity(), text: self.text.capacity() }
    }

    /// Makes buffers of this size. Those that are too large are cut, which costs nothing; new ones cost the clearing of memory.
    pub fn make(&mut self, room: Room) {
        self.packed.clear();
        if self.packed.capacity() < room.packed {
            self.packed = Vec::new();
            self.packed = Vec::with_capacity(room.packed);
        }
        self.packed.shrink_to(room.packed);
        if self.text.len() < room.text {
            self.text = Vec::new();
            self.text = vec![0; room.text];
        }
        self.text.truncate(room.text);
        self.text.shrink_to(room.text);
    }

    /// Gives all lines of a file to `scan`: at once, if there are buffers for it.
    pub fn unpack(&mut self, path: &Path, at_once: Option<Room>, scan: &mut Scan<'_>) -> io::Result<()> {
        let mut file = File::open(path)?;
        let Some(room) = at_once else { return stream(&mut file, scan, 0) };
        (&mut file).take(room.packed as u64).read_to_end(&mut self.packed)?;
        match self.inflate() {
            Some(_) if self.text.get(TAR) == Some(b"ustar") => stream(&mut self.text.as_slice(), scan, 1),
            Some(sum) => checked_lines(&self.text, sum, scan),
            // Several members, or damaged.
            None => stream(&mut self.packed.as_slice().chain(file), scan, 0),
        }
    }

    /// Inflates a gzip file of one member that fills `text`, which must have the CRC-32 that is returned.
    fn inflate(&mut self) -> Option<u32> {
        let packed = self.packed.as_slice();
        let (body, trailer) = packed.split_last_chunk::<8>()?;
        let [sum @ .., _, _, _, _] = trailer;
        // The first of several members may be as long as the last says: then its own end is somewhere before.
        let end = [trailer.get(4..)?, &GZIP].concat();
        let length = self.decompressor.deflate_decompress(body.get(header(body)?..)?, &mut self.text).ok()?;
        (length == self.text.len() && memmem::find(packed, &end).is_none()).then_some(u32::from_le_bytes(*sum))
    }
}

/// The length of the header of a gzip member. (RFC 1952, 2.3.)
fn header(packed: &[u8]) -> Option<usize> {
    const FIXED: usize = 10;
    let flags = *packed.get(3)?;
    let has = |bit: u8| flags & (1 << bit) != 0;
    let text = |at: usize| memchr::memchr(0, packed.get(at..)?).map(|end| at + end + 1);
    let mut at = FIXED;
    if has(2) {
        at += 2 + usize::from(u16::from_le_bytes(*packed.get(at..)?.first_chunk()?));
    }
    // Name and comment.
    for bit in [3, 4] {
        at = if has(bit) { text(at)? } else { at };
    }
    Some(if has(1) { at + 2 } else { at })
}

/// Gives lines to `scan` a block at a time: a block that was just summed up is still at hand to be read.
fn checked_lines(text: &[u8], sum: u32, scan: &mut Scan<'_>) -> io::Result<()> {
    let (mut crc, mut begun) = (Crc::new(), 0);
    for at in (0..text.len()).step_by(BLOCK) {
        let end = text.len().min(at + BLOCK);
        crc.update(text.get(at..end).unwrap_or_default());
        // Whole lines; what is left begins the next block.
        let open = text.get(begun..end).unwrap_or_default();
        let whole = if end == text.len() { open.len() } else { memrchr(b'\n', open).map_or(0, |end| end + 1) };
        scan.lines(open.get(..whole).unwrap_or_default());
        begun += whole;
    }
    match crc.sum() == sum {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum is wrong")),
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
