//! Workbooks: files of tables, in each format that is read.

mod archive;
mod binary;
mod book;
mod compound;
mod decoded;
mod held;
mod html;
mod listed;
mod metered;
mod ods;
mod package;
mod xls;
mod xlsb;
mod xlsx;
mod xml;
mod xml_spreadsheet;

pub(super) use book::Book;
pub(super) use listed::Kind;
