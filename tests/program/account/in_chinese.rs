//! What is said in Chinese of accounts and of the configuration file.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::harness::{Finished, Place, ScriptedServer, accepted, account, finish, start};

fn program(place: &Place, args: &[&str]) -> Command {
    let mut program = place.program();
    program.env("WDT_LANG", "zh").args(args);
    program
}

#[track_caller]
fn refused(program: &mut Command, says: &str) -> Finished {
    let run = finish(program).expect(2);
    assert!(run.stderr.contains(says), "{run:#?}");
    run
}

#[test]
fn what_an_account_lacks() {
    let place = Place::new();
    let ping = || program(&place, &["ping"]);
    refused(
        &mut ping(),
        "缺少卖家账号（sid）、接口账号（app key）、接口密钥（app secret）：`wdt-flags init` 会询问账号并保存；也可以设置环境变量 WDT_SID、WDT_APP_KEY 和 WDT_APP_SECRET（格式为 secret:salt），或在 ",
    );
    let mut part = ping();
    part.env("WDT_SID", "shop")
        .env("WDT_APP_SECRET", "hush:salt");
    refused(&mut part, "缺少接口账号（app key）：");
    for (secret, says) in [
        (
            "hush",
            "环境变量 WDT_APP_SECRET：接口密钥（app secret）的格式应为 secret:salt，两部分都不能为空",
        ),
        (
            "'hush:salt'",
            "环境变量 WDT_APP_SECRET：接口密钥（app secret）的首尾有引号（'）；请去掉",
        ),
        (
            "hush: salt",
            "环境变量 WDT_APP_SECRET：接口密钥（app secret）中间有空格；请去掉",
        ),
    ] {
        let mut ping = ping();
        account(&mut ping, "production");
        let run = refused(ping.env("WDT_APP_SECRET", secret), says);
        assert!(!run.said().contains("hush"), "{run:#?}");
    }
    let mut elsewhere = ping();
    account(&mut elsewhere, "ftp://erp/openapi");
    refused(
        &mut elsewhere,
        "环境变量 WDT_ENDPOINT：接口地址 `ftp://erp/openapi` 不可用；请填 `production`、`test`，或 https://wdt.wangdian.cn/openapi 这样的网址：以 http:// 或 https:// 开头，端口为 1 到 65535（不写端口时冒号也不要写），不带用户名、查询（?）和片段（#）",
    );
    let mut around = ping();
    account(&mut around, "http://erp/openapi");
    refused(
        around.env("http_proxy", "::"),
        "http_proxy 中的代理不可用；请写成 http://HOST:PORT 或 socks5://HOST:PORT",
    );
}

#[test]
fn what_is_wrong_with_the_configuration_file() {
    let place = Place::new();
    let ping = |more: &[&str]| {
        program(
            &place,
            &[&["ping", "--config", "config.toml"], more].concat(),
        )
    };
    refused(&mut ping(&[]), "无法读取配置文件 `config.toml`：");
    place.write("config.toml", "[default]\nsid = 'shop'\n[b]\n");
    refused(
        &mut ping(&["--profile", "c"]),
        "config.toml 中没有配置档 `c`；其中有：b、default",
    );
    refused(
        &mut ping(&[]),
        "或在 config.toml 的配置档 `default` 中填写 sid",
    );
    for (wrong, says) in [
        ("sid = 1", "config.toml:2:7：应为带引号的字符串"),
        (
            "rate = '9'",
            "rate：请写 N/s、N/min 或 N/h（N 为 1 以上的整数），或者 auto、unlimited；例如 55/min",
        ),
        ("workers = 0", "workers：请写 1 到 1000 的整数"),
        ("app_secret = 1", "app_secret 应为带引号的字符串"),
    ] {
        place.write("config.toml", format!("[default]\n{wrong}\n"));
        refused(&mut ping(&[]), says);
    }
}

#[test]
fn init_from_a_script_and_where_each_setting_comes_from() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    let init = |lines: &str, code| {
        let mut init = program(&place, &["init", "--config", "config.toml"]);
        let mut run = start(init.stdin(Stdio::piped()));
        // It may have ended without reading.
        let _ = run.stdin().write_all(lines.as_bytes());
        run.finish().expect(code)
    };
    let run = init("shop\n", 2);
    let says = "还没有接口账号（app key），输入就结束了，因此什么也没有保存；";
    assert!(run.stderr.contains(says), "{run:#?}");
    let run = init("shop\nkey\nhush:salt\nnowhere\n", 2);
    let says = "：不是接口地址；请填 `production`、`test`，或以 https:// 或 http:// 开头的网址";
    assert!(run.stderr.contains(says), "{run:#?}");
    let lines = format!("shop\nkey\nhush:salt\n{}\n", erp.endpoint());
    let run = init(&lines, 0);
    let says = "已存为 config.toml 的配置档 `default`，其他用户无法读取";
    assert!(run.stderr.contains(says), "{run:#?}");
    let run = init(&lines, 2);
    let says = "config.toml 的配置档 `default` 已经存在，保持不变；加 --yes 替换其中的账号，加 --profile NAME 另建一个";
    assert!(run.stderr.contains(says), "{run:#?}");

    let mut ping = program(&place, &["ping", "-v", "--config", "config.toml"]);
    let run = finish(&mut ping).expect(0);
    let says = "sid 来自“config.toml 的配置档 `default` 的 sid”；";
    assert!(run.stderr.contains(says), "{run:#?}");
    assert!(!run.said().contains("hush"), "{run:#?}");
    let says = "会混在一起：卖家账号（sid）来自“环境变量 WDT_SID”，接口账号（app key）却来自“config.toml 的配置档 `default` 的 app_key”；";
    refused(ping.env("WDT_SID", "other"), says);
}
