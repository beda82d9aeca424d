//! Who works: the name under which a run takes units, from which another run can tell that it is dead.
//!
//! Where the system tells boot, process namespace and start time of a process (Linux), a run that was killed frees its units at
//! once; anywhere else they are free when their lease runs out.

use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

static RUNS: AtomicU64 = AtomicU64::new(0);

/// A name for a run of this process.
pub fn this_run() -> String {
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    match here().zip(started(process::id())) {
        Some((place, started)) => format!("{place} {} {started} {run}", process::id()),
        None => format!("? {} {} {run}", process::id(), fastrand::u64(..)),
    }
}

/// Whether a run of that name is certainly over.
pub fn is_dead(owner: &str) -> bool {
    let parts: Vec<&str> = owner.split(' ').collect();
    let [place, pid, started_then, _run] = parts.as_slice() else { return false };
    let (Some(here), Ok(pid)) = (here(), pid.parse()) else { return false };
    here == **place && started(pid).as_deref() != Some(*started_then)
}

/// This machine since it was started, and the namespace in which its process numbers mean something.
fn here() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), namespace.display()))
}

/// When a process was started, in ticks since the boot; `None` when there is no such process.
fn started(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The name may hold spaces and parentheses; the state is the first field after it, the start time the twentieth.
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_whitespace();
    let is_zombie = fields.next()? == "Z";
    fields.nth(18).filter(|_| !is_zombie).map(str::to_owned)
}
