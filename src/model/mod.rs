//! The words of the product as types. Nothing here does I/O, reads a clock or knows a price.

pub mod address;
pub mod area;
pub mod bill;
pub mod charge;
pub mod effect;
pub mod id;
pub mod language;
pub mod media;
pub mod meter;
pub mod money;
pub mod nearest;
pub mod quantity;
pub mod secret;
pub mod status;
pub mod storage;
pub mod time;
pub mod usage;

pub use address::Address;
pub use bill::{Bill, BillLine};
pub use charge::{Charge, RowType, Step};
pub use effect::{CostEffect, EffectKind, EffectLine};
pub use id::{AccountId, FileId, SubAppId, Vid};
pub use language::Language;
pub use media::{Media, MediaState, Rendition};
pub use meter::{Meter, MeterKind};
pub use money::{Amount, Currency};
pub use quantity::{Base, Unit};
pub use secret::{Secret, SecretRef};
pub use status::Status;
pub use storage::{RestoreTier, StorageClass};
pub use time::{BillingDay, BillingMonth, Clock, Period};
pub use usage::UsageRecord;
