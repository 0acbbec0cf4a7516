//! Which encoding a text sheet has, and where its text begins and ends.

use encoding_rs::{Decoder, Encoding, GB18030, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

use super::declared::declared;
use super::detect::detect;
use super::weigh::Choice;
use crate::language::say;
use crate::sheet::error::SheetError;
use crate::sheet::format::SNIFF_LEN;
use crate::sheet::input::Input;
use crate::sheet::options::SheetOptions;
use crate::sheet::warning::Warning;
use crate::text::quoted;

/// Where the end of the text is looked for, from the end of the file on.
const TAIL: u64 = 64 * 1024;
/// DOS and CP/M ended text by it (^Z); some exports still do.
const END_OF_TEXT: u8 = 0x1A;

#[derive(Clone, Copy, Debug)]
pub(in crate::sheet) struct TextEncoding {
    encoding: &'static Encoding,
    /// How many bytes the byte order mark takes in this sheet.
    pub(super) mark: usize,
    /// Where the text ends in the file.
    pub(super) end: u64,
    pub(super) guessed: bool,
    /// Another encoding that could as well be meant.
    close: Option<&'static Encoding>,
}

impl TextEncoding {
    /// As `--encoding` says, else by the byte order mark, else by the content of the whole file.
    pub(in crate::sheet) fn of(
        input: &Input,
        options: &SheetOptions,
    ) -> Result<TextEncoding, SheetError> {
        let marked = Encoding::for_bom(&input.read_at(0, 3)?);
        let known = |encoding, mark| -> Result<TextEncoding, SheetError> {
            Ok(TextEncoding {
                encoding,
                mark,
                end: end_of_text(input, encoding, mark)?,
                guessed: false,
                close: None,
            })
        };
        if let Some(label) = &options.encoding {
            let encoding = Encoding::for_label(label.as_bytes())
                .filter(|&encoding| encoding != REPLACEMENT)
                .ok_or_else(|| {
                    let label = quoted(label);
                    SheetError::of_option(say!("sheet-unknown-encoding", encoding = label))
                })?;
            let own_mark = marked.filter(|(marked, _)| *marked == encoding);
            return known(encoding, own_mark.map_or(0, |(_, length)| length));
        }
        if let Some((encoding, mark)) = marked {
            return known(encoding, mark);
        }
        let end = end_of_text(input, UTF_8, 0)?;
        let Some(found) = detect(input, end)? else {
            return known(UTF_8, 0);
        };
        // Markup that says one encoding and is another was saved again by somebody.
        let said = declared(&input.read_at(0, SNIFF_LEN)?);
        let is_said = |said: &&'static Encoding| {
            if *said == UTF_8 {
                found.may_be(UTF_8)
            } else {
                found != Choice::sure(UTF_8)
            }
        };
        if let Some(encoding) = said.filter(is_said) {
            return known(encoding, 0);
        }
        Ok(TextEncoding {
            encoding: found.taken,
            mark: 0,
            end,
            guessed: true,
            close: found.close,
        })
    }

    pub(in crate::sheet) fn name(self) -> &'static str {
        match self.encoding {
            utf_8 if utf_8 == UTF_8 && self.mark > 0 => "UTF-8 with BOM",
            encoding => name(encoding),
        }
    }

    /// Its name, if it was guessed and could be wrong.
    pub(in crate::sheet) fn in_doubt(self) -> Option<&'static str> {
        let is_in_doubt = self.guessed && (self.encoding != UTF_8 || self.close.is_some());
        is_in_doubt.then(|| self.name())
    }

    pub(in crate::sheet) fn warning(self) -> Option<Warning> {
        self.close.map(|other| Warning::CloseEncoding {
            taken: name(self.encoding),
            other: name(other),
        })
    }

    pub(super) fn decoder(self) -> Decoder {
        self.encoding.new_decoder_without_bom_handling()
    }
}

fn name(encoding: &'static Encoding) -> &'static str {
    match encoding {
        gb18030 if gb18030 == GB18030 => "GB18030",
        other => other.name(),
    }
}

/// Where ^Z and zero bytes begin that nothing but more of them follows. A disk that was full or
/// lost its power leaves such zeros, too.
fn end_of_text(input: &Input, encoding: &'static Encoding, mark: usize) -> Result<u64, SheetError> {
    let start = mark as u64;
    let ends: &[&[u8]] = if encoding == UTF_16LE {
        &[&[END_OF_TEXT, 0], &[0, 0]]
    } else if encoding == UTF_16BE {
        &[&[0, END_OF_TEXT], &[0, 0]]
    } else {
        &[&[END_OF_TEXT], &[0]]
    };
    let unit = ends[0].len();
    let mut end = input.length()?.max(start);
    if !(end - start).is_multiple_of(unit as u64) {
        return Ok(end);
    }
    loop {
        let from = end.saturating_sub(TAIL).max(start);
        let tail = input.read_at(from, (end - from) as usize)?;
        let trailing = tail
            .rchunks_exact(unit)
            .take_while(|unit| ends.contains(unit));
        let length = (trailing.count() * unit) as u64;
        end -= length;
        if length == 0 || end > from || end == start {
            return Ok(end);
        }
    }
}
