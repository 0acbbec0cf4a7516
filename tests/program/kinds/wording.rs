//! Chinese as the trade writes it: no English where people read, and quotes around what is theirs.

use std::fs::File;

use crate::harness::{Place, ScriptedServer, accepted, account, finish, http, sandbox};

const SHEET: &str = "采购单号,标记\nCG1,加急\nCG2,加急\nCG3,加急\nCG4,加急\nCG5,加急\nCG6,加急\nCG7,加急\n\
    CG8,加急\nCG9,加急\n,加急\n12/34,加急\nCG404,加急\n";

/// A name; what is typed; what stands in the answer.
const CASES: &[(&str, &str, &str)] = &[
    (
        "users 5: usage",
        "--help",
        "\n用法：wdt-flags [选项] <命令>\n",
    ),
    (
        "users 5: usage of a command",
        "run -h",
        "\n用法：wdt-flags run [选项] <表格>\n",
    ),
    ("users 5: the arguments", "run -h", "\n  <表格>  表格："),
    (
        "users 5: what is missing",
        "run",
        "错误：缺少必需的参数：<表格> (20",
    ),
    ("users 5: a column", "check o.csv", "“采购单号”为空"),
    (
        "users 5: the columns",
        "check o.csv",
        "采购单号取自“采购单号”列，标记取自“标记”列",
    ),
    (
        "users 5: what is sent",
        "check o.csv",
        "“CG1”的标记设为“加急”",
    ),
    (
        "users 5: the encoding",
        "check bom.csv",
        "编码 UTF-8（带 BOM）",
    ),
    (
        "users 5: a worksheet that is not there",
        "check o.xml --sheet 二店",
        "没有工作表“二店”；",
    ),
    (
        "users 5: the unlike ones",
        "check o.csv",
        "的单号和其他的不像（长度或开头不同），请核对：",
    ),
    (
        "users 5: what is read back",
        "verify o.csv",
        "核对 ERP 里的标记，最多约 11 次调用",
    ),
    (
        "users 5: and how few",
        "verify o.csv",
        "（能用列表查询时更少）；账号：",
    ),
    (
        "users 5: the run's own reading back",
        "run o.csv --verify",
        "\n核对情况  ",
    ),
    ("users 5: what was kept", "run o.csv", "\n上次结果  "),
    (
        "users 5: an order that the ERP refuses",
        "run o.csv",
        "rejected  单据不存在",
    ),
    (
        "users 5: a file that is not there",
        "ping --config no.toml --profile x",
        "找不到（",
    ),
];

#[test]
fn what_people_read_is_chinese() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("o.csv", SHEET);
    place.write("bom.csv", format!("\u{feff}{SHEET}"));
    place.write(
        "o.xml",
        "<Workbook><Worksheet Name=\"一店\"><Table><Row><Cell><Data>采购单号</Data></Cell>\
         </Row></Table></Worksheet></Workbook>",
    );
    let mut wrong = Vec::new();
    for (name, line, says) in CASES {
        let mut command = place.program();
        command.args(line.split(' ')).env("WDT_LANG", "zh");
        if line.starts_with("run ") || line.starts_with("verify") {
            command.arg("--rate=unlimited");
        }
        account(&mut command, &erp.endpoint());
        let said = finish(&mut command).said();
        if !said.contains(says) {
            wrong.push((name, says, said));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_an_account_meets_is_chinese() {
    let gone = sandbox().endpoint();
    let elsewhere = ScriptedServer::always(accepted()).answering_pings(http("404 Not Found", ""));
    let cut_off = ScriptedServer::start(|_| Ok(()));
    let well = ScriptedServer::always(accepted());
    for (name, line, endpoint, says) in [
        (
            "users 5: no such place",
            "ping",
            &elsewhere.endpoint(),
            "未受理：HTTP 404，接口地址可能不对（用时 ",
        ),
        ("users 5: refused", "ping", &gone, "连接被拒绝（"),
        (
            "users 5: cut off",
            "ping",
            &cut_off.endpoint(),
            "连接被对方断开（",
        ),
        ("users 5: well", "ping", &well.endpoint(), "已接受（用时 "),
        (
            "users 5: an empty answer",
            "init",
            &gone,
            "卖家账号（sid）不能为空",
        ),
    ] {
        let place = Place::new();
        let mut command = place.program();
        command.arg(line).env("WDT_LANG", "zh");
        command.stdin(File::open(place.write("typed", "\nkey\n")).expect("there"));
        account(&mut command, endpoint);
        let said = finish(&mut command).said();
        assert!(said.contains(says), "{name}: {says}: {said}");
    }
}
