//! The encoding of text without a byte order mark, by all of its bytes.

use encoding_rs::UTF_8;

use super::weigh::{Choice, chinese, letters_or_chinese};
use crate::language::say;
use crate::sheet::error::SheetError;
use crate::sheet::input::Input;

const CHUNK: usize = 256 * 1024;
/// Of text that is not plain ASCII, this much is weighed…
const SAMPLE: usize = 64 * 1024;
/// … in pieces of this size.
const SAMPLE_PIECE: usize = 16 * 1024;

/// `None` for plain ASCII, which is the same in all of them.
pub(super) fn detect(input: &Input, end: u64) -> Result<Option<Choice>, SheetError> {
    let mut scan = Utf8Scan::default();
    let mut sample = Vec::new();
    let mut offset = 0;
    if end == 0 && input.read_at(0, 1)? == [0] {
        return Err(input.error(say!("sheet-zero-bytes")));
    }
    loop {
        let bytes = input.read_at(offset, CHUNK.min((end - offset) as usize))?;
        if offset == 0 && zero_heavy(&bytes) {
            return Err(input.error(say!("sheet-zero-bytes")));
        }
        for (at, piece) in bytes.chunks(SAMPLE_PIECE).enumerate() {
            if sample.len() < SAMPLE && !piece.is_ascii() {
                let is_first = offset == 0 && at == 0;
                sample.extend_from_slice(if is_first { piece } else { whole(piece) });
            }
        }
        let last = offset + bytes.len() as u64 == end || bytes.is_empty();
        offset += scan.feed(&bytes, last) as u64;
        if last {
            break;
        }
    }
    Ok(if scan.malformed == 0 && scan.letters + scan.others == 0 {
        None
    } else if scan.malformed == 0 && scan.others == 0 {
        Some(letters_or_chinese(&sample))
    } else if scan.malformed == 0 || scan.others > scan.malformed {
        // A sheet in UTF-8 with some damage is still UTF-8: read in another encoding it would
        // turn into other characters without a word.
        Some(Choice::sure(UTF_8))
    } else {
        Some(chinese(&sample))
    })
}

/// The piece from a byte on that is no part of a character in any encoding.
fn whole(piece: &[u8]) -> &[u8] {
    let start = piece.iter().position(|&byte| byte < b'0').unwrap_or(0);
    &piece[start..]
}

/// How well a file reads as UTF-8.
#[derive(Default)]
struct Utf8Scan {
    /// Places that are not UTF-8.
    malformed: u64,
    /// Two-byte characters, which pairs of bytes in GBK often look like.
    letters: u64,
    /// Longer characters, as all common Chinese ones are. Text in GBK hardly ever looks like them.
    others: u64,
}

impl Utf8Scan {
    /// Counts `bytes`, but not an unfinished character at their end; returns how many.
    fn feed(&mut self, bytes: &[u8], last: bool) -> usize {
        let mut used = 0;
        for chunk in bytes.utf8_chunks() {
            let (valid, invalid) = (chunk.valid(), chunk.invalid());
            if !valid.is_ascii() {
                for byte in valid.bytes() {
                    self.letters += u64::from(byte & 0xE0 == 0xC0);
                    self.others += u64::from(byte >= 0xE0);
                }
            }
            used += valid.len();
            let at_end = used + invalid.len() == bytes.len();
            let error = std::str::from_utf8(invalid).err();
            if at_end && !last && error.is_some_and(|error| error.error_len().is_none()) {
                break;
            }
            self.malformed += u64::from(!invalid.is_empty());
            used += invalid.len();
        }
        used
    }
}

fn zero_heavy(head: &[u8]) -> bool {
    let zeros = head.iter().filter(|&&byte| byte == 0).count();
    zeros >= 2 && zeros * 10 > head.len()
}
