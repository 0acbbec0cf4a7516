//! A server that does as a test tells it, however wrong that is: raw sockets, each connection
//! handled by a script.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use super::PATIENCE;
use super::reply::{ACCEPTED, accepted, http};
use super::request::Request;

/// The method of a call that changes nothing.
const PING: &str = "system.Core.now";

/// A server on loopback, until dropped. As long as it reads requests it answers those that only ask
/// whether it is there, by itself: scripts are about the others.
pub struct ScriptedServer {
    address: SocketAddr,
    told: Arc<Told>,
    closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What a server was told, over all connections.
#[derive(Default)]
struct Told {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    connections: usize,
    requests: Vec<Request>,
    pings: Vec<Request>,
    /// What those are answered; `None`: accepted.
    ping_reply: Option<Vec<u8>>,
    flags: BTreeMap<String, String>,
}

impl Told {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }
}

/// The server's end of one connection.
pub struct Connection {
    pub stream: TcpStream,
    /// Which connection it is, from 1.
    pub number: usize,
    told: Arc<Told>,
}

impl ScriptedServer {
    /// Handles each connection by `script`; when it returns, the connection is closed.
    pub fn start(
        script: impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let (told, closed) = (Arc::<Told>::default(), Arc::<AtomicBool>::default());
        let thread = thread::spawn({
            let (told, closed, script) = (told.clone(), closed.clone(), Arc::new(script));
            move || {
                for (stream, number) in listener.incoming().zip(1..) {
                    if closed.load(Ordering::SeqCst) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let (told, script) = (Arc::clone(&told), Arc::clone(&script));
                    told.state().connections = number;
                    let mut connection = Connection {
                        stream,
                        number,
                        told,
                    };
                    thread::spawn(move || {
                        let _ = connection.stream.set_nodelay(true);
                        // How a connection ends concerns nobody here.
                        let _ = script(&mut connection);
                    });
                }
            }
        });
        ScriptedServer {
            address,
            told,
            closed,
            thread: Some(thread),
        }
    }

    /// Answers the `n`-th request, counted from 1 over all connections, with `reply(n, request)`,
    /// headers and all; where that gives nothing, the client waits until it gives up. What is
    /// accepted is applied.
    pub fn per_call(
        reply: impl Fn(usize, &Request) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        ScriptedServer::start(move |connection| {
            loop {
                let (n, request) = connection.numbered_request()?;
                let Some(reply) = reply(n, &request) else {
                    return connection.stall();
                };
                if reply == accepted() {
                    connection.apply(&request);
                }
                connection.send(reply)?;
            }
        })
    }

