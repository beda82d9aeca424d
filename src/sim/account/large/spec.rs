//! Describing and making a large account.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use super::Large;
use crate::model::BillingDay;
use crate::model::area::MAINLAND;
use crate::sim::SimError;
use crate::sim::account::usage::Step;
use crate::sim::account::{Account, Levels};

/// Numbers of the account and of its first application.
const UIN: u64 = 100_000_000_001;
const APP: u64 = 1_500_000_001;
/// The most media.
const MOST: u32 = 10_000_000;
/// The most applications.
const MOST_APPS: u32 = 100;

/// `large:media=1000000,apps=2,seed=1`: an account that is computed rather than declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargeSpec {
    /// Media of all applications together.
    pub media: u32,
    /// Applications, among which media is spread evenly.
    pub apps: u32,
    /// Makes it another account.
    pub seed: u64,
    /// So many media of each application came in one and the same second.
    pub per_second: u32,
    /// So many media come or go at each search.
    pub churn: u32,
}

impl Default for LargeSpec {
    fn default() -> Self {
        Self { media: 1_000_000, apps: 1, seed: 1, per_second: 0, churn: 0 }
    }
}

impl FromStr for LargeSpec {
    type Err = SimError;

    /// Reads what follows `large:`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = |message: String| SimError::BadAccount { origin: format!("large:{text}"), message };
        let mut spec = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let form = || bad(format!("{item:?} is not of the form media=, apps=, seed=, per_second= or churn=NUMBER"));
            let (name, value) = item.split_once('=').ok_or_else(form)?;
            let number = || value.parse::<u32>().map_err(|_| form());
            match name {
                "media" => spec.media = number()?,
                "apps" => spec.apps = number()?,
                "seed" => spec.seed = value.parse().map_err(|_| form())?,
                "per_second" => spec.per_second = number()?,
                "churn" => spec.churn = number()?,
                _ => return Err(form()),
            }
        }
        match () {
            () if spec.churn > MOST => Err(bad(format!("churn={} is above {MOST}", spec.churn))),
            () if spec.per_second > MOST => Err(bad(format!("per_second={} is above {MOST}", spec.per_second))),
            () if spec.media > MOST => Err(bad(format!("media={} is above {MOST}", spec.media))),
            () if spec.apps == 0 || spec.apps > MOST_APPS => {
                Err(bad(format!("apps={} is not between 1 and {MOST_APPS}", spec.apps)))
            }
            () => Ok(spec),
        }
    }
}

impl LargeSpec {
    /// Makes the account.
    pub fn account(&self) -> Result<Account, SimError> {
        let mut text = format!(
            "uin = {UIN}\napp_id = {APP}\nnow = \"2026-11-05T10:00:00+08:00\"\n\
             [[credential]]\nsecret_id = \"AKIDsimulatedLargeAccount000000001\"\n\
             secret_key = \"simulatedSecretKeyOfLarge0000001\"\n"
        );
        for number in 0..u64::from(self.apps) {
            text += &application(APP + number, number + 1);
        }
        let mut account = Account::parse(&text, "large")?;
        for (number, application) in (0..).zip(&mut account.applications) {
            let media = self.media / self.apps + u32::from(number < self.media % self.apps);
            let large = Large::new(self, number, media);
            application.storage = large.levels();
            application.large = Some(Arc::new(large));
        }
        Ok(account)
    }
}

fn application(id: u64, number: u64) -> String {
    let domain = format!("{id}.vod2.example.com");
    format!(
        "[[application]]\nsub_app_id = {id}\nname = \"large {number}\"\ncreated = \"2025-10-01T00:00:00+08:00\"\n\
         storage_regions = [\"ap-chongqing\"]\n\
         [[application.domain]]\nname = \"{domain}\"\ncreated = \"2025-10-01T00:00:00+08:00\"\n\
         [[application.traffic]]\narea = \"{MAINLAND}\"\ndomain = \"{domain}\"\n\
         bytes.every_day = [{{ from = \"2025-11-01\", to = \"2026-12-01\", value = {} }}]\n",
        number * 100_000_000_000
    )
}

impl Large {
    /// What the first media stores: a level for each midnight, of all that came before it.
    fn levels(&self) -> Vec<Levels> {
        let mut days: BTreeMap<BillingDay, [u64; 2]> = BTreeMap::new();
        for (index, second) in (0..).zip(&self.created) {
            let recording = self.recording(index, *second);
            days.entry(BillingDay::of(recording.created).next()).or_default()[usize::from(recording.infrequent)] +=
                recording.bytes();
        }
        let level = |class: &str, kind: usize| {
            let mut bytes = 0;
            let step = |(day, came): (&BillingDay, &[u64; 2])| {
                bytes += came[kind];
                Step { at: day.start(), bytes }
            };
            Levels { area: MAINLAND.to_owned(), class: class.to_owned(), steps: days.iter().map(step).collect() }
        };
        vec![level("StandardStorage", 0), level("InfrequentStorage", 1)]
    }
}
