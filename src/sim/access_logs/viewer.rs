//! Somebody who watches one media, and what of that stands in a log: the 16 columns of the page of VOD logs (266/7983).

use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

use fastrand::Rng;

use super::LogSpec;
use crate::sim::files::{DISTRICT_IDS, ISP_IDS};

/// The account's AppId, and what stands before it in paths of transcoded and of original files.
const APP: u64 = 1_500_000_001;
const TRANSCODED: &str = "4a1c07e9vodtransgzp";
const ORIGINAL: &str = "9f3be2d0vodcq";
/// The least FileId: all have 19 or 20 digits.
const LEAST_ID: u64 = 1_000_000_000_000_000_000;
/// The weight of the media that most watch; the n-th has the n-th part of it.
const MOST_WATCHED: u64 = 1 << 40;
/// The ids of provinces and providers that begin their lists lie on the mainland.
const MAINLAND: (usize, usize) = (31, 6);
/// Forms of adaptive streams, and about how many bytes a segment of each has.
const FORMS: [(u32, u64); 4] = [(100_210, 340_000), (100_220, 790_000), (100_230, 1_850_000), (100_240, 3_200_000)];
/// How much a player asks for at a time.
const RANGE: u64 = 1 << 20;
/// What is asked for beside media.
const OTHERS: [&str; 3] = ["favicon.ico", "robots.txt", "crossdomain.xml"];
/// Digits stand where a `#` is.
const AGENTS: [&str; 12] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_#_# like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.4#(0x180031##) NetType/WIFI Language/zh_CN",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_#_# like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.# Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; 2311#DRK##C Build/UKQ1.2308##.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/12#.0.6###.1## Mobile Safari/537.36 XWEB/1260### MMWEBSDK/202405## MMWEBID/#### MicroMessenger/8.0.4#.2600(0x280031##) NetType/5G Language/zh_CN",
    "Mozilla/5.0 (Linux; Android 13; V2##4A Build/TP1A.220624.014) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/11#.0.5###.1## Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/13#.0.0.0 Safari/537.36 Edg/13#.0.2###.##",
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI WindowsWechat(0x63090#1#)XWEB/9### Flue",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.# Safari/605.1.15",
    "AppleCoreMedia/1.0.0.21F## (iPhone; U; CPU OS 17_#_# like Mac OS X; zh_cn)",
    "stagefright/1.2 (Linux;Android 1#)",
    "Dalvik/2.1.0 (Linux; U; Android 12; HarmonyOS; NOH-AN## Build/HUAWEINOH-AN##) LiteAVSDK/11.#.1####",
    "Lavf/60.1#.100",
    "okhttp/4.1#.#",
];
const REFERERS: [&str; 7] = [
    "https://www.example.com/course/####/lesson/###?from=timeline",
    "https://m.example.com/play/########",
    "https://servicewechat.com/wx5f2c8####e1d##a7/4##/page-frame.html",
    "https://www.example.com/",
    "NULL",
    "NULL",
    "NULL",
];

/// Everybody who may watch something.
pub struct Audience {
    seed: u64,
    /// For each media the sum of the weights up to it.
    weights: Vec<u64>,
}

impl Audience {
    pub fn new(spec: &LogSpec) -> Self {
        let mut sum = 0;
        let up_to = |place| {
            sum += MOST_WATCHED / place;
            sum
        };
        Self { seed: spec.seed, weights: (1..=spec.media).map(up_to).collect() }
    }

    /// A media, the more watched the more often: the folder of its files.
    fn media(&self, random: &mut Rng) -> String {
        let draw = random.u64(..self.weights.last().copied().unwrap_or(1));
        let place = self.weights.partition_point(|up_to| *up_to <= draw);
        let mut own = Rng::with_seed(seed(!self.seed, place as u64));
        format!("{:08x}{}", own.u32(..), own.u64(LEAST_ID..))
    }
}

