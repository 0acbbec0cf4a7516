//! The whole stand-in, called over real connections.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{APP_KEY, APP_SECRET, Config, SID, Sandbox, Stats, protocol, signature};

const UPDATE: &str = "purchase.PurchaseOrder.updatePurchaseInfo";
const NOW: &str = "system.Core.now";
const OK: &str = r#"{"status":0}"#;

/// One call; every part can be bent before it is signed and sent.
#[derive(Clone)]
struct Call {
    fields: Vec<(&'static str, String)>,
    secret: String,
    body: String,
}

impl Call {
    fn new(method: &str, body: &str) -> Self {
        let (secret, salt) = APP_SECRET.split_once(':').unwrap();
        let timestamp = unix_now() - protocol::EPOCH;
        Self {
            fields: vec![
                ("sid", SID.to_owned()),
                ("key", APP_KEY.to_owned()),
                ("salt", salt.to_owned()),
                ("method", method.to_owned()),
                ("v", "1.0".to_owned()),
                ("timestamp", timestamp.to_string()),
            ],
            secret: secret.to_owned(),
            body: body.to_owned(),
        }
    }

    fn update(order: &str, flag: &str) -> Self {
        let body = serde_json::json!([{ "purchase_no": order, "flag_name": flag }]);
        Self::new(UPDATE, &body.to_string())
    }

    fn ping() -> Self {
        Self::new(NOW, "[]")
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.0 == name) {
            field.1 = value.to_owned();
        }
        self
    }

    fn late_by(self, seconds: i64) -> Self {
        let timestamp = unix_now() - protocol::EPOCH - seconds;
        self.with("timestamp", &timestamp.to_string())
    }

    fn query(&self) -> String {
        let fields = self
            .fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let sign = signature::sign(&self.secret, fields.clone(), self.body.as_bytes());
        fields
            .chain([("sign", sign.as_str())])
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect::<Vec<_>>()
            .join("&")
    }

    fn to_http(&self) -> String {
        post(&format!("/openapi?{}", self.query()), &self.body)
    }
}

fn post(target: &str, body: &str) -> String {
    format!(
        "POST {target} HTTP/1.1\r\nHost: erp\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn unix_now() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    since.as_secs() as i64
}

#[derive(Debug, PartialEq)]
struct Reply {
    code: u16,
    head: String,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// One connection.
struct Caller(BufReader<TcpStream>);

impl Caller {
    fn new(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.addr()).unwrap();
        // Only so that a broken server fails a test instead of hanging it.
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// The next reply, or nothing if the connection ends instead.
    fn receive(&mut self) -> Option<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match self.0.read_line(&mut head) {
                Ok(0) => return None,
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return None,
                read => read.unwrap(),
            };
        }
        let code = head.split(' ').nth(1)?.parse().unwrap();
        let mut reply = Reply {
            code,
            head,
            body: String::new(),
        };
        let length = reply
            .header("content-length")
            .map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        reply.body = String::from_utf8(body).unwrap();
        Some(reply)
    }

    fn call(&mut self, call: &Call) -> Option<Reply> {
        self.send(call.to_http());
        self.receive()
    }

    /// The body of the HTTP 200 that answers `call`.
    fn reply(&mut self, call: &Call) -> String {
        let reply = self.call(call).expect("a reply");
        assert_eq!(reply.code, 200, "{reply:?}");
        assert_eq!(
            reply.header("content-type"),
            Some("application/json;charset=UTF-8")
        );
        reply.body
    }
}

fn start(config: Config) -> Sandbox {
    Sandbox::start(config).unwrap()
}

