//! The number formats of styles.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::events::BytesStart;

use super::super::xml::attribute;
use crate::workbook::error::{Result, too_much};
use crate::workbook::table::{Budget, NumberFormat, of_cells};

const MAX_STYLES: usize = 65_536;

#[derive(Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    /// The one that is being read.
    open: Option<String>,
    /// By name, once all are read.
    numbers: HashMap<String, u16>,
    pub(super) formats: Arc<[Arc<NumberFormat>]>,
}

#[derive(Default)]
struct Style {
    parent: Option<String>,
    format: Option<String>,
}

impl Styles {
    pub(super) fn begin(&mut self, tag: &BytesStart<'_>, budget: &Budget) -> Result<()> {
        let id = attribute(tag, "ID")?.unwrap_or_default();
        let parent = attribute(tag, "Parent")?;
        // Its name is held twice.
        budget.hold(2 * id.len() + parent.as_ref().map_or(0, String::len))?;
        budget.hold(size_of::<(String, Style)>())?;
        let format = None;
        self.styles.insert(id.clone(), Style { parent, format });
        self.open = Some(id);
        match self.styles.len() {
            0..=MAX_STYLES => Ok(()),
            _ => Err(too_much()),
        }
    }

    pub(super) fn format(&mut self, tag: &BytesStart<'_>, budget: &Budget) -> Result<()> {
        let format = attribute(tag, "Format")?;
        budget.hold(format.as_ref().map_or(0, String::len))?;
        let style = self.open.as_ref().and_then(|id| self.styles.get_mut(id));
        if let Some(style) = style {
            style.format = format;
        }
        Ok(())
    }

    pub(super) fn end(&mut self) {
        self.open = None;
    }

    /// All are read.
    pub(super) fn finish(&mut self) {
        let (mut codes, mut cells) = (HashMap::new(), Vec::new());
        for (number, id) in (0_u16..=u16::MAX).zip(self.styles.keys()) {
            codes.insert(number.into(), self.code(id).to_owned());
            cells.push(number.into());
            self.numbers.insert(id.clone(), number);
        }
        self.formats = of_cells(&codes, &cells);
    }

    /// A style without a format has that of its parent.
    fn code<'s>(&'s self, mut id: &'s str) -> &'s str {
        // A few steps, so that a ring has an end.
        for _ in 0..8 {
            let Some(style) = self.styles.get(id) else {
                break;
            };
            match style.format.as_deref() {
                Some("" | "General Number") => break,
                Some(format) => return format,
                None => id = style.parent.as_deref().unwrap_or_default(),
            }
        }
        "General"
    }

    /// The number of the style that a tag names.
    pub(super) fn of(&self, tag: &BytesStart<'_>) -> Result<Option<u16>> {
        let id = attribute(tag, "StyleID")?;
        Ok(id.and_then(|id| self.numbers.get(&id).copied()))
    }

    /// That of cells that name none.
    pub(super) fn usual(&self) -> u16 {
        self.numbers.get("Default").copied().unwrap_or(u16::MAX)
    }
}
