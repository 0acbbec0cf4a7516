//! The verdict on a reply, by the ERP's table of statuses.

use super::error::ErrorKind::{
    Clock, Doubtful, Fatal, Rejected, Throttled, Transient, Unreachable,
};
use super::error::{CallError, Limit};
use super::reply::{Answer, Reply};
use crate::language::say;

/// What the ERP says with status 1 of account, signature or IP.
const ABOUT_THE_ACCOUNT: [&str; 4] = [
    "sid is not exists",
    "sid is not found",
    "验证失败",
    "app auth fail",
];

pub fn classify(reply: &Reply) -> Result<String, CallError> {
    let http = reply.http_status;
    let answer = Answer::parse(&reply.body).filter(|_| matches!(http, 200..=299));
    if let Some(answer) = answer {
        return answer.verdict();
    }
    let (kind, reason) = match http {
        200..=299 | 500..=599 if is_maintenance(&reply.body) => {
            (Unreachable, say!("reason-maintenance"))
        }
        200..=299 => (Transient, say!("reason-not-json")),
        300..=399 | 404 | 410 => (Doubtful, say!("reason-wrong-endpoint", status = http)),
        401 | 403 | 405 => (Doubtful, say!("reason-refused-before-erp", status = http)),
        407 => (Fatal, say!("reason-refused-before-erp", status = http)),
        429 => (Throttled(Limit::Rate), say!("reason-too-many-requests")),
        502..=504 => (Unreachable, format!("HTTP {http}")),
        _ => (Transient, format!("HTTP {http}")),
    };
    Err(CallError {
        retry_after: reply.retry_after,
        ..CallError::new(kind, None, reason)
    })
}

/// Whether a page that is not the ERP's JSON says that the system is under maintenance (系统维护,
/// in UTF-8 or GBK).
fn is_maintenance(page: &[u8]) -> bool {
    const WORDS: [&[u8]; 3] = [
        "系统维护".as_bytes(),
        b"\xcf\xb5\xcd\xb3\xce\xac\xbb\xa4",
        b"under maintenance",
    ];
    WORDS.iter().any(|word| {
        page.windows(word.len())
            .any(|found| found.eq_ignore_ascii_case(word))
    })
}

impl Answer {
    fn verdict(self) -> Result<String, CallError> {
        let says = |word| self.message.contains(word);
        let kind = match self.status {
            0 => return Ok(self.data),
            // The malformed-request messages are about one row, these about the account.
            1 if says("参数") || says("argument") => Rejected,
            1 if ABOUT_THE_ACCOUNT.iter().any(|words| says(words)) => Fatal,
            1 => Doubtful,
            3 | 6 | 8 => Fatal,
            4 | 5 | 99 => Transient,
            7 => Clock,
            // A verdict on a row quotes the row's flag, which could contain any of the words below.
            100 if says("不存在") => Rejected,
            100 if says("调用频率限制") => Throttled(Limit::Rate),
            100 if says("并发次数限制") => Throttled(Limit::Concurrency),
            100 if says("权限不足") => Doubtful,
            _ => Rejected,
        };
        Err(CallError::new(kind, Some(self.status), self.message))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ASKED: Option<Duration> = Some(Duration::from_secs(9));

    fn verdict(http_status: u16, body: &str) -> Result<String, CallError> {
        classify(&Reply {
            http_status,
            retry_after: ASKED,
            date: None,
            body: body.as_bytes().to_vec(),
        })
    }

    fn kind(verdict: &Result<String, CallError>) -> String {
        let error = verdict.as_ref().err();
        error.map_or("Accepted".to_owned(), |error| format!("{:?}", error.kind))
    }

    /// Every row of the protocol's table, and the statuses it does not name.
    const TABLE: &str = "
        Accepted: 0
        Fatal: 1 sid is not exists| 1 sid is not found| 1 验证失败| 1 app auth fail
        Fatal: 3 需要动态口令| 6 ip限制| 8 版本错误
        Doubtful: 1| 1 请求含有非法字符| 100 权限不足
        Rejected: 1 参数错误| 1 参数个数错误| 1 invalid argument count| 1 argument type mismatch
        Transient: 4 数据库错误| 5 数据库错误| 99 其他错误
        Clock: 7 时间戳错误
        Throttled(Rate): 100 超过每分钟最大调用频率限制，请稍后重试| 100 超过每分钟最大调用频率限制,请稍后重试
        Throttled(Concurrency): 100 超过每分钟最大并发次数限制，请稍后重试
        Rejected: 100 采购标记不存在:采购量和到货量不一致| 100 单据不存在| 100 标记xxx  不存在/已停用/类型错误
        Rejected: 100 采购标记不存在:调用频率限制| 100 采购标记不存在:权限不足| 100
        Rejected: 2 purchase_no| 200 whatever| -1 whatever| 9 whatever";

    #[test]
    fn the_protocols_table() {
        let rows = TABLE.trim().lines().flat_map(|row| {
            let (expected, answers) = row.split_once(": ").expect(row);
            answers
                .split("| ")
                .map(move |answer| (expected.trim(), answer))
        });
        for (expected, answer) in rows {
            let (status, message) = answer.split_once(' ').unwrap_or((answer, ""));
            let body = format!(r#"{{"status":{status},"message":"{message}"}}"#);
            let verdict = verdict(200, &body);
            assert_eq!(kind(&verdict), expected, "{body}");
            if let Err(error) = verdict {
                assert_eq!((error.code, &*error.reason), (status.parse().ok(), message));
            }
        }
        let body = r#"{"status":"0","message":null,"data":{"total_count":1}}"#;
        assert_eq!(verdict(200, body), Ok(r#"{"total_count":1}"#.into()));
    }

    #[test]
    fn http_statuses_speak_before_the_body() {
        for (statuses, expected) in [
            (&[200, 299][..], "Accepted"),
            (&[301, 302, 307, 401, 403, 404, 405, 410], "Doubtful"),
            (&[407], "Fatal"),
            (&[429], "Throttled(Rate)"),
            (&[400, 408, 418, 500, 501], "Transient"),
            (&[502, 503, 504], "Unreachable"),
        ] {
            for &http in statuses {
                let verdict = verdict(http, r#"{"status":0}"#);
                assert_eq!(kind(&verdict), expected, "HTTP {http}");
                assert!(verdict.map_or_else(|error| error.retry_after == ASKED, |_| true));
            }
        }
    }

    #[test]
    fn a_page_is_never_accepted_and_one_about_maintenance_says_nothing_about_a_row() {
        for (http, page, expected) in [
            (200, "<html>ok</html>", "Transient"),
            (200, "{\"status\":0", "Transient"),
            (200, "<html>系统维护中</html>", "Unreachable"),
            (500, "<html>系统维护中</html>", "Unreachable"),
            (503, "System Under Maintenance", "Unreachable"),
            // The ERP's own words.
            (200, r#"{"status":99,"message":"系统维护"}"#, "Transient"),
        ] {
            assert_eq!(kind(&verdict(http, page)), expected, "{http} {page}");
        }
    }
}
