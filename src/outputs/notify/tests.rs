use super::*;
use crate::outputs::Ending;

fn robot(format: &str, url: &str, secret: Option<&str>) -> Robot {
    Robot::new(config(url, secret, Some(format))).expect("known")
}

fn config(url: &str, secret: Option<&str>, format: Option<&str>) -> RobotConfig {
    RobotConfig {
        url: url.to_owned().into(),
        secret: secret.map(|it| it.to_owned().into()),
        format: format.map(str::to_owned),
        keyword: None,
        ca_file: None,
        origin: "notify_url".to_owned(),
        warnings: Vec::new(),
    }
}

fn message(title: &str, reasons: &[&str]) -> Message {
    let reasons = reasons.iter().map(|&it| it.to_owned()).collect();
    Message {
        title: title.to_owned(),
        reasons,
        ..Message::test(Ending::new("run"), None)
    }
}

#[test]
fn signatures_are_those_of_the_platforms() {
    for (time, secret, expected) in [
        (
            1_577_262_236_757,
            "this is secret",
            "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D",
        ),
        (
            1_700_000_000_000,
            "SECtest",
            "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D",
        ),
        (
            1_764_455_400_000,
            "SECplus",
            "lVh6vGLnKPYQOGx1gFbYgwFTcDL3xjRMV%2FuM%2Bbjvgss%3D",
        ),
    ] {
        assert_eq!(dingtalk::sign(secret, time), expected);
    }
    for (time, secret, expected) in [
        (100, "demo", "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg="),
        (
            1_599_360_473,
            "demo",
            "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=",
        ),
        (
            1_764_455_405,
            "plus",
            "WACKNNPlZymDCzbnBRE39jZluzv4tdwYfyQ+oqJi/wg=",
        ),
    ] {
        assert_eq!(feishu::sign(secret, time), expected);
    }
    let mac = crate::text::hex(&Robot::mac("hooksecret", "{\"title\":\"x\"}"));
    let expected = "1c5f77a7043ee4470c56422ae8ed980f9b8229fede48d9887e7a1fecac46afa2";
    assert_eq!(mac, expected);
}

