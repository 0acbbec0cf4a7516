//! Which encoding a text sheet has.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Decoder, Encoding, GB18030, REPLACEMENT, UTF_8};

use crate::sheet::error::{Fault, SheetError};
use crate::sheet::input::Input;
use crate::sheet::options::SheetOptions;

const CHUNK: usize = 256 * 1024;
/// Guessing is slow, so it looks at this much text that is not plain ASCII…
const SAMPLE: usize = 64 * 1024;
/// … in pieces of this size.
const SAMPLE_PIECE: usize = 16 * 1024;

#[derive(Clone, Copy, Debug)]
pub(in crate::sheet) struct TextEncoding {
    encoding: &'static Encoding,
    /// How many bytes the byte order mark takes in this sheet.
    pub(super) mark: usize,
    pub(super) guessed: bool,
}

impl TextEncoding {
    /// As `--encoding` says, else by the byte order mark, else by the content of the whole file.
    pub(super) fn of(input: &Input, options: &SheetOptions) -> Result<TextEncoding, SheetError> {
        let marked = Encoding::for_bom(&input.read_at(0, 3)?);
        let (encoding, mark, guessed) = match (&options.encoding, marked) {
            (Some(label), _) => {
                let encoding = Encoding::for_label(label.as_bytes())
                    .filter(|&encoding| encoding != REPLACEMENT)
                    .ok_or_else(|| SheetError::of_option(Fault::UnknownEncoding(label.clone())))?;
                let own_mark = marked.filter(|(marked, _)| *marked == encoding);
                (encoding, own_mark.map_or(0, |(_, length)| length), false)
            }
            (None, Some((encoding, mark))) => (encoding, mark, false),
            (None, None) => (detect(input)?, 0, true),
        };
        Ok(TextEncoding {
            encoding,
            mark,
            guessed,
        })
    }

    pub(in crate::sheet) fn name(self) -> &'static str {
        if self.encoding == UTF_8 && self.mark > 0 {
            "UTF-8 with BOM"
        } else if self.encoding == GB18030 {
            "GB18030"
        } else {
            self.encoding.name()
        }
    }

    pub(super) fn decoder(self) -> Decoder {
        self.encoding.new_decoder_without_bom_handling()
    }
}

/// Finds the encoding of text without a byte order mark.
fn detect(input: &Input) -> Result<&'static Encoding, SheetError> {
    let mut scan = Utf8Scan::default();
    let mut sample = Vec::new();
    let mut offset = 0;
    loop {
        let bytes = input.read_at(offset, CHUNK)?;
        if offset == 0 && zero_heavy(&bytes) {
            return Err(input.error(Fault::ZeroBytes));
        }
        for piece in bytes.chunks(SAMPLE_PIECE) {
            if sample.len() < SAMPLE && !piece.is_ascii() {
                sample.extend_from_slice(piece);
            }
        }
        let last = bytes.len() < CHUNK;
        offset += scan.feed(&bytes, last) as u64;
        if last {
            break;
        }
    }
    // A sheet in UTF-8 with some damage is still UTF-8: read in another encoding it would turn
    // into other characters without a word.
    if scan.malformed == 0 || scan.three_byte > scan.malformed {
        return Ok(UTF_8);
    }
    Ok(guess(&sample))
}

/// How well a file reads as UTF-8.
#[derive(Default)]
struct Utf8Scan {
    /// Places that are not UTF-8.
    malformed: u64,
    /// Three-byte characters, as all common Chinese ones are. Text in GBK hardly ever looks like
    /// them by chance, unlike the two-byte ones.
    three_byte: u64,
}

impl Utf8Scan {
    /// Counts `bytes`, but not an unfinished character at their end; returns how many.
    fn feed(&mut self, bytes: &[u8], last: bool) -> usize {
        let mut used = 0;
        for chunk in bytes.utf8_chunks() {
            let (valid, invalid) = (chunk.valid(), chunk.invalid());
            let starts = valid.bytes().filter(|byte| byte & 0xF0 == 0xE0);
            self.three_byte += starts.count() as u64;
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

/// What text that is not UTF-8 most likely is: GB18030, unless it makes better sense as Big5.
fn guess(sample: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let is_big5 = detector.guess(Some(b"cn"), Utf8Detection::Deny) == BIG5
        || nonsense(sample, BIG5) < nonsense(sample, GB18030);
    if is_big5 { BIG5 } else { GB18030 }
}

/// Characters that no sheet means: what Chinese text turns into in another encoding than its own.
fn nonsense(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let is_nonsense = |c: &char| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}');
    text.chars().filter(is_nonsense).count()
}

fn zero_heavy(head: &[u8]) -> bool {
    let zeros = head.iter().filter(|&&byte| byte == 0).count();
    zeros >= 2 && zeros * 10 > head.len()
}
