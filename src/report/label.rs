//! Texts in both languages.

use crate::model::Language;

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Label {
    /// Both texts.
    pub fn new(en: &str, zh: &str) -> Self {
        Self { en: en.to_owned(), zh: zh.to_owned() }
    }

    /// The text in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }

    /// `English | Chinese`; one text serves for both.
    pub(super) fn parse(text: &str) -> Self {
        let (en, zh) = text.split_once('|').unwrap_or((text, text));
        Self::new(en.trim(), zh.trim())
    }
}
