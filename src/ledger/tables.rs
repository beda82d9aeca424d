//! The tables of a ledger, each after those that it refers to: what is copied, counted, checked and dumped.

use super::{bills, charges, split};

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What names a row, without its revision; empty where nothing does.
    pub key: &'static [&'static str],
    /// What a row says.
    pub said: &'static [&'static str],
    /// How it came to the ledger: moments of the wall clock, runs, requests, attempts. Two ledgers may differ in it and yet
    /// hold the same.
    pub unsaid: &'static [&'static str],
    /// How it is dumped.
    pub dump: Dump,
}

/// How a table is dumped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dump {
    /// One line a row.
    Rows,
    /// One line a fact: its current revision, and the different values of this column over all revisions.
    Revisions(&'static str),
    /// Not at all: it tells how the content came about.
    Nothing,
}

impl Table {
    /// All columns.
    pub fn columns(&self) -> Vec<&'static str> {
        [self.key, self.said, self.unsaid].concat()
    }
}

const REVISION: &[&str] = &["revision", "recorded_at", "replaced_at"];
const FACT_KEY: &[&str] = &["account", "action", "sub_app_id", "subject", "meter", "area", "spec", "start_at"];
const FACT_SAID: &[&str] = &["usage_day", "end_at", "quantity", "status"];

