//! What a reply is about: the row, the account and its rights, or nothing but the moment.

use std::sync::Mutex;

use crate::harness::{
    Place, ScriptedServer, accepted, http, http_with, listing, order, refused, sheet,
};

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

/// A case of one row: its name, its flag, what the ERP says to its first call, and whether it is
/// called again. Every later call is accepted.
type Row = (&'static str, &'static str, &'static str, bool);

const AGAIN: bool = true;
const FINAL: bool = false;

const ROWS: [Row; 48] = [
    (
        "public 5: deadlock",
        "aa",
        "Deadlock found when trying to get lock; try restarting transaction",
        AGAIN,
    ),
    (
        "public 5: lock wait",
        "aa",
        "Lock wait timeout exceeded; try restarting transaction",
        AGAIN,
    ),
    ("public 5: busy", "aa", "系统繁忙，请稍后再试", AGAIN),
    (
        "public 5: another user holds it",
        "aa",
        "单据正在被其他人操作，请刷新后重试",
        AGAIN,
    ),
    (
        "public 5: a call took too long",
        "aa",
        "接口调用超时",
        AGAIN,
    ),
    (
        "public 5: in other words",
        "aa",
        "Connection Timed Out, please TRY AGAIN",
        AGAIN,
    ),
    ("public 5: nobody knows", "aa", "未知错误", AGAIN),
    (
        "public 5: a flag that such words only contain",
        "时",
        "接口调用超时",
        AGAIN,
    ),
    (
        "public 5: a flag of such words that is not quoted",
        "超时",
        "接口调用超时",
        AGAIN,
    ),
    (
        "public 5: quoted beside a passing fault",
        "重试",
        "单据正在被其他人操作，标记重试未保存",
        AGAIN,
    ),
    (
        "public 5: the flag has such words",
        "超时重试",
        "采购标记不存在:超时重试",
        FINAL,
    ),
    (
        "public 5: the flag alone has them",
        "超时",
        "标记超时 已停用",
        FINAL,
    ),
    (
        "public 5: the flag has them, before the rest",
        "稍后",
        "稍后：标记类型错误",
        FINAL,
    ),
    (
        "public 5: the flag has them, within words",
        "请稍后处理",
        "标记请稍后处理已停用",
        FINAL,
    ),
    (
        "public 5: the order has them",
        "aa",
        "单据ORDER状态不对",
        FINAL,
    ),
    ("public 26: warehouse", "aa", "无仓库访问权限", FINAL),
    (
        "public 26: warehouse, in other words",
        "aa",
        "仓库权限不足",
        FINAL,
    ),
    (
        "public 26: not being edited",
        "aa",
        "采购单不是编辑中状态",
        FINAL,
    ),
    ("public 26: not found", "aa", "未找到对应的单据信息!", FINAL),
    ("public 26: cancelled", "aa", "单据不存在", FINAL),
    (
        "public 26: too long",
        "aa",
        "Data truncation: Data too long for column 'flag_name' at row 1",
        FINAL,
    ),
    ("public 26: empty", "aa", "purchase_no不能为空", FINAL),
    (
        "public 26: no flag",
        "不存在的",
        "采购标记不存在:不存在的",
        FINAL,
    ),
    (
        "public 26: a flag that is off",
        "旧标记",
        "标记旧标记  不存在/已停用/类型错误",
        FINAL,
    ),
    (
        "public 26: a flag named after a limit",
        "调用频率限制",
        "标记 调用频率限制 已停用",
        FINAL,
    ),
    (
        "public 26: a flag named after a right",
        "接口权限不足",
        "标记“接口权限不足”已停用",
        FINAL,
    ),
    ("public 26: no words", "aa", "", FINAL),
    (
        "public 26: a flag named after a lock",
        "deadlock",
        "flag [deadlock] is off",
        FINAL,
    ),
    ("public 26: the order is named", "aa", "ORDER 已审核", FINAL),
    (
        "public 5: the order is named, and will be free",
        "aa",
        "ORDER 正在被审核",
        AGAIN,
    ),
    ("attack: 请求超时", "aa", "请求超时", AGAIN),
    (
        "attack: 保存超时，请检查网络",
        "aa",
        "保存超时，请检查网络",
        AGAIN,
    ),
    ("attack: 系统忙", "aa", "系统忙", AGAIN),
    (
        "attack: 服务器忙，请求未处理",
        "aa",
        "服务器忙，请求未处理",
        AGAIN,
    ),
    (
        "attack: 【系统提示】系统繁忙，无法处理",
        "aa",
        "【系统提示】系统繁忙，无法处理",
        AGAIN,
    ),
    (
        "attack: 数据库连接超时，无法保存",
        "aa",
        "数据库连接超时，无法保存",
        AGAIN,
    ),
    (
        "attack: 单据正在被其他人操作，不能修改，请刷新",
        "aa",
        "单据正在被其他人操作，不能修改，请刷新",
        AGAIN,
    ),
    (
        "attack: 单据正在被其他人操作，无法修改，请稍后",
        "aa",
        "单据正在被其他人操作，无法修改，请稍后",
        AGAIN,
    ),
    ("attack: 系统正忙", "aa", "系统正忙", AGAIN),
    ("attack: 锁等待超时", "aa", "锁等待超时", AGAIN),
    (
        "attack: 供应商【忙里偷闲商贸】已停用",
        "aa",
        "供应商【忙里偷闲商贸】已停用",
        FINAL,
    ),
    (
        "attack: 供应商“超时重试商贸”已停用",
        "aa",
        "供应商“超时重试商贸”已停用",
        FINAL,
    ),
    (
        "attack: 仓库「稍后」未启用",
        "aa",
        "仓库「稍后」未启用",
        FINAL,
    ),
    (
        "attack: 采购单已超时关闭，不能修改",
        "aa",
        "采购单已超时关闭，不能修改",
        FINAL,
    ),
    (
        "attack: 付款超时，采购单已关闭",
        "aa",
        "付款超时，采购单已关闭",
        FINAL,
    ),
    ("attack: 审批超时", "aa", "审批超时", FINAL),
    (
        "attack: 单据正在被财务审核，不允许修改标记",
        "aa",
        "单据正在被财务审核，不允许修改标记",
        FINAL,
    ),
    (
        "attack: 单据正在被审批，禁止修改",
        "aa",
        "单据正在被审批，禁止修改",
        FINAL,
    ),
];

#[test]
fn rows_are_final_where_the_erp_speaks_of_them_and_tried_again_where_it_is_busy() {
    let place = Place::new();
    let numbers: Vec<_> = (0..ROWS.len()).map(|n| format!("CG-timeout-{n}")).collect();
    let flags = ROWS.iter().map(|(_, flag, ..)| *flag);
    let rows: Vec<_> = numbers.iter().map(String::as_str).zip(flags).collect();
    place.sheet(&rows);
    let seen = Mutex::new([0; ROWS.len()]);
    let server = ScriptedServer::per_call(move |_, request| {
        let order = request.order();
        let at: usize = order.rsplit('-').next()?.parse().ok()?;
        let mut seen = seen.lock().expect("no panic");
        seen[at] += 1;
        Some(if seen[at] == 1 {
            refused(100, &ROWS[at].2.replace("ORDER", &order))
        } else {
            accepted()
        })
    });
    place.runs(&server, "orders.csv -j8 --retries=1", 1);
    let results = place.table("orders.results.csv");
    let found = results.select(["status", "attempts"]);
    for ((name, .., again), found) in ROWS.iter().zip(found) {
        let expected = if *again {
            ["ok", "2"]
        } else {
            ["rejected", "1"]
        };
        assert_eq!(found, expected, "{name}");
    }
}

/// A case: its name, the reply to each call of a run over many rows, and what is said last. The run
/// stops after one call, and of no row it is said that it may have been applied.
fn refusals() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let method = "purchase.PurchaseOrder.updatePurchaseInfo";
    let closed = format!("The API used internal only: {method}");
    let not_allowed = format!("接口权限不足:{method}");
    let with_login = "Proxy-Authenticate: Basic\r\n";
    vec![
        (
            "public 6: a method for internal use",
            refused(100, &closed),
            "internal only",
        ),
        (
            "public 6: a method that is not opened",
            refused(100, &not_allowed),
            "接口权限不足",
        ),
        (
            "users P16: a wrong signature",
            refused(1, "验证失败"),
            "验证失败 (status 1)",
        ),
        (
            "users P16: an address that is not allowed",
            refused(6, "ip限制"),
            "ip限制 (status 6)",
        ),
        (
            "public 26: a one-time password",
            refused(3, "需要动态口令"),
            "需要动态口令",
        ),
        (
            "public 26: a wrong version",
            refused(8, "版本错误"),
            "版本错误",
        ),
        (
            "chaos 9: a wrong clock and no Date",
            refused(7, "时间戳错误"),
            "时间戳错误; the ERP gives no Date",
        ),
        (
            "chaos 9: HTTP 407",
            http_with("407 Proxy", with_login, ""),
            "HTTP 407",
        ),
    ]
}

