//! The encoding that markup says it has.

use encoding_rs::{Encoding, GB18030, GBK, UTF_16BE, UTF_16LE};

/// As in `<?xml encoding="gb2312"?>` and `<meta charset="gb2312">`.
pub(super) fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.trim_ascii_start();
    if !head.starts_with(b"<") {
        return None;
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let (declaration, rest) = if text.starts_with("<?xml") {
        text.split_once("?>")?
    } else {
        ("", text.as_str())
    };
    let encoding = label(declaration, "encoding").or_else(|| label(rest, "charset"))?;
    match encoding {
        // What could be read so far is no UTF-16.
        utf_16 if utf_16 == UTF_16LE || utf_16 == UTF_16BE => None,
        gbk if gbk == GBK => Some(GB18030),
        other => Some(other),
    }
}

fn label(text: &str, key: &str) -> Option<&'static Encoding> {
    let (_, after) = text.split_once(key)?;
    let value = after.trim_start().strip_prefix('=')?;
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    let end = value.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
    Encoding::for_label(&value.as_bytes()[..end.unwrap_or(value.len())])
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, UTF_8};

    use super::*;

    #[test]
    fn markup_says_its_encoding() {
        for (head, encoding) in [
            (
                "\r\n<html><META http-equiv=Content-Type content=\"text/html; charset=gb2312\">",
                Some(GB18030),
            ),
            ("<meta charset='utf-8'>", Some(UTF_8)),
            ("<meta charset = Big5 >", Some(BIG5)),
            (
                "<?xml version=\"1.0\" encoding='GBK'?><Workbook>",
                Some(GB18030),
            ),
            ("<?xml version=\"1.0\"?><meta charset=utf-8>", Some(UTF_8)),
            (
                "<?xml version=\"1.0\" encoding=\"utf-16\"?><Workbook>",
                None,
            ),
            ("<table>", None),
            ("purchase_no,charset=utf-8", None),
        ] {
            assert_eq!(declared(head.as_bytes()), encoding, "{head}");
        }
    }
}
