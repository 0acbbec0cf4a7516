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
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use hmac_sha256::HMAC;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
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
#[derive(Clone)]
pub struct Robot {
    pub url: SecretString,
    pub secret: Option<SecretString>,
    pub format: Format,
    pub keyword: Option<String>,
    pub ca_file: Option<PathBuf>,
}

impl fmt::Debug for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Robot({:?})", self.format)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Dingtalk,
    Wecom,
    Feishu,
    Slack,
    Ntfy,
    Healthchecks,
    Json,
}

const NAMES: [(&str, Format); 7] = [
    ("dingtalk", Format::Dingtalk),
    ("wecom", Format::Wecom),
    ("feishu", Format::Feishu),
    ("slack", Format::Slack),
    ("ntfy", Format::Ntfy),
    ("healthchecks", Format::Healthchecks),
    ("json", Format::Json),
];

const HOSTS: [(&str, Format); 8] = [
    ("oapi.dingtalk.com", Format::Dingtalk),
    ("qyapi.weixin.qq.com", Format::Wecom),
    ("open.feishu.cn", Format::Feishu),
    ("open.larksuite.com", Format::Feishu),
    ("hooks.slack.com", Format::Slack),
    ("hooks.slack-gov.com", Format::Slack),
    ("ntfy.sh", Format::Ntfy),
    ("hc-ping.com", Format::Healthchecks),
];

impl Format {
    pub fn of_name(name: &str) -> Option<Format> {
        let mut named = NAMES.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name));
        named.next().map(|(_, format)| *format)
    }

    pub fn of_host(host: &str) -> Format {
        let mut known = HOSTS.iter().filter(|(it, _)| it.eq_ignore_ascii_case(host));
        known.next().map_or(Format::Json, |(_, format)| *format)
    }

    pub fn name(self) -> &'static str {
        let mut names = NAMES.iter().filter(|(_, format)| *format == self);
        names.next().map_or("", |(name, _)| name)
    }

    fn request(self, robot: &Robot, message: &Message, now: Timestamp) -> Request {
        match self {
            Format::Dingtalk => dingtalk::request(robot, message, now),
            Format::Wecom => wecom::request(robot, message),
            Format::Feishu => feishu::request(robot, message, now),
            Format::Slack => slack::request(robot, message),
            Format::Ntfy => ntfy::request(robot, message),
            Format::Healthchecks => healthchecks::request(robot, message),
            Format::Json => webhook::request(robot, message),
        }
    }

    fn verdict(self, reply: &Reply) -> Verdict {
        let http = || format!("HTTP {}", reply.http_status);
        match (reply.http_status, self) {
            (500.., _) => return Verdict::Busy(http()),
            (429, _) => return Verdict::Throttled(reply.retry_after, http()),
            (_, Format::Dingtalk) => dingtalk::verdict(&object(reply)),
            (_, Format::Wecom) => wecom::verdict(&object(reply)),
            (_, Format::Feishu) => feishu::verdict(&object(reply)),
            (_, Format::Slack) => slack::verdict(reply),
            (_, Format::Ntfy) => ntfy::verdict(reply, &object(reply)),
            (_, Format::Healthchecks) => healthchecks::verdict(reply),
            (_, Format::Json) => webhook::verdict(reply),
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

/// What a code means that stands in this field of a reply, in the platform's words. Of codes and words
/// of theirs the rules tell what is the matter; for some there is advice.
fn by_code(
    reply: &Value,
    field: &str,
    text: &str,
    rules: &[(&[i64], &str, &str)],
) -> Option<Verdict> {
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
        let format = match &given.format {
            Some(name) => Format::of_name(name).ok_or_else(|| {
                let names = NAMES.map(|(name, _)| name.to_owned());
                say!("robot-no-format", formats = all(&names))
            })?,
            None => Format::of_host(host),
        };
        Ok(Robot {
            url: given.url.as_str().into(),
            secret: given.secret.map(|secret| secret.as_str().into()),
            format,
            keyword: given.keyword,
            ca_file: given.ca_file,
        })
    }

    /// Whether it is to notice the night that did not run at all, and so hears of every other.
    pub fn hears_all(&self) -> bool {
        self.format == Format::Healthchecks
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
        let http = Http::new(&server, is_local, patience, self.ca_file.as_deref())?;
        let (mut waits, mut offset) = (waits.iter(), None);
        let is_in_a_hurry = waits.len() == 0;
        let mut is_throttled = is_in_a_hurry;
        loop {
            let now = Timestamp::now();
            let corrected = now.checked_add(offset.unwrap_or_default());
            let now = corrected.unwrap_or(now);
            let request = self.format.request(self, message, now);
            let header = request.header.iter();
            let header = header.map(|(name, value)| (*name, value.as_str()));
            let json = ("Content-Type", "application/json; charset=utf-8");
            let headers: Vec<_> = [json].into_iter().chain(header).collect();
            let reply = http.post(&request.url, &headers, &request.body, MAX_REPLY);
            let (verdict, date) = match reply {
                Ok(reply) => (self.format.verdict(&reply), reply.date),
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
        self.url.expose_secret()
    }

    /// Without anything that stands in the URL after its host.
    fn masked(&self, why: &str) -> String {
        let url = self.url();
        let uri: Uri = url.parse().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let parts = rest.split(['/', '?', '&', '=', '#', '@', ':']);
        let parts = parts.filter(|part| Some(*part) != uri.host());
        let path = rest.find(['/', '?']).map_or("", |at| &rest[at + 1..]);
        let secret = self.secret.iter().map(|it| it.expose_secret());
        masked(why, [url, path].into_iter().chain(parts).chain(secret))
    }

    fn mac(key: &str, text: &str) -> [u8; 32] {
        HMAC::mac(text, key)
    }
}

impl fmt::Display for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri: Uri = self.url().parse().unwrap_or_default();
        write!(
            f,
            "{} ({})",
            self.format.name(),
            uri.host().unwrap_or_default()
        )
    }
}
