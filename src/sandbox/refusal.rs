//! Every refusal, with the ERP's own status and message.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    UnknownSid,
    UnknownApp,
    BadSignature,
    Malformed,
    ArgumentCount,
    ArgumentType,
    Missing(&'static str),
    Repeated(&'static str),
    UnknownField(String),
    BadValue(&'static str),
    TooLong { field: &'static str, max: usize },
    Database,
    Clock,
    Version,
    Other,
    TooManyCalls,
    TooManyAtOnce,
    NoPermission,
    NoSuchOrder,
    NoSuchFlag(String),
    NoWindow,
    StartAfterEnd,
    WindowTooLong,
}

impl Refusal {
    pub(super) fn to_json(&self) -> String {
        let (status, message) = match self {
            Self::UnknownSid => (1, "sid is not exists"),
            Self::UnknownApp => (1, "app auth fail"),
            Self::BadSignature => (1, "验证失败"),
            Self::Malformed => (1, "参数错误"),
            Self::ArgumentCount => (1, "invalid argument count"),
            Self::ArgumentType => (1, "argument type mismatch"),
            Self::Missing(field) => (2, &*format!("{field}不能为空")),
            Self::Repeated(field) => (2, &*format!("参数重复:{field}")),
            Self::UnknownField(name) => (2, &*format!("未知参数:{name}")),
            Self::BadValue(field) => (2, &*format!("参数值错误:{field}")),
            Self::TooLong { field, max } => (2, &*format!("{field}长度不能超过{max}")),
            Self::Database => (4, "数据库错误"),
            Self::Clock => (7, "时间戳错误"),
            Self::Version => (8, "版本错误"),
            Self::Other => (99, "其他错误"),
            Self::TooManyCalls => (100, "超过每分钟最大调用频率限制，请稍后重试"),
            Self::TooManyAtOnce => (100, "超过每分钟最大并发次数限制，请稍后重试"),
            Self::NoPermission => (100, "权限不足"),
            Self::NoSuchOrder => (100, "单据不存在"),
            Self::NoSuchFlag(flag) => (100, &*format!("采购标记不存在:{flag}")),
            Self::NoWindow => (100, "参数中必须包含起止时间"),
            Self::StartAfterEnd => (100, "开始时间不能晚于结束时间"),
            Self::WindowTooLong => (100, "起止时间跨度不能超过30天"),
        };
        serde_json::json!({ "status": status, "message": message }).to_string()
    }
}
