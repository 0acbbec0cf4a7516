//! The number formats of styles.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::events::BytesStart;

use crate::workbook::budget::Budget;
use crate::workbook::error::Result;
use crate::workbook::number_format::{Formats, MAX_STYLES, NumberFormat};
use crate::workbook::xml::attribute;

#[derive(Default)]
pub struct Styles {
    styles: HashMap<String, Style>,
    /// The one that is being read.
    open: Option<String>,
    /// By name, once all are read.
    numbers: HashMap<String, u16>,
    pub formats: Arc<Formats>,
}

#[derive(Default)]
struct Style {
    parent: Option<String>,
    format: Option<String>,
}

impl Styles {
    pub fn begin(&mut self, tag: &BytesStart<'_>, budget: &Budget) -> Result<()> {
        let id = attribute(tag, "ID")?.unwrap_or_default();
        let parent = attribute(tag, "Parent")?;
        // Its name and its format are held twice.
        let size = size_of::<(String, Style)>() + size_of::<NumberFormat>();
        budget.spend(size + 2 * id.len() + parent.as_ref().map_or(0, String::len))?;
        let format = None;
        self.styles.insert(id.clone(), Style { parent, format });
        self.open = Some(id);
        Ok(())
    }

    pub fn format(&mut self, tag: &BytesStart<'_>, budget: &Budget) -> Result<()> {
        // One that is named, but not said, is General.
        let format = attribute(tag, "Format")?.unwrap_or_default();
        budget.spend(2 * format.len())?;
        let style = self.open.as_ref().and_then(|id| self.styles.get_mut(id));
        if let Some(style) = style {
            style.format = Some(format);
        }
        Ok(())
    }

    pub fn end(&mut self) {
        self.open = None;
    }

    /// All are read, before the first worksheet.
    pub fn finish(&mut self) {
        if !self.numbers.is_empty() {
            return;
        }
        let ids: Vec<&String> = self.styles.keys().take(MAX_STYLES).collect();
        let formats = ids.iter().map(|id| NumberFormat::parse(self.code(id)));
        let styles = formats.map(Arc::new).collect();
        self.formats = Arc::new(Formats {
            styles,
            is_1904: false,
        });
        let numbered = ids.into_iter().cloned().zip(0..=u16::MAX);
        self.numbers = numbered.collect();
    }

    /// A style without a format has that of its parent.
    fn code<'s>(&'s self, mut id: &'s str) -> &'s str {
        // A few steps, so that a ring has an end.
        for _ in 0..8 {
            let Some(style) = self.styles.get(id) else {
                break;
            };
            match style.format.as_deref() {
                Some(name) => return code_of(name),
                None => id = style.parent.as_deref().unwrap_or_default(),
            }
        }
        "General"
    }

    /// The number of the style that a tag names.
    pub fn of(&self, tag: &BytesStart<'_>) -> Result<Option<u16>> {
        let id = attribute(tag, "StyleID")?;
        Ok(id.and_then(|id| self.numbers.get(&id).copied()))
    }

    /// That of cells that name none.
    pub fn usual(&self) -> u16 {
        self.numbers.get("Default").copied().unwrap_or(u16::MAX)
    }
}

/// The code of a format that has a name of its own.
fn code_of(name: &str) -> &str {
    match name {
        "" | "General Number" => "General",
        "General Date" | "Long Date" | "Medium Date" | "Short Date" => "yyyy-m-d",
        "Long Time" | "Medium Time" | "Short Time" => "h:mm:ss",
        "Percent" => "0.00%",
        code => code,
    }
}
