//! What a reply means for the row it was made for, and for the run.

use std::fmt;
use std::time::Duration;

use super::reply::{Answer, Reply, TransportError};

/// Which of the ERP's two limits a call ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Calls a minute.
    Rate,
    /// Calls in flight.
    Concurrency,
}

/// What a call's end means. `code` is the ERP's status, where the ERP itself answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The flag is set.
    Accepted,
    /// The ERP refuses this row, and would refuse it again.
    Rejected {
        /// The ERP's status.
        code: i64,
        /// The ERP's words.
        message: String,
    },
    /// Over a limit: the run must slow down, the row is not to blame.
    Throttled {
        /// Which limit.
        limit: Limit,
        /// The ERP's status.
        code: Option<i64>,
        /// The ERP's words.
        message: String,
        /// How long the server asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// Did not work this time; another try may.
    Transient {
        /// The ERP's status.
        code: Option<i64>,
        /// What happened.
        message: String,
        /// How long the server asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The timestamp was more than 120 s off the ERP's clock.
    Clock {
        /// The ERP's status.
        code: i64,
        /// The ERP's words.
        message: String,
    },
    /// Every further call would fail the same way: stop the run.
    Fatal {
        /// The ERP's status.
        code: Option<i64>,
        /// What happened and what to look at.
        message: String,
    },
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, code, message) = match self {
            Verdict::Accepted => return f.write_str("accepted"),
            Verdict::Rejected { code, message } => ("rejected", Some(*code), message),
            Verdict::Throttled { code, message, .. } => ("throttled", *code, message),
            Verdict::Transient { code, message, .. } => ("failed for now", *code, message),
            Verdict::Clock { code, message } => ("wrong clock", Some(*code), message),
            Verdict::Fatal { code, message } => ("fatal", *code, message),
        };
        match code {
            Some(code) => write!(f, "{what}: {message} (status {code})"),
            None => write!(f, "{what}: {message}"),
        }
    }
}

/// Judges one call by its reply, or by the want of one, as the ERP's table of statuses says.
#[must_use]
pub fn judge(outcome: &Result<Reply, TransportError>) -> Verdict {
    match outcome {
        Ok(reply) => judge_reply(reply),
        Err(TransportError::Certificate(why)) => Verdict::Fatal {
            code: None,
            message: format!("the server's certificate is not trusted: {why}"),
        },
        Err(error) => transient(None, error.to_string()),
    }
}

fn judge_reply(reply: &Reply) -> Verdict {
    let http = reply.http_status;
    match http {
        200..=299 => match Answer::parse(&reply.body) {
            Some(answer) => judge_answer(answer),
            None => transient(None, "the reply is not the ERP's JSON".into()),
        },
        300..=399 | 404 | 410 => fatal(None, http_message(http, "wrong endpoint?")),
        401 | 403 | 405 | 407 => fatal(None, http_message(http, "refused before the ERP")),
        429 => Verdict::Throttled {
            limit: Limit::Rate,
            code: None,
            message: http_message(http, "too many requests"),
            retry_after: reply.retry_after,
        },
        _ => Verdict::Transient {
            code: None,
            message: format!("HTTP {http}"),
            retry_after: reply.retry_after,
        },
    }
}

fn judge_answer(Answer { status, message }: Answer) -> Verdict {
    let code = Some(status);
    match status {
        0 => Verdict::Accepted,
        // The malformed-request messages are about one row; all others are about the account.
        1 if ["参数", "argument"]
            .iter()
            .any(|word| message.contains(word)) =>
        {
            rejected(status, message)
        }
        1 | 3 | 6 | 8 => fatal(code, message),
        4 | 5 | 99 => transient(code, message),
        7 => Verdict::Clock {
            code: status,
            message,
        },
        // A verdict on a row quotes the row's flag, which could contain any of the words below.
        100 if message.contains("不存在") => rejected(status, message),
        100 if message.contains("调用频率限制") => throttled(Limit::Rate, code, message),
        100 if message.contains("并发次数限制") => {
            throttled(Limit::Concurrency, code, message)
        }
        100 if message.contains("权限不足") => fatal(code, message),
        _ => rejected(status, message),
    }
}

fn http_message(http: u16, what: &str) -> String {
    format!("HTTP {http}: {what}")
}

fn rejected(code: i64, message: String) -> Verdict {
    Verdict::Rejected { code, message }
}

fn throttled(limit: Limit, code: Option<i64>, message: String) -> Verdict {
    Verdict::Throttled {
        limit,
        code,
        message,
        retry_after: None,
    }
}

fn transient(code: Option<i64>, message: String) -> Verdict {
    Verdict::Transient {
        code,
        message,
        retry_after: None,
    }
}

