//! How much every share weighs in every line, in bounded memory.
//!
//! Lines are few: they are kept. Shares may be a million or more: their weights are summed in a map, which becomes a sorted
//! run on disk whenever it is full.

use std::collections::HashMap;
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom};

use tempfile::{SpooledTempFile, spooled_tempfile};

use crate::billing::{Allocation, Place, basis};
use crate::cli::runs::{Runs, read_entry, write_entry};
use crate::files::no_room;
use crate::model::{Charge, MeterKind};

/// So many sums are kept in memory.
const IN_MEMORY: usize = 1 << 17;
/// What stands between the values of a key. Cells that hold it are refused when they are read.
const BETWEEN: u8 = 0;

/// The weights of shares, record by record.
#[derive(Debug)]
pub struct Weights {
    most: usize,
    lines: HashMap<Box<[u8]>, u32>,
    /// By the number of the line, big end first, and the values of the share.
    sums: HashMap<Box<[u8]>, i128>,
    runs: Runs,
    scratch: Vec<u8>,
}

impl Default for Weights {
    fn default() -> Self {
        Self::bounded(IN_MEMORY)
    }
}

impl Weights {
    /// Keeps at most so many sums in memory.
    pub fn bounded(most: usize) -> Self {
        Self { most, lines: HashMap::new(), sums: HashMap::new(), runs: Runs::default(), scratch: Vec::new() }
    }

    /// Adds what a record weighs in a line to the share that its values name.
    pub fn add(&mut self, place: &Place<'_>, values: &[impl AsRef<str>]) -> io::Result<()> {
        let line = self.line(place)?;
        self.scratch.clear();
        self.scratch.extend(line.to_be_bytes());
        for (index, value) in values.iter().enumerate() {
            self.scratch.extend((index > 0).then_some(BETWEEN));
            self.scratch.extend(value.as_ref().as_bytes());
        }
        if let Some(sum) = self.sums.get_mut(self.scratch.as_slice()) {
            *sum = sum.checked_add(place.weight).ok_or_else(too_heavy)?;
            return Ok(());
        }
        if self.sums.len() >= self.most {
            self.spill()?;
        }
        self.sums.insert(self.scratch.as_slice().into(), place.weight);
        Ok(())
    }

    fn line(&mut self, place: &Place<'_>) -> io::Result<u32> {
        line_key(&mut self.scratch, [place.account, place.meter, place.area, place.spec], place.start.timestamp());
        if let Some(line) = self.lines.get(self.scratch.as_slice()) {
            return Ok(*line);
        }
        let line = u32::try_from(self.lines.len()).map_err(|_| io::Error::other("there are more than 2³² lines"))?;
        self.lines.insert(self.scratch.as_slice().into(), line);
        Ok(line)
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut sorted: Vec<(Box<[u8]>, [u8; 16])> = self.sums.drain().map(|(key, weight)| (key, weight.to_le_bytes())).collect();
        sorted.sort_unstable();
        self.runs.add(sorted.iter().map(|(key, weight)| (&**key, weight.as_slice())))
    }

    /// Ends the taking in.
    pub fn finish(mut self) -> io::Result<Weighed> {
        self.spill()?;
        let mut spans = vec![Span::default(); self.lines.len()];
        let mut out = Sink { out: BufWriter::new(spooled_tempfile(IN_MEMORY * 64)), at: 0 };
        let mut open: Option<(Vec<u8>, i128)> = None;
        for entry in self.runs.merge()? {
            let entry = entry?;
            let weight = weight_of(&entry.value)?;
            match &mut open {
                Some((key, sum)) if *key == entry.key => *sum = sum.checked_add(weight).ok_or_else(too_heavy)?,
                _ => {
                    if let Some(done) = open.replace((entry.key, weight)) {
                        out.write(done, &mut spans)?;
                    }
                }
            }
        }
        if let Some(done) = open {
            out.write(done, &mut spans)?;
        }
        let file = out.out.into_inner().map_err(|error| no_room(&error.into_error()))?;
        Ok(Weighed { lines: self.lines, spans, file: BufReader::new(file), scratch: Vec::new() })
    }
}

fn line_key(key: &mut Vec<u8>, names: [&str; 4], start: i64) {
    key.clear();
    for name in names {
        key.extend(name.as_bytes());
        key.push(BETWEEN);
    }
    key.extend(start.to_be_bytes());
}

fn too_heavy() -> io::Error {
    io::Error::other("the weights of a line leave the range of exact arithmetic; split the usage into smaller files")
}

fn weight_of(bytes: &[u8]) -> io::Result<i128> {
    Ok(i128::from_le_bytes(bytes.try_into().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?))
}

