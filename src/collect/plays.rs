//! Plays by media: the file of a day.

use super::ask::Refusal;
use super::plan::Question;
use crate::cloud::Client;
use crate::cloud::vod::play_stats;
use crate::ledger::PlayStat;
use crate::model::BillingDay;

/// The largest file that is taken.
const MOST_BYTES: usize = 256 << 20;
/// The most rows of a file: what it unpacks to must fit in memory.
const MOST_ROWS: usize = 10_000_000;

/// The plays of the day of a question. A day without a file is a day without plays, or one whose file is not made yet: it is asked
/// for again as long as it is not final.
pub async fn of_day(client: &Client, question: &Question<'_>) -> Result<Vec<PlayStat>, Refusal> {
    let day = BillingDay::of(question.unit.window.start);
    let mut files = client.vod().play_stat_files(question.unit.sub_app_id, day.period());
    let mut plays = Vec::new();
    while let Some(file) = files.next().await {
        let bytes = client.download(&file?.url, MOST_BYTES).await?;
        for row in play_stats::parse(bytes.as_slice()).map_err(|error| Refusal::from(error.to_string()))? {
            let row = row.map_err(|error| Refusal::from(error.to_string()))?;
            if row.day != day {
                return Err(Refusal::from(format!("the file of play statistics of {day} holds a row of {}", row.day)));
            }
            if plays.len() == MOST_ROWS {
                return Err(Refusal::from(format!("the file of play statistics of {day} holds more than {MOST_ROWS} rows")));
            }
            plays.push(PlayStat {
                file_id: row.file_id,
                host: row.domain.unwrap_or_default(),
                ip_count: row.ip_count,
                bytes: row.bytes,
                plays: row.plays,
                pc_plays: row.pc_plays,
                mobile_plays: row.mobile_plays,
                iphone_plays: row.iphone_plays,
                android_plays: row.android_plays,
            });
        }
    }
    Ok(plays)
}
