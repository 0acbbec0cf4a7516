//! Which encoding a text sheet has.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Decoder, Encoding, GB18030, REPLACEMENT, UTF_8};

use crate::sheet::error::{Fault, SheetError};
use crate::sheet::input::Input;
use crate::sheet::options::SheetOptions;

const CHUNK: usize = 256 * 1024;
/// Guessing is slow, so it looks at this much text that is not plain ASCII…
const GUESS_SAMPLE: usize = 64 * 1024;
/// … in pieces of this size.
const GUESS_CHUNK: usize = 16 * 1024;

#[derive(Clone, Copy, Debug)]
pub(in crate::sheet) struct TextEncoding {
    encoding: &'static Encoding,
    /// How many bytes the byte order mark takes in this sheet.
    mark: usize,
    guessed: bool,
}

impl TextEncoding {
    /// As `--encoding` says, else by the byte order mark, else by the content of the whole file.
    pub(super) fn of(input: &Input, options: &SheetOptions) -> Result<TextEncoding, SheetError> {
        let mut head = [0; 3];
        let length = input.read_at(&mut head, 0)?;
        let marked = Encoding::for_bom(&head[..length]);
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

    pub(super) fn is_guessed(self) -> bool {
        self.guessed
    }

    pub(super) fn mark_length(self) -> u64 {
        self.mark as u64
    }

    pub(super) fn decoder(self) -> Decoder {
        self.encoding.new_decoder_without_bom_handling()
    }
}

/// Finds the encoding of text without a byte order mark.
fn detect(input: &Input) -> Result<&'static Encoding, SheetError> {
    let mut scan = Utf8Scan::default();
    let mut buffer = vec![0; CHUNK];
    let (mut offset, mut kept) = (0, 0);
    loop {
        let read = input.read_at(&mut buffer[kept..], offset)?;
        if offset == 0 && zero_heavy(&buffer[..read]) {
            return Err(input.error(Fault::ZeroBytes));
        }
        let filled = kept + read;
        let last = filled < CHUNK;
        kept = scan.feed(&buffer[..filled], last);
        if last {
            break;
        }
        buffer.copy_within(filled - kept..filled, 0);
        offset += read as u64;
    }
    // A sheet in UTF-8 with some damage is still UTF-8: read in another encoding it would turn
    // into other characters without a word.
    if scan.malformed == 0 || scan.three_byte > scan.malformed {
        return Ok(UTF_8);
    }
    guess(input)
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
    /// Counts `bytes` and returns how many at their end may be an unfinished character.
    fn feed(&mut self, mut bytes: &[u8], last: bool) -> usize {
        loop {
            let (valid, error) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes.len(), None),
                Err(error) => (error.valid_up_to(), Some(error)),
            };
            let starts = |byte: &&u8| **byte & 0xF0 == 0xE0;
            self.three_byte += bytes[..valid].iter().filter(starts).count() as u64;
            bytes = &bytes[valid..];
            match error.map(|error| error.error_len()) {
                None => return 0,
                Some(None) if !last => return bytes.len(),
                Some(length) => {
                    self.malformed += 1;
                    bytes = &bytes[length.unwrap_or(bytes.len())..];
                }
            }
        }
    }
}

/// What text that is not UTF-8 most likely is: GB18030, unless it makes better sense as Big5.
fn guess(input: &Input) -> Result<&'static Encoding, SheetError> {
    let mut sample = Vec::new();
    let mut buffer = vec![0; GUESS_CHUNK];
    let mut offset = 0;
    while sample.len() < GUESS_SAMPLE {
        let read = input.read_at(&mut buffer, offset)?;
        offset += read as u64;
        let chunk = &buffer[..read];
        if !chunk.is_ascii() {
            sample.extend_from_slice(chunk);
        }
        if read < GUESS_CHUNK {
            break;
        }
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&sample, true);
    let is_big5 = detector.guess(Some(b"cn"), Utf8Detection::Deny) == BIG5
        || nonsense(&sample, BIG5) < nonsense(&sample, GB18030);
    Ok(if is_big5 { BIG5 } else { GB18030 })
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