/// Where the shares of a line are, and what they weigh together.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u64,
    shares: u64,
    total: i128,
}

/// Entries on their way to where they are read from.
struct Sink {
    out: BufWriter<SpooledTempFile>,
    at: u64,
}

impl Sink {
    fn write(&mut self, (key, weight): (Vec<u8>, i128), spans: &mut [Span]) -> io::Result<()> {
        let damaged = || io::Error::from(io::ErrorKind::InvalidData);
        let (line, values) = key.split_first_chunk().ok_or_else(damaged)?;
        let span = spans.get_mut(u32::from_be_bytes(*line) as usize).ok_or_else(damaged)?;
        if span.shares == 0 {
            span.start = self.at;
        }
        span.shares += 1;
        span.total = span.total.checked_add(weight).ok_or_else(too_heavy)?;
        write_entry(&mut self.out, values, &weight.to_le_bytes()).map_err(|error| no_room(&error))?;
        // Two lengths of four bytes and a weight of sixteen.
        self.at += values.len() as u64 + 24;
        Ok(())
    }
}

/// All weights, by line and share.
#[derive(Debug)]
pub struct Weighed {
    lines: HashMap<Box<[u8]>, u32>,
    spans: Vec<Span>,
    file: BufReader<SpooledTempFile>,
    scratch: Vec<u8>,
}

impl Weighed {
    /// Where the shares of a charge are; nowhere for one that no record is part of.
    fn span(&mut self, charge: &Charge) -> Span {
        let names = [charge.account.as_str(), &charge.meter, &charge.area, &charge.spec];
        line_key(&mut self.scratch, names, charge.period.start.timestamp());
        let line = self.lines.get(self.scratch.as_slice());
        line.and_then(|line| self.spans.get(*line as usize)).copied().unwrap_or_default()
    }

    /// Hands over the shares of a charge, in the order of their values.
    pub fn split(
        &mut self,
        charge: &Charge,
        kind: MeterKind,
        by: &[String],
        mut each: impl FnMut(&Charge) -> io::Result<()>,
    ) -> io::Result<()> {
        let span = self.span(charge);
        let basis = basis(&charge.meter, kind, by);
        let mut allocation = Allocation::new(charge, by, &basis, span.total).map_err(io::Error::other)?;
        self.file.seek(SeekFrom::Start(span.start))?;
        for _ in 0..span.shares {
            let entry = read_entry(&mut self.file)?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            let values = std::str::from_utf8(&entry.key).map_err(io::Error::other)?;
            let values: Vec<&str> = values.split(char::from(BETWEEN)).collect();
            each(&allocation.share(&values, weight_of(&entry.value)?).map_err(io::Error::other)?)?;
        }
        allocation.rest().iter().try_for_each(each)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Seek, SeekFrom};

    use super::{Span, Weights};
    use crate::billing::{Files, Place};
    use crate::cli::runs::{Entry, read_entry};
    use crate::model::time::parse_time;

    /// Sums of 3 lines × 100 shares, added seven times over: what each line weighs, and its shares.
    fn sums(most: usize) -> Vec<(i128, Vec<Entry>)> {
        let start = parse_time("2026-10-01T00:00:00+08:00").unwrap();
        let mut weights = Weights::bounded(most);
        for round in 0..7 {
            for share in 0..100 {
                for (line, meter) in [(0, "traffic"), (1, "storage"), (2, "bandwidth")] {
                    let weight = round * share + line;
                    let place = Place { account: "1", meter, area: "", spec: "", start, weight, files: Files::Source };
                    weights.add(&place, &[&(share * 37 % 100).to_string(), "x"]).unwrap();
                }
            }
        }
        let mut weighed = weights.finish().unwrap();
        let spans = weighed.spans.clone();
        let entries = |span: &Span| {
            weighed.file.seek(SeekFrom::Start(span.start)).unwrap();
            (span.total, (0..span.shares).map(|_| read_entry(&mut weighed.file).unwrap().unwrap()).collect())
        };
        spans.iter().map(entries).collect()
    }

    #[test]
    fn what_does_not_fit_in_memory_is_summed_all_the_same() {
        let whole = sums(1_000);
        // 0 + 1 + … + 6 = 21 rounds times 0 + 1 + … + 99 = 4950, and seven times the line's number for each share.
        let totals: Vec<i128> = whole.iter().map(|line| line.0).collect();
        assert_eq!(totals, [103_950, 104_650, 105_350]);
        assert!(whole.iter().all(|line| line.1.len() == 100));
        for most in [1, 7, 50] {
            assert!(sums(most) == whole, "with {most} sums in memory");
        }
    }
}
