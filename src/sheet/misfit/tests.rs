use super::*;

#[track_caller]
fn are(says: Say, fields: &[Field], texts: &str) {
    for text in texts.split('~') {
        for &field in fields {
            let found = misfit(text, field).map(|says| says("x"));
            assert_eq!(found, Some(says("x")), "{text:?}");
        }
    }
}

#[test]
fn what_a_spreadsheet_shows_instead_of_text_is_found_in_both_columns() {
    for (says, texts) in [
        (
            says!("misfit-formula-error") as Say,
            "#N/A~#REF!~#NAME?~#DIV/0!~#SPILL!~#CALC!~#GETTING_DATA~#BLOCKED!~#EXTERNAL!~Err:502",
        ),
        (says!("misfit-narrow"), "#~####~##########"),
        (says!("misfit-boolean"), "TRUE~FALSE~True"),
        (says!("misfit-percentage"), "15%~15.5%~-3 %~1,200％"),
        (
            says!("misfit-date"),
            "2024-01-05~2024/1/5~2024.1.5~2024/1/5 0:00~2024-01-05 12:30:00~2024-01-05T12:30:00.000Z\
             ~2024-01-05T12:30:00+08:00~5/1/2024~31.12.2024~12-31-2024~1/5/24~2024年1月5日~24年1月5日\
             ~1月5日~2024年1月5日 12:30~5-Jan-24~05-JAN-2024~5-Jan~Jan-24~Jan 5, 2024~January 2024",
        ),
        (
            says!("misfit-time"),
            "12:30:00~9:05~36:00:00~1080000:00:00~-06:00:00~1:05 PM~1:05:00am~下午 1:05~00:00:00.5",
        ),
    ] {
        are(says, &[Field::PurchaseNo, Field::FlagName], texts);
    }
}

#[test]
fn what_is_no_order_may_be_a_flag() {
    for (says, texts) in [
        (
            says!("misfit-scientific") as Say,
            "2.20413E+12~2,20413E+12~2.204130001234E12~2.2E+012~2e-5~1.E+12~-2E12~2E+12",
        ),
        (
            says!("misfit-amount"),
            "2204130001.0~2204130001.00~2204130001,00~2,204,130,001~1,234.56~2，204，130\
             ~¥2204130001~￥ 2,204.00~-2,204",
        ),
        (
            SEVERAL_ORDERS,
            "CG1,CG2~CG1，CG2~CG1、CG2~CG1; CG2~CG1；CG2；~CG1|CG2~CG1\nCG2~2204130001,2204130002\
             ~CG1 CG2~CG20260062/CG20260063~2204130001／2204130002~CG-1 CG-2~2204130001 2204130002~CG-1/2,CG-1/3",
        ),
        (
            says!("misfit-total"),
            "汇总~总数：3~合计~小计:~合 计~合计：12~总计12~總計~本页小计~Total~SUBTOTAL~Grand total: 3~Total 12",
        ),
        (
            says!("misfit-note"),
            "第 1 页 共 3 页~共 57 条记录~Page 1 of 3~(57 rows affected)~57 rows in set (0.01 sec)~（57 行受影响）~EOF\
             ~——以下空白——~复核：~制单人：李四~采购员: x~日期：2026-11-30~打印时间：x~注：以上~备注: x~说明：~注1：x~制表人：张三~制表人 张三~Note: x",
        ),
    ] {
        are(says, &[Field::PurchaseNo], texts);
    }
}

#[test]
fn words_for_nothing_are_found_in_both_columns() {
    let words = "null~NULL~(blank)~'null'~None.~n\\a~<NA>~［空］~无数据~未知~待确认~同上。~ditto~々~〃〃~?~？？~***~～";
    are(NOTHING, &[Field::PurchaseNo], words);
    assert!(words.split('~').all(is_nothing));
    for flag in ["★", "无", "(无)", "空运", "nullable", "未知单", "1", "A?"] {
        assert!(!is_nothing(flag), "{flag}");
    }
}

#[test]
fn texts_that_only_resemble_them_may_be_meant() {
    let meant = [
        (
            Field::PurchaseNo,
            "CG2204130001~2204130001~1E10~CG1E12~CG1E+12~E+12~1E+~2.2.2E+1~2204130001.5~20220413.001\
             ~CG-1/2~CG2026/CG0001~202604/000123~CG1,~CG1，加急~采购 1~CG 1~2024 0001~2024 001~PO1 CG2~Total1~Totality~合计单\
             ~合同1~注1~采购单：1~日期1~第1批~共享1~1页~Page1A~EOF1~row57~#1~#CG1~Err:x~TRUEST~2024-01-0005~99:99~15~CG15%~说明书1",
        ),
        (
            Field::FlagName,
            "2.2E+12~2,204~合计~注：急~aa,bb1~1,2~加急~#急~标记~5折~1月~80%到货",
        ),
    ];
    let no_dates = "2024-13-05~2024-01~20240105~24-01-05~2024-01-05-1~2024/1.5~32/32/2024\
                    ~CG2024-01-05~DEC-24~5-MAR~Jan-240~Mar~2024年1月~1月~2024-01-05 x\
                    ~2024-01-0512:30~13-14-2024x~1:2~12:60~12:30:00x~";
    let of_both = [Field::PurchaseNo, Field::FlagName].map(|field| (field, no_dates));
    for (field, texts) in meant.into_iter().chain(of_both) {
        for text in texts.split('~') {
            assert_eq!(misfit(text, field).map(|says| says("x")), None, "{text:?}");
        }
    }
}

#[test]
fn words_for_nothing_are_no_order_whatever_their_case() {
    are(
        NOTHING,
        &[Field::PurchaseNo],
        "null~NULL~NaN~<NA>~ＮＵＬＬ~n/a~\\N~-~--~——~－~/~…~同上~〃~待定",
    );
    for text in ["", "nulls", "-1", "无", "CG-", "上", "待定单", "加急"] {
        assert!(!is_nothing(text), "{text}");
    }
}
