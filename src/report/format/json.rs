//! JSON: one document with what the table is and its rows, or one object a line.
//!
//! Members are the columns' names whatever the language. Amounts, decimal numbers, quantities and ratios are texts in plain decimal
//! notation, since most readers would make floats of them; whole numbers are numbers; what is unknown is null. Quantities are
//! in the unit that their row names.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Sheet, SheetRow, Table};
use crate::model::Language;
use crate::report::cell::Cell;

/// Writes a table as JSON.
pub struct Json<'a> {
    /// The members' names, as JSON texts.
    names: Vec<String>,
    is_document: bool,
    rows: u64,
    text: Vec<u8>,
    out: &'a mut dyn Write,
}

impl<'a> Json<'a> {
    /// One object a line.
    pub fn lines(table: Table<'_>, out: &'a mut dyn Write) -> Self {
        let names = table.columns.iter().map(|column| Value::from(column.name.as_str()).to_string()).collect();
        Self { names, is_document: false, rows: 0, text: Vec::new(), out }
    }

    /// One document.
    pub fn document(table: Table<'_>, out: &'a mut dyn Write) -> io::Result<Self> {
        let column = |column: &super::TableColumn| json!({ "name": column.name, "heading": column.heading });
        let columns: Vec<Value> = table.columns.iter().map(column).collect();
        let about: serde_json::Map<String, Value> =
            table.about.entries(Language::English).into_iter().map(|(key, value)| (key, value.into())).collect();
        let definition = table.definition;
        write!(out, "{{\n\"report\": {},\n", json!(definition.name))?;
        writeln!(out, "\"title\": {},", json!(definition.title.in_language(table.language)))?;
        write!(out, "\"about\": {},\n\"columns\": {},\n\"rows\": [", Value::Object(about), Value::Array(columns))?;
        let mut json = Self::lines(table, out);
        json.is_document = true;
        Ok(json)
    }
}

impl Sheet for Json<'_> {
    fn row(&mut self, row: SheetRow<'_>) -> io::Result<()> {
        self.text.clear();
        match (self.is_document, self.rows) {
            (false, _) => {}
            (true, 0) => self.text.push(b'\n'),
            (true, _) => self.text.extend_from_slice(b",\n"),
        }
        for (index, (name, cell)) in self.names.iter().zip(row.cells).enumerate() {
            self.text.push(if index == 0 { b'{' } else { b',' });
            self.text.extend_from_slice(name.as_bytes());
            self.text.push(b':');
            match cell {
                Cell::Empty => self.text.extend_from_slice(b"null"),
                Cell::Number(_) => cell.write(Language::English, &mut self.text),
                Cell::Text(text) | Cell::Word(text) => serde_json::to_writer(&mut self.text, text)?,
                // Digits, points and colons.
                _ => {
                    self.text.push(b'"');
                    cell.write(Language::English, &mut self.text);
                    self.text.push(b'"');
                }
            }
        }
        self.text.push(b'}');
        if !self.is_document {
            self.text.push(b'\n');
        }
        self.rows += 1;
        self.out.write_all(&self.text)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        if self.is_document {
            self.out.write_all(b"\n]\n}\n")?;
        }
        self.out.flush()
    }
}
