//! Which line is the header, where several could be or none is.

use super::*;

fn at_line(line: u64) -> SheetOptions {
    SheetOptions {
        header_line: Some(line),
        ..SheetOptions::default()
    }
}

fn by_letters(order: &str, flag: &str) -> SheetOptions {
    SheetOptions {
        order_column: Some(order.to_owned()),
        flag_column: Some(flag.to_owned()),
        ..SheetOptions::default()
    }
}

#[test]
fn query_conditions_above_the_header_are_refused_with_what_there_is() {
    for query in [
        "采购单号,CG9,标记,缺票",
        "采购单号:,CG9,标记:,缺票",
        "采购单号：,,标记：,",
    ] {
        let text = format!("{query}\n仓库,x\n\n采购单号,供应商,标记\nCG1,x,aa\nCG2,y,bb\n");
        let said = refusal(text.as_bytes(), &SheetOptions::default());
        assert!(
            said.starts_with("-: more than one line could be the header: line 1 ("),
            "{said}"
        );
        for part in [
            "above \"仓库\"",
            "line 4 (\"采购单号\" above \"CG1\", \"标记\" above \"aa\")",
            "say which with --header-line",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let sheet = opened(text.as_bytes(), &at_line(4)).unwrap();
        assert_eq!(told(&sheet), ["5 CG1 aa", "6 CG2 bb"]);
        assert_eq!(
            (sheet.layout().header_line, sheet.layout().skipped_lines),
            (4, 2)
        );
    }
}

#[test]
fn labels_and_values_are_no_header_by_themselves() {
    let text = "采购单号:,CG9,标记:,缺票\n单号,x,y,状态\nCG1,,,aa\n";
    let said = refusal(text.as_bytes(), &SheetOptions::default());
    assert!(
        said.contains("line 1 has the names of the columns as labels"),
        "{said}"
    );
    let sheet = opened(text.as_bytes(), &by_letters("单号", "状态")).unwrap();
    assert_eq!(told(&sheet), ["3 CG1 aa"]);
}

#[test]
fn the_same_header_again_is_that_of_another_page() {
    let sheet = open("采购单号,标记\nCG1,aa\n*采购单号,标记,\nx,\n");
    assert!(told(&sheet).len() == 3);
    let sheet = open("采购单号,标记\nCG1,aa\n采购单号 ,标记,\nCG2,bb\n");
    let told = told(&sheet);
    assert_eq!([&told[0], &told[2]], ["2 CG1 aa", "4 CG2 bb"]);
    assert!(told[1].contains("a repeated header"), "{told:?}");
}

#[test]
fn words_of_the_sheet_are_no_header() {
    // A title, and cells that say what kind of document the row is.
    let text = "采购单\n采购单号,类型\nCG1,采购单\nCG2,订单号\n";
    let sheet = opened(text.as_bytes(), &flagged("aa")).unwrap();
    assert_eq!(told(&sheet), ["3 CG1 aa", "4 CG2 aa"]);
}

#[test]
fn a_header_line_is_taken_however_far_below() {
    let text = format!("{}\n采购单号,标记\nCG1,aa\n", "a,b,c\n".repeat(30));
    let sheet = opened(text.as_bytes(), &at_line(32)).unwrap();
    assert_eq!(told(&sheet), ["33 CG1 aa"]);
    assert_eq!(sheet.layout().skipped_lines, 30);
}

#[test]
fn a_header_line_without_the_columns_says_what_it_has() {
    let text = "采购单号,标记\n单号,\"类\n别\"\nCG1,aa\n\n";
    let said = refusal(text.as_bytes(), &at_line(2));
    for part in [
        "no order column",
        "on line 2, which has \"单号\", \"类\\n别\"",
        "--header-line",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // Within a row, blank, and below the end.
    for line in [3, 5, 9] {
        let options = SheetOptions {
            delimiter: Some(','),
            ..at_line(line)
        };
        let said = refusal(text.as_bytes(), &options);
        let start = format!("-: no row begins on line {line};");
        assert!(said.starts_with(&start), "{said}");
    }
}

#[test]
fn the_first_row_is_never_taken_for_the_header() {
    for text in [
        "CG1,加急\nCG2,缺票\n",
        // Alike in nothing but what they are.
        "CG10,加急\n2204130001,缺票\n",
        "CG1,加急\n",
        "CG1,加急\n\nPO-2,缺票,x\n",
        // No number, but its flag stands below, or the orders have none either.
        "单A,加急\nCG2,缺票\nCG3,加急\n",
        "A,加急\nB,缺票\n",
        // A title line.
        "十一月,x\n单号,类别\nCG1,加急\n",
    ] {
        let said = refusal(text.as_bytes(), &by_letters("A", "B"));
        assert!(
            said.contains("is where the header should be"),
            "{text:?}: {said}"
        );
        for option in ["--no-header", "--header-line 1"] {
            assert!(said.contains(option), "{said}");
        }
        let rows = told(
            &opened(
                text.as_bytes(),
                &SheetOptions {
                    header_line: Some(1),
                    ..by_letters("A", "B")
                },
            )
            .unwrap(),
        );
        let all = told(
            &opened(
                text.as_bytes(),
                &SheetOptions {
                    no_header: true,
                    ..by_letters("A", "B")
                },
            )
            .unwrap(),
        );
        assert_eq!(rows.len() + 1, all.len());
    }
    let said = refusal(
        b"CG1\nCG2\n",
        &SheetOptions {
            order_column: Some("A".to_owned()),
            ..flagged("aa")
        },
    );
    assert!(said.contains("--no-header"), "{said}");
}

#[test]
fn a_header_by_letter_is_one_where_that_can_be_told() {
    for text in [
        "单,旗\nCG1,加急\nCG2,加急\n",
        "单,旗\n",
        "单,旗\nCG1,加急\n合计,\n",
        "purchase_no,旗\nA,加急\n",
    ] {
        let sheet = opened(text.as_bytes(), &by_letters("A", "B")).unwrap();
        assert_eq!(sheet.layout().header_line, 1, "{text:?}");
    }
}
