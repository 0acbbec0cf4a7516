//! A message to people, by the robot of their chat. Whether it was delivered says the reply's body, not
//! HTTP; its URL is a secret.

mod dingtalk;
mod feishu;
mod healthchecks;
mod message;
mod ntfy;
mod slack;
#[cfg(test)]
mod tests;
mod webhook;
mod wecom;

use std::fmt;
use std::thread::sleep;
use std::time::Duration;

use clap::ValueEnum;
use hmac_sha256::HMAC;
use jiff::Timestamp;
use serde_json::Value;
use ureq::http::Uri;

pub use self::message::{Message, Past};
use crate::config::RobotConfig;
use crate::erp::{Http, Reply, masked};
use crate::language::say;
use crate::text::all;

const MAX_REPLY: u64 = 64 * 1024;
/// After a try that came to nothing.
const WAITS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(5)];
const MAX_WAIT: Duration = Duration::from_secs(60);
/// How long one try may take, and where somebody has stopped the run, the only one.
const PATIENCE: Duration = Duration::from_secs(10);
const IN_A_HURRY: Duration = Duration::from_secs(3);

/// Where a message goes. `Debug` shows nothing of it.
pub struct Robot {
    pub given: RobotConfig,
    platform: Platform,
}

impl fmt::Debug for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Robot({:?})", self.platform)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Platform {
    Dingtalk,
    Wecom,
    Feishu,
    Slack,
    Ntfy,
    Healthchecks,
    Json,
}

const HOSTS: [(&str, Platform); 8] = [
    ("oapi.dingtalk.com", Platform::Dingtalk),
    ("qyapi.weixin.qq.com", Platform::Wecom),
    ("open.feishu.cn", Platform::Feishu),
    ("open.larksuite.com", Platform::Feishu),
    ("hooks.slack.com", Platform::Slack),
    ("hooks.slack-gov.com", Platform::Slack),
    ("ntfy.sh", Platform::Ntfy),
    ("hc-ping.com", Platform::Healthchecks),
];

impl Platform {
    fn of_host(host: &str) -> Platform {
        let mut known = HOSTS.iter().filter(|(it, _)| it.eq_ignore_ascii_case(host));
        known
            .next()
            .map_or(Platform::Json, |(_, platform)| *platform)
    }

    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or(String::new(), |it| it.get_name().to_owned())
    }

    fn request(self, robot: &Robot, message: &Message, now: Timestamp) -> Request {
        match self {
            Platform::Dingtalk => dingtalk::request(robot, message, now),
            Platform::Wecom => wecom::request(robot, message),
            Platform::Feishu => feishu::request(robot, message, now),
            Platform::Slack => slack::request(robot, message),
            Platform::Ntfy => ntfy::request(robot, message),
            Platform::Healthchecks => healthchecks::request(robot, message),
            Platform::Json => webhook::request(robot, message),
        }
    }

    fn verdict(self, reply: &Reply) -> Verdict {
        let http = || format!("HTTP {}", reply.http_status);
        let body = object(reply);
        match (reply.http_status, self) {
            (500.., _) => return Verdict::Busy(http()),
            (429, _) => return Verdict::Throttled(reply.retry_after, http()),
            (_, Platform::Dingtalk) => by_code(&body, "errcode", "errmsg", dingtalk::RULES),
            (_, Platform::Wecom) => by_code(&body, "errcode", "errmsg", wecom::RULES),
            (_, Platform::Feishu) => feishu::verdict(&body),
            (_, Platform::Slack) => Some(by_word(reply, "ok")),
            (_, Platform::Ntfy) => ntfy::verdict(reply, &body),
            // Its own server also says `OK (not found)`.
            (_, Platform::Healthchecks) => Some(by_word(reply, "OK")),
            (200..300, Platform::Json) => Some(Verdict::Delivered),
            (_, Platform::Json) => None,
        }
        .unwrap_or_else(|| Verdict::Refused(say!("robot-no-reply", http = http())))
    }
}

/// One request, whose body is measured as it is.
struct Request {
    url: String,
    body: String,
    header: Option<(&'static str, String)>,
}

impl Request {
    fn new(url: &str, body: impl ToString) -> Request {
        Request {
            url: url.to_owned(),
            body: body.to_string(),
            header: None,
        }
    }
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Delivered,
    Busy(String),
    Throttled(Option<Duration>, String),
    /// Our clock is off.
    Clock(String),
    Refused(String),
}

/// The body of a reply, if it is a JSON object, else null.
fn object(reply: &Reply) -> Value {
    let value: Value = serde_json::from_str(&reply.text()).unwrap_or_default();
    Some(value).filter(Value::is_object).unwrap_or_default()
}

/// What the words of a reply mean, of which one is good.
fn by_word(reply: &Reply, good: &str) -> Verdict {
    let said = reply.text().trim().to_owned();
    if reply.http_status == 200 && said == good {
        Verdict::Delivered
    } else {
        Verdict::Refused(said)
    }
}

/// Of codes, and words that stand beside them, what is the matter; for some there is advice.
type Rules = &'static [(&'static [i64], &'static str, &'static str)];

