//! What a server of the tests may answer.

use serde_json::json;

/// What the ERP says of a call that it accepts.
pub const ACCEPTED: &str = r#"{"status":0}"#;
/// What the ERP says of a call that it will never accept.
pub const REJECTED: &str = r#"{"status":100,"message":"单据不存在"}"#;

/// An HTTP reply with a body of the right length.
pub fn http(status: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    http_with(status, "", body)
}

/// As [`http`], with more headers, each ended by a line break.
pub fn http_with(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

pub fn accepted() -> Vec<u8> {
    http("200 OK", ACCEPTED)
}

/// What the ERP says of a call that it does not accept.
pub fn refused(status: i64, message: &str) -> Vec<u8> {
    let json = json!({ "status": status, "message": message });
    http("200 OK", json.to_string())
}

/// A page of a listing that holds so many orders in all, these of them on the page.
pub fn listing(total: usize, orders: &[(&str, &str)]) -> Vec<u8> {
    let order = |(number, flag): &(&str, &str)| json!({ "purchase_no": number, "flag_name": flag });
    let orders: Vec<_> = orders.iter().map(order).collect();
    let data = json!({ "total_count": total, "order": orders });
    http("200 OK", json!({ "status": 0, "data": data }).to_string())
}
