//! Changing media by plan: delete, tag, class, expiry, storage class, restore.
//!
//! A [`Plan`] freezes which media are changed, how they are now, what it costs, and a hash over all of it. An [`Applier`] reads
//! each media again, refuses what changed or is [protected](Protection), keeps to [`Limits`], and writes an audit trail by which
//! it goes on after any end.

mod apply;
mod canonical;
mod change;
mod cloud;
mod limits;
mod plan;
mod protect;
mod select;
mod snapshot;
mod storage;
mod times;

pub use apply::{Applier, ApplyError, Settled};
pub use change::{Change, ChangeError, Shows, Unfit};
pub use cloud::{MediaCloud, READ_AT_ONCE};
pub use limits::{LimitPassed, Limits, Share};
pub use plan::{FORMAT, LeftOut, Plan, PlanError, Planned, Totals, VALID_DAYS};
pub use protect::{Kept, Protection};
pub use select::{Selected, Selection, count, leave_out, select};
pub use snapshot::{Made, Snapshot};
pub use storage::{StorageRefusal, check_move, check_restore, retrieval};
