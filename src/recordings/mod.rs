//! Recordings: finding them by name, file id or vid, joining their segments, and playing them.

pub mod find;
pub mod hotlink;
pub mod join;
pub mod manage;
pub mod name;
pub mod playback;
pub mod player_signature;

pub use find::{FindError, Found, Query, find};
pub use join::{Recording, join};
pub use name::RecordingName;
