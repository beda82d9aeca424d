//! Sorting more than fits in memory: sorted runs in temporary files, read back as one sequence.
//!
//! Small runs stay in memory. The files have no name, so nothing is left behind, whatever happens.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use tempfile::{SpooledTempFile, spooled_tempfile};

use crate::files::no_room;

/// A run of at most so many bytes stays in memory.
const IN_MEMORY: usize = 1 << 20;
/// So many runs become one, which bounds open files and buffers.
const MOST_RUNS: usize = 64;

/// Runs of entries, each sorted by key.
#[derive(Debug, Default)]
pub struct Runs {
    runs: Vec<SpooledTempFile>,
}

/// A key and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What entries are sorted by, byte by byte.
    pub key: Vec<u8>,
    /// What belongs to it.
    pub value: Vec<u8>,
}

impl Runs {
    /// Adds a run; its keys must ascend.
    pub fn add<'e>(&mut self, sorted: impl IntoIterator<Item = (&'e [u8], &'e [u8])>) -> io::Result<()> {
        self.add_run(sorted).map_err(|error| no_room(&error))
    }

    fn add_run<'e>(&mut self, sorted: impl IntoIterator<Item = (&'e [u8], &'e [u8])>) -> io::Result<()> {
        if self.runs.len() == MOST_RUNS {
            let mut out = BufWriter::new(spooled_tempfile(IN_MEMORY));
            for entry in std::mem::take(self).merge()? {
                let entry = entry?;
                write_entry(&mut out, &entry.key, &entry.value)?;
            }
            self.runs.push(out.into_inner()?);
        }
        let mut out = BufWriter::new(spooled_tempfile(IN_MEMORY));
        for (key, value) in sorted {
            write_entry(&mut out, key, value)?;
        }
        self.runs.push(out.into_inner()?);
        Ok(())
    }

    /// All entries by key; those of equal keys in the order in which their runs were added.
    pub fn merge(self) -> io::Result<Merged> {
        let mut merged = Merged { runs: Vec::with_capacity(self.runs.len()), heads: BinaryHeap::new() };
        for (place, mut run) in self.runs.into_iter().enumerate() {
            run.rewind()?;
            merged.runs.push(BufReader::new(run));
            merged.pull(place)?;
        }
        Ok(merged)
    }
}

/// The entries of several runs in one order.
#[derive(Debug)]
pub struct Merged {
    runs: Vec<BufReader<SpooledTempFile>>,
    heads: BinaryHeap<Reverse<Head>>,
}

/// The next entry of a run: key, the run's place, value.
type Head = (Vec<u8>, usize, Vec<u8>);

impl Merged {
    fn pull(&mut self, place: usize) -> io::Result<()> {
        if let Some(entry) = read_entry(&mut self.runs[place])? {
            self.heads.push(Reverse((entry.key, place, entry.value)));
        }
        Ok(())
    }
}

impl Iterator for Merged {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((key, place, value)) = self.heads.pop()?;
        Some(self.pull(place).map(|()| Entry { key, value }))
    }
}

/// Writes an entry so that [`read_entry`] reads it.
pub fn write_entry(out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<()> {
    for part in [key, value] {
        let length = u32::try_from(part.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(part)?;
    }
    Ok(())
}

/// The next entry; `None` at the end.
pub fn read_entry(input: &mut impl Read) -> io::Result<Option<Entry>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let key = read_part(input, length)?;
    input.read_exact(&mut length)?;
    Ok(Some(Entry { key, value: read_part(input, length)? }))
}

fn read_part(input: &mut impl Read, length: [u8; 4]) -> io::Result<Vec<u8>> {
    let mut part = vec![0; u32::from_le_bytes(length) as usize];
    input.read_exact(&mut part)?;
    Ok(part)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Runs;

    #[test]
    fn many_runs_come_back_as_one() {
        let mut runs = Runs::default();
        // 150 runs of three keys: more than are kept apart.
        for run in 0..150_u32 {
            let entries: Vec<(Vec<u8>, [u8; 4])> =
                [3, 200, 151].iter().map(|step| ((run * step).to_be_bytes().to_vec(), run.to_be_bytes())).collect();
            let mut entries: Vec<(&[u8], &[u8])> =
                entries.iter().map(|(key, value)| (key.as_slice(), value.as_slice())).collect();
            entries.sort_unstable();
            runs.add(entries).unwrap();
        }
        let got: Vec<(u32, u32)> = runs
            .merge()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                (u32::from_be_bytes(entry.key.try_into().unwrap()), u32::from_be_bytes(entry.value.try_into().unwrap()))
            })
            .collect();
        let mut expected: Vec<(u32, u32)> =
            (0..150).flat_map(|run| [(run * 3, run), (run * 200, run), (run * 151, run)]).collect();
        expected.sort_unstable();
        assert_eq!(got, expected);
    }
}
