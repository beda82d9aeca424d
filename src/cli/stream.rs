//! A listing that is written row by row: a million rows need no more memory than one. Only a table is kept until its end,
//! since the widths of its columns depend on all of them.

use std::io::{self, Write};

use serde_json::Value;

use super::output::{Format, Listing, into_io, text};

/// A listing on its way out.
pub struct Stream<'o> {
    form: Form<'o>,
    listing: Listing,
    rows: u64,
}

enum Form<'o> {
    Table(&'o mut dyn Write),
    Json(&'o mut dyn Write),
    Csv(Box<csv::Writer<&'o mut dyn Write>>),
}

impl<'o> Stream<'o> {
    /// Begins a listing with these columns.
    pub fn new(out: &'o mut dyn Write, listing: Listing, format: Format) -> io::Result<Self> {
        let form = match format {
            Format::Table => Form::Table(out),
            Format::Json => Form::Json(out),
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(listing.columns()).map_err(into_io)?;
                Form::Csv(Box::new(writer))
            }
        };
        Ok(Self { form, listing, rows: 0 })
    }

    /// The next row; one value per column.
    pub fn push(&mut self, row: Vec<Value>) -> io::Result<()> {
        let first = self.rows == 0;
        self.rows += 1;
        match &mut self.form {
            Form::Table(_) => self.listing.push(row),
            Form::Json(out) => {
                out.write_all(if first { b"[\n" } else { b",\n" })?;
                serde_json::to_writer(&mut **out, &self.listing.object(&row))?;
            }
            Form::Csv(writer) => writer.write_record(row.iter().map(text)).map_err(into_io)?,
        }
        Ok(())
    }

    /// Ends the listing.
    pub fn finish(self) -> io::Result<()> {
        match self.form {
            Form::Table(out) => {
                self.listing.write_table(out)?;
                out.flush()
            }
            Form::Json(out) => {
                out.write_all(if self.rows == 0 { b"[]\n" } else { b"\n]\n" })?;
                out.flush()
            }
            Form::Csv(mut writer) => writer.flush(),
        }
    }
}
