//! The network around the service: connections, HTTP, and their limits.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::service::{Answer, Service};

/// The largest request body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// How long a request's head may take, the wait on an idle connection
/// included.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a request's body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to let be when the system has no socket to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

const PATH: &str = "/openapi";
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html");
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n\
    <body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n\
    </body>\r\n</html>\r\n";

/// Ends a connection without an answer; hyper only needs it to be an error.
#[derive(Debug, Error)]
#[error("hung up on purpose")]
struct HangUp;

/// Accepts connections for as long as it is polled.
pub(super) async fn serve(listener: TcpListener, service: Arc<Service>) -> Infallible {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                service.tally.connections.add();
                tokio::spawn(converse(socket, Arc::clone(&service)));
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn converse(socket: TcpStream, service: Arc<Service>) {
    // Without it a reply could wait for the peer's delayed acknowledgement;
    // a socket that refuses the option still works.
    let _ = socket.set_nodelay(true);
    let respond = service_fn(|request| respond(Arc::clone(&service), request));
    // How a connection ends concerns nobody here.
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
    let _in_flight = service.tally.enter();
    let mut response = match read(request).await {
        Ok((query, body)) => {
            let (answer, slot) = service.answer(&query, &body);
            if !service.latency.is_zero() {
                sleep(service.latency).await;
            }
            drop(slot);
            match answer {
                Answer::Json(Cow::Borrowed(json)) => page(StatusCode::OK, JSON, json),
                Answer::Json(Cow::Owned(json)) => page(StatusCode::OK, JSON, json),
                Answer::BadGateway => page(StatusCode::BAD_GATEWAY, HTML, BAD_GATEWAY),
                Answer::HangUp => return Err(HangUp),
            }
        }
        Err(status) => {
            service.tally.rejected.add();
            let reason = status.canonical_reason().unwrap_or_default();
            let mut response = page(status, HTML, format!("<h1>{reason}</h1>\n"));
            if status == StatusCode::METHOD_NOT_ALLOWED {
                let allow = HeaderValue::from_static("POST");
                response.headers_mut().insert(header::ALLOW, allow);
            }
            response
        }
    };
    let date = service.clock.date(service.clock.now());
    response.headers_mut().insert(header::DATE, date);
    Ok(response)
}

fn page(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// A request's query and body, or the HTTP status that turns it down before
/// it is a call.
async fn read(request: Request<Incoming>) -> Result<(String, Bytes), StatusCode> {
    if request.uri().path() != PATH {
        return Err(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    if !request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(is_json)
    {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let (parts, body) = request.into_parts();
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let body = timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY).collect())
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
