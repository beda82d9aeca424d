//! The last look at a message: no argument and no variable that may hold a password is repeated in it.
//!
//! Addresses hide their secrets by themselves ([`Address`]). This is for what is typed in the wrong place, such as a ledger's URL
//! after `--profile` or as a command: the parser of the command line, or a command, quotes it without knowing what it is.

use std::env;
use std::ffi::OsString;

use crate::model::Address;

/// What was given to the program, as far as it must not be repeated: the text, and what stands for it in messages.
pub struct Given(Vec<(String, String)>);

impl Given {
    /// The arguments, the values behind their `=` and between their commas, and the variables.
    pub fn new(arguments: &[OsString]) -> Self {
        let variables = env::vars_os().map(|(_, value)| value);
        let texts = arguments.iter().skip(1).cloned().chain(variables);
        let mut given: Vec<(String, String)> =
            texts.flat_map(|text| pieces(&text.to_string_lossy())).filter_map(hidden).collect();
        // A whole text goes before a piece of it.
        given.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        given.dedup();
        Self(given)
    }

    /// A message without them.
    pub fn hide(&self, message: &str) -> String {
        self.0.iter().fold(message.to_owned(), |message, (text, shown)| {
            // As it is, and as messages quote it.
            let quoted = format!("{text:?}");
            let quoted = quoted.trim_matches('"');
            let message = if message.contains(text) { message.replace(text, shown) } else { message };
            if quoted != text && message.contains(quoted) { message.replace(quoted, shown) } else { message }
        })
    }
}

fn pieces(text: &str) -> Vec<String> {
    let value = text.strip_prefix('-').and_then(|option| option.split_once('=')).map_or(text, |(_, value)| value);
    let mut pieces: Vec<String> = vec![value.to_owned(), value.trim().to_owned()];
    pieces.extend(value.split(',').filter(|piece| *piece != value).map(str::to_owned));
    pieces
}

fn hidden(text: String) -> Option<(String, String)> {
    let shown = Address::new(text.as_str()).to_string();
    (!text.is_empty() && shown != text.trim()).then_some((text, shown))
}
