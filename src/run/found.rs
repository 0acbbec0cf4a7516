//! What the ERP says that an order carries.

use jiff::Timestamp;

use crate::erp::Listed;
use crate::files::Status;
use crate::language::say;
use crate::text::date_and_time;

#[derive(Clone, Debug)]
pub struct Found {
    /// `无` for none; `None` if it is not known.
    pub flag: Option<Box<str>>,
    /// When the order was last modified, by the ERP's clock.
    modified: Option<Timestamp>,
    pub at: Timestamp,
    /// Why the flag is not known; empty if it is.
    pub obstacle: String,
    /// Whether the ERP does not show the order, though it was asked for it by its number.
    is_missing: bool,
}

impl Found {
    pub fn shown(listed: Listed, at: Timestamp) -> Found {
        let obstacle = match listed.flag {
            Some(_) => String::new(),
            None => say!("readback-without-flag"),
        };
        Found {
            flag: listed.flag.map(String::into_boxed_str),
            modified: listed.modified,
            at,
            obstacle,
            is_missing: false,
        }
    }

    /// The call came to nothing, or the order is not there.
    pub fn nothing(obstacle: String, is_missing: bool) -> Found {
        Found {
            flag: None,
            modified: None,
            at: Timestamp::now(),
            obstacle,
            is_missing,
        }
    }

    /// The same listing shows it once more, and nobody knows which is the later.
    pub fn and(mut self, listed: Listed) -> Found {
        if self.flag.as_deref() == listed.flag.as_deref() {
            return self;
        }
        if let Some(one) = self.flag.take() {
            self.obstacle = match &listed.flag {
                Some(other) => say!(
                    "readback-twice",
                    one = one.into_string(),
                    other = other.as_str()
                ),
                None => say!("readback-without-flag"),
            };
        }
        self
    }

    /// What the listing for an order's number says of it.
    pub fn of(mut listed: Vec<Listed>, number: &str) -> Found {
        // The ERP's database may take upper and lower case for the same.
        listed.retain(|it| it.order.eq_ignore_ascii_case(number));
        if listed.iter().any(|it| it.order == number) {
            listed.retain(|it| it.order == number);
        }
        let mut listed = listed.into_iter();
        let first = listed.next();
        let first = first.map(|it| Found::shown(it, Timestamp::now()));
        let found = first.map(|first| listed.fold(first, Found::and));
        found.unwrap_or_else(|| Found::nothing(say!("readback-not-found"), true))
    }

    pub fn status(&self, flag: &str) -> Status {
        match &self.flag {
            _ if self.is_missing => Status::NotFound,
            None => Status::Unknown,
            Some(its) if **its == *flag => Status::Same,
            Some(_) => Status::Different,
        }
    }

    pub fn modified(&self) -> Option<String> {
        self.modified.map(date_and_time)
    }
}
