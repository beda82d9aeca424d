//! The daily file of plays: `.csv.gz`, one row for each media and domain.

use chrono::TimeDelta;

use super::{File, gzip, link};
use crate::model::BillingDay;
use crate::sim::account::{Application, Devices};
use crate::sim::cloud::Cloud;
use crate::sim::switches::PlayStatHeader;
use crate::sim::v3::play_stats::is_counted;

/// How long a link is good: about half a day, as one was seen to be.
const LIFE: TimeDelta = TimeDelta::hours(12);

/// The link to the file of one day.
pub(in crate::sim) fn play_stat_url(cloud: &Cloud, application: &Application, day: BillingDay) -> String {
    let compact = day.to_string().replace('-', "");
    let path = format!("{}playstat/{compact}/{}_{compact}.csv.gz", super::FOLDER, application.sub_app_id);
    link::sign(cloud, &path, LIFE)
}

/// `20261012/1500000001_20261012.csv.gz`.
pub(super) fn file(cloud: &Cloud, path: &str) -> Option<File> {
    let (compact, name) = path.split_once('/')?;
    let day: BillingDay = format!("{}-{}-{}", compact.get(..4)?, compact.get(4..6)?, compact.get(6..)?).parse().ok()?;
    let sub_app_id = name.strip_suffix(&format!("_{compact}.csv.gz"))?.parse().ok()?;
    let application = cloud.account.application(Some(sub_app_id))?;
    is_counted(day, cloud.now()).then(|| gzip(&text(cloud, application, day)))
}

fn text(cloud: &Cloud, application: &Application, day: BillingDay) -> String {
    let (pc, mobile) = match cloud.switches.play_stat_header {
        PlayStatHeader::Documented => ("pc_play_times", "mobile_play_times"),
        PlayStatHeader::Seen => ("play_times_pc", "play_times_mobile"),
    };
    let header = format!("date,file_id,ip_count,flux,play_times,{pc},{mobile},iphone_play_times,android_play_times,host_name\n");
    let rows = application.play.iter().map(|play| (play, play.plays.of(day), play.bytes.of(day)));
    let lines = rows.filter(|(_, plays, bytes)| plays + bytes > 0).map(|(play, plays, bytes)| {
        let Devices { addresses, pc, mobile, iphone, android } = Devices::of(plays);
        format!("{day},{},{addresses},{bytes},{plays},{pc},{mobile},{iphone},{android},{}\n", play.file_id, play.domain)
    });
    std::iter::once(header).chain(lines).collect()
}