/// All tables but those that say the same in every ledger: the version, the calendar and the meters.
pub const TABLES: &[Table] = &[
    Table { name: "account", key: &["account"], said: &["uin"], unsaid: &["default_app"], dump: Dump::Rows },
    Table {
        name: "application",
        key: &["account", "sub_app_id"],
        said: &["name", "status"],
        unsaid: &["seen_at"],
        dump: Dump::Rows,
    },
    Table { name: "domain", key: &["account", "sub_app_id", "name"], said: &["type", "status"], unsaid: &[], dump: Dump::Rows },
    Table {
        name: "media",
        key: &["account", "file_id"],
        said: &[
            "sub_app_id",
            "vid",
            "name",
            "state",
            "source_type",
            "stream_id",
            "room_id",
            "class_id",
            "class_name",
            "storage_class",
            "storage_region",
            "size",
            "rendition_size",
            "duration_ms",
            "created_at",
            "expires_at",
        ],
        unsaid: &["deleted_at", "first_seen_at", "last_seen_at", "sighting"],
        dump: Dump::Rows,
    },
    Table { name: "media_tag", key: &["account", "file_id", "tag"], said: &[], unsaid: &[], dump: Dump::Rows },
    Table {
        name: "media_day",
        key: &["account", "file_id", "from_day"],
        said: &[
            "until_day",
            "sub_app_id",
            "gone",
            "size",
            "rendition_size",
            "renditions",
            "storage_class",
            "storage_region",
            "class_id",
            "tags",
        ],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table {
        name: "inventory_day",
        key: &["account", "sub_app_id", "usage_day"],
        said: &["media", "bytes"],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table {
        name: "pack",
        key: &["account", "pack_id", "resource"],
        said: &[
            "type",
            "amount",
            "left_quantity",
            "start_at",
            "expires_at",
            "last_consumed_at",
            "status",
            "refund_status",
            "renew_status",
        ],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table {
        name: "pack_day",
        key: &["account", "pack_id", "resource", "usage_day"],
        said: &["left_quantity"],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table {
        name: "unit",
        key: &["account", "action", "sub_app_id", "subject", "start_at", "end_at"],
        said: &["kind", "brings", "state", "status", "asked_until"],
        unsaid: &[
            "priority",
            "facts",
            "restated",
            "reason",
            "fence",
            "owner",
            "leased_until",
            "not_before",
            "attempts",
            "planned_at",
            "finished_at",
        ],
        dump: Dump::Rows,
    },
    Table { name: "usage_fact", key: FACT_KEY, said: FACT_SAID, unsaid: REVISION, dump: Dump::Revisions("quantity") },
    Table { name: "reading", key: FACT_KEY, said: FACT_SAID, unsaid: REVISION, dump: Dump::Revisions("quantity") },
    Table {
        name: "play_stat",
        key: &["account", "sub_app_id", "usage_day", "file_id", "host"],
        said: &["ip_count", "bytes", "plays", "pc_plays", "mobile_plays", "iphone_plays", "android_plays"],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table { name: "media_path", key: &["account", "path"], said: &["file_id"], unsaid: &[], dump: Dump::Rows },
    Table {
        name: "log_file",
        key: &["account", "domain", "start_at", "package"],
        said: &[
            "log_id",
            "sha256",
            "lines",
            "empty_lines",
            "broken_lines",
            "requests",
            "bytes",
            "catalogue_bytes",
            "shape_bytes",
            "overhead",
            "form",
            "corrections",
        ],
        unsaid: &["sums", "counted_at"],
        dump: Dump::Rows,
    },
    Table {
        name: "log_media",
        key: &["account", "log_id", "usage_day", "domain", "area", "file_id"],
        said: &["requests", "bytes"],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table {
        name: "log_interval",
        key: &["account", "log_id", "domain", "area", "start_at"],
        said: &["requests", "bytes"],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table {
        name: "log_day",
        key: &["account", "usage_day", "domain", "area", "file_id", "overhead", "correction"],
        said: &["requests", "bytes"],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table { name: "bill_line", key: bills::KEY, said: bills::SAID, unsaid: REVISION, dump: Dump::Revisions("real_cost") },
    Table { name: "charge", key: charges::KEY, said: charges::SAID, unsaid: &[], dump: Dump::Rows },
    Table { name: "charge_term", key: &["account", "usage_month", "name"], said: &["value"], unsaid: &[], dump: Dump::Rows },
    Table {
        name: "charge_application",
        key: split::APPLICATION_KEY,
        said: split::APPLICATION_SAID,
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table { name: "charge_media", key: split::MEDIA_KEY, said: split::MEDIA_SAID, unsaid: &[], dump: Dump::Rows },
    Table { name: "chargeback", key: split::CHARGEBACK_KEY, said: split::CHARGEBACK_SAID, unsaid: &[], dump: Dump::Rows },
    Table {
        name: "media_recording",
        key: &["account", "file_id"],
        said: &["recording_id", "name", "segment", "start_at"],
        unsaid: &[],
        dump: Dump::Rows,
    },
    Table { name: "cost_bridge", key: split::BRIDGE_KEY, said: &["amount"], unsaid: &[], dump: Dump::Rows },
    Table { name: "pack_month", key: split::PACK_KEY, said: split::PACK_SAID, unsaid: &[], dump: Dump::Rows },
    Table { name: "uncovered_day", key: &["account", "usage_day"], said: &["usage_month"], unsaid: &[], dump: Dump::Rows },
    Table {
        name: "event_config",
        key: &["account", "sub_app_id", "position"],
        said: &["config"],
        unsaid: &["recorded_at"],
        dump: Dump::Rows,
    },
    Table {
        name: "audit",
        key: &["account", "position"],
        said: &["plan", "action", "file_id", "outcome"],
        unsaid: &["recorded_at", "actor", "detail", "request_id", "previous", "hash"],
        dump: Dump::Nothing,
    },
    Table { name: "snapshot_body", key: &["account", "sha256"], said: &[], unsaid: &["size", "body"], dump: Dump::Nothing },
    Table {
        name: "snapshot",
        key: &[],
        said: &["account", "sha256", "kind", "action", "sub_app_id", "request"],
        unsaid: &["received_at", "request_id"],
        dump: Dump::Nothing,
    },
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ledger::connection::{Connection, collect};
    use crate::ledger::{schema, sqlite::Sqlite};

    #[test]
    fn every_table_and_column_of_the_schema_is_named() {
        let mut store = Sqlite::in_memory().unwrap();
        schema::open(&mut store).unwrap();
        let mut tables = store.tables().unwrap();
        tables.retain(|name| !["ledger_schema", "calendar", "meter"].contains(&name.as_str()));
        tables.sort_unstable();
        let mut named: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        named.sort_unstable();
        assert_eq!(named, tables);
        for table in TABLES {
            let sql = "SELECT name FROM pragma_table_info(?1) ORDER BY name";
            let columns = collect(&mut store, sql, &[table.name.into()], |row| row.text(0).map(str::to_owned)).unwrap();
            let mut named = table.columns();
            named.sort_unstable();
            assert_eq!(named, columns, "{}", table.name);
        }
    }
}
