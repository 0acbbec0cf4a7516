//! The verdict on a reply, by the ERP's table of statuses.

use std::cmp::Reverse;

use super::error::ErrorKind::{
    Clock, Doubtful, Fatal, Rejected, Throttled, Transient, Unreachable,
};
use super::error::{CallError, Limit};
use super::reply::{Answer, Reply};
use crate::language::say;
use crate::text::one_line;

/// What the ERP says with status 1 of account, signature or IP.
const ABOUT_THE_ACCOUNT: [&str; 4] = [
    "sid is not exists",
    "sid is not found",
    "验证失败",
    "app auth fail",
];

/// What the ERP or its database says with status 100 of a fault that passes.
const PASSING: &str = "稍后|稍候|重试|再试|繁忙|正忙|系统忙|服务器忙|服务忙|网络忙|数据库忙|\
    未知错误|deadlock|lock wait|try restarting|try again|timeout|timed out";
/// What takes too long (超时) because the server is busy; an order that has is none.
const SLOW: &str = "调用|请求|连接|处理|响应|接口|访问|执行|操作|读取|查询|保存|提交|更新|等待|\
    网络|通讯|通信|系统|服务|服务器|数据库|事务";
/// Who says so of an order that is being audited or the like, means more than that it is open elsewhere.
const FORBIDDING: &str = "不允许|不能|禁止|无法|不可|不得";
/// What stands on a page that something before the ERP shows instead of it.
const REFUSING: &str = "拦截|登录|登陆|login|blocked|denied";
/// Characters of the words above at most: what is longer is no part of them.
const MAX_WORD: usize = 4;
/// Columns of a page that a message shows.
const MAX_WORDS: usize = 80;

/// `quotes` are the order and the flag of the call, which the ERP may repeat.
pub fn classify(reply: &Reply, quotes: [&str; 2]) -> Result<String, CallError> {
    let http = reply.http_status;
    let answer = matches!(http, 200..=299)
        .then(|| Answer::of(reply))
        .flatten();
    if let Some(answer) = answer {
        return answer.verdict(quotes);
    }
    let text = reply.text();
    let (kind, reason) = match http {
        200..=299 | 500..=599 if has_one_of(&text, "系统维护|under maintenance") => {
            (Unreachable, say!("reason-maintenance"))
        }
        200..=299 => {
            let reason = not_json(&text);
            let is_refused = has_one_of(&reason, REFUSING);
            (if is_refused { Doubtful } else { Transient }, reason)
        }
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

fn has_one_of(text: &str, words: &str) -> bool {
    let text = text.to_ascii_lowercase();
    words.split('|').any(|word| text.contains(word))
}

/// Whether the ERP says of no order that it is so, but of itself, and only for the moment.
fn is_passing(said: &str) -> bool {
    let said = unnamed(said);
    let is_slow = |what| said.contains(&format!("{what}超时"));
    let is_held =
        said.contains("正在被") && (said.contains("刷新") || !has_one_of(&said, FORBIDDING));
    is_held || has_one_of(&said, PASSING) || SLOW.split('|').any(is_slow)
}

/// A message without the names in brackets, of suppliers and the like. One at its beginning is a
/// heading.
fn unnamed(message: &str) -> String {
    let mut parts = message.split(['【', '「', '《', '“']);
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once(['】', '」', '》', '”']).map(|it| it.1);
        said.push_str(rest.filter(|_| !said.is_empty()).unwrap_or(part));
    }
    said
}

/// What came instead of the ERP's JSON.
fn not_json(text: &str) -> String {
    let texts = text
        .split('<')
        .filter_map(|part| Some(part.split_once('>')?.1));
    let (kind, words) = match title(text) {
        Some(title) => ("page", title.to_owned()),
        None if text.trim_start().starts_with('<') => {
            ("other", texts.collect::<Vec<_>>().join(" "))
        }
        None => ("other", text.to_owned()),
    };
    let words: Vec<_> = words.split_whitespace().collect();
    let mut words = one_line(&words.join(" "), MAX_WORDS);
    if let Some(cut) = words.strip_suffix('…') {
        // Of a secret that is cut the rest would not be found any more.
        words = format!("{}…", cut.trim_end_matches(|c: char| c.is_ascii_graphic()));
    }
    let kind = if words.is_empty() { "empty" } else { kind };
    say!("reason-not-json", kind = kind, words = words)
}

fn title(page: &str) -> Option<&str> {
    let lower = page.to_ascii_lowercase();
    let (before, rest) = lower.split_once("<title")?;
    let (attributes, rest) = rest.split_once('>')?;
    let from = before.len() + "<title".len() + attributes.len() + 1;
    let title = page[from..from + rest.find('<')?].trim();
    (!title.is_empty()).then_some(title)
}

/// A message without the order and the flag of the call, where it quotes them: a short one may be
/// part of another word.
fn unquoted(message: &str, mut quotes: [&str; 2]) -> String {
    quotes.sort_by_key(|quote| Reverse(quote.len()));
    let mut said = message.to_owned();
    for quote in quotes.into_iter().filter(|quote| !quote.is_empty()) {
        let mut parts = said.split(quote);
        let mut left = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let is_word =
                quote.chars().count() <= MAX_WORD && left.ends_with(char::is_alphanumeric);
            if is_word
                && !["标记", "单", "单据", "号"]
                    .iter()
                    .any(|it| left.ends_with(it))
            {
                left.push_str(quote);
            }
            left.push_str(part);
        }
        said = left;
    }
    said
}

/// Whether the ERP says that the flag, exactly as it was sent, is none that orders can be given.
pub fn is_unknown_flag(message: &str, flag: &str) -> bool {
    const SAYS: [&str; 3] = ["不存在", "已停用", "类型错误"];
    let Some((_, named)) = message.split_once("标记") else {
        return false;
    };
    SAYS.iter().any(|says| {
        let after = named.strip_prefix(says);
        let after = after.map(|flag| flag.trim_start_matches([':', '：']).trim());
        let before = named.trim_start().strip_prefix(flag);
        after == Some(flag) || before.is_some_and(|it| it.trim_start().starts_with(says))
    })
}

impl Answer {
    fn verdict(self, quotes: [&str; 2]) -> Result<String, CallError> {
        let said = unquoted(&self.message, quotes);
        let says = |word| has_one_of(&said, word);
        let kind = match self.status {
            0 => return Ok(self.data),
            // The malformed-request messages are about one row, these about the account.
            1 if says("参数") || says("argument") => Rejected,
            1 if ABOUT_THE_ACCOUNT.iter().any(|words| says(words)) => Fatal,
            1 => Doubtful,
            3 | 6 | 8 => Fatal,
            4 | 5 | 99 => Transient,
            7 => Clock,
            100 if says("不存在") => Rejected,
            100 if says("频率") && says("限") => Throttled(Limit::Rate),
            100 if says("并发") && says("限") => Throttled(Limit::Concurrency),
            100 if says("internal only") || says("接口权限") => Fatal,
            // An order of a warehouse or a supplier that the account may not see.
            100 if says("权限") && (says("仓库") || says("供应商")) => Rejected,
            100 if says("权限不足") => Doubtful,
            100 if is_passing(&said) => Transient,
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
        let reply = Reply {
            http_status,
            retry_after: ASKED,
            body: body.as_bytes().to_vec(),
            ..Reply::default()
        };
        classify(&reply, ["", ""])
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
