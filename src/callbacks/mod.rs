//! Where event notifications go: show, set, roll back, clear. Nobody's setting is replaced by accident.

pub mod config;
pub mod sign;

pub use config::{CallbackError, Change, Mode, Setting, Wish, check_url, plan, plan_clear, plan_rollback, show, write};
