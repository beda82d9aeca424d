//! What several test files need.

use vodledger::model::{FileId, Media, MediaState, SubAppId};

/// A media of which only id, application and name matter.
pub fn media_named(file_id: &str, sub_app_id: u64, name: &str) -> Media {
    Media {
        file_id: FileId::new(file_id),
        name: name.to_owned(),
        vid: None,
        sub_app_id: Some(SubAppId(sub_app_id)),
        state: MediaState::Normal,
        source_type: String::new(),
        created: None,
        expires: None,
        recorded: None,
        stream_id: None,
        room_id: None,
        class_id: None,
        class_name: String::new(),
        tags: Vec::new(),
        duration_ms: None,
        size: None,
        storage_class: String::new(),
        storage_region: String::new(),
        cover_url: String::new(),
        renditions: Vec::new(),
    }
}
