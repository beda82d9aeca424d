//! Rates a usage file on as many threads as there are cores.
//!
//! One thread reads blocks of whole rows; the others rate them, each by itself, and in the end their sums are added up: sums
//! do not depend on who added what.

use std::io::Read;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ScopedJoinHandle};

use super::blocks::{Block, Blocks};
use super::lane::Lane;
use super::rows::{Header, Rows};
use super::taken::Taken;
use crate::billing::{Names, Options, PriceBook, Rater};
use crate::cli::Error;

/// Where workers take blocks from. It is closed as soon as a block is bad: later ones do not matter then.
type Queue = Arc<Mutex<Option<Receiver<Block>>>>;

/// What is wrong, and the first line of the block in which it is.
type Failed = (u64, Error);

/// Rates every row.
pub fn rate<'a, R: Read>(
    blocks: Blocks<R>,
    header: &'a Header,
    book: &'a PriceBook,
    options: &'a Options,
    names: &'a Names<'a>,
) -> Result<(Rater<'a>, Taken), Error> {
    rate_on(thread::available_parallelism().map_or(1, NonZero::get), blocks, header, book, options, names)
}

fn rate_on<'a, R: Read>(
    threads: usize,
    blocks: Blocks<R>,
    header: &'a Header,
    book: &'a PriceBook,
    options: &'a Options,
    names: &'a Names<'a>,
) -> Result<(Rater<'a>, Taken), Error> {
    let mut lanes = Vec::with_capacity(threads);
    for _ in 0..threads {
        lanes.push(Lane::new(Rows::new(header, names), Rater::new(book, options).map_err(Error::usage)?));
    }
    let encoding = blocks.encoding();
    let mut parts = run_all(blocks, lanes)?.into_iter().map(Lane::into_parts);
    let (mut all, mut taken) = parts.next().ok_or_else(|| Error::failed("no thread could be started"))?;
    for (rater, rows) in parts {
        all.merge(rater).map_err(Error::failed)?;
        taken.merge(rows);
    }
    taken.encoding = encoding;
    Ok((all, taken))
}

/// Lets lanes take in all blocks. Of several bad blocks the first is told: queues keep their order, so all before it were read.
fn run_all<'a, R: Read>(mut blocks: Blocks<R>, lanes: Vec<Lane<'a>>) -> Result<Vec<Lane<'a>>, Error> {
    let (sender, receiver) = sync_channel::<Block>(lanes.len());
    let (spare, spares) = channel::<Vec<u8>>();
    let queue: Queue = Arc::new(Mutex::new(Some(receiver)));
    thread::scope(|scope| {
        let start = |lane: Lane<'a>| {
            let (queue, spare) = (Arc::clone(&queue), spare.clone());
            scope.spawn(move || run(lane, &queue, &spare))
        };
        let workers: Vec<ScopedJoinHandle<'_, _>> = lanes.into_iter().map(start).collect();
        // Workers alone hold the queue now: without them nothing can be sent any more.
        drop(queue);
        let read = send_all(&mut blocks, &sender, &spares);
        drop(sender);
        let mut lanes = Vec::with_capacity(workers.len());
        let mut first: Option<Failed> = None;
        for worker in workers {
            match worker.join().map_err(|_| Error::failed("a thread that read the usage file failed"))? {
                Ok(lane) => lanes.push(lane),
                Err(failed) if first.as_ref().is_none_or(|first| failed.0 < first.0) => first = Some(failed),
                Err(_) => {}
            }
        }
        match first {
            Some((_, error)) => Err(error),
            None => read.map(|()| lanes),
        }
    })
}

/// Hands blocks over until the file ends, or nobody takes them any more.
fn send_all<R: Read>(blocks: &mut Blocks<R>, sender: &SyncSender<Block>, spares: &Receiver<Vec<u8>>) -> Result<(), Error> {
    while let Some(block) = blocks.next(spares.try_recv().unwrap_or_default())? {
        if sender.send(block).is_err() {
            break;
        }
    }
    Ok(())
}

/// Takes blocks until there are no more, or one is bad.
fn run<'a>(mut lane: Lane<'a>, queue: &Queue, spare: &Sender<Vec<u8>>) -> Result<Lane<'a>, Failed> {
    while let Some(block) = next(queue) {
        if let Err(error) = lane.take(&block.text, block.first_line) {
            queue.lock().ok().and_then(|mut queue| queue.take());
            return Err((block.first_line, error));
        }
        // Nobody reads any more once the last block is sent.
        let _ = spare.send(block.text);
    }
    Ok(lane)
}

fn next(queue: &Queue) -> Option<Block> {
    queue.lock().ok()?.as_ref()?.recv().ok()
}
