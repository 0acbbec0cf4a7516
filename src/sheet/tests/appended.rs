//! Results and failures files, read again.

use super::*;

const SEVEN: &str = "line,status,code,message,attempts,finished_at,row_check";

#[test]
fn what_was_appended_is_not_the_sheets_own() {
    let sheet = open(format!(
        "purchase_no,flag_name,note,{SEVEN}\nCG1,aa,n,2,failed,,m,3,t,x\n"
    ));
    assert_eq!(sheet.columns(), ["purchase_no", "flag_name", "note"]);
    assert!(!sheet.has_sent_flag());
    assert_eq!(told(&sheet), ["2 CG1 aa"]);
    assert_eq!(cells(&rows(&sheet).unwrap()[0]), ["CG1", "aa", "n"]);
}

#[test]
fn the_flag_sent_is_the_flag() {
    let text = format!("purchase_no,标记,sent_flag,{SEVEN}\nCG1,old,加急,2,failed,,m,3,t,x\n");
    let sheet = open(&text);
    assert!(sheet.has_sent_flag());
    assert_eq!(sheet.columns(), ["purchase_no", "标记"]);
    assert_eq!(told(&sheet), ["2 CG1 加急"]);
    assert_eq!(rows(&sheet).unwrap()[0].sent_flag(), Some("加急"));
    assert_eq!(sheet.layout().flag_column.as_deref(), Some("sent_flag"));

    let sheet = opened(text.as_bytes(), &flagged("无")).unwrap();
    assert_eq!(told(&sheet), ["2 CG1 无"]);
    assert_eq!(rows(&sheet).unwrap()[0].sent_flag(), Some("无"));
}

#[test]
fn the_flag_sent_needs_no_flag_column_and_is_checked() {
    assert_eq!(
        told(&open(format!(
            "purchase_no,sent_flag,{SEVEN}\nCG1,,2,failed,,m,3,t,x\n"
        ))),
        ["2 ! sent_flag is empty"]
    );
}

#[test]
fn a_row_that_was_ragged_stays_invalid_until_corrected() {
    let header = format!("purchase_no,flag_name,extra_fields,{SEVEN}");
    let sheet = open(format!(
        "{header}\nCG1,aa,\"x,y\",2,invalid,,m,0,t,x\nCG2,aa,,3,failed,,m,0,t,x\nCG3,aa,z,4,invalid,,m,0,t,x,more\n"
    ));
    assert_eq!(sheet.columns(), ["purchase_no", "flag_name"]);
    let told = told(&sheet);
    has(&told[0], "2 ! wrong number of fields");
    assert_eq!(told[1], "3 CG2 aa");
    let rows = rows(&sheet).unwrap();
    let extra: Vec<_> = rows.iter().map(Row::extra_fields).collect();
    assert_eq!(extra, ["x,y", "", "z,more"]);
}

/// A failures file with a flag of its own column and another that was sent, as people hand it back.
#[test]
fn a_touched_failures_file_sends_what_was_sent() {
    let header = format!("purchase_no,标记,sent_flag,{SEVEN}");
    let row = "CG1,old,加急,2,failed,,m,3,t,x";
    let moved_header = format!("sent_flag,purchase_no,标记,{SEVEN}");
    for (header, row) in [
        (format!("{header},"), format!("{row},")),
        (format!("{header},,"), row.to_owned()),
        (format!("{header},备注"), format!("{row},x")),
        (header.replace(",finished_at", ""), row.replace(",t", "")),
        (header.replace("status", "Status"), row.to_owned()),
        (header.replace("sent_flag", " Sent_Flag "), row.to_owned()),
        (moved_header, "加急,CG1,old,2,failed,,m,3,t,x".to_owned()),
    ] {
        for is_named_ours in [false, true] {
            let options = with(|it| it.is_named_ours = is_named_ours);
            let sheet = opened(format!("{header}\n{row}\n").as_bytes(), &options).unwrap();
            assert_eq!(told(&sheet), ["2 CG1 加急"], "{header}");
        }
    }
}

#[test]
fn a_flag_sent_that_is_gone_is_not_replaced_by_another() {
    let sheet = open(format!(
        "purchase_no,标记,sent_flag,{SEVEN}\nCG1,old,,2,failed,,m,3,t,x\nCG2,old\n"
    ));
    assert_eq!(
        told(&sheet),
        ["2 ! sent_flag is empty", "3 ! sent_flag is empty"]
    );
}

#[test]
fn a_file_that_has_lost_its_checks_is_refused() {
    let (named, other) = (true, false);
    let (twice, none) = ("two columns are named \"line\"", "not \"row_check\"");
    for (text, is_named_ours, says) in [
        (
            "line,purchase_no,标记,line,status,attempts,message,row_check\n",
            other,
            twice,
        ),
        ("purchase_no,标记,status,code,message\n", named, none),
        ("purchase_no,标记,sent_flag\n", other, none),
        (
            "purchase_no,标记,line,status,code,message,attempts,finished_at\n",
            other,
            none,
        ),
    ] {
        let options = with(|it| it.is_named_ours = is_named_ours);
        let said = refusal(text.as_bytes(), &options);
        assert!(said.contains(says), "{text}: {said}");
    }
    let own = "purchase_no,标记,status,code,message\nCG1,a,failed,,m\n";
    assert_eq!(told(&open(own)), ["2 CG1 a"], "a sheet like any other");
}
