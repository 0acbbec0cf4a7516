//! Which encoding a text sheet has, and where its text begins and ends.

use encoding_rs::{BIG5, Decoder, Encoding, GB18030, GBK, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

use crate::language::say;
use crate::sheet::format::SNIFF_LEN;
use crate::sheet::input::{Input, SheetError, SheetOptions};
use crate::text::quoted;

const CHUNK: u64 = 256 * 1024;
/// DOS and CP/M ended text by it (^Z); some exports still do.
const END_OF_TEXT: u8 = 0x1A;
/// Words of headers settle the encoding: no other text turns into them by chance.
const HEADER_WORDS: [&str; 5] = ["采购", "标记", "採購", "標記", "订单号"];

#[derive(Clone, Copy, Debug)]
pub struct TextEncoding {
    encoding: &'static Encoding,
    /// How many bytes the byte order mark takes in this sheet.
    pub mark: usize,
    /// Where the text ends in the file.
    pub end: u64,
    is_guessed: bool,
    /// Another encoding that could as well be meant.
    close: Option<&'static Encoding>,
}

impl TextEncoding {
    /// As `--encoding` says, else by the byte order mark, else by the content of the whole file.
    pub fn of(input: &Input, options: &SheetOptions) -> Result<TextEncoding, SheetError> {
        let marked = Encoding::for_bom(&input.read_at(0, 3)?);
        let known = match &options.encoding {
            None => marked.map(|(encoding, _)| encoding),
            Some(label) => Some(labelled(label)?),
        };
        let mark = marked.filter(|(it, _)| Some(*it) == known);
        let mark = mark.map_or(0, |(_, length)| length);
        let (encoding, close) = match known {
            Some(encoding) => (encoding, None),
            None => guess(input, end_of_text(input, UTF_8, 0)?, options)?,
        };
        Ok(TextEncoding {
            encoding,
            mark,
            end: end_of_text(input, encoding, mark)?,
            is_guessed: known.is_none() && encoding != UTF_8,
            close,
        })
    }

    pub fn name(self) -> &'static str {
        if self.encoding == UTF_8 && self.mark > 0 {
            "UTF-8 with BOM"
        } else {
            name(self.encoding)
        }
    }

    /// The fault, and what to do about it if the encoding was guessed and could be wrong.
    pub fn explained(self, fault: String) -> String {
        if !self.is_guessed {
            return fault;
        }
        let advice = say!("sheet-or-encoding", encoding = self.name());
        [fault, advice].join(&say!("sheet-clause-separator"))
    }

    pub fn warning(self) -> Option<String> {
        let (taken, other) = (name(self.encoding), name(self.close?));
        let option = other.to_lowercase();
        Some(say!(
            "warning-close-encoding",
            taken = taken,
            other = other,
            option = option
        ))
    }

    pub fn decoder(self) -> Decoder {
        self.encoding.new_decoder_without_bom_handling()
    }
}

fn name(encoding: &'static Encoding) -> &'static str {
    // In the case that people know.
    if encoding == GB18030 {
        "GB18030"
    } else {
        encoding.name()
    }
}

fn labelled(label: &str) -> Result<&'static Encoding, SheetError> {
    let encoding = Encoding::for_label(label.as_bytes()).filter(|&it| it != REPLACEMENT);
    encoding.ok_or_else(|| {
        let label = quoted(label);
        SheetError(say!("sheet-unknown-encoding", encoding = label))
    })
}

/// An encoding, and another that could as well be meant.
type Guess = (&'static Encoding, Option<&'static Encoding>);

/// UTF-16 by its zeros, else UTF-8 if that is what it reads as, else GB18030 or Big5.
fn guess(input: &Input, end: u64, options: &SheetOptions) -> Result<Guess, SheetError> {
    let head = input.read_at(0, (SNIFF_LEN as u64).min(end.max(1)) as usize)?;
    let pairs = head.as_chunks::<2>().0;
    let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if head == [0] || even + odd > 1 && (even + odd) * 10 > head.len() {
        return if odd > even * 4 {
            Ok((UTF_16LE, None))
        } else if even > odd * 4 {
            Ok((UTF_16BE, None))
        } else {
            Err(input.error(say!("sheet-zero-bytes")))
        };
    }
    let (mut malformed, mut short, mut long) = (0, 0, 0);
    for_each_piece(input, end, |piece| {
        for chunk in piece.utf8_chunks() {
            malformed += u64::from(!chunk.invalid().is_empty());
            if !chunk.valid().is_ascii() {
                for byte in chunk.valid().bytes() {
                    short += u64::from(byte & 0xE0 == 0xC0);
                    long += u64::from(byte >= 0xE0);
                }
            }
        }
    })?;
    // A sheet in UTF-8 with some damage is still UTF-8: read in another encoding it would turn into
    // other characters without a word.
    let is_utf_8 = long > malformed;
    if is_utf_8 || malformed + short == 0 {
        return Ok((UTF_8, None));
    }
    // Markup that says one encoding and is another was saved again by somebody.
    if let Some(said) = declared(&head).filter(|&it| it != UTF_8 || malformed == 0) {
        return Ok((said, None));
    }
    let mut readings = Reading::of(input, end, options)?;
    let [gb18030, _] = &readings;
    if malformed == 0 {
        // Letters of two bytes each: `é` is as well `茅`.
        return if gb18030.is_whole && gb18030.uncommon == 0 {
            Err(input.error(say!("sheet-two-encodings")))
        } else {
            Ok((UTF_8, None))
        };
    }
    readings.sort_by_key(|it| (!it.has_words, !it.is_whole, it.uncommon));
    let [taken, other] = &readings;
    let lead = other.uncommon.saturating_sub(taken.uncommon);
    let is_alike = (taken.has_words, taken.is_whole) == (other.has_words, other.is_whole);
    // Big5 is the exception, so one character does not make it certain.
    let least = if taken.encoding == BIG5 { 2 } else { 1 };
    let is_close = is_alike && (lead < least || lead * 5 < taken.characters);
    Ok((taken.encoding, is_close.then_some(other.encoding)))
}

