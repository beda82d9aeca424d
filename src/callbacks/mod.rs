//! Where event notifications go: show, set, roll back, clear. Nobody's setting is replaced by accident.

pub mod config;
pub mod sign;

pub use config::{Applied, CallbackError, Mode, Setting, Wish, check_url, clear, plan, roll_back, set, show};
