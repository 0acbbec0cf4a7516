//! Every way the stand-in says no, with the ERP's own status and words.

use thiserror::Error;

/// A reply other than success; its `Display` is the reply's `message`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(super) enum Refusal {
    #[error("sid is not exists")]
    UnknownSid,
    #[error("app auth fail")]
    UnknownApp,
    #[error("验证失败")]
    BadSignature,
    #[error("参数错误")]
    Malformed,
    #[error("invalid argument count")]
    ArgumentCount,
    #[error("argument type mismatch")]
    ArgumentType,
    #[error("{0}不能为空")]
    Missing(&'static str),
    #[error("参数重复:{0}")]
    Repeated(&'static str),
    #[error("未知参数:{0}")]
    UnknownField(String),
    #[error("{field}长度不能超过{most}")]
    TooLong { field: &'static str, most: usize },
    #[error("数据库错误")]
    Database,
    #[error("时间戳错误")]
    Clock,
    #[error("版本错误")]
    Version,
    #[error("其他错误")]
    Other,
    #[error("超过每分钟最大调用频率限制，请稍后重试")]
    TooManyCalls,
    #[error("超过每分钟最大并发次数限制，请稍后重试")]
    TooManyAtOnce,
    #[error("权限不足")]
    NoPermission,
    #[error("单据不存在")]
    NoSuchOrder,
    #[error("采购标记不存在:{0}")]
    NoSuchFlag(String),
}

impl Refusal {
    /// The reply's `status`.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::UnknownSid
            | Self::UnknownApp
            | Self::BadSignature
            | Self::Malformed
            | Self::ArgumentCount
            | Self::ArgumentType => 1,
            Self::Missing(_) | Self::Repeated(_) | Self::UnknownField(_) | Self::TooLong { .. } => {
                2
            }
            Self::Database => 4,
            Self::Clock => 7,
            Self::Version => 8,
            Self::Other => 99,
            Self::TooManyCalls
            | Self::TooManyAtOnce
            | Self::NoPermission
            | Self::NoSuchOrder
            | Self::NoSuchFlag(_) => 100,
        }
    }

    /// The reply's body.
    pub(super) fn to_json(&self) -> String {
        serde_json::json!({ "status": self.status(), "message": self.to_string() }).to_string()
    }
}