/// How the text reads in an encoding of two bytes a character.
struct Reading {
    encoding: &'static Encoding,
    /// Whether all of it is text.
    is_whole: bool,
    has_words: bool,
    characters: usize,
    /// Characters outside the block in which those stand that are in common use. Hardly any text
    /// has others.
    uncommon: usize,
}

impl Reading {
    fn of(input: &Input, end: u64, options: &SheetOptions) -> Result<[Reading; 2], SheetError> {
        let given = [&options.order_column, &options.flag_column];
        let words = given.into_iter().flatten().map(String::as_str);
        let words = words.filter(|it| !it.is_ascii());
        let words: Vec<&str> = words.chain(HEADER_WORDS).collect();
        let mut readings = [GB18030, BIG5].map(|encoding| Reading {
            encoding,
            is_whole: true,
            has_words: false,
            characters: 0,
            uncommon: 0,
        });
        let mut is_first = true;
        for_each_piece(input, end, |piece| {
            for reading in &mut readings {
                let (text, is_malformed) = reading.encoding.decode_without_bom_handling(piece);
                reading.is_whole &= !is_malformed;
                if is_first {
                    reading.has_words = words.iter().any(|word| text.contains(word));
                }
                reading.count(piece);
            }
            is_first = false;
        })?;
        Ok(readings)
    }

    fn count(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| !byte.is_ascii()) {
            let (pair, after) = rest[at..].split_at(2.min(rest.len() - at));
            let (lead, trail) = (pair[0], pair.get(1).copied().unwrap_or_default());
            // Punctuation, numerals and letters come first in both.
            let (common, least) = if self.encoding == GB18030 {
                (0xB0..=0xD7, 0xA1)
            } else {
                (0xA4..=0xC6, 0x40)
            };
            let is_common = common.contains(&lead) || (0xA1..=0xA3).contains(&lead);
            self.characters += 1;
            self.uncommon += usize::from(!is_common || trail < least);
            rest = after;
        }
    }
}

/// Goes through the text in pieces that end with a line, and so with a character.
fn for_each_piece(input: &Input, end: u64, mut each: impl FnMut(&[u8])) -> Result<(), SheetError> {
    let mut offset = 0;
    while offset < end {
        let mut piece = input.read_at(offset, CHUNK.min(end - offset) as usize)?;
        if piece.is_empty() {
            break;
        }
        let is_last = offset + piece.len() as u64 == end;
        let line_end = piece.iter().rposition(|&byte| byte == b'\n');
        if let Some(at) = line_end.filter(|_| !is_last) {
            piece.truncate(at + 1);
        }
        offset += piece.len() as u64;
        if !piece.is_ascii() {
            each(&piece);
        }
    }
    Ok(())
}

/// The encoding that markup says it has, as in `<?xml encoding="gb2312"?>` and `<meta
/// charset="gb2312">`; XML that says none is UTF-8.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let text = String::from_utf8_lossy(head.trim_ascii_start()).to_ascii_lowercase();
    let (declaration, rest) = match text.strip_prefix("<?xml") {
        Some(xml) => xml.split_once("?>")?,
        None => ("", text.strip_prefix('<')?),
    };
    let label = |text: &str, key: &str| {
        let (_, after) = text.split_once(key)?;
        let value = after.trim_start().strip_prefix('=')?;
        let value = value.trim_start_matches(|c: char| c.is_whitespace() || "\"'".contains(c));
        let end = value.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
        Encoding::for_label(&value.as_bytes()[..end.unwrap_or(value.len())])
    };
    let is_xml = text.starts_with("<?xml") || rest.starts_with("workbook");
    let said = label(declaration, "encoding").or_else(|| label(rest, "charset"));
    match said.or(is_xml.then_some(UTF_8))? {
        // What could be read so far is no UTF-16.
        utf_16 if utf_16 == UTF_16LE || utf_16 == UTF_16BE => None,
        gbk if gbk == GBK => Some(GB18030),
        other => Some(other),
    }
}

/// Where ^Z and zero bytes begin that nothing but more of them follows. A disk that was full or
/// lost its power leaves such zeros, too.
fn end_of_text(input: &Input, encoding: &'static Encoding, mark: usize) -> Result<u64, SheetError> {
    let start = mark as u64;
    let (unit, at) = match encoding {
        it if it == UTF_16LE => (2, 0),
        it if it == UTF_16BE => (2, 1),
        _ => (1, 0),
    };
    let is_end =
        |bytes: &[u8]| (0..unit).all(|it| bytes[it] == 0 || it == at && bytes[it] == END_OF_TEXT);
    let mut end = input.length()?.max(start);
    while (end - start).is_multiple_of(unit as u64) {
        let from = end.saturating_sub(CHUNK).max(start);
        let tail = input.read_at(from, (end - from) as usize)?;
        let trailing = tail.rchunks_exact(unit).take_while(|it| is_end(it)).count() * unit;
        end -= trailing as u64;
        if trailing == 0 || end > from || end == start {
            break;
        }
    }
    Ok(end)
}