/// What a sandbox sends back to raw bytes on a connection of their own, up to
/// the connection's end.
fn raw(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let mut caller = Caller::new(sandbox);
    // The server may close before it has read everything.
    let _ = caller.0.get_mut().write_all(bytes);
    let _ = caller.0.get_mut().shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = caller.0.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn refusal(status: u16, message: &str) -> String {
    serde_json::json!({ "status": status, "message": message }).to_string()
}

#[test]
fn updates_are_kept() {
    let sandbox = start(Config::default());
    let mut caller = Caller::new(&sandbox);
    let awkward = "CG\"1\\2/3 &=%+?#";
    assert_eq!(caller.reply(&Call::update("CG2204130001", "aa")), OK);
    assert_eq!(caller.reply(&Call::update("CG2204130001", "加急")), OK);
    assert_eq!(caller.reply(&Call::update(awkward, "已质检")), OK);
    assert_eq!(caller.reply(&Call::update("CG2204130002", "aa")), OK);
    assert_eq!(caller.reply(&Call::update("CG2204130002", "无")), OK);

    let flags = sandbox.flags();
    assert_eq!(flags.len(), 2);
    assert_eq!(flags["CG2204130001"], "加急");
    assert_eq!(flags[awkward], "已质检");
    assert_eq!(sandbox.accepted("CG2204130001"), 2);
    assert_eq!(sandbox.accepted("CG2204130003"), 0);
}

#[test]
fn a_ping_tells_the_time_and_changes_nothing() {
    let sandbox = start(Config::default());
    let reply = Caller::new(&sandbox).reply(&Call::ping());
    let reply: serde_json::Value = serde_json::from_str(&reply).unwrap();
    assert_eq!(reply["status"], 0);
    assert_eq!(reply["data"].as_str().unwrap().len(), 19);
    assert!(sandbox.flags().is_empty());
    assert_eq!(sandbox.stats().pings, 1);
}

#[test]
fn an_independent_client_gets_through() {
    let sandbox = start(Config::default());
    let call = Call::update("CG1", "aa");
    let mut response = ureq::post(format!("{}?{}", sandbox.endpoint(), call.query()))
        .header("Content-Type", "Application/JSON; charset=utf-8")
        .send(&call.body)
        .unwrap();
    assert_eq!(response.body_mut().read_to_string().unwrap(), OK);
    assert_eq!(sandbox.accepted("CG1"), 1);
}

#[test]
fn each_refusal_has_the_erps_status_and_message() {
    let sandbox = start(Config::default());
    let mut caller = Caller::new(&sandbox);
    let good = || Call::update("CG1", "aa");
    let wrong_secret = Call {
        secret: "guess".to_owned(),
        ..good()
    };
    let mut without_salt = good();
    without_salt.fields.retain(|(name, _)| *name != "salt");
    let mut with_extra = good();
    with_extra.fields.push(("format", "json".to_owned()));
    let mut twice = good();
    twice.fields.push(("v", "1.0".to_owned()));
    let long = "9".repeat(41);

    let cases = [
        (good().with("sid", "x"), 1, "sid is not exists"),
        (good().with("key", "x"), 1, "app auth fail"),
        (good().with("salt", "x"), 1, "app auth fail"),
        (wrong_secret, 1, "验证失败"),
        (good().with("v", "2.0"), 8, "版本错误"),
        (good().with("method", "goods.Goods.query"), 100, "权限不足"),
        (good().with("timestamp", "now"), 7, "时间戳错误"),
        (good().late_by(130), 7, "时间戳错误"),
        (good().late_by(-130), 7, "时间戳错误"),
        (without_salt, 2, "salt不能为空"),
        (with_extra, 2, "未知参数:format"),
        (twice, 2, "参数重复:v"),
        (Call::new(UPDATE, "{}"), 1, "参数错误"),
        (Call::new(UPDATE, "not json"), 1, "参数错误"),
        (Call::new(UPDATE, "[]"), 1, "invalid argument count"),
        (Call::new(NOW, "[{}]"), 1, "invalid argument count"),
        (Call::new(UPDATE, "[1]"), 1, "argument type mismatch"),
        (
            Call::new(UPDATE, r#"[{"purchase_no":"CG1"}]"#),
            2,
            "flag_name不能为空",
        ),
        (Call::update(&long, "aa"), 2, "purchase_no长度不能超过40"),
        (Call::update("CG1", &long), 2, "flag_name长度不能超过32"),
        (Call::update("CG4041", "aa"), 100, "单据不存在"),
        (
            Call::update("CG1", "采购量和到货量不一致"),
            100,
            "采购标记不存在:采购量和到货量不一致",
        ),
    ];
    let count = cases.len() as u64;
    for (call, status, message) in cases {
        assert_eq!(caller.reply(&call), refusal(status, message));
    }
    assert!(sandbox.flags().is_empty());
    let stats = sandbox.stats();
    assert_eq!((stats.calls, stats.rejected), (count, count));

    assert_eq!(caller.reply(&good().late_by(110)), OK);
    assert_eq!(caller.reply(&good().late_by(-110)), OK);
}

#[test]
fn the_signature_covers_the_exact_body_bytes() {
    let sandbox = start(Config::default());
    let call = Call::update("CG1", "aa");
    let mut caller = Caller::new(&sandbox);
    let target = format!("/openapi?{}", call.query());
    caller.send(post(&target, &format!("{} ", call.body)));
    let reply = caller.receive().unwrap();
    assert_eq!(reply.body, refusal(1, "验证失败"));
}

#[test]
fn what_is_not_a_call_gets_an_http_error() {
    let sandbox = start(Config::default());
    let call = Call::update("CG1", "aa");
    let http = call.to_http();
    let huge = format!("[{}]", " ".repeat(64 * 1024));
    let chunked = format!(
        "{}{:x}\r\n{huge}\r\n0\r\n\r\n",
        post("/openapi", "").replace("Content-Length: 0", "Transfer-Encoding: chunked"),
        huge.len()
    );
    for (request, code) in [
        (http.replace("/openapi?", "/?"), 404),
        (http.replace("/openapi?", "/openapi/?"), 404),
        (http.replace("/openapi?", "/openapi2?"), 404),
        (http.replace("POST", "PUT"), 405),
        (http.replace("POST", "GET"), 405),
        (http.replace("application/json", "text/plain"), 415),
        (http.replace("application/json", "application/jsonp"), 415),
        (http.replace("Content-Type", "X-Type"), 415),
        (post("/openapi", &huge), 413),
        (chunked, 413),
    ] {
        let mut caller = Caller::new(&sandbox);
        caller.send(&request);
        let reply = caller.receive().unwrap();
        assert_eq!(reply.code, code, "{}", &request[..60]);
        assert!(reply.header("date").is_some());
        assert_eq!(reply.header("allow").is_some(), code == 405);
    }
    assert_eq!(sandbox.stats().accepted, 0);
    assert_eq!(sandbox.stats().rejected, 10);
}

#[test]
fn a_body_of_the_largest_size_is_read() {
    let sandbox = start(Config::default());
    let call = Call::update("CG1", "aa");
    let padding = " ".repeat(64 * 1024 - call.body.len());
    let call = Call {
        body: call.body.clone() + &padding,
        ..call
    };
    assert_eq!(Caller::new(&sandbox).reply(&call), OK);
}

#[test]
fn garbage_never_hurts() {
    let sandbox = start(Config::default());
    let http = Call::update("CG1", "aa").to_http();
    let cut_short = &http[..http.len() - 5];
    for garbage in [
        b"".as_slice(),
        b"\r\n\r\n",
        b"\0\xff\xfe\x80 / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /openapi",
        b"POST /openapi HTTP/9.9\r\n\r\n",
        b"POST /openapi HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /openapi HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /openapi?%%%&&==&\xff HTTP/1.1\r\nContent-Type: application/json\r\n\r\n",
        b"POST /openapi?sid=%ff HTTP/1.1\r\nContent-Type: \xff\r\n\r\n",
        b"POST * HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        cut_short.as_bytes(),
    ] {
        raw(&sandbox, garbage);
    }
    let mut rng = fastrand::Rng::with_seed(11);
    for _ in 0..300 {
        let mut mangled = http.clone().into_bytes();
        for _ in 0..rng.usize(1..6) {
            let at = rng.usize(..mangled.len());
            mangled[at] = rng.u8(..);
        }
        raw(&sandbox, &mangled);
    }
    let nested = Call::new(UPDATE, &"[".repeat(60_000));
    let mut caller = Caller::new(&sandbox);
    assert_eq!(caller.reply(&nested), refusal(1, "参数错误"));
    assert_eq!(caller.reply(&Call::update("CG2", "aa")), OK);
}

#[test]
fn a_connection_carries_many_calls_refused_ones_too() {
    let sandbox = start(Config::default());
    let mut caller = Caller::new(&sandbox);
    for _ in 0..20 {
        assert_eq!(caller.reply(&Call::update("CG1", "aa")), OK);
        caller.reply(&Call::update("CG404", "aa"));
        caller.send("GET /elsewhere HTTP/1.1\r\nHost: erp\r\n\r\n");
        assert_eq!(caller.receive().unwrap().code, 404);
    }
    let stats = sandbox.stats();
    assert_eq!((stats.connections, stats.calls), (1, 60));
}

#[test]
fn the_limit_throttles_without_effect() {
    let sandbox = start(Config {
        limit: Some(3),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let stranger = Call::ping().with("sid", "x");
    assert_eq!(caller.reply(&stranger), refusal(1, "sid is not exists"));
    for _ in 0..3 {
        assert_eq!(caller.reply(&Call::update("CG1", "aa")), OK);
    }
    for call in [Call::update("CG1", "加急"), Call::ping()] {
        let throttled = refusal(100, "超过每分钟最大调用频率限制，请稍后重试");
        assert_eq!(caller.reply(&call), throttled);
    }
    assert_eq!(sandbox.flags()["CG1"], "aa");
    assert_eq!(sandbox.stats().throttled, 2);
}

#[test]
fn too_many_at_once_are_throttled_without_effect() {
    let sandbox = start(Config {
        max_concurrency: Some(1),
        // The first call is never answered, so the second always meets it.
        latency: Duration::from_secs(3600),
        ..Config::default()
    });
    let mut first = Caller::new(&sandbox);
    first.send(Call::update("CG1", "aa").to_http());
    while sandbox.accepted("CG1") == 0 {
        thread::yield_now();
    }
    let mut second = Caller::new(&sandbox);
    second.send(Call::update("CG1", "加急").to_http());
    while sandbox.stats().throttled == 0 {
        thread::yield_now();
    }
    assert_eq!(sandbox.flags()["CG1"], "aa");
    assert_eq!(sandbox.accepted("CG1"), 1);
    assert_eq!(sandbox.stats().peak_in_flight, 2);
}

#[test]
fn a_place_among_those_in_flight_is_given_back() {
    let sandbox = start(Config {
        max_concurrency: Some(1),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    for order in ["CG1", "CG2", "CG3"] {
        assert_eq!(caller.reply(&Call::update(order, "aa")), OK);
    }
    let closed = start(Config {
        max_concurrency: Some(0),
        ..Config::default()
    });
    let throttled = refusal(100, "超过每分钟最大并发次数限制，请稍后重试");
    assert_eq!(Caller::new(&closed).reply(&Call::ping()), throttled);
}

#[test]
fn latency_delays_every_reply() {
    let latency = Duration::from_millis(60);
    let sandbox = start(Config {
        latency,
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    for call in [
        Call::update("CG1", "aa"),
        Call::ping(),
        Call::ping().with("sid", "x"),
    ] {
        let begun = std::time::Instant::now();
        caller.reply(&call);
        assert!(begun.elapsed() >= latency);
    }
}

#[test]
fn a_fail_rate_of_one_fails_everything_in_every_way() {
    let sandbox = start(Config {
        fail_rate: 1.0,
        ..Config::default()
    });
    let (mut gateway, mut database, mut other, mut hung_up) = (0, 0, 0, 0);
    let mut caller = Caller::new(&sandbox);
    for n in 0..300 {
        match caller.call(&Call::update(&format!("CG-{n}"), "aa")) {
            None => {
                hung_up += 1;
                caller = Caller::new(&sandbox);
            }
            Some(Reply {
                code: 502, body, ..
            }) => {
                assert!(body.starts_with("<html>"));
                gateway += 1;
            }
            Some(Reply { body, .. }) if body == refusal(4, "数据库错误") => database += 1,
            Some(Reply { body, .. }) if body == refusal(99, "其他错误") => other += 1,
            Some(reply) => panic!("{reply:?}"),
        }
    }
    let stats = sandbox.stats();
    assert_eq!(stats.failed, 300);
    assert_eq!(stats.accepted, stats.lost);
    assert!(gateway > 0 && database > 0 && other > 0);
    // Some replies were lost after the update, some calls before.
    assert!(0 < stats.lost && stats.lost < hung_up, "{stats:?}");
    assert_eq!(sandbox.flags().len() as u64, stats.lost);
}

#[test]
fn a_fail_rate_of_a_half_fails_some_and_retries_succeed() {
    let sandbox = start(Config {
        fail_rate: 0.5,
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let mut ok = 0;
    while ok < 50 {
        match caller.call(&Call::update(&format!("CG-{ok}"), "aa")) {
            Some(reply) if reply.body == OK => ok += 1,
            Some(_) => {}
            None => caller = Caller::new(&sandbox),
        }
    }
    let stats = sandbox.stats();
    assert!(stats.failed > 0);
    assert_eq!(stats.accepted, 50 + stats.lost);
    assert_eq!(sandbox.flags().len(), 50);
    assert_eq!(stats.calls, stats.accepted + stats.failed - stats.lost);
}

#[test]
fn trouble_leaves_strangers_their_refusal() {
    let sandbox = start(Config {
        fail_rate: 1.0,
        ..Config::default()
    });
    let reply = Caller::new(&sandbox).reply(&Call::ping().with("sid", "x"));
    assert_eq!(reply, refusal(1, "sid is not exists"));
    assert_eq!(sandbox.stats().failed, 0);
}

#[test]
fn skew_shows_in_the_date_and_the_timestamp_check() {
    for skew in [-600, 600] {
        let sandbox = start(Config {
            clock_skew: SignedDuration::from_secs(skew),
            ..Config::default()
        });
        let mut caller = Caller::new(&sandbox);
        let earliest = unix_now() + skew;
        let reply = caller.call(&Call::ping()).unwrap();
        let latest = unix_now() + skew;
        assert_eq!(reply.body, refusal(7, "时间戳错误"));

        let date = httpdate::parse_http_date(reply.header("date").unwrap()).unwrap();
        let date = date.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert!((earliest..=latest).contains(&(date.as_secs() as i64)));
        let corrected = caller.reply(&Call::ping().late_by(-skew));
        assert!(corrected.starts_with(r#"{"status":0,"#), "{corrected}");
    }
}

#[test]
fn the_environment_names_everything_a_client_needs() {
    let sandbox = start(Config::default());
    let expected = format!(
        "export WDT_SID={SID}\nexport WDT_APP_KEY={APP_KEY}\n\
         export WDT_APP_SECRET={APP_SECRET}\nexport WDT_ENDPOINT=http://{}/openapi\n",
        sandbox.addr()
    );
    assert_eq!(sandbox.environment(), expected);
}

#[test]
fn listening_everywhere_is_called_on_loopback() {
    let sandbox = start(Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..Config::default()
    });
    let port = sandbox.addr().port();
    assert_eq!(
        sandbox.endpoint(),
        format!("http://127.0.0.1:{port}/openapi")
    );
}

#[test]
fn a_taken_port_and_an_impossible_rate_are_errors() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = Sandbox::start(Config {
        listen: taken.local_addr().unwrap(),
        ..Config::default()
    })
    .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    for fail_rate in [-0.1, 1.1, f64::NAN] {
        let error = Sandbox::start(Config {
            fail_rate,
            ..Config::default()
        })
        .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}

#[test]
fn drop_ends_every_connection_even_mid_call() {
    let sandbox = start(Config {
        latency: Duration::from_secs(3600),
        ..Config::default()
    });
    let mut idle = Caller::new(&sandbox);
    let mut waiting = Caller::new(&sandbox);
    waiting.send(Call::update("CG1", "aa").to_http());
    while sandbox.accepted("CG1") == 0 {
        thread::yield_now();
    }
    drop(sandbox);
    assert_eq!(idle.receive(), None);
    assert_eq!(waiting.receive(), None);
}

#[test]
fn it_starts_and_stops_inside_another_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let stats = runtime.block_on(async {
        let sandbox = start(Config::default());
        Caller::new(&sandbox).reply(&Call::ping());
        let refused = Sandbox::start(Config {
            listen: sandbox.addr(),
            ..Config::default()
        });
        assert!(refused.is_err());
        sandbox.stats()
    });
    assert_eq!(stats.pings, 1);
}

#[test]
fn concurrent_callers_are_all_counted() {
    let sandbox = start(Config::default());
    thread::scope(|scope| {
        for worker in 0..8 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let mut caller = Caller::new(sandbox);
                for n in 0..100 {
                    let order = format!("CG-{worker}-{n}");
                    assert_eq!(caller.reply(&Call::update(&order, "aa")), OK);
                }
            });
        }
    });
    let stats = sandbox.stats();
    let expected = Stats {
        connections: 8,
        calls: 800,
        accepted: 800,
        peak_in_flight: stats.peak_in_flight,
        ..Stats::default()
    };
    assert_eq!(stats.peak_in_flight.clamp(1, 8), stats.peak_in_flight);
    assert_eq!(
        Stats {
            in_flight: 0,
            ..stats
        },
        expected
    );
    assert_eq!(sandbox.flags().len(), 800);
}
