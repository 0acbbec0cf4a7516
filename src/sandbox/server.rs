//! The network around the service: connections, HTTP, and their limits.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::answer::{Answer, Handled};
use super::clock::http_date;
use super::service::Service;

const MAX_BODY_BYTES: usize = 64 * 1024;

/// For a request's head, including the wait on an idle connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait when the system has no socket to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

const PATH: &str = "/openapi";
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html");
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n\
    <body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n\
    </body>\r\n</html>\r\n";

/// Makes hyper close a connection without a reply.
#[derive(Debug, Error)]
#[error("hung up on purpose")]
struct HangUp;

/// Runs until its runtime ends.
pub(super) async fn serve(listener: TcpListener, service: Arc<Service>) {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                service.counters.update(|stats| stats.connections += 1);
                tokio::spawn(serve_connection(socket, Arc::clone(&service)));
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve_connection(socket: TcpStream, service: Arc<Service>) {
    // Without it a reply could wait for the peer's delayed acknowledgement; a socket that refuses
    // the option still works.
    let _ = socket.set_nodelay(true);
    let respond = service_fn(|request| respond(Arc::clone(&service), request));
    // An error ends this connection only.
    let _ = hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(socket), respond)
        .await;
}

async fn respond(
    service: Arc<Service>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, HangUp> {
    let _in_flight = service.counters.enter();
    let asked = format!("{} {}", request.method(), request.uri().path());
    let tell = |handled: &dyn Fn() -> Handled| {
        if let Some(watch) = &service.config.watch {
            // Nobody watches any more when it stops.
            let _ = watch.send(handled());
        }
    };
    let mut response = match read(request).await {
        Ok((query, body)) => {
            let (answer, slot) = service.answer(&query, &body);
            tell(&|| Handled::call(&query, &body, &answer));
            if !service.config.latency.is_zero() {
                sleep(service.config.latency).await;
            }
            drop(slot);
            match answer {
                Answer::Json(json) => page(StatusCode::OK, JSON, json),
                Answer::BadGateway => page(StatusCode::BAD_GATEWAY, HTML, BAD_GATEWAY),
                Answer::HangUp => return Err(HangUp),
            }
        }
        Err(status) => {
            service.counters.update(|stats| stats.rejected += 1);
            tell(&|| Handled {
                asked: asked.clone(),
                body: String::new(),
                reply: format!("HTTP {}", status.as_u16()),
            });
            http_error(status)
        }
    };
    if let Ok(date) = HeaderValue::from_str(&http_date(service.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    Ok(response)
}

fn http_error(status: StatusCode) -> Response<Full<Bytes>> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = page(status, HTML, format!("<h1>{reason}</h1>\n"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allow = HeaderValue::from_static("POST");
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

fn page(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// A request's query and body, or the HTTP status that refuses it.
async fn read(request: Request<Incoming>) -> Result<(String, Bytes), StatusCode> {
    if request.uri().path() != PATH {
        return Err(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let content_type = request.headers().get(header::CONTENT_TYPE);
    if !content_type.is_some_and(is_json) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let (parts, body) = request.into_parts();
    let body = timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY_BYTES).collect())
        .await
        .map_err(|_| StatusCode::REQUEST_TIMEOUT)?
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                StatusCode::PAYLOAD_TOO_LARGE
            } else {
                StatusCode::BAD_REQUEST
            }
        })?;
    let query = parts.uri.query().unwrap_or_default().to_owned();
    Ok((query, body.to_bytes()))
}

fn is_json(content_type: &HeaderValue) -> bool {
    content_type.to_str().is_ok_and(|value| {
        let essence = value.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/json")
    })
}