fn fatal(code: Option<i64>, message: String) -> Verdict {
    Verdict::Fatal { code, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(http_status: u16, body: &str) -> Verdict {
        judge(&Ok(Reply {
            http_status,
            retry_after: None,
            body: body.as_bytes().to_vec(),
        }))
    }

    fn kind(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Accepted => "accepted",
            Verdict::Rejected { .. } => "rejected",
            Verdict::Throttled {
                limit: Limit::Rate, ..
            } => "rate",
            Verdict::Throttled {
                limit: Limit::Concurrency,
                ..
            } => "concurrency",
            Verdict::Transient { .. } => "transient",
            Verdict::Clock { .. } => "clock",
            Verdict::Fatal { .. } => "fatal",
        }
    }

    /// Every row of the protocol's table, and the statuses it does not name.
    #[test]
    fn the_protocols_table() {
        for (status, message, expected) in [
            (0, "", "accepted"),
            (1, "sid is not exists", "fatal"),
            (1, "sid is not found", "fatal"),
            (1, "验证失败", "fatal"),
            (1, "app auth fail", "fatal"),
            (1, "", "fatal"),
            (1, "参数错误", "rejected"),
            (1, "参数个数错误", "rejected"),
            (1, "invalid argument count", "rejected"),
            (1, "argument type mismatch", "rejected"),
            (2, "purchase_no", "rejected"),
            (3, "需要动态口令", "fatal"),
            (4, "数据库错误", "transient"),
            (5, "数据库错误", "transient"),
            (6, "ip限制", "fatal"),
            (7, "时间戳错误", "clock"),
            (8, "版本错误", "fatal"),
            (99, "其他错误", "transient"),
            (100, "超过每分钟最大调用频率限制，请稍后重试", "rate"),
            (100, "超过每分钟最大调用频率限制,请稍后重试", "rate"),
            (100, "超过每分钟最大并发次数限制，请稍后重试", "concurrency"),
            (100, "超过每分钟最大并发次数限制,请稍后重试", "concurrency"),
            (100, "权限不足", "fatal"),
            (100, "采购标记不存在:采购量和到货量不一致", "rejected"),
            (100, "单据不存在", "rejected"),
            (100, "标记xxx  不存在/已停用/类型错误", "rejected"),
            (100, "采购标记不存在:调用频率限制", "rejected"),
            (100, "采购标记不存在:权限不足", "rejected"),
            (100, "", "rejected"),
            (200, "whatever", "rejected"),
            (-1, "whatever", "rejected"),
            (9, "whatever", "rejected"),
        ] {
            for status_text in [status.to_string(), format!("\"{status}\"")] {
                let body = format!(r#"{{"status":{status_text},"message":"{message}"}}"#);
                let verdict = verdict(200, &body);
                assert_eq!(kind(&verdict), expected, "{body}");
                match verdict {
                    Verdict::Rejected {
                        code,
                        message: said,
                    } => {
                        assert_eq!((code, said.as_str()), (status, message));
                    }
                    Verdict::Throttled {
                        code,
                        message: said,
                        ..
                    }
                    | Verdict::Transient {
                        code,
                        message: said,
                        ..
                    }
                    | Verdict::Fatal {
                        code,
                        message: said,
                    } => {
                        assert_eq!((code, said.as_str()), (Some(status), message));
                    }
                    Verdict::Accepted | Verdict::Clock { .. } => {}
                }
            }
        }
    }

    #[test]
    fn http_statuses_speak_before_the_body() {
        let ok = r#"{"status":0}"#;
        for (http, expected) in [
            (200, "accepted"),
            (301, "fatal"),
            (302, "fatal"),
            (307, "fatal"),
            (400, "transient"),
            (403, "fatal"),
            (404, "fatal"),
            (408, "transient"),
            (429, "rate"),
            (500, "transient"),
            (502, "transient"),
            (503, "transient"),
            (504, "transient"),
        ] {
            assert_eq!(kind(&verdict(http, ok)), expected, "HTTP {http}");
        }
    }

    #[test]
    fn a_gateway_page_is_transient_and_never_accepted() {
        for body in [
            "<html>ok</html>",
            "",
            "null",
            "{\"status\":0",
            "[{\"status\":0}]",
        ] {
            assert_eq!(kind(&verdict(200, body)), "transient", "{body}");
        }
    }

    #[test]
    fn retry_after_is_passed_on() {
        let reply = |http_status| Reply {
            http_status,
            retry_after: Some(Duration::from_secs(9)),
            body: Vec::new(),
        };
        for http in [429, 503] {
            match judge(&Ok(reply(http))) {
                Verdict::Throttled { retry_after, .. } | Verdict::Transient { retry_after, .. } => {
                    assert_eq!(retry_after, Some(Duration::from_secs(9)));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn transport_errors() {
        for (error, expected) in [
            (
                TransportError::Timeout(Duration::from_secs(30)),
                "transient",
            ),
            (TransportError::Connection("refused".into()), "transient"),
            (TransportError::Malformed("too large".into()), "transient"),
            (TransportError::Certificate("expired".into()), "fatal"),
        ] {
            assert_eq!(kind(&judge(&Err(error.clone()))), expected, "{error}");
        }
    }
}