#[test]
fn a_refusal_of_the_account_or_the_method_stops_the_run_and_is_no_failure_of_a_row() {
    for (name, reply, says) in refusals() {
        let place = Place::new();
        place.write("orders.csv", sheet(60));
        let server = ScriptedServer::always(reply);
        let run = place.runs(&server, "orders.csv", 3);
        assert_eq!(server.calls(), 1, "{name}");
        let last = run.stderr.lines().last().unwrap_or_default();
        assert!(last.contains(says), "{name}: {run:#?}");
        assert!(!last.contains("corrected by 0 s"), "{name}: {run:#?}");
        assert_eq!(
            place.table("orders.results.csv").count("skipped"),
            60,
            "{name}"
        );
    }
}

/// A case: its name, what came, and the words of it in the message.
fn pages() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let ok = |body: &str| http("200 OK", body);
    let html = |charset: &str, body: &[u8]| {
        let kind = format!("Content-Type: text/html;charset={charset}\r\n");
        http_with("200 OK", &kind, body)
    };
    let titled =
        "<html><head><meta charset=gbk><TITLE lang=zh>\n 系统\t升级 </TITLE></head><p>x</p>";
    vec![
        ("public 10: empty", ok(""), "but empty"),
        ("public 10: blanks", ok(" \r\n"), "but empty"),
        (
            "public 10: HTTP 204",
            b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
            "but empty",
        ),
        (
            "public 10: a page",
            ok(titled),
            "a web page titled \"系统 升级\"",
        ),
        (
            "public 29: a page in GBK",
            html("gb2312", &gbk(titled)),
            "a web page titled \"系统 升级\"",
        ),
        (
            "public 29: a page in GBK, unsaid",
            ok_bytes(&gbk(titled)),
            "a web page titled \"系统 升级\"",
        ),
        (
            "public 10: a page without a title",
            ok("<html><title></title><h1>Bad</h1> <p>Gateway"),
            "but \"Bad Gateway\"",
        ),
        (
            "public 10: a text",
            ok("upstream\x1b[31m gone\x07"),
            "but \"upstream [31m gone\"",
        ),
        (
            "public 10: a long text",
            ok(&"no route ".repeat(500)),
            "no route no …\"",
        ),
        (
            "public 10: the secret in it",
            ok("salt=sea-salt&x"),
            "but \"salt=***&x\"",
        ),
        (
            "public 10: the secret where it is cut",
            ok(&("a ".repeat(37) + "open-sesame:sea-salt")),
            "a a …\"",
        ),
        ("public 29: an array", ok("[0,1]"), "but \"[0,1]\""),
        (
            "public 29: something behind the JSON",
            ok(r#"{"status":0}x"#),
            "but \"{\"status\":0}x\"",
        ),
        (
            "public 30: JSON that is cut",
            ok(r#"{"status":0"#),
            "but \"{\"status\":0\"",
        ),
    ]
}

fn ok_bytes(body: &[u8]) -> Vec<u8> {
    http("200 OK", body)
}

#[test]
fn what_came_instead_of_the_erps_reply_is_described() {
    let pages = pages();
    let place = Place::new();
    place.write("orders.csv", sheet(pages.len()));
    let replies: Vec<_> = pages.iter().map(|(_, reply, _)| reply.clone()).collect();
    let server = ScriptedServer::per_call(move |n, _| replies.get(n - 1).cloned());
    let args = "orders.csv -j1 --retries=0 --max-consecutive-failures=0";
    place.runs(&server, args, 1);
    let results = place.table("orders.results.csv");
    for ((name, _, says), message) in pages.iter().zip(results.column("message")) {
        assert!(
            message.starts_with("the reply is not the ERP's JSON, but "),
            "{name}: {message}"
        );
        assert!(message.ends_with(says), "{name}: {message}");
        assert!(message.chars().count() < 150, "{name}: {message}");
    }
}

#[test]
fn a_page_that_refuses_is_asked_about_once() {
    for (name, title) in [
        ("public 10: a firewall's page", "访问被拦截"),
        ("public 10: a page to log in", "用户登录"),
        ("public 29: a captive portal", "Wi-Fi Login"),
    ] {
        let page = http("200 OK", format!("<html><title>{title}</title></html>"));
        let place = Place::new();
        place.write("orders.csv", sheet(9));
        let server = ScriptedServer::always(page.clone()).answering_pings(page.clone());
        place.runs(&server, "orders.csv", 3).ends_by_saying(title);
        assert_eq!((server.calls(), server.pings().len()), (1, 1), "{name}");

        // It dislikes one order.
        let disliked = order(4);
        let server = ScriptedServer::by_order(move |_, order| {
            if order == disliked {
                page.clone()
            } else {
                accepted()
            }
        });
        place.runs(&server, "orders.csv --fresh", 1);
        assert_eq!((server.calls(), server.pings().len()), (9, 1), "{name}");
        assert_eq!(place.table("orders.results.csv").count("ok"), 8, "{name}");
    }
}

#[test]
fn a_reply_in_gbk_is_read() {
    let json = |message: &str| gbk(&format!(r#"{{"status":100,"message":"{message}"}}"#));
    for (name, charset, message, status) in [
        (
            "public 17: a verdict",
            ";charset=GBK",
            "采购标记不存在:加急",
            "rejected",
        ),
        ("public 30: unsaid", "", "单据不存在，请核对", "rejected"),
        (
            "public 30: a backslash within a character",
            ";charset=gb18030",
            "誠哱乗",
            "rejected",
        ),
        (
            "public 17: a right",
            ";charset=\"gb2312\"",
            "接口权限不足",
            "skipped",
        ),
    ] {
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let kind = format!("Content-Type: application/json{charset}\r\n");
        let server = ScriptedServer::always(http_with("200 OK", &kind, json(message)));
        let run = place.runs(
            &server,
            "orders.csv",
            if status == "skipped" { 3 } else { 1 },
        );
        let results = place.table("orders.results.csv");
        let [[found, said]] = results.select(["status", "message"])[..] else {
            panic!("{name}: {run:#?}");
        };
        assert_eq!(found, status, "{name}");
        assert!(said.contains(message), "{name}: {said}");
    }
}

/// A case: its name, what the ERP lists for the order, the status and the words.
type Listed = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const LISTED: [Listed; 5] = [
    (
        "public 13: twice",
        &[("CG1", "加急"), ("CG1", "待质检")],
        "unknown",
        "the ERP lists it twice, with 加急 and 待质检",
    ),
    (
        "public 13: twice alike",
        &[("CG1", "aa"), ("CG1", "aa")],
        "same",
        "",
    ),
    (
        "public 13: three times",
        &[("CG1", "aa"), ("CG1", "无"), ("CG1", "aa")],
        "unknown",
        "with aa and 无",
    ),
    (
        "chaos 9: a flag of no text",
        &[("CG1", "a\u{1b}[31m\u{7}\r\nb")],
        "different",
        "the ERP carries \"a\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}b\"",
    ),
    (
        "chaos 9: a flag that holds the secret",
        &[("CG1", "open-sesame")],
        "different",
        "the ERP carries \"***\"",
    ),
];

#[test]
fn what_a_listing_shows_is_told_as_it_is_and_as_people_may_see_it() {
    for (name, orders, status, says) in LISTED {
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let server = ScriptedServer::always(listing(orders.len(), orders));
        let code = if status == "same" { 0 } else { 1 };
        place.verifies(&server, "orders.csv", code);
        let verified = place.table("orders.verified.csv");
        let [[found, said, now]] = verified.select(["status", "message", "flag_now"])[..] else {
            panic!("{name}");
        };
        assert_eq!(found, status, "{name}");
        assert!(said.contains(says), "{name}: {said}");
        assert!(
            !now.contains(char::is_control) && !now.contains("sesame"),
            "{name}: {now}"
        );
    }
}

#[test]
fn orders_that_differ_in_case_only_are_named_and_sent_in_the_order_of_the_sheet() {
    let (name, rows) = (
        "public 15, chaos 9: CG1001 and cg1001",
        [
            ("CG1001", "加急"),
            ("CG7", "aa"),
            ("cg1001", "待质检"),
            ("cG1001", "aa"),
        ],
    );
    let place = Place::new();
    place.sheet(&rows);
    let server = ScriptedServer::always(accepted());
    let named = "\"CG1001\", \"cg1001\", \"cG1001\"";
    place.checks("orders.csv", 0).says(named);
    place.runs(&server, "orders.csv -j8", 0).says(named);
    assert_eq!(
        server.orders(),
        ["CG7", "CG1001", "cg1001", "cG1001"],
        "{name}"
    );
}
