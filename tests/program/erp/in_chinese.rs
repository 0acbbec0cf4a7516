//! What is said in Chinese of calls that fail.

use crate::harness::{Place, ScriptedServer, finish, http, http_with, refused};

/// Every call is answered so: what the results say of the one row, and the last line of stderr.
#[track_caller]
fn answered(reply: Vec<u8>, code: i32) -> (String, String) {
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let erp = ScriptedServer::always(reply.clone()).answering_pings(reply);
    let args = ["orders.csv", "-j1", "--retries=0", "--give-up-after=1s"];
    let run = finish(place.run(&erp, args).env("WDT_LANG", "zh")).expect(code);
    let results = place.results(&run);
    let last = run.stderr.trim_end().lines().last().unwrap_or_default();
    (results.column("message")[0].to_owned(), last.to_owned())
}

#[test]
fn what_came_instead_of_a_reply() {
    let (row, _) = answered(http("200 OK", "<html></html>"), 1);
    assert_eq!(row, "回复不是 ERP 的 JSON");
    for (reply, says) in [
        (http("404 Not Found", ""), "HTTP 404：接口地址不对？"),
        (http("403 Forbidden", ""), "HTTP 403：没有到达 ERP 就被挡下"),
        (refused(3, "需要动态口令"), "需要动态口令（状态 3）"),
        (
            http("200 OK", "<html>系统维护中</html>"),
            "1 秒内没有一次调用得到响应：系统正在维护；请检查接口地址是否正确（--give-up-after）",
        ),
    ] {
        let (_, last) = answered(reply, 3);
        assert!(last.contains(says), "{last}");
    }
}

#[test]
fn a_clock_that_stays_wrong() {
    let body = r#"{"status":7,"message":"时间戳错误"}"#;
    let hour_ahead = std::time::SystemTime::now() + std::time::Duration::from_secs(3_600);
    let date = format!("Date: {}\r\n", httpdate::fmt_http_date(hour_ahead));
    let (_, last) = answered(http_with("200 OK", &date, body), 3);
    assert!(
        last.contains("时间戳错误（状态 7），按 ERP 返回的 Date 校正时间（"),
        "{last}"
    );
}

#[test]
fn a_server_that_is_not_there() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let nowhere = "http://no.such.host.invalid/openapi".to_owned();
    let args = ["orders.csv", "--give-up-after=1s"];
    let run = finish(place.run(&nowhere, args).env("WDT_LANG", "zh")).expect(3);
    let results = place.results(&run);
    let message = results.column("message")[0];
    assert!(message.starts_with("未发送："), "{message}");
    let says = "秒内没有一次调用得到响应：找不到主机；请检查接口地址是否正确（--give-up-after）";
    assert!(message.ends_with(says), "{message}");
    let detailed = finish(place.run(&nowhere, args).arg("-v").env("WDT_LANG", "zh")).expect(3);
    assert!(
        detailed.stderr.contains("连不上：找不到主机"),
        "{detailed:#?}"
    );
}
