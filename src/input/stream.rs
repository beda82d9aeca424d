//! A text that is read piece by piece: UTF-8 whatever it was, and LF or CRLF at the end of every line.

use std::io::{self, Chain, Cursor, ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_8};
use memchr::memchr_iter;

use super::InputError;
use super::encoding::{BROKEN_WIDE, UNREADABLE, called, is_gb18030, marked, refuse_binary};

/// How much is looked at to find the encoding. What is not UTF-8 within it is decided; what turns up later is refused.
const HEAD: u64 = 1 << 20;

/// A source of text.
pub struct Stream<R> {
    raw: Chain<Cursor<Vec<u8>>, R>,
    /// `None` where the bytes are taken for UTF-8 as they are.
    decoder: Option<Decoder>,
    packed: Vec<u8>,
    /// Whether a CR was read last: what it ends is told by what follows it.
    holds_return: bool,
}

impl<R: Read> Stream<R> {
    /// Finds the encoding.
    ///
    /// # Errors
    /// The source cannot be read, or is no text.
    pub fn new(mut source: R) -> Result<Self, InputError> {
        let mut head = Vec::new();
        source.by_ref().take(HEAD).read_to_end(&mut head)?;
        refuse_binary(&head)?;
        let (encoding, mark) = match marked(&head) {
            Some(marked) => marked,
            None if is_utf8(&head) || !is_gb18030(&head) => (UTF_8, 0),
            None => (GB18030, 0),
        };
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let mut head = Cursor::new(head);
        head.set_position(u64::try_from(mark).unwrap_or(0));
        Ok(Self { raw: head.chain(source), decoder, packed: Vec::new(), holds_return: false })
    }

    /// Such as `GB 18030`; `None` for UTF-8.
    pub fn encoding(&self) -> Option<&'static str> {
        self.decoder.as_ref().and_then(|decoder| called(decoder.encoding()))
    }

    /// Adds about so many bytes of text; false at the end. Bytes that claim to be UTF-8 are not looked at.
    ///
    /// # Errors
    /// The source cannot be read, or goes on as no text of its encoding.
    pub fn fill(&mut self, text: &mut Vec<u8>, size: usize) -> io::Result<bool> {
        let start = text.len();
        text.extend(std::mem::take(&mut self.holds_return).then_some(b'\r'));
        let read = self.add(text, size)?;
        if read && text.len() > start && text.last() == Some(&b'\r') {
            text.pop();
            self.holds_return = true;
        }
        unify_line_ends(&mut text[start..]);
        Ok(read)
    }

    /// Adds text as it is; false at the end.
    fn add(&mut self, text: &mut Vec<u8>, size: usize) -> io::Result<bool> {
        let limit = u64::try_from(size).unwrap_or(u64::MAX);
        let Some(decoder) = &mut self.decoder else {
            return Ok(self.raw.by_ref().take(limit).read_to_end(text)? > 0);
        };
        self.packed.clear();
        let is_last = self.raw.by_ref().take(limit).read_to_end(&mut self.packed)? == 0;
        let wrong = |message: &str| io::Error::new(ErrorKind::InvalidData, message);
        let room = decoder.max_utf8_buffer_length_without_replacement(self.packed.len());
        let start = text.len();
        text.resize(start + room.ok_or_else(|| wrong("a piece of it is too long"))?, 0);
        let (result, _, written) = decoder.decode_to_utf8_without_replacement(&self.packed, &mut text[start..], is_last);
        text.truncate(start + written);
        match result {
            DecoderResult::Malformed(..) if decoder.encoding() == GB18030 => Err(wrong(UNREADABLE)),
            DecoderResult::Malformed(..) => Err(wrong(BROKEN_WIDE)),
            _ => Ok(!is_last),
        }
    }
}

/// Makes LF of every CR that stands alone. Nothing moves.
pub fn unify_line_ends(text: &mut [u8]) {
    let lone: Vec<usize> = memchr_iter(b'\r', text).filter(|place| text.get(place + 1) != Some(&b'\n')).collect();
    for place in lone {
        text[place] = b'\n';
    }
}

/// Whether bytes are UTF-8, all but a letter that may be cut off at their end.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Stream;

    fn all(bytes: &[u8], size: usize) -> String {
        let (mut stream, mut text) = (Stream::new(bytes).unwrap(), Vec::new());
        while stream.fill(&mut text, size).unwrap() {}
        String::from_utf8(text).unwrap()
    }

    /// However it is cut, and in whatever encoding.
    #[test]
    fn line_ends_are_the_same_wherever_pieces_end() {
        let text = "a\r\nb\rc\n\r\rd点\r";
        let expected = "a\r\nb\nc\n\n\nd点\n";
        let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let gbk = [b"a\r\nb\rc\n\r\rd".as_slice(), b"\xb5\xe3", b"\r"].concat();
        for size in 1..20 {
            assert_eq!(all(text.as_bytes(), size), expected);
            assert_eq!(all(&wide, size), expected);
            assert_eq!(all(&gbk, size), expected);
        }
    }
}
