//! What people read in Chinese.

use std::io::Write;
use std::process::{Command, Stdio};

use wdt_flags::sandbox::{APP_KEY, APP_SECRET, Config, SID};

use crate::harness::{Place, account, finish, sandbox, sandbox_with, sheet, start};

const SHEET: &str =
    "purchase_no,flag_name\nCG1,aa\nCG1,加急\nCG404,aa\nCG2,aa\nCG2,aa\n,aa\nCG3,特急\n";

fn in_chinese(command: &mut Command) -> &mut Command {
    command.env("WDT_LANG", "zh")
}

#[track_caller]
fn says(said: &str, texts: &[&str]) {
    for text in texts {
        assert!(said.contains(text), "{text} in:\n{said}");
    }
}

#[test]
fn a_summary_shows_what_statuses_mean() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let run = finish(in_chinese(&mut place.run(&erp, ["orders.csv", "-v"]))).expect(1);
    let counts = "共 7 行：已接受 3 行（ok）、被后面的行取代 1 行（superseded）、被拒绝 2 行（rejected）、无效 1 行（invalid）\n表格      orders.csv\n账号      ";
    assert!(run.stdout.starts_with(counts), "{run:?}");
    says(
        &run.stdout,
        &[
            "\n完成时间  20",
            "\n调用      4 次，用时 ",
            "（重试 0 次，暂停 0 次）\n结果文件  orders.results.csv\n失败明细  orders.failures.csv（3 行）\n",
            "\n       1  rejected  单据不存在\n",
            "\n下一步    先改正 orders.failures.csv 中的行，再执行：wdt-flags run orders.failures.csv -v --rate unlimited --workers 4\n",
        ],
    );
    says(
        &run.stderr,
        &[
            "接口地址来自“环境变量 WDT_ENDPOINT”",
            "警告：1 张采购单的标记前后不一，以各自的最后一行为准（--on-conflict）\n",
            "4 次调用，并发数 4，速率不限；账号：",
            "\n第一张：",
            "，\"CG1\" 的标记设为 \"加急\"\n最后一张：",
        ],
    );
}

#[test]
fn check_says_what_would_be_sent() {
    let place = Place::new();
    place.write("orders.csv", SHEET);
    let mut command = place.program();
    command.args(["check", "orders.csv", "--rate", "1/s", "--deadline", "2s"]);
    let run = finish(in_chinese(&mut command)).expect(1);
    says(
        &run.stdout,
        &[
            "\n共 7 行，其中无效 1 行；去重后 4 张采购单\n现在运行：4 次调用，速率 1/s，约需 4.0 秒，但 ",
            " 停止发送（--deadline），届时约剩 ",
            "\n1 张采购单的标记前后不一，以各自的最后一行为准（--on-conflict）\n",
            "\n1 行：后面有一行给同一采购单另一个标记，以那一行为准\n",
            "  CG1  标记为“aa”，但以",
        ],
    );
    // The language may come as an option, too, and then from wherever it stands.
    let mut command = place.program();
    let run = finish(command.args(["--lang=zh", "check", "absent.csv"])).expect(2);
    assert!(run.stderr.starts_with("错误：absent.csv"), "{run:?}");
}

#[test]
fn a_command_line_is_refused_with_what_to_type_instead() {
    let place = Place::new();
    for (args, expected) in [
        (
            &["orders.csv"][..],
            "错误：没有名为“orders.csv”的命令\n\n  提示：查看将发送的内容：wdt-flags check orders.csv；发送：wdt-flags run orders.csv\n",
        ),
        (
            &["run", "orders.csv", "--fresch"],
            "错误：无法识别参数“--fresch”\n\n  提示：有一个相近的参数：“--fresh”\n",
        ),
        (&["run"], "错误：缺少以下必需的参数：\n  <SHEET>\n"),
        (
            &["check", "a.csv", "--flag", "aa", "--clear"],
            "错误：“--flag <NAME>”不能与“--clear”同时使用\n",
        ),
        (
            &["check", "a.csv", "--on-conflict", "lust"],
            "错误：“--on-conflict <HOW>”的值“lust”无效\n  [可用的值：last、invalid]\n\n  提示：有一个相近的值：“last”\n",
        ),
    ] {
        let run = finish(in_chinese(place.program().args(args))).expect(2);
        assert!(run.stderr.starts_with(expected), "{}", run.stderr);
        assert!(run.stderr.ends_with("\n\n更多说明请用“--help”查看。\n"));
    }
}

