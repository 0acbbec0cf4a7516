//! Proxies that let everything through, and remember what they were asked for and what they saw.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Request, ScriptedServer};

pub struct Proxy {
    server: ScriptedServer,
    seen: Arc<Mutex<Seen>>,
}

/// What came from clients, over all connections.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Where they asked to be connected to.
    pub targets: Vec<String>,
    pub bytes: Vec<u8>,
}

impl Proxy {
    /// One for HTTP's CONNECT.
    pub fn http() -> Self {
        Proxy::start(|stream, seen| {
            let request = Request::read(stream)?;
            let mut seen = seen.lock().expect("no panic");
            seen.bytes.extend(request.head.bytes());
            if request.method() != "CONNECT" {
                stream.write_all(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")?;
                return Err(io::ErrorKind::Unsupported.into());
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            Ok(request.target().to_owned())
        })
    }

    /// One for SOCKS version 5, by RFC 1928, without authentication.
    pub fn socks5() -> Self {
        Proxy::start(|stream, _| {
            let [version, methods] = take(stream)?;
            assert_eq!(version, 5);
            stream.read_exact(&mut vec![0; methods.into()])?;
            stream.write_all(&[5, 0])?;
            let [5, 1, 0, kind] = take(stream)? else {
                return Err(io::ErrorKind::Unsupported.into());
            };
            let host = match kind {
                1 => Ipv4Addr::from(take::<4>(stream)?).to_string(),
                3 => {
                    let [length] = take(stream)?;
                    let mut name = vec![0; length.into()];
                    stream.read_exact(&mut name)?;
                    String::from_utf8_lossy(&name).into_owned()
                }
                _ => return Err(io::ErrorKind::Unsupported.into()),
            };
            let port = u16::from_be_bytes(take(stream)?);
            stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
            Ok(format!("{host}:{port}"))
        })
    }

    /// `greet` speaks with the client until it is known where to connect it to.
    fn start(
        greet: impl Fn(&mut TcpStream, &Mutex<Seen>) -> io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::<Mutex<Seen>>::default();
        let server = ScriptedServer::start({
            let seen = Arc::clone(&seen);
            move |caller| {
                let target = greet(&mut caller.stream, &seen)?;
                let upstream = TcpStream::connect(&target)?;
                seen.lock().expect("no panic").targets.push(target);
                tunnel(&mut caller.stream, upstream, &seen)
            }
        });
        Proxy { server, seen }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("no panic").clone()
    }
}

fn take<const N: usize>(stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Carries bytes both ways until both ends have hung up.
fn tunnel(client: &mut TcpStream, mut upstream: TcpStream, seen: &Mutex<Seen>) -> io::Result<()> {
    let (mut back, mut to_client) = (upstream.try_clone()?, client.try_clone()?);
    let replies = thread::spawn(move || {
        let _ = io::copy(&mut back, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Write);
    });
    let mut bytes = [0; 4096];
    while let Ok(length @ 1..) = client.read(&mut bytes) {
        seen.lock()
            .expect("no panic")
            .bytes
            .extend(&bytes[..length]);
        upstream.write_all(&bytes[..length])?;
    }
    let _ = upstream.shutdown(Shutdown::Write);
    let _ = replies.join();
    Ok(())
}
