//! What came and went in a large account while it was read.

use std::str::FromStr;

/// Media added and deleted. Those that were there from the start have the first numbers, the added ones follow.
#[derive(Debug)]
pub(super) struct Changes {
    first: u32,
    /// Second of creation and number, in this order.
    added: Vec<(u32, u32)>,
    /// One bit for each number.
    deleted: Vec<u64>,
}

/// What became of a media since the account was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was there all the time.
    Alive,
    /// It came, and is there.
    Added,
    /// It is gone.
    Deleted,
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "alive" => Ok(Self::Alive),
            "added" => Ok(Self::Added),
            "deleted" => Ok(Self::Deleted),
            _ => Err(format!("{text:?} is none of alive, added, deleted\n")),
        }
    }
}

impl Changes {
    pub fn new(first: u32) -> Self {
        Self { first, added: Vec::new(), deleted: vec![0; words(first)] }
    }

    /// Adds one media.
    pub fn add(&mut self, second: u32) {
        let index = self.all();
        let place = self.added.partition_point(|known| *known < (second, index));
        self.added.insert(place, (second, index));
        self.deleted.resize(words(index + 1), 0);
    }

    /// Deletes the media that a number hits, if it is still there.
    pub fn delete(&mut self, draw: u64) {
        let index = draw % u64::from(self.all().max(1));
        if let Some(word) = usize::try_from(index / 64).ok().and_then(|word| self.deleted.get_mut(word)) {
            *word |= 1 << (index % 64);
        }
    }

    /// Whether a media is gone.
    pub fn is_deleted(&self, index: u32) -> bool {
        self.deleted.get((index / 64) as usize).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// The added media, by second of creation and number.
    pub fn added(&self) -> &[(u32, u32)] {
        &self.added
    }

    /// When an added media came.
    pub fn second_of(&self, index: u32) -> Option<u32> {
        self.added.iter().find(|(_, known)| *known == index).map(|(second, _)| *second)
    }

    /// Numbers in a state; `there` of the first media have come by now.
    pub fn members(&self, state: State, there: u32) -> Vec<u32> {
        let added = || self.added.iter().map(|(_, index)| *index);
        match state {
            State::Alive => (0..there).filter(|index| !self.is_deleted(*index)).collect(),
            State::Added => added().filter(|index| !self.is_deleted(*index)).collect(),
            State::Deleted => (0..there).chain(added()).filter(|index| self.is_deleted(*index)).collect(),
        }
    }

    /// How many there are.
    pub fn count(&self, there: usize) -> usize {
        let gone: u32 = self.deleted.iter().map(|word| word.count_ones()).sum();
        (there + self.added.len()).saturating_sub(gone as usize)
    }

    fn all(&self) -> u32 {
        self.first.saturating_add(u32::try_from(self.added.len()).unwrap_or(u32::MAX))
    }
}

fn words(bits: u32) -> usize {
    bits.div_ceil(64) as usize
}
