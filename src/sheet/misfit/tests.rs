use super::*;

fn found(text: &str, field: Field) -> Option<Misfit> {
    misfit(text, field).map(|(misfit, _)| misfit)
}

#[track_caller]
fn are(expected: Misfit, texts: &[&str]) {
    for text in texts {
        assert_eq!(found(text, Field::PurchaseNo), Some(expected), "{text:?}");
    }
}

#[track_caller]
fn are_in_both(expected: Misfit, texts: &[&str]) {
    are(expected, texts);
    for text in texts {
        assert_eq!(found(text, Field::FlagName), Some(expected), "{text:?}");
    }
}

#[test]
fn what_a_spreadsheet_shows_instead_of_text_is_found_in_both_columns() {
    are_in_both(
        Misfit::FormulaError,
        &[
            "#N/A",
            "#REF!",
            "#NAME?",
            "#DIV/0!",
            "#SPILL!",
            "#CALC!",
            "#GETTING_DATA",
            "#BLOCKED!",
            "#EXTERNAL!",
            "Err:502",
        ],
    );
    are_in_both(Misfit::Narrow, &["#", "####", "##########"]);
    are_in_both(Misfit::Boolean, &["TRUE", "FALSE", "True"]);
    are_in_both(Misfit::Percentage, &["15%", "15.5%", "-3 %", "1,200％"]);
    are_in_both(Misfit::Date, &["2024-01-05", "2024/1/5 0:00", "1月5日"]);
    are_in_both(
        Misfit::Time,
        &["12:30:00", "9:05", "1080000:00:00", "-06:00:00"],
    );
    are_in_both(Misfit::NoValue, &["#FORMULA!"]);
    let rendered = [
        ("#FORMAT! 1 | CG1", Misfit::Format, "1 | CG1"),
        ("#DIGITS! 12", Misfit::FewDigits, "12"),
        ("#ROUNDED! 1200", Misfit::Rounded, "1200"),
    ];
    for (text, expected, rest) in rendered {
        for field in [Field::PurchaseNo, Field::FlagName] {
            assert_eq!(misfit(text, field), Some((expected, rest)));
        }
    }
}

#[test]
fn numbers_that_a_spreadsheet_wrote_its_own_way_are_no_orders() {
    are(
        Misfit::Scientific,
        &[
            "2.20413E+12",
            "2,20413E+12",
            "2.204130001234E12",
            "2.2E+012",
            "2e-5",
            "1.E+12",
            "-2E12",
            "2E+12",
        ],
    );
    are(
        Misfit::Amount,
        &[
            "2204130001.0",
            "2204130001.00",
            "2204130001,00",
            "2,204,130,001",
            "1,234.56",
            "2，204，130",
            "¥2204130001",
            "￥ 2,204.00",
            "-2,204",
        ],
    );
}

#[test]
fn several_orders_in_one_cell_are_found() {
    are(
        Misfit::SeveralOrders,
        &[
            "CG1,CG2",
            "CG1，CG2",
            "CG1、CG2",
            "CG1; CG2",
            "CG1；CG2；",
            "CG1|CG2",
            "CG1\nCG2",
            "2204130001,2204130002",
            "CG1 CG2",
            "2204130001 2204130002",
            "CG-1/2,CG-1/3",
        ],
    );
}

#[test]
fn lines_around_a_table_are_no_orders() {
    are(
        Misfit::Total,
        &[
            "合计",
            "小计:",
            "合 计",
            "合计：12",
            "总计12",
            "總計",
            "本页小计",
            "Total",
            "SUBTOTAL",
            "Grand total: 3",
            "Total 12",
        ],
    );
    are(
        Misfit::Note,
        &[
            "注：以上",
            "备注: x",
            "说明：",
            "注1：x",
            "制表人：张三",
            "制表人 张三",
            "Note: x",
        ],
    );
    are(
        Misfit::RepeatedHeader,
        &[
            "采购单号",
            "purchase_no",
            "*采购单号",
            "Purchase No",
            "订单号",
        ],
    );
}

#[test]
fn texts_that_only_resemble_them_may_be_meant() {
    for text in [
        "CG2204130001",
        "2204130001",
        "1E10",
        "CG1E12",
        "CG1E+12",
        "E+12",
        "1E+",
        "2.2.2E+1",
        "2204130001.5",
        "20220413.001",
        "CG-1/2",
        "CG1,",
        "CG1，加急",
        "采购 1",
        "CG 1",
        "2024 0001",
        "2024 001",
        "Total1",
        "Totality",
        "合计单",
        "合同1",
        "注1",
        "#1",
        "#CG1",
        "Err:x",
        "TRUEST",
        "2024-01-0005",
        "99:99",
        "15",
        "CG15%",
        "说明书1",
    ] {
        assert_eq!(found(text, Field::PurchaseNo), None, "{text:?}");
    }
    for text in [
        "2.2E+12",
        "2,204",
        "合计",
        "注：急",
        "aa,bb1",
        "1,2",
        "加急",
        "#急",
        "标记",
        "5折",
        "1月",
        "80%到货",
    ] {
        assert_eq!(found(text, Field::FlagName), None, "{text:?}");
    }
}
