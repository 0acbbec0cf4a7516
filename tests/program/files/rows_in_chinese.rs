//! What results say of rows in Chinese.

use crate::harness::{Finished, Place, finish, sandbox};

/// Runs the sheet, and gives what the results say, row for row.
#[track_caller]
fn carried(sheet: &str, args: &[&str], code: i32) -> (Place, Finished, Vec<String>) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet);
    let mut program = place.run(&erp, [&["orders.csv", "-j1"], args].concat());
    let run = finish(program.env("WDT_LANG", "zh")).expect(code);
    let results = place.table("orders.results.csv");
    let said = results.select(["status", "message"]);
    let said = said.iter().map(|it| it.join(" ").trim_end().to_owned());
    let said = said.collect();
    (place, run, said)
}

#[test]
fn which_row_decides() {
    let sheet = "purchase_no,flag_name\nCG1,aa\nCG1,加急\nCG1,加急\nCG404,aa\nCG404,加急\nCG404,加急\n,aa\nCG5,\nCG5,aa\n";
    let (_, run, said) = carried(sheet, &[], 1);
    assert_eq!(
        said,
        [
            "superseded 以第 4 行为准",
            "ok 与第 4 行相同",
            "ok",
            "skipped 以第 7 行为准，但那一行被拒绝；要发送本行，请先删除那一行",
            "rejected 与第 7 行相同：单据不存在",
            "rejected 单据不存在",
            "invalid purchase_no 为空",
            "invalid flag_name 为空；但该采购单以第 10 行为准：本行不必改正，删除即可",
            "ok",
        ]
    );
    assert!(run.stdout.contains("flag_name 为空\n"), "{run:#?}");
    let (_, _, said) = carried(
        "purchase_no,flag_name\nCG1,aa\nCG1,加急\n",
        &["--on-conflict=invalid"],
        1,
    );
    assert_eq!(
        said,
        ["invalid 同一采购单给出了不同的标记；它的最后一行是第 3 行"; 2]
    );
}

#[test]
fn why_a_row_was_not_sent() {
    let sheet = "purchase_no,flag_name\nCG404,aa\nCG1,aa\n";
    let (_, run, said) = carried(sheet, &["--max-failures=1"], 3);
    assert_eq!(
        said[1],
        "skipped 未发送：有 1 张采购单未被接受（--max-failures）"
    );
    let last = run.stderr.trim_end().lines().last().unwrap_or_default();
    assert!(last.contains("有 1 张采购单未被接受"), "{run:#?}");
    let (_, _, said) = carried(sheet, &["--limit=1"], 1);
    assert_eq!(said[1], "skipped 未发送：超出 --limit 1");
}

#[test]
fn what_is_wrong_with_cells() {
    let text = "请把该列设为文本格式";
    let cells = [
        ("合计,aa", "是 \"合计\"，这是合计行，不是采购单；请删除该行"),
        (
            "备注：急,aa",
            "是 \"备注：急\"，这是备注，不是采购单；请删除该行",
        ),
        (
            "采购单号,aa",
            "是 \"采购单号\"，这是重复的表头，不是采购单；请删除该行",
        ),
        (
            "CG1 CG2,aa",
            "是 \"CG1 CG2\"，含有几个采购单号；请每行只写一个",
        ),
        ("#REF!,aa", "是 \"#REF!\"，公式出错；请在工作簿中改正"),
        (
            "####,aa",
            "是 \"####\"，列宽不够时表格软件就这样显示；请加宽该列，重新导出",
        ),
        (
            "2.2E+10,aa",
            &format!(
                "是科学计数法的数字 \"2.2E+10\"，原来的单号已经丢失；{text}，重新输入或导入，再导出"
            ),
        ),
        (
            "2204130001.00,aa",
            &format!(
                "是数字 \"2204130001.00\"，带有小数或分隔符；{text}，按 ERP 中的采购单号输入，再导出"
            ),
        ),
        (
            "2024-01-02,aa",
            &format!("是日期 \"2024-01-02\"；{text}，输入正确的内容"),
        ),
        (
            "TRUE,aa",
            &format!("是逻辑值 \"TRUE\"；{text}，输入正确的内容"),
        ),
        (
            "CG\u{3164}1,aa",
            "的第 3 个字符看不见（U+3164），实际内容与看到的不同；请重新输入该单元格",
        ),
        (
            "CG😀,aa",
            "的第 3 个字符是表情符号（😀 U+1F600）；ERP 可能不接受，请删除",
        ),
    ];
    let rows: String = cells.iter().map(|(row, _)| format!("{row}\n")).collect();
    let long = "9".repeat(41);
    let sheet = format!("purchase_no,flag_name\n{rows}{long},aa\nCG1,aa,more\n");
    let (place, _, said) = carried(&sheet, &[], 1);
    for (said, (_, says)) in said.iter().zip(cells) {
        assert_eq!(said, &format!("invalid purchase_no {says}"));
    }
    assert_eq!(
        said[cells.len()..],
        [
            "invalid purchase_no 有 41 个字符，ERP 最多接受 40 个",
            "invalid 列数不对：本行 3 列，表头 2 列；请改正本行，内容含分隔符的单元格要加引号",
        ]
    );
    // By what rows have in common, and what is particular to each.
    let mut check = place.program();
    check.env("WDT_LANG", "zh").args(["check", "orders.csv"]);
    let check = finish(&mut check).expect(1);
    for says in [
        "purchase_no 是带有小数或分隔符的数字；请把该列设为文本格式",
        "purchase_no 超过 ERP 最多接受的 40 个字符\n",
        "41 个字符\n",
        "purchase_no 中有表情符号；ERP 可能不接受，请删除\n",
        "第 3 个字符是 😀 U+1F600\n",
        "列数不对：多于表头的 2 列；请改正这些行",
        "3 列，应为 2 列\n",
    ] {
        assert!(check.stdout.contains(says), "{says}: {check:#?}");
    }
}