/// Format, HTTP status, body, and what that means: `=` delivered, else what the words hold.
const REPLIES: &str = r#"
dingtalk|200|{"errcode":0,"errmsg":"ok"}|=
dingtalk|200|{"errcode":"0","errmsg":"ok"}|HTTP 200
dingtalk|200|{"errcode":310000,"errmsg":"keywords not in content, more: [https://x/?access_token=t]"}|keywords not in content (code 310000); the robot takes only
dingtalk|200|{"errcode":310000,"errmsg":"sign not match"}|notify_secret is not the robot's
dingtalk|200|{"errcode":310000,"errmsg":"invalid timestamp"}|clock: invalid timestamp
dingtalk|200|{"errcode":310000,"errmsg":"ip 1.2.3.4 not in whitelist"}|ip 1.2.3.4 not in whitelist (code 310000); let
dingtalk|200|{"errcode":300005,"errmsg":"token is not exist"}|copy it again
dingtalk|200|{"errcode":300001,"errmsg":"token is not exist"}|copy it again
dingtalk|200|{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute","wait":5}|throttled 5: send too fast
dingtalk|200|{"errcode":660026,"errmsg":"x"}|throttled -: x
dingtalk|200|{"errcode":-1,"errmsg":"系统繁忙"}|busy: 系统繁忙
dingtalk|200|{"errcode":40035,"errmsg":"缺少参数 access_token"}|缺少参数 access_token (code 40035)
dingtalk|200|<html>ok</html>|HTTP 200
dingtalk|200||HTTP 200
dingtalk|200|[0]|HTTP 200
dingtalk|302||HTTP 302
dingtalk|502|{"errcode":0}|busy: HTTP 502
wecom|200|{"errcode":0,"errmsg":"ok"}|=
wecom|200|{"errcode":93000,"errmsg":"invalid webhook url, hint: [17], from ip: 1.2.3.4"}|invalid webhook url (code 93000); the robot is gone
wecom|200|{"errcode":40058,"errmsg":"text.content exceed max length 2048. invalid, hint: [1]"}|exceed max length 2048. invalid (code 40058)
wecom|200|{"errcode":45009,"errmsg":"api freq out of limit"}|throttled -: api freq
wecom|200|{"errcode":-1,"errmsg":"system busy"}|busy: system busy
feishu|200|{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}|=
feishu|200|{"StatusCode":0,"StatusMessage":"success"}|=
feishu|200|{"StatusCode":0,"code":19024,"msg":"Key Words Not Found"}|the robot takes only texts
feishu|400|{"code":9499,"msg":"Bad Request","data":{}}|Bad Request (code 9499)
feishu|200|{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}|copy it again
feishu|200|{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}|clock: sign match fail
feishu|200|{"code":19022,"msg":"Ip Not Allowed"}|let the robot's settings
feishu|200|{"code":11232,"msg":"frequency limited"}|throttled 5: frequency
feishu|429||throttled -: HTTP 429
slack|200|ok|=
slack|400|invalid_payload|invalid_payload
slack|404|no_service|no_service
ntfy|200|{"id":"x","event":"message"}|=
ntfy|400|{"code":40009,"http":400,"error":"invalid request: topic invalid"}|topic invalid
healthchecks|200|OK|=
healthchecks|200|OK (not found)|OK (not found)
json|204||=
json|200|anything|=
json|302||HTTP 302
json|404|no|HTTP 404
"#;

#[test]
fn the_body_says_whether_it_was_delivered() {
    for row in REPLIES.trim().lines() {
        let [format, http, body, expected] = row.splitn(4, '|').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let reply = Reply {
            http_status: http.parse().expect(row),
            body: body.into(),
            ..Reply::default()
        };
        let found = match Platform::from_str(format, true).expect(row).verdict(&reply) {
            Verdict::Delivered => "=".to_owned(),
            Verdict::Busy(why) => format!("busy: {why}"),
            Verdict::Throttled(wait, why) => {
                let wait = wait.map_or("-".to_owned(), |it| it.as_secs().to_string());
                format!("throttled {wait}: {why}")
            }
            Verdict::Clock(why) => format!("clock: {why}"),
            Verdict::Refused(why) => why,
        };
        let is_so = found == expected || expected != "=" && found.contains(expected);
        assert!(is_so, "{row}: {found}");
    }
}

#[test]
fn bodies_are_within_their_limits_and_nothing_in_them_calls_anybody() {
    let now = Timestamp::now();
    let foreign = "<@all> <at user_id=\"all\"></at> <!channel> ![x](http://evil/) \u{202e}\n#x";
    let long = "采购单标记不存在".repeat(60);
    let reasons: Vec<&str> = [foreign].into_iter().chain([long.as_str(); 40]).collect();
    let mut message = message(foreign, &reasons);
    message.command = Some("wdt-flags run '/srv/a_b/采购 *.csv'".to_owned());
    for (format, most) in [
        ("dingtalk", 20_000),
        ("wecom", 2_200),
        ("feishu", 20_000),
        ("slack", 30_000),
        ("ntfy", 5_000),
        ("healthchecks", 10_000),
    ] {
        let robot = robot(format, "https://host/path", Some("secret"));
        let body = robot.platform.request(&robot, &message, now).body;
        assert!(body.len() <= most, "{format}: {}", body.len());
        assert!(!body.contains('\u{202e}'), "{format}");
        let is_markup = matches!(format, "dingtalk" | "wecom" | "slack");
        assert!(!is_markup || !body.contains("<@all>"), "{format}: {body}");
        assert!(
            !is_markup || !body.contains("<!channel>"),
            "{format}: {body}"
        );
        assert!(body.contains("/srv/a_b/采购 *.csv"), "{format}: {body}");
    }
    let content = |message: &Message| message.text(2_048, "<>[]!");
    assert!(content(&message).len() <= 2_048);
    assert!(content(&message).contains("other reasons"));
    message.command = Some("wdt-flags run '/srv/[1].csv'".to_owned());
    assert!(content(&message).ends_with("see the results"));
    let huge = super::Message {
        title: "标".repeat(9_000),
        ..message
    };
    assert!(content(&huge).len() <= 2_048);
}

#[test]
fn one_that_never_answers_is_not_waited_for() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hush-hush", listener.local_addr().expect("bound"));
    let robot = robot("json", &url, None);
    let patience = Duration::from_millis(200);
    let again = [Duration::from_millis(1)];
    let why = robot.send_within(&message("x", &[]), patience, &again);
    assert!(why.expect_err("no answer").contains("0.2"));
    drop(listener);
}

#[test]
fn robots_are_told_by_their_host_and_never_shown() {
    let given = |url: &str, format: Option<&str>| config(url, Some("hush-hush"), format);
    for (url, format, name) in [
        (
            "https://oapi.dingtalk.com/robot/send?access_token=hush",
            None,
            "dingtalk",
        ),
        (
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hush",
            None,
            "wecom",
        ),
        (
            "https://open.feishu.cn/open-apis/bot/v2/hook/hush",
            None,
            "feishu",
        ),
        (
            "https://OPEN.larksuite.com/open-apis/bot/v2/hook/hush",
            None,
            "feishu",
        ),
        ("https://hooks.slack.com/services/T/B/hush", None, "slack"),
        ("https://oapi.dingtalk.com.evil.example/hush", None, "json"),
        ("http://10.0.0.1:8080/hush", Some("WeCom"), "wecom"),
        ("https://x?token=hush-hush-token", None, "json"),
        ("https://me:hush-hush-token@x/flags", None, "json"),
        ("https://x/?to=https://y/hush-hush-token", None, "json"),
    ] {
        let robot = Robot::new(given(url, format)).expect(url);
        assert_eq!(robot.platform.name(), name, "{url}");
        let shown = format!("{robot} {robot:?}");
        assert!(!shown.contains("hush"), "{shown}");
        let masked = robot.masked("hush-hush in https://x/hush and hush");
        assert!(!masked.contains("hush-hush"), "{masked}");
        let robot = Robot::new(config(url, None, format)).expect(url);
        let masked = robot.masked("no hush-hush-token");
        let is_there = url.contains("hush-hush-token");
        assert_eq!(masked.contains("hush-hush"), !is_there, "{masked}");
    }
    for (url, format) in [
        ("ftp://hush/", None),
        ("hush", None),
        ("", None),
        ("https://x/hush", Some("hush")),
    ] {
        let why = Robot::new(given(url, format)).expect_err(url);
        assert!(!why.contains("hush"), "{why}");
    }
}
