//! The least that reading gzip files takes: inflates them, on every core, and does nothing with the text. `benches/logs.py`
//! measures everything else against it.
//!
//! `inflate FILES…`. Prints the number of bytes.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use libdeflater::Decompressor;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism()?.get();
    let bytes = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| inflate(&paths, &next))).collect();
        let inflated = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err("a thread ended early".into())));
        inflated.sum::<Result<usize, Failure>>()
    })?;
    println!("{bytes}");
    Ok(())
}

/// One file after the other that nobody has taken yet.
fn inflate(paths: &[String], next: &AtomicUsize) -> Result<usize, Failure> {
    let (mut decompressor, mut packed, mut text, mut bytes) = (Decompressor::new(), Vec::new(), Vec::new(), 0);
    while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
        packed.clear();
        std::io::Read::read_to_end(&mut std::fs::File::open(path)?, &mut packed)?;
        let size = packed.last_chunk().map(|size| u32::from_le_bytes(*size)).ok_or_else(|| format!("{path} is empty"))?;
        let size = usize::try_from(size)?;
        // Only grows: what is there already need not be cleared.
        text.resize(size.max(text.len()), 0);
        bytes += decompressor.gzip_decompress(&packed, &mut text[..size]).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(bytes)
}
