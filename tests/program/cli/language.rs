//! The language that is chosen, also for what is wrong with a command line.

#[cfg(target_os = "linux")]
use crate::harness::Terminal;
use crate::harness::{Place, finish};

#[test]
fn an_option_comes_before_the_variable_and_that_before_the_system() {
    for (system, variable, option) in [
        ("zh_CN.UTF-8", "", None),
        ("en_US.UTF-8", "zh", None),
        ("C", "en", Some("--lang=zh")),
    ] {
        if cfg!(windows) && option.is_none() && variable.is_empty() {
            // The user's language, which is set elsewhere than in the environment.
            continue;
        }
        let place = Place::new();
        let mut command = place.program();
        for name in ["LANGUAGE", "LC_ALL", "LC_MESSAGES"] {
            command.env_remove(name);
        }
        command.env("LANG", system).env("WDT_LANG", variable);
        let run = finish(command.args(["run", "--help"]).args(option)).expect(0);
        assert!(run.stdout.starts_with("把表格写入 ERP\n"), "{run:?}");
    }
    let place = Place::new();
    let run = finish(place.program().args(["--lang", "fr"])).expect(2);
    run.says("zh, en");
}

#[test]
fn a_command_line_is_refused_with_what_to_type_instead() {
    let place = Place::new();
    for (args, expected) in [
        (
            "orders.csv",
            "没有名为“orders.csv”的命令；要写入表格：wdt-flags run 表格\n",
        ),
        (
            "chek orders.csv",
            "没有名为“chek”的命令；要写入表格：wdt-flags run 表格\n\n  有相近的写法：check\n",
        ),
        (
            "correcting",
            "没有名为“correcting”的命令；要写入表格：wdt-flags run 表格\n\n  有相近的写法：help correcting\n",
        ),
        (
            "run a.csv --fresch",
            "无法识别参数“--fresch”\n\n  有相近的写法：--fresh\n",
        ),
        (
            "--dry-run run a.csv",
            "无法识别参数“--dry-run”\n\n  有相近的写法：run --dry-run\n",
        ),
        ("run", "缺少必需的参数：<表格>\n"),
        ("run a.csv --rate", "“--rate <RATE>”缺少值\n"),
        ("run a.csv --fresh --fresh", "“--fresh”不能重复给出\n"),
        (
            "check a.csv --flag aa --clear",
            "“--flag <NAME>”不能与 --clear 同时使用\n",
        ),
        (
            "check a.csv --retries x",
            "“--retries <N>”的值“x”无效：请写整数\n",
        ),
        (
            "check a.csv --on-conflict lust",
            "“--on-conflict <HOW>”的值“lust”无效：可用的值是 last、invalid\n\n  有相近的写法：last\n",
        ),
    ] {
        let mut command = place.program();
        command.env("WDT_LANG", "zh").args(args.split(' '));
        let run = finish(&mut command).expect(2);
        let line = expected.trim_end().replace("\n\n  ", "，");
        let is_dated = run.stderr.starts_with(&format!("错误：{line} (20"));
        assert!(is_dated && run.stderr.lines().count() == 1, "{run:?}");
        #[cfg(target_os = "linux")]
        {
            let mut terminal = Terminal::with_keyboard(command.env("NO_COLOR", "1"), 200);
            assert_eq!(terminal.finish(), Some(2));
            let said = terminal.raw().replace("\r\n", "\n");
            assert!(said.contains(&format!("错误：{expected}")), "{said}");
            assert!(!said.contains("Usage"), "{said}");
            assert!(said.ends_with("\n\n更多说明请用“--help”查看。\n"));
        }
    }
}
