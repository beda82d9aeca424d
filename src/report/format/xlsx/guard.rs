//! Calls into the library that come back, whatever happens.
//!
//! Rows go to a temporary file of the library's, and where that cannot be written (a full disk) the library panics, since its
//! writers of XML give no results. The file is its own, so nothing can be looked at before that would hold until the write. The
//! panic is caught here, said by nobody else, and becomes an error; the workbook is dropped with it.

use std::cell::Cell;
use std::error::Error;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use rust_xlsxwriter::XlsxError;

use crate::files::no_room;

thread_local! {
    /// Whether this thread is inside the library.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Makes a call. A panic, and a temporary file that cannot be made, is an error that names the folder.
pub fn guarded<T>(call: impl FnOnce() -> Result<T, XlsxError>) -> io::Result<T> {
    be_quiet();
    INSIDE.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    INSIDE.set(false);
    match result {
        Ok(result) => result.map_err(failed),
        Err(_) => Err(no_room(&io::ErrorKind::StorageFull.into())),
    }
}

/// Lets nobody see the message of a panic that is caught.
fn be_quiet() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !INSIDE.get() {
                usual(panic);
            }
        }));
    });
}

/// An error of the library, of the kind of what is behind it: a pipe that is closed is still known as one.
fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        XlsxError::TempFileError(_, error) => no_room(&error),
        error => {
            // What the system said stays as it is, so that whoever knows the file can name it.
            match error.source().and_then(behind).map(|behind| (behind, behind.raw_os_error())) {
                Some((_, Some(code))) => io::Error::from_raw_os_error(code),
                Some((behind, None)) => io::Error::new(behind.kind(), behind.to_string()),
                None => io::Error::other(error.to_string()),
            }
        }
    }
}

/// The failure to write that is behind an error.
fn behind<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    error.downcast_ref().or_else(|| error.source().and_then(behind))
}
