//! STS. No page with a limit was found; the usual one is assumed. Nobody needs a permission to be vouched for.

use super::{Api, Entry};

const fn reads(name: &'static str) -> Entry {
    Entry::reads(Api::Sts, name).operation()
}

table! {
    ASSUME_ROLE = reads("AssumeRole");
    ASSUME_ROLE_WITH_WEB_IDENTITY = reads("AssumeRoleWithWebIdentity");
}
