//! What is said of sheets in Chinese.

use rust_xlsxwriter::Workbook;

use crate::harness::{Finished, Place, finish, sandbox};

/// `check` of a sheet.
fn check(place: &Place, args: &[&str]) -> Finished {
    let mut program = place.program();
    finish(program.env("WDT_LANG", "zh").arg("check").args(args))
}

#[track_caller]
fn refuses(content: impl AsRef<[u8]>, options: &[&str], says: &str) {
    let place = Place::new();
    place.write("orders.csv", content);
    let check = check(&place, &[&["orders.csv"], options].concat()).expect(2);
    assert!(check.stderr.contains(says), "{check:#?}");
}

#[test]
fn what_was_found_out_about_a_sheet() {
    let place = Place::new();
    place.write("orders.csv", "月报\n采购单号;标记\nCG1;加急\n");
    let found = check(&place, &["orders.csv"]).expect(0).stdout;
    assert!(
        found.starts_with(
            "文件格式：分隔文本，编码 UTF-8，以 `;` 分隔，表头在第 2 行（跳过标题 1 行）\n采购单号取自 \"采购单号\" 列，标记取自 \"标记\" 列\n"
        ),
        "{found}"
    );
    let args = [
        "orders.csv",
        "--no-header",
        "--order-column=A",
        "--flag=加急",
    ];
    let found = check(&place, &args).expect(1).stdout;
    assert!(
        found.contains("，没有表头\n采购单号取自 \"A\" 列，所有行的标记都是 \"加急\"\n"),
        "{found}"
    );
    // For programs nothing is translated.
    let found = check(&place, &["orders.csv", "--format", "json"]).expect(0);
    assert!(
        found.stdout.contains("\"format\": \"delimited text\""),
        "{found:#?}"
    );
}

#[test]
fn why_a_file_is_no_sheet() {
    let place = Place::new();
    let gone = check(&place, &["orders.csv"]).expect(2);
    let says = "orders.csv：找不到这个文件，请检查路径和文件名";
    assert!(gone.stderr.contains(says), "{gone:#?}");
    for (content, says) in [
        (&b""[..], "orders.csv：文件是空的，没有表头"),
        (
            b"%PDF-1.7\n",
            "orders.csv：这不是表格（PDF）；请提供 .csv、.txt、.xlsx、.xlsb、.xls 或 .ods 文件",
        ),
        (b"{\"code\":0}", "这不是表格（JSON）"),
        (
            b"\x09\x08\x08\x00\x00\x05\x05\x00",
            "不能直接读取这种文件（Excel 97 以前的工作簿）；请用 Excel 或 WPS 打开，另存为 .xlsx 或 .csv",
        ),
        (
            b"PK\x03\x04nonsense",
            "无法作为表格读取（文件已损坏）；请用 Excel 或 WPS 打开，另存为 .xlsx 或 .csv",
        ),
        (
            b"<table><tr><td>purchase_no",
            "表格没有结束，文件不完整，可能缺少行",
        ),
        (
            b"purchase_no,flag_name\nCG1,\xC3\xFF\xFE\xFF\n",
            "但第 2 行不符；请另存为 UTF-8，或用 --encoding 指定编码",
        ),
        (
            b"purchase_no,flag_name\nCG1,\"aa\nCG2,aa\n",
            "orders.csv：第 2 行，\"flag_name\" 列：从这里开始的引号（\"）没有结束",
        ),
    ] {
        refuses(content, &[], says);
    }
}

#[test]
fn why_no_header_is_found() {
    refuses(
        "采购单号,备注\nCG1,a\n",
        &[],
        "orders.csv：前 20 行没有标记列（常用表头：flag_name、flag、标记名称、标记、采购单标记）；第 1 行是：\"采购单号\"、\"备注\"；请用 --flag-column 指定列（表头名或列字母），或用 --delimiter 指定分隔符；如果所有采购单用同一个标记，请加上 --flag 名称；要清除标记，请加上 --clear\n",
    );
    refuses(
        "a,b\n1,2\n",
        &["--header-line", "1", "--order-column", "单号"],
        "orders.csv：第 1 行没有采购单号列 \"单号\"，也没有标记列（常用表头：flag_name、flag、标记名称、标记、采购单标记），这一行是：\"a\"、\"b\"；请用 --order-column 和 --flag-column 指定列（表头名或列字母），或用 --header-line 指定表头所在的行\n",
    );
    refuses(
        "采购单号,采购编号,标记\nCG1,CG2,a\n",
        &[],
        "第 1 行：有多列可能是采购单号：\"采购单号\"（A 列）、\"采购编号\"（B 列）；请用 --order-column 加列字母指定",
    );
    refuses(
        "采购单号,标记\nCG1,a\n采购单号,备注,标记\n,b,c\n",
        &[],
        "有多行可能是表头：第 1 行（\"采购单号\" 下面是 \"CG1\"、\"标记\" 下面是 \"a\"）；第 3 行（\"采购单号\" 下面是空单元格、\"标记\" 下面是 \"c\"）；请用 --header-line 指定一行",
    );
}

#[test]
fn which_worksheet_is_meant() {
    let place = Place::new();
    let mut workbook = Workbook::new();
    for (name, order) in [("1月", "CG1"), ("2月", "CG2")] {
        let sheet = workbook.add_worksheet().set_name(name).expect("named");
        let rows = [["采购单号", "标记"], [order, "aa"]];
        sheet.write_row_matrix(0, 0, rows).expect("written");
    }
    let sheet = workbook.add_worksheet().set_name("旧").expect("named");
    sheet.set_hidden(true);
    workbook.save(place.path("x.xlsx")).expect("saved");
    let several = check(&place, &["x.xlsx"]).expect(2);
    let says = "x.xlsx：有多个工作表包含所需的列：\"1月\"（1 行）、\"2月\"（1 行）；请用 --sheet 名称 指定一个，或用 --all-sheets 读取全部";
    assert!(several.stderr.contains(says), "{several:#?}");
    let unknown = check(&place, &["x.xlsx", "--sheet", "3月"]).expect(2);
    let says = "没有工作表 \"3月\"；现有的工作表：1：\"1月\"、2：\"2月\"、3：\"旧\"（隐藏）";
    assert!(unknown.stderr.contains(says), "{unknown:#?}");
    let all = check(&place, &["x.xlsx", "--all-sheets"]).expect(0).stdout;
    let says = "文件格式：xlsx，工作表 \"1月\"、\"2月\"，表头在第 1 行\n";
    assert!(all.starts_with(says), "{all}");
}

/// What the results say of half a row keeps it from being sent, whoever reads it.
#[test]
fn half_a_row_stays_invalid_in_another_language() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name,备注,甲\nCG1,aa,两\n行,bb\n");
    finish(place.run(&erp, ["x.csv"]).env("WDT_LANG", "zh")).expect(1);
    let left = place.table("x.failures.csv");
    assert_eq!(
        left.column("extra_fields"),
        ["（只有 2 个字段，应为 4 个）"]
    );
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    let left = place.table("x.failures.csv");
    assert_eq!(left.column("status"), ["invalid"]);
    assert!(!erp.flags().contains_key("行"));
}
