//! What is asked.

use serde::{Serialize, Serializer};

use crate::model::{Address, FileId};

/// `DescribeVodPlayInfo`: media by name prefix, a page of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeVodPlayInfo {
    /// The name must begin with it. `room_1` finds `room_12` too.
    pub file_name: String,
    /// Whether pages count from 0 or 1 is not documented.
    pub page_no: u64,
    /// No range is documented.
    pub page_size: u64,
}

/// `DescribeRecordPlayInfo`: media by the id that a recording's start or stop gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeRecordPlayInfo {
    /// `<account number>_<32 hex digits>`.
    pub vid: String,
    /// Where to call when the recording is complete.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    pub notify_url: Option<Address>,
}

fn exposed<S: Serializer>(address: &Option<Address>, serializer: S) -> Result<S::Ok, S::Error> {
    address.as_ref().map(Address::expose).serialize(serializer)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfFile<'a> {
    pub file_id: &'a FileId,
}