/// What a code means that stands in this field of a reply, in the platform's words.
fn by_code(reply: &Value, field: &str, text: &str, rules: Rules) -> Option<Verdict> {
    let code = reply[field].as_i64()?;
    if code == 0 {
        return Some(Verdict::Delivered);
    }
    let said = reply[text].as_str().unwrap_or_default();
    // What follows is for developers, and quotes addresses.
    let said = said.split([',', '[']).next().unwrap_or_default().trim();
    let lower = said.to_lowercase();
    let mut rules = rules.iter();
    let rule = rules.find(|(codes, words, _)| codes.contains(&code) && lower.contains(words));
    let kind = rule.map_or("", |(.., kind)| *kind);
    let why = say!(
        "robot-refuses",
        code = code.to_string(),
        said = said,
        kind = kind
    );
    Some(match kind {
        "busy" => Verdict::Busy(why),
        "throttled" => {
            let wait = reply["wait"].as_u64().map(Duration::from_secs);
            Verdict::Throttled(wait, why)
        }
        "clock" => Verdict::Clock(why),
        _ => Verdict::Refused(why),
    })
}

impl Robot {
    /// # Errors
    ///
    /// In words that hold nothing of the URL, if that is none or the format is not known.
    pub fn new(given: RobotConfig) -> Result<Robot, String> {
        let uri = given.url.parse::<Uri>().ok();
        let uri = uri.filter(|it| matches!(it.scheme_str(), Some("http" | "https")));
        let host = uri.as_ref().and_then(Uri::host);
        let host = host.ok_or_else(|| say!("robot-no-url", origin = given.origin.as_str()))?;
        let platform = match &given.format {
            Some(name) => Platform::from_str(name, true).map_err(|_| {
                let names = Platform::value_variants().iter().map(|it| it.name());
                say!("robot-no-format", formats = all(&names.collect::<Vec<_>>()))
            })?,
            None => Platform::of_host(host),
        };
        Ok(Robot { given, platform })
    }

    /// Whether it is to notice the night that did not run at all, and so hears of every other.
    pub fn hears_all(&self) -> bool {
        self.platform == Platform::Healthchecks
    }

    /// Sends a message, again where another try may help; where somebody is waiting for the end, once.
    ///
    /// # Errors
    ///
    /// In words that hold nothing of the URL, if it was not delivered.
    pub fn send(&self, message: &Message, is_in_a_hurry: bool) -> Result<(), String> {
        let patience = if is_in_a_hurry { IN_A_HURRY } else { PATIENCE };
        let waits = if is_in_a_hurry { &[][..] } else { &WAITS[..] };
        let sent = self.send_within(message, patience, waits);
        sent.map_err(|why| {
            say!(
                "robot-not-told",
                robot = self.to_string(),
                why = self.masked(&why)
            )
        })
    }

    fn send_within(
        &self,
        message: &Message,
        patience: Duration,
        waits: &[Duration],
    ) -> Result<(), String> {
        let server: Uri = self.url().parse().unwrap_or_default();
        let is_local = matches!(server.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let http = Http::new(&server, is_local, patience, self.given.ca_file.as_deref())?;
        let (mut waits, mut offset) = (waits.iter(), None);
        let is_in_a_hurry = waits.len() == 0;
        let mut is_throttled = is_in_a_hurry;
        loop {
            let now = Timestamp::now();
            let corrected = now.checked_add(offset.unwrap_or_default());
            let now = corrected.unwrap_or(now);
            let request = self.platform.request(self, message, now);
            let header = request.header.iter();
            let header = header.map(|(name, value)| (*name, value.as_str()));
            let json = ("Content-Type", "application/json; charset=utf-8");
            let headers: Vec<_> = [json].into_iter().chain(header).collect();
            let reply = http.post(&request.url, &headers, &request.body, MAX_REPLY);
            let (verdict, date) = match reply {
                Ok(reply) => (self.platform.verdict(&reply), reply.date),
                Err(error) => (Verdict::Busy(error.reason), None),
            };
            match (verdict, date) {
                (Verdict::Delivered, _) => return Ok(()),
                (Verdict::Busy(why), _) => sleep(*waits.next().ok_or(why)?),
                (Verdict::Throttled(wait, _), _) if !is_throttled => {
                    is_throttled = true;
                    sleep(wait.unwrap_or(MAX_WAIT).min(MAX_WAIT));
                }
                (Verdict::Clock(_), Some(date)) if offset.is_none() && !is_in_a_hurry => {
                    offset = Some(date.duration_since(Timestamp::now()));
                }
                (Verdict::Throttled(_, why) | Verdict::Clock(why) | Verdict::Refused(why), _) => {
                    return Err(why);
                }
            }
        }
    }

    fn url(&self) -> &str {
        &self.given.url
    }

    fn secret(&self) -> Option<&str> {
        self.given.secret.as_ref().map(|it| it.as_str())
    }

    /// Without anything that stands in the URL after its host.
    fn masked(&self, why: &str) -> String {
        let url = self.url();
        let uri: Uri = url.parse().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let parts = rest.split(['/', '?', '&', '=', '#', '@', ':']);
        let parts = parts.filter(|part| Some(*part) != uri.host());
        let path = rest.find(['/', '?']).map_or("", |at| &rest[at + 1..]);
        let secrets = [url, path].into_iter().chain(parts);
        masked(why, secrets.chain(self.secret()))
    }

    fn mac(key: &str, text: &str) -> [u8; 32] {
        HMAC::mac(text, key)
    }
}

impl fmt::Display for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri: Uri = self.url().parse().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        write!(f, "{} ({host})", self.platform.name())
    }
}
