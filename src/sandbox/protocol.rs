//! What the ERP checks about one call: pure functions from its raw query, its body and the time to
//! what is asked, or why it is refused.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::config::{APP_KEY, APP_SECRET, SID};
use crate::erp::{
    EPOCH, LIST_METHOD, MAX_PAGE_SIZE, MAX_WINDOW, NOW_METHOD, UPDATE_METHOD, VERSION,
    parse_beijing_time, sign,
};

/// What stands in the address of every call, and of one that lists besides.
const COMMON: [&str; 7] = ["sid", "key", "salt", "method", "v", "timestamp", "sign"];
const PAGING: [&str; 3] = ["page_size", "page_no", "calc_total"];

const TOLERANCE: u64 = 120;
const MAX_ORDER_CHARS: usize = 40;
const MAX_FLAG_CHARS: usize = 32;

pub(super) type Refusal = (u16, String);

pub(super) type Query = BTreeMap<String, String>;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Update { order: String, flag: String },
    List(Listing),
    Now,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) wanted: Wanted,
    pub(super) page_size: usize,
    pub(super) page: usize,
    pub(super) with_total: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Number(String),
    Modified(RangeInclusive<Timestamp>),
}

pub(super) fn refuse<T>(status: u16, message: impl Into<String>) -> Result<T, Refusal> {
    Err((status, message.into()))
}

/// Checks whom a call comes from, and when by the server's clock.
pub(super) fn authenticate(query: &str, body: &str, now: Timestamp) -> Result<Query, Refusal> {
    let query = parse(query)?;
    let (secret, salt) = APP_SECRET.split_once(':').unwrap_or((APP_SECRET, ""));
    let is_current = whole_number::<i64>(&query["timestamp"]).is_some_and(|seconds| {
        seconds.saturating_add(EPOCH).abs_diff(now.as_second()) <= TOLERANCE
    });
    let is_app = query["key"] == APP_KEY && query["salt"] == salt;
    let fields = query.iter().filter(|(name, _)| *name != "sign");
    let fields = fields.map(|(name, value)| (name.as_str(), value.as_str()));
    let sign = sign(secret, fields.chain([("body", body)]));
    let checks = [
        (query["sid"] == SID, 1, "sid is not exists"),
        (is_app, 1, "app auth fail"),
        (query["v"] == VERSION, 8, "版本错误"),
        (is_current, 7, "时间戳错误"),
        (query["sign"] == sign, 1, "验证失败"),
    ];
    match checks.into_iter().find(|(passed, ..)| !passed) {
        Some((_, status, message)) => refuse(status, message),
        None => Ok(query),
    }
}

/// Every field that the method needs, exactly once, and no other.
fn parse(raw: &str) -> Result<Query, Refusal> {
    let mut query = Query::new();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name)?;
        if query.insert(name.clone(), decode(value)?).is_some() {
            return refuse(2, format!("参数重复:{name}"));
        }
    }
    let is_paged = query.get("method").is_some_and(|it| it == LIST_METHOD);
    let known = || COMMON.iter().chain(PAGING.iter().filter(|_| is_paged));
    if let Some(name) = query.keys().find(|name| !known().any(|it| it == name)) {
        return refuse(2, format!("未知参数:{name}"));
    }
    match known().find(|field| !query.contains_key(**field)) {
        Some(field) => refuse(2, format!("{field}不能为空")),
        None => Ok(query),
    }
}

/// Decodes a URL as servlet containers do: `+` is a space, and an escape that is broken or not
/// UTF-8 is an error.
fn decode(raw: &str) -> Result<String, Refusal> {
    let is_escape = |rest: &str| {
        let hex = rest.as_bytes().get(..2);
        hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    match percent_decode_str(&raw.replace('+', " ")).decode_utf8() {
        Ok(text) if raw.split('%').skip(1).all(is_escape) => Ok(text.into_owned()),
        _ => refuse(1, "参数错误"),
    }
}

/// Only digits: `parse` alone would also accept a sign.
fn whole_number<N: FromStr>(text: &str) -> Option<N> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

pub(super) fn request(query: &Query, body: &str, may_list: bool) -> Result<Request, Refusal> {
    let method = query["method"].as_str();
    if !([UPDATE_METHOD, NOW_METHOD].contains(&method) || method == LIST_METHOD && may_list) {
        return refuse(100, "权限不足");
    }
    let Ok(Value::Array(mut arguments)) = serde_json::from_str(body) else {
        return refuse(1, "参数错误");
    };
    if arguments.len() != usize::from(method != NOW_METHOD) {
        return refuse(1, "invalid argument count");
    }
    let mut fields = match arguments.pop() {
        None => return Ok(Request::Now),
        Some(Value::Object(fields)) => fields,
        Some(_) => return refuse(1, "argument type mismatch"),
    };
    let order = text(&mut fields, "purchase_no", MAX_ORDER_CHARS)?;
    let request = if method == LIST_METHOD {
        Request::List(listing(query, order, &mut fields)?)
    } else {
        let flag = text(&mut fields, "flag_name", MAX_FLAG_CHARS)?;
        Request::Update {
            order: order.ok_or((2, "purchase_no不能为空".to_owned()))?,
            flag: flag.ok_or((2, "flag_name不能为空".to_owned()))?,
        }
    };
    match fields.keys().next() {
        Some(name) => refuse(2, format!("未知参数:{name}")),
        None => Ok(request),
    }
}

fn listing(
    query: &Query,
    order: Option<String>,
    fields: &mut Map<String, Value>,
) -> Result<Listing, Refusal> {
    let paging = |field: &str, range: RangeInclusive<usize>| {
        let number = whole_number(&query[field]).filter(|number| range.contains(number));
        number.ok_or_else(|| (2, format!("参数值错误:{field}")))
    };
    let page_size = paging("page_size", 1..=MAX_PAGE_SIZE)?;
    let page = paging("page_no", 0..=usize::MAX)?;
    let with_total = paging("calc_total", 0..=1)? == 1;
    let start = text(fields, "start_time", usize::MAX)?;
    let end = text(fields, "end_time", usize::MAX)?;
    Ok(Listing {
        wanted: match (order, start, end) {
            (Some(number), ..) => Wanted::Number(number),
            (None, Some(start), Some(end)) => Wanted::Modified(window(&start, &end)?),
            _ => return refuse(100, "参数中必须包含起止时间"),
        },
        page_size,
        page,
        with_total,
    })
}

fn window(start: &str, end: &str) -> Result<RangeInclusive<Timestamp>, Refusal> {
    let time = |text: &str, field: &str| {
        parse_beijing_time(text).ok_or_else(|| (2, format!("参数值错误:{field}")))
    };
    let (start, end) = (time(start, "start_time")?, time(end, "end_time")?);
    if end < start {
        refuse(100, "开始时间不能晚于结束时间")
    } else if end.duration_since(start) > MAX_WINDOW {
        refuse(100, "起止时间跨度不能超过30天")
    } else {
        Ok(start..=end)
    }
}

/// Takes a field out. One that is null or empty is as good as none.
fn text(
    fields: &mut Map<String, Value>,
    field: &str,
    max: usize,
) -> Result<Option<String>, Refusal> {
    match fields.remove(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() > max => {
            refuse(2, format!("{field}长度不能超过{max}"))
        }
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(_) => refuse(1, "argument type mismatch"),
    }
}
