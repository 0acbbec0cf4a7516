//! The number formats that cells refer to.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::archive::Archive;
use super::super::xml::{Piece, attribute};
use crate::workbook::error::Result;
use crate::workbook::table::{Budget, NumberFormat, of_cells};

pub(super) fn read(
    archive: &mut Archive<'_, '_>,
    part: &str,
    budget: &Budget,
) -> Result<Arc<[Arc<NumberFormat>]>> {
    let mut codes = HashMap::new();
    let mut cells = Vec::new();
    let Some(mut xml) = archive.xml(part)? else {
        return Ok(Arc::default());
    };
    // Conditional formats have some of their own.
    let (mut in_formats, mut in_cells) = (false, false);
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "numFmts" => in_formats = true,
                "numFmt" if in_formats => {
                    if let Some(id) = attribute(&start, "numFmtId")?.and_then(|id| id.parse().ok())
                    {
                        let code = attribute(&start, "formatCode")?.unwrap_or_default();
                        budget.hold(code.len())?;
                        codes.insert(id, code);
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = attribute(&start, "numFmtId")?.and_then(|id| id.parse().ok());
                    budget.hold(size_of::<u32>())?;
                    cells.push(id.unwrap_or(0));
                }
                _ => {}
            },
            Piece::End(end) => match end.local_name().as_ref() {
                "numFmts" => in_formats = false,
                "cellXfs" => in_cells = false,
                _ => {}
            },
            Piece::Eof => return Ok(of_cells(&codes, &cells)),
            _ => {}
        }
    }
}