    /// Answers each request by its number, from 1 over all connections, and its order.
    pub fn by_order(reply: impl Fn(usize, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        ScriptedServer::per_call(move |n, request| Some(reply(n, &request.order())))
    }

    /// Holds every request back until the gate is opened, and answers it then.
    pub fn gated(
        answer: impl Fn(&mut Connection, &Request) -> io::Result<()> + Send + Sync + 'static,
    ) -> (Self, Arc<Gate>) {
        let gate = Arc::new(Gate::default());
        let let_go = Arc::clone(&gate);
        let server = ScriptedServer::start(move |connection| {
            loop {
                let request = connection.request()?;
                let_go.pass();
                answer(connection, &request)?;
            }
        });
        (server, gate)
    }

    /// Gives every request the same reply, headers and all.
    pub fn always(reply: impl Into<Vec<u8>>) -> Self {
        let reply = reply.into();
        ScriptedServer::per_call(move |_, _| Some(reply.clone()))
    }

    /// Answers so, headers and all, who only asks whether the server is there.
    pub fn answering_pings(self, reply: impl Into<Vec<u8>>) -> Self {
        self.told.state().ping_reply = Some(reply.into());
        self
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn endpoint(&self) -> String {
        format!("{}/openapi", self.url())
    }

    /// The requests that only asked whether the server is there.
    pub fn pings(&self) -> Vec<Request> {
        self.told.state().pings.clone()
    }

    /// Every other request that was read, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.told.state().requests.clone()
    }

    /// How many requests were read.
    pub fn calls(&self) -> usize {
        self.told.state().requests.len()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.told.state().connections
    }

    /// The order of each request.
    pub fn orders(&self) -> Vec<String> {
        self.requests().iter().map(Request::order).collect()
    }

    /// Each order's flag, as far as it was applied.
    pub fn flags(&self) -> BTreeMap<String, String> {
        self.told.state().flags.clone()
    }

    /// Waits until this many requests have been read.
    #[track_caller]
    pub fn wait_for_calls(&self, calls: usize) {
        let state = self.told.state();
        let (state, wait) = self
            .told
            .changed
            .wait_timeout_while(state, PATIENCE, |state| state.requests.len() < calls)
            .expect("no panic");
        let read = state.requests.len();
        assert!(!wait.timed_out(), "{read} of {calls} calls");
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Connection {
    /// Reads a request to its end.
    pub fn request(&mut self) -> io::Result<Request> {
        Ok(self.numbered_request()?.1)
    }

    fn numbered_request(&mut self) -> io::Result<(usize, Request)> {
        loop {
            let request = Request::read(&mut self.stream)?;
            if !self.answers_ping(&request)? {
                return Ok((self.tell(&request), request));
            }
        }
    }

    /// Answers a request that only asks whether the server is there; whether it is one.
    fn answers_ping(&mut self, request: &Request) -> io::Result<bool> {
        if request.query("method") != Some(PING) {
            return Ok(false);
        }
        let mut state = self.told.state();
        state.pings.push(request.clone());
        let reply = state.ping_reply.clone();
        drop(state);
        self.send(reply.unwrap_or_else(accepted))?;
        Ok(true)
    }

    /// Reads a request but for its last byte: to close the connection now resets it.
    pub fn request_but_for_its_end(&mut self) -> io::Result<Request> {
        loop {
            let mut request = Request::read_but(1, &mut self.stream)?;
            self.stream.peek(&mut [0])?;
            request.body.push(']');
            if request.query("method") != Some(PING) {
                self.tell(&request);
                return Ok(request);
            }
            self.stream.read_exact(&mut [0])?;
            self.answers_ping(&request)?;
        }
    }

    /// Notes a request and returns its number.
    pub fn tell(&self, request: &Request) -> usize {
        let mut state = self.told.state();
        state.requests.push(request.clone());
        self.told.changed.notify_all();
        state.requests.len()
    }

    /// How many requests the server has read by now, over all connections.
    pub fn calls(&self) -> usize {
        self.told.state().requests.len()
    }

    /// Gives the order its flag, whatever the reply will be.
    pub fn apply(&self, request: &Request) {
        let flag = request.flag();
        self.told.state().flags.insert(request.order(), flag);
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// A proper reply.
    pub fn reply(&mut self, json: &str) -> io::Result<()> {
        self.send(http("200 OK", json))
    }

    /// Does what a call asks for, and says so.
    pub fn accept(&mut self, request: &Request) -> io::Result<()> {
        self.apply(request);
        self.reply(ACCEPTED)
    }

    /// Accepts every call, until the client hangs up.
    pub fn serve(&mut self) -> io::Result<()> {
        loop {
            let request = self.request()?;
            self.accept(&request)?;
        }
    }

    /// Says nothing until the client hangs up.
    pub fn stall(&mut self) -> io::Result<()> {
        io::copy(&mut self.stream, &mut io::sink()).map(drop)
    }
}

/// Something that is held back until the test lets it go.
#[derive(Default)]
pub struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub fn open(&self) {
        *self.open.lock().expect("no panic") = true;
        self.opened.notify_all();
    }

    pub fn pass(&self) {
        let open = self.open.lock().expect("no panic");
        drop(self.opened.wait_while(open, |open| !*open));
    }
}
