//! Periods as the API is asked for them.

use chrono::TimeDelta;
use serde::{Serialize, Serializer};

use crate::model::Period;
use crate::model::time::format_time;

/// A half-open period. Sent with an end one second earlier, because by day the API includes the bucket in
/// which the end lies; what still comes from outside is dropped on arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeWindow(pub Period);

impl TimeWindow {
    pub(super) fn period(self) -> Period {
        self.0
    }
}

impl Serialize for TimeWindow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            start_time: String,
            end_time: String,
        }
        let last = self.0.end - TimeDelta::seconds(1);
        Wire { start_time: format_time(self.0.start), end_time: format_time(last) }.serialize(serializer)
    }
}

/// The width of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Interval {
    /// Five minutes.
    Minute,
    /// A day at UTC+8.
    Day,
}

/// A range of moments, as a search takes it: from `After` on, before `Before`.
pub(super) fn range<S: Serializer>(period: &Option<Period>, serializer: S) -> Result<S::Ok, S::Error> {
    period
        .map(|period| serde_json::json!({"After": format_time(period.start), "Before": format_time(period.end)}))
        .serialize(serializer)
}
