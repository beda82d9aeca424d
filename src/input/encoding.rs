//! Encodings: UTF-8, UTF-16 with its mark, and GB 18030 (which GBK and GB 2312 are part of), as Chinese Windows saves.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr_iter};

use super::InputError;

/// A text and what it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Without a byte order mark.
    pub text: String,
    /// Such as `GB 18030`; `None` for UTF-8.
    pub encoding: Option<&'static str>,
}

/// Kinds of files that people name by mistake, by how they begin.
const BINARY: [(&[u8], &str); 7] = [
    (b"PK\x03\x04", "an Excel workbook or another zip archive; open it and save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; open it and save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "packed by gzip; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd; unpack it first"),
    (b"%PDF-", "a PDF; get the same as CSV"),
    (b"PAR1", "a Parquet file; save it as CSV (UTF-8)"),
    (b"SQLite format 3", "a SQLite database; export it as CSV (UTF-8)"),
];

/// The encoding that a mark at the beginning names, and the length of the mark.
pub fn marked(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    // UTF-32 begins like UTF-16 and goes on with zeros, which are refused.
    Encoding::for_bom(bytes)
}

/// How an encoding is called in messages; UTF-8 needs no mention.
pub fn called(encoding: &'static Encoding) -> Option<&'static str> {
    if encoding == UTF_8 {
        None
    } else if encoding == UTF_16LE || encoding == UTF_16BE {
        Some("UTF-16")
    } else {
        Some("GB 18030")
    }
}

/// Refuses bytes that are no text in any encoding that is read here.
///
/// # Errors
/// What the bytes are instead, and the line where they stop being text.
pub fn refuse_binary(bytes: &[u8]) -> Result<(), InputError> {
    if let Some((_, what)) = BINARY.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(InputError::Whole(format!("it is no text but {what}")));
    }
    let is_wide = marked(bytes).is_some_and(|(encoding, _)| encoding != UTF_8);
    match memchr(0, bytes) {
        Some(place) if !is_wide => Err(InputError::Line { line: line_at(bytes, place), message: NUL.to_owned() }),
        _ => Ok(()),
    }
}

/// What a zero byte means.
pub const NUL: &str = "there is a NUL (a control character) in it: it is no text, or UTF-16 without its mark; save it as UTF-8";
/// What to do about bytes that are nothing.
pub const UNREADABLE: &str = "the text is not UTF-8; save the file as UTF-8";

/// The line in which a byte stands, from 1, whatever ends the lines.
fn line_at(bytes: &[u8], place: usize) -> u64 {
    let before = &bytes[..place];
    let returns = memchr_iter(b'\r', before).filter(|place| bytes.get(place + 1) != Some(&b'\n')).count();
    u64::try_from(memchr_iter(b'\n', before).count() + returns + 1).unwrap_or(u64::MAX)
}

/// Whether bytes are in GB 18030, all but a letter that may be cut off at their end.
pub fn is_gb18030(bytes: &[u8]) -> bool {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let mut sink = vec![0; 1 << 12];
    let mut rest = bytes;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut sink, false);
        rest = &rest[read..];
        match result {
            encoding_rs::DecoderResult::InputEmpty => return true,
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(..) => return false,
        }
    }
}

/// Makes text of bytes.
///
/// # Errors
/// The line of the first byte that is text in no encoding.
pub fn decode(bytes: Vec<u8>) -> Result<Text, InputError> {
    refuse_binary(&bytes)?;
    let (encoding, mark) = marked(&bytes).unwrap_or((UTF_8, 0));
    if encoding != UTF_8 {
        if bytes.len() == mark {
            return Err(InputError::Whole("it holds the mark of UTF-16 and nothing else; name the right file".to_owned()));
        }
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
        let text = text.ok_or_else(|| InputError::Whole(BROKEN_WIDE.to_owned()))?.into_owned();
        let nul = memchr(0, text.as_bytes());
        return match nul {
            Some(place) => Err(InputError::Line { line: line_at(text.as_bytes(), place), message: NUL.to_owned() }),
            None => Ok(Text { text, encoding: called(encoding) }),
        };
    }
    let error = match std::str::from_utf8(&bytes[mark..]) {
        Ok(text) => return Ok(Text { text: text.to_owned(), encoding: None }),
        Err(error) => error,
    };
    // A mark of UTF-8 is a promise.
    let other = (mark == 0).then(|| GB18030.decode_without_bom_handling_and_without_replacement(&bytes)).flatten();
    match other {
        Some(text) => Ok(Text { text: text.into_owned(), encoding: called(GB18030) }),
        None => {
            let line = line_at(&bytes, mark + error.valid_up_to());
            Err(InputError::Line { line, message: UNREADABLE.to_owned() })
        }
    }
}

/// What to do about UTF-16 that breaks off.
pub const BROKEN_WIDE: &str = "the text begins as UTF-16 and goes on as something else; save the file as UTF-8";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{InputError, decode};

    #[test]
    fn one_text_in_every_encoding() {
        // 点播流量 in each encoding, by the tables of the standards.
        let gbk = b"\xb5\xe3\xb2\xa5\xc1\xf7\xc1\xbf".to_vec();
        let little = b"\xff\xfe\xb9\x70\xad\x64\x41\x6d\xcf\x91".to_vec();
        let big = b"\xfe\xff\x70\xb9\x64\xad\x6d\x41\x91\xcf".to_vec();
        for (bytes, encoding) in [
            ("点播流量".as_bytes().to_vec(), None),
            ("\u{feff}点播流量".as_bytes().to_vec(), None),
            (gbk, Some("GB 18030")),
            (little, Some("UTF-16")),
            (big, Some("UTF-16")),
        ] {
            let text = decode(bytes).unwrap();
            assert_eq!((text.text.as_str(), text.encoding), ("点播流量", encoding));
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        let line = |bytes: &[u8]| match decode(bytes.to_vec()) {
            Err(InputError::Line { line, .. }) => line,
            other => panic!("{other:?}"),
        };
        assert_eq!(line(b"a\r\nb\rc\nd\0"), 4);
        assert_eq!(line(b"a\nb\xff,c"), 2);
        assert_eq!(line(b"\xef\xbb\xbfa\n\xb5\xe3"), 2);
        assert!(decode(b"PK\x03\x04rest".to_vec()).unwrap_err().to_string().contains("Excel"));
        assert!(decode(b"\xff\xfe\x00\xd8a\x00".to_vec()).is_err());
    }
}
