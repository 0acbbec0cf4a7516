//! Which encoding a text sheet has.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Decoder, Encoding, GB18030, REPLACEMENT, UTF_8};

use super::input::Input;
use super::{Options, SheetError};

const CHUNK: usize = 256 * 1024;
/// How much text that is not plain ASCII the guess looks at, which takes it long, …
const GUESSED_FROM: usize = 64 * 1024;
/// … in pieces of this size.
const GUESS_CHUNK: usize = 16 * 1024;

/// An encoding, and how many bytes its byte order mark takes in this sheet.
#[derive(Clone, Debug)]
pub(super) struct TextEncoding {
    encoding: &'static Encoding,
    mark: usize,
    guessed: bool,
}

impl TextEncoding {
    /// As `--encoding` says, else by the byte order mark, else by the content of the whole file.
    pub(super) fn of(input: &Input, options: &Options) -> Result<TextEncoding, SheetError> {
        let mut head = [0; 3];
        let length = input.read_at(&mut head, 0)?;
        let marked = Encoding::for_bom(&head[..length]);
        if let Some(label) = &options.encoding {
            let encoding = Encoding::for_label(label.as_bytes())
                .filter(|&encoding| encoding != REPLACEMENT)
                .ok_or_else(|| SheetError::UnknownEncoding {
                    label: label.clone(),
                })?;
            let mark = match marked {
                Some((marked, length)) if marked == encoding => length,
                _ => 0,
            };
            return Ok(TextEncoding {
                encoding,
                mark,
                guessed: false,
            });
        }
        if let Some((encoding, mark)) = marked {
            return Ok(TextEncoding {
                encoding,
                mark,
                guessed: false,
            });
        }
        Ok(TextEncoding {
            encoding: scan(input)?,
            mark: 0,
            guessed: true,
        })
    }

    pub(super) fn name(&self) -> &'static str {
        if self.encoding == UTF_8 && self.mark > 0 {
            "UTF-8 with BOM"
        } else if self.encoding == GB18030 {
            "GB18030"
        } else {
            self.encoding.name()
        }
    }

    /// What to do about text that is malformed in this encoding.
    pub(super) fn hint(&self) -> &'static str {
        if self.guessed {
            "save the file again as UTF-8, or give its encoding with --encoding"
        } else {
            "save the file again as UTF-8, or give its true encoding with --encoding"
        }
    }

    pub(super) fn mark_length(&self) -> usize {
        self.mark
    }

    /// None for UTF-8, which needs no decoding.
    pub(super) fn decoder(&self) -> Option<Decoder> {
        (self.encoding != UTF_8).then(|| self.encoding.new_decoder_without_bom_handling())
    }
}

/// What one look at the whole file found.
#[derive(Default)]
struct Scan {
    /// Places that are not UTF-8.
    malformed: u64,
    /// Three-byte characters of UTF-8, as all common Chinese ones are. Text in GBK hardly ever
    /// looks like them by chance, unlike the two-byte ones.
    three_byte: u64,
}

impl Scan {
    /// Counts `bytes` and returns how many at their end may be an unfinished character.
    fn feed(&mut self, bytes: &[u8], last: bool) -> usize {
        let mut used = 0;
        loop {
            let rest = &bytes[used..];
            let error = match simdutf8::compat::from_utf8(rest) {
                Ok(text) => {
                    self.count(text.as_bytes());
                    return 0;
                }
                Err(error) => error,
            };
            self.count(&rest[..error.valid_up_to()]);
            used += error.valid_up_to();
            match error.error_len() {
                None if !last => return bytes.len() - used,
                None => {
                    self.malformed += 1;
                    return 0;
                }
                Some(length) => {
                    self.malformed += 1;
                    used += length;
                }
            }
        }
    }

    fn count(&mut self, text: &[u8]) {
        self.three_byte += text.iter().filter(|&&byte| byte & 0xF0 == 0xE0).count() as u64;
    }
}

/// Finds the encoding of text without a byte order mark.
fn scan(input: &Input) -> Result<&'static Encoding, SheetError> {
    let mut scan = Scan::default();
    let mut buffer = vec![0; CHUNK];
    let (mut offset, mut kept) = (0, 0);
    loop {
        let read = input.read_at(&mut buffer[kept..], offset)?;
        if offset == 0 && zero_heavy(&buffer[..read]) {
            return Err(SheetError::ZeroBytes {
                file: input.name().to_owned(),
            });
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

/// What text that is not UTF-8 most likely is: GB18030, unless it makes better sense as Big5.
fn guess(input: &Input) -> Result<&'static Encoding, SheetError> {
    let mut sample = Vec::new();
    let mut buffer = vec![0; GUESS_CHUNK];
    let mut offset = 0;
    while sample.len() < GUESSED_FROM {
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
    text.chars()
        .filter(|&c| c == char::REPLACEMENT_CHARACTER || is_private(c))
        .count()
}

/// A character without a meaning of its own.
pub(super) fn is_private(c: char) -> bool {
    ('\u{e000}'..='\u{f8ff}').contains(&c)
}

fn zero_heavy(head: &[u8]) -> bool {
    let zeros = memchr::memchr_iter(0, head).count();
    zeros >= 2 && zeros * 10 > head.len()
}
