//! Columns by name and by letter.

use super::normalize::plain_name;
use crate::erp::field::Field;
use crate::language::say;
use crate::text::all;

/// The header is looked for in this many lines that are not blank.
pub(super) const HEADER_SEARCH_LINES: usize = 20;

/// Of two columns the one that fits better is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Name,
    Fallback,
}

impl Field {
    /// The headers a column may have for the field, as [`plain_name`] gives them, the usual ones
    /// first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Field::PurchaseNo => &[
                "purchaseno",
                "采购单号",
                "采购单编号",
                "采购订单号",
                "采购编号",
                "採購單號",
                "採購單編號",
                "採購訂單號",
                "採購編號",
                "pono",
                "ponumber",
                "purchaseorderno",
                "purchaseordernumber",
            ],
            Field::FlagName => &[
                "flagname",
                "flag",
                "标记名称",
                "标记",
                "采购单标记",
                "采购标记",
                "標記名稱",
                "標記",
                "採購單標記",
                "採購標記",
            ],
        }
    }

    /// Headers that are taken where no better one stands.
    fn fallbacks(self) -> &'static [&'static str] {
        match self {
            Field::PurchaseNo => &["采购单", "採購單", "订单号", "訂單號"],
            Field::FlagName => &[],
        }
    }

    /// How well a header fits the field, if it does.
    pub(super) fn fit(self, header: &str) -> Option<Fit> {
        let name = plain_name(header);
        if self.names().contains(&&*name) {
            Some(Fit::Name)
        } else if self.fallbacks().contains(&&*name) {
            Some(Fit::Fallback)
        } else {
            None
        }
    }

    /// The usual names as messages list them.
    pub(super) fn usual_names(self) -> String {
        let names = match self {
            Field::PurchaseNo => [
                "purchase_no",
                "采购单号",
                "采购单编号",
                "采购订单号",
                "PO number",
            ],
            Field::FlagName => ["flag_name", "flag", "标记名称", "标记", "采购单标记"],
        };
        all(&names.map(str::to_owned))
    }

    pub(super) fn title(self) -> String {
        match self {
            Field::PurchaseNo => say!("sheet-order-column"),
            Field::FlagName => say!("sheet-flag-column"),
        }
    }

    pub(super) fn option(self) -> &'static str {
        match self {
            Field::PurchaseNo => "--order-column",
            Field::FlagName => "--flag-column",
        }
    }
}
