use super::*;
use crate::workbook::show::show;
use crate::workbook::table::{Kind, Value};

fn shown(code: &str, value: f64) -> (Kind, String) {
    let format = NumberFormat::parse(code);
    let shown = show(Value::Number(value), false, Some(&format), false);
    (shown.kind, shown.text.into_owned())
}

/// A code, and how it shows 0, 5, 12345 and 1234567890123.
const SHOWN: &str = r#"
0000000000|0000000000|0000000005|0000012345|1234567890123
"CG"00000000|CG00000000|CG00000005|CG00012345|CG1234567890123
0000-0000-00|0000-0000-00|0000-0000-05|0000-0123-45|1234567-8901-23
\C\G0000|CG0000|CG0005|CG12345|CG1234567890123
#||5|12345|1234567890123
###-####|-|-5|1-2345|123456789-0123
??00|  00|  05|12345|1234567890123
"CG"??00|CG  00|CG  05|CG12345|CG1234567890123
[Red]00000|00000|00005|12345|1234567890123
[红色]00000|00000|00005|12345|1234567890123
[Color 5]000|000|005|12345|1234567890123
[$-804]00000|00000|00005|12345|1234567890123
00000;-00000|00000|00005|12345|1234567890123
_ 00000_ |00000|00005|12345|1234567890123
* 000|000|005|12345|1234567890123
0"件"|0件|5件|12345件|1234567890123件
000000件|000000件|000005件|012345件|1234567890123件
00 00|00 00|00 05|123 45|12345678901 23
(0000)|(0000)|(0005)|(12345)|(1234567890123)
0-0-0|0-0-0|0-0-5|123-4-5|12345678901-2-3
#-#-#|--|--5|123-4-5|12345678901-2-3
?-?| - | -5|1234-5|123456789012-3
0:00|0:00|0:05|123:45|12345678901:23
"CG"0000"A"00|CG0000A00|CG0000A05|CG0123A45|CG12345678901A23
"CG"0;"x"0;"zero"0|zero0|CG5|CG12345|CG1234567890123
0;"a;b";0|0|5|12345|1234567890123
0;@|0|5|12345|1234567890123
@|0|5|12345|1234567890123
General|0|5|12345|1234567890123
general;-general|0|5|12345|1234567890123
"#;

#[test]
fn digits_and_literals_show_as_spreadsheets_have_them() {
    for line in SHOWN.trim_matches('\n').lines() {
        let mut parts = line.split('|');
        let code = parts.next().unwrap();
        for value in [0.0, 5.0, 12_345.0, 1_234_567_890_123.0] {
            let text = parts.next().unwrap();
            let (kind, found) = shown(code, value);
            if text.bytes().any(|byte| byte.is_ascii_digit()) || text.is_empty() {
                assert_eq!((kind, &*found), (Kind::Number, text), "{code}");
            } else {
                assert_eq!(kind, Kind::Formatted, "{code}");
            }
        }
    }
}

#[test]
fn what_is_not_certain_is_not_shown() {
    let codes = "0.00~#,##0~0,~0.00E+00~# ?/?~0000/00~\"¥\"0~[$¥-804]0~$0~0 €~[>100]0000;000~~\"CG\"\
                 ~\"CG\"@~\"CG\"General~CG0000~0##~0000!00~00000_-000~*0###~[DBNum1]0~[unknown]0";
    let positive = codes.split('~').map(|code| (code, 5.0));
    let others = [("0000;;;", 0.0), ("00000", -5.0), ("00000", 1.5)];
    for (code, value) in positive.chain(others) {
        assert_eq!(shown(code, value).0, Kind::Formatted, "{code} {value}");
    }
}

#[test]
fn dates_times_and_percentages_are_known() {
    let dates = "yyyy-mm-dd~m/d/yy h:mm~yyyy\"年\"m\"月\"d\"日\"~[$-804]dddd~[Red]d-mmm~h:mm AM/PM\
                 ~上午/下午h\"时\"~ss.00~aaaa~[DBNum1]yyyy";
    for code in dates.split('~') {
        assert_eq!(shown(code, 45_943.0).0, Kind::Date, "{code}");
    }
    for code in ["[h]:mm", "[mm]:ss", "[S]"] {
        assert_eq!(shown(code, 1.5).0, Kind::Time, "{code}");
    }
    for (code, text) in [("0%", "15%"), ("0.00%", "15.25%")] {
        assert_eq!(shown(code, 0.1525), (Kind::Percentage, text.to_owned()));
    }
}

#[test]
fn texts_have_a_format_of_their_own() {
    for (code, shown) in [
        ("General", None),
        ("@", None),
        ("0000", None),
        ("0;-0;0;@", None),
        ("_ @_ ", None),
        ("\"CG\"@", Some(Some("CG7".to_owned()))),
        ("0;-0;0;\"CG\"@", Some(Some("CG7".to_owned()))),
        ("0;-0;0;", Some(None)),
        (";;;", Some(None)),
    ] {
        assert_eq!(NumberFormat::parse(code).text("7"), shown, "{code}");
    }
}

#[test]
fn formats_are_found_by_number() {
    let codes = [(176, "\"CG\"0"), (14, "0"), (0, "")];
    let styles = Styles {
        codes: codes.map(|(id, code)| (id, code.to_owned())).into(),
        styles: vec![0, 176, 9, 31, 14, 999],
    };
    let formats = Formats::new(&styles, false);
    let codes: Vec<&str> = formats.styles.iter().map(|it| &*it.code).collect();
    let expected = ["General", "\"CG\"0", "0%", "yyyy-m-d", "0", "General"];
    assert_eq!(codes, expected);
}