/// A seed for each number of a kind, unlike those of its neighbours.
pub fn seed(seed: u64, number: u64) -> u64 {
    Rng::with_seed(seed).u64(..) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// What is watched.
enum Play {
    /// An adaptive stream: its list, then one segment after the other.
    Segments { form: u32, bytes: u64, next: Option<u64> },
    /// A file in pieces: two bytes to see whether that works, then one range after the other.
    Ranges { file: &'static str, next: Option<u64> },
    /// A file at once.
    Whole { file: &'static str },
    /// No media at all.
    Other { file: &'static str },
}

/// Somebody who watches.
pub struct Viewer {
    /// Address, domain and the beginning of the path.
    start: String,
    /// Province and provider.
    place: String,
    referer: String,
    agent: String,
    protocol: &'static str,
    port: u16,
    play: Play,
    /// So many requests are still to come.
    left: u32,
}

/// What differs between the requests of a viewer.
struct Answer {
    file: String,
    bytes: u64,
    status: u16,
    range: Option<(u64, u64)>,
}

impl Viewer {
    pub fn new(audience: &Audience, domain: &str, random: &mut Rng) -> Self {
        let (play, folder) = play(audience, random);
        let long = random.u8(..16) == 0;
        let (provinces, providers) = MAINLAND;
        Self {
            start: format!(" {} {domain} /{folder}", address(random)),
            place: format!("{} {}", DISTRICT_IDS[random.usize(..provinces)], ISP_IDS[random.usize(..providers)]),
            referer: filled(REFERERS[random.usize(..REFERERS.len())], random),
            agent: filled(AGENTS[random.usize(..AGENTS.len())], random),
            protocol: ["HTTPS", "HTTPS", "HTTPS", "HTTPS", "HTTPS", "HTTPS", "HTTP", "HTTP/3"][random.usize(..8)],
            port: random.u16(1024..),
            left: if matches!(play, Play::Other { .. }) { 1 } else { random.u32(1..if long { 120 } else { 13 }) },
            play,
        }
    }

    pub fn is_done(&self) -> bool {
        self.left == 0
    }

    /// Writes the next request, without its time.
    pub fn write(&mut self, out: &mut impl Write, random: &mut Rng) -> io::Result<()> {
        self.left = self.left.saturating_sub(1);
        let Answer { file, bytes, status, range } = disturbed(self.play.next(random), random);
        let Self { start, place, referer, agent, protocol, port, .. } = self;
        let milliseconds = random.u64(1..20) + bytes / random.u64(1_500..12_000);
        write!(out, "{start}{file} {bytes} {place} {status} {referer} {milliseconds} \"{agent}\" \"")?;
        match range {
            None => write!(out, "(null)")?,
            Some((first, last)) => write!(out, "{first}-{last}")?,
        }
        let cache = if random.u8(..20) == 0 { "miss" } else { "hit" };
        writeln!(out, "\" GET {protocol} {cache} {port}")
    }
}

impl Play {
    fn next(&mut self, random: &mut Rng) -> Answer {
        let head = random.u64(380..620);
        let whole = |file: String, bytes: u64| Answer { file, bytes: bytes + head, status: 200, range: None };
        match self {
            Self::Segments { form, bytes, next } => {
                let number = next.replace(next.map_or(0, |number| number + 1));
                match number {
                    None => whole(format!("v.f{form}.m3u8"), random.u64(900..24_000)),
                    Some(number) => whole(format!("v.f{form}_{number}.ts"), *bytes * random.u64(600..1400) / 1000),
                }
            }
            Self::Ranges { file, next } => {
                let first = next.unwrap_or(0);
                let bytes = if next.is_some() { RANGE } else { 2 };
                *next = Some(next.map_or(0, |first| first + RANGE));
                Answer { file: (*file).to_owned(), bytes: bytes + head, status: 206, range: Some((first, first + bytes - 1)) }
            }
            Self::Whole { file } => whole((*file).to_owned(), random.u64(2_000_000..90_000_000)),
            Self::Other { file } => Answer { file: (*file).to_owned(), bytes: head, status: 404, range: None },
        }
    }
}

/// What is watched, and its folder.
fn play(audience: &Audience, random: &mut Rng) -> (Play, String) {
    let kind = random.u8(..100);
    let (play, at) = match kind {
        0..70 => {
            let (form, bytes) = FORMS[random.usize(..FORMS.len())];
            (Play::Segments { form, bytes, next: None }, TRANSCODED)
        }
        70..85 => (Play::Ranges { file: "v.f100030.mp4", next: None }, TRANSCODED),
        85..93 => (Play::Ranges { file: "f0.mp4", next: None }, ORIGINAL),
        93..98 => (Play::Whole { file: "v.f100020.mp4" }, TRANSCODED),
        _ => return (Play::Other { file: OTHERS[random.usize(..OTHERS.len())] }, String::new()),
    };
    (play, format!("{at}{APP}/{}/", audience.media(random)))
}

/// A few requests end otherwise: cut, unchanged since, or gone.
fn disturbed(answer: Answer, random: &mut Rng) -> Answer {
    match random.u8(..200) {
        0..4 => Answer { bytes: random.u64(..=answer.bytes), ..answer },
        4 => Answer { bytes: 0, ..answer },
        5..8 => Answer { bytes: 0, status: 304, range: None, ..answer },
        8 => Answer { bytes: random.u64(400..700), status: 404, range: None, ..answer },
        _ => answer,
    }
}

/// An address that is nobody's: one behind a provider's translation, or one of the examples of IPv6.
fn address(random: &mut Rng) -> String {
    match random.u8(..6) {
        0 => Ipv6Addr::from_bits(0x2001_0DB8 << 96 | random.u128(..1 << 96)).to_string(),
        _ => Ipv4Addr::from_bits(0x6440_0000 | random.u32(..1 << 22)).to_string(),
    }
}

fn filled(form: &str, random: &mut Rng) -> String {
    form.chars().map(|letter| if letter == '#' { random.digit(10) } else { letter }).collect()
}