#[test]
fn ping_lines_its_answers_up() {
    let (place, erp) = (Place::new(), sandbox());
    let mut command = place.program();
    account(&mut command, &erp.endpoint());
    let run = finish(in_chinese(command.arg("ping"))).expect(0);
    let expected = format!(
        "接口地址  {}\n账号      {SID}（app key {APP_KEY}）\n回复      已接受，用时 ",
        erp.endpoint()
    );
    assert!(run.stdout.starts_with(&expected), "{run:?}");
    assert!(run.stdout.ends_with("\n时钟      与 ERP 一致\n"), "{run:?}");
    let slow = sandbox_with(Config {
        clock_skew: jiff::SignedDuration::from_mins(-10),
        ..Config::default()
    });
    account(&mut command, &slow.endpoint());
    let run = finish(&mut command);
    says(
        &run.stdout,
        &["\n时钟      比 ERP 快 ", "，超出 ERP 允许的范围"],
    );
}

#[test]
fn init_says_what_comes_next() {
    let (place, erp) = (Place::new(), sandbox());
    let mut command = place.program();
    command.args(["init", "--profile", "测试", "--config", "config.toml"]);
    let mut run = start(in_chinese(&mut command).stdin(Stdio::piped()));
    let lines = format!("{SID}\n{APP_KEY}\n{APP_SECRET}\n{}\n", erp.endpoint());
    run.stdin().write_all(lines.as_bytes()).expect("written");
    let run = run.finish().expect(0);
    let next = "\n下一步    先执行 wdt-flags check SHEET 检查表格，再执行：wdt-flags run SHEET --profile 测试 --config config.toml\n";
    assert!(run.stderr.ends_with(next), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_says_how_it_goes_on() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(200));
    let mut command = place.run_at("1/s", &erp, ["orders.csv"]);
    let mut run = start(in_chinese(&mut command));
    run.until("an outcome", || !place.recorded().is_empty());
    run.signal("INT");
    let run = run.finish().expect(130);
    says(&run.stderr, &["\n错误：提前停止："]);
    let last = "即可从此处续跑\n";
    assert!(run.stderr.ends_with(last), "{run:?}");
    says(
        &run.stdout,
        &[
            " 行（skipped）\n",
            "\n运行记录  orders.results.csv.partial\n",
            "\n下一步    wdt-flags run orders.csv --rate 1/s\n",
        ],
    );
    let mut run = start(&mut command);
    let line = run.until_it_says("续跑 ");
    assert!(line.ends_with(" 行（--fresh 从头开始）"), "{line}");
    run.signal("INT");
    run.finish().expect(130);
    // In the other language, too.
    let mut run = start(command.env("WDT_LANG", "en"));
    run.until_it_says("continuing an interrupted run");
    run.signal("INT");
    run.finish().expect(130);
}

#[test]
fn failures_are_corrected_in_another_language() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
    let before = erp.stats().calls;
    let failures = place.read("orders.failures.csv").replace("CG404", "CG4");
    place.write("orders.failures.csv", failures);
    let run = finish(in_chinese(&mut place.run(&erp, ["orders.failures.csv"]))).expect(1);
    assert_eq!(erp.stats().calls - before, 2, "{run:?}");
    let results = place.table("orders.results.csv");
    assert_eq!(results.count("ok"), 4, "{results:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn questions_and_labels_on_a_terminal() {
    use crate::harness::on_a_terminal;

    for (typed, code, calls) in [("是\n", 0, 3), ("\n", 2, 0)] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", sheet(3));
        let mut command = place.run(&erp, ["orders.csv", "--clear"]);
        let run = on_a_terminal(in_chinese(&mut command), typed).expect(code);
        says(
            &run.stdout,
            &["要清除 3 张采购单的标记吗？账号：", " [y/N] "],
        );
        assert_eq!(erp.stats().calls, calls, "{typed:?}");
        let refused = "\u{1b}[31m\u{1b}[1m错误：\u{1b}[0m未确认，没有发送任何内容";
        assert_eq!(run.stdout.contains(refused), code == 2, "{run:?}");
    }
}
