//! A server that misbehaves: raw sockets, each connection handled by a script the test gives.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::runs::{HANGS, call_on, ended, truth};
use crate::support::{Finished, Place, Table};

pub const ACCEPTED: &str = r#"{"status":0}"#;
pub const REJECTED: &str = r#"{"status":100,"message":"单据不存在"}"#;

/// A request for an update, as the server read it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub order: String,
    pub flag: String,
}

/// A server on loopback, until dropped.
pub struct Faulty {
    address: SocketAddr,
    told: Arc<Told>,
    closed: Arc<AtomicBool>,
}

/// What a server was told, over all connections.
#[derive(Default)]
struct Told {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    flags: BTreeMap<String, String>,
}

/// The server's end of one connection.
pub struct Caller {
    pub stream: TcpStream,
    /// Which connection it is, from 1.
    pub connection: usize,
    told: Arc<Told>,
}

impl Faulty {
    /// Handles each connection by `script`; when it returns, the connection is closed.
    pub fn start(script: impl Fn(&mut Caller) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let faulty = Faulty {
            address: listener.local_addr().expect("bound"),
            told: Arc::default(),
            closed: Arc::default(),
        };
        let (told, closed) = (Arc::clone(&faulty.told), Arc::clone(&faulty.closed));
        let script = Arc::new(script);
        thread::spawn(move || {
            for (stream, connection) in listener.incoming().zip(1..) {
                let Ok(stream) = stream else { continue };
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                let (told, script) = (Arc::clone(&told), Arc::clone(&script));
                thread::spawn(move || {
                    let _ = stream.set_nodelay(true);
                    // How a connection ends concerns nobody here.
                    let _ = script(&mut Caller {
                        stream,
                        connection,
                        told,
                    });
                });
            }
        });
        faulty
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}/openapi", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every call that was read, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.told.state.lock().expect("no panic").calls.clone()
    }

    /// The orders of [`calls`](Self::calls).
    pub fn orders(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.order).collect()
    }

    /// Each order's flag, as far as it was applied.
    pub fn flags(&self) -> BTreeMap<String, String> {
        self.told.state.lock().expect("no panic").flags.clone()
    }

    /// Waits until this many calls have been read.
    #[track_caller]
    pub fn wait_for_calls(&self, calls: usize) {
        let state = self.told.state.lock().expect("no panic");
        let (state, wait) = self
            .told
            .changed
            .wait_timeout_while(state, HANGS, |state| state.calls.len() < calls)
            .expect("no panic");
        assert!(!wait.timed_out(), "{} of {calls} calls", state.calls.len());
    }

    /// `wdt-flags run orders.csv ARGS` against this server, one call at a time.
    pub fn run<I: AsRef<OsStr>>(
        &self,
        place: &Place,
        args: impl IntoIterator<Item = I>,
    ) -> Command {
        let mut command = call_on(place, &self.endpoint(), 1);
        command.args(args);
        command
    }

    /// Runs to the end and reads the results, which must be true whatever the server did.
    #[track_caller]
    pub fn carry<I: AsRef<OsStr>>(
        &self,
        place: &Place,
        args: impl IntoIterator<Item = I>,
    ) -> (Finished, Table) {
        let run = ended(self.run(place, args).spawn().expect("started"));
        let results = truth(place, &run);
        let flags = self.flags();
        for (row, status) in results.column("status").into_iter().enumerate() {
            let order = results.column("purchase_no")[row];
            let flag = results.column("flag_name")[row];
            if status == "ok" {
                let held = flags.get(order).map(String::as_str);
                assert_eq!(held, Some(flag), "{order} is reported ok: {run:#?}");
            }
        }
        (run, results)
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Caller {
    /// Reads a request to its end.
    pub fn request(&mut self) -> io::Result<Call> {
        let length = self.head()?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        self.tell(&body)
    }

    /// Reads a request but for its last byte: to close the connection now resets it.
    pub fn request_but_for_its_end(&mut self) -> io::Result<Call> {
        let length = self.head()?;
        let mut body = vec![0; length - 1];
        self.stream.read_exact(&mut body)?;
        self.stream.peek(&mut [0])?;
        body.push(b']');
        self.tell(&body)
    }

    fn head(&mut self) -> io::Result<usize> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.extend(byte);
        }
        String::from_utf8_lossy(&head)
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, length)| length.trim().parse().ok())
            .ok_or_else(|| io::Error::other("no content-length"))
    }

    fn tell(&self, body: &[u8]) -> io::Result<Call> {
        let body: serde_json::Value = serde_json::from_slice(body)?;
        let text = |name: &str| body[0][name].as_str().unwrap_or_default().to_owned();
        let call = Call {
            order: text("purchase_no"),
            flag: text("flag_name"),
        };
        let mut state = self.told.state.lock().expect("no panic");
        state.calls.push(call.clone());
        self.told.changed.notify_all();
        Ok(call)
    }

    /// How many calls the server has read by now, over all connections.
    pub fn calls(&self) -> usize {
        self.told.state.lock().expect("no panic").calls.len()
    }

    /// Gives the order its flag, whatever the reply will be.
    pub fn apply(&self, call: &Call) {
        let mut state = self.told.state.lock().expect("no panic");
        state.flags.insert(call.order.clone(), call.flag.clone());
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// A proper reply.
    pub fn reply(&mut self, json: &str) -> io::Result<()> {
        self.send(http("200 OK", json))
    }

    /// Does what a call asks for, and says so.
    pub fn accept(&mut self, call: &Call) -> io::Result<()> {
        self.apply(call);
        self.reply(ACCEPTED)
    }

    /// Accepts every call, until the client hangs up.
    pub fn serve(&mut self) -> io::Result<()> {
        loop {
            let call = self.request()?;
            self.accept(&call)?;
        }
    }

    /// Says nothing until the client hangs up.
    pub fn stall(&mut self) -> io::Result<()> {
        io::copy(&mut self.stream, &mut io::sink()).map(drop)
    }
}

/// An HTTP reply with a body of the right length.
pub fn http(status: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut reply = head.into_bytes();
    reply.extend(body);
    reply
}
