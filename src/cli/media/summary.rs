//! A plan in a few lines, for whoever decides about it.

use crate::model::CostEffect;
use crate::model::time::format_time;
use crate::recordings::manage::{LeftOut, Plan};

/// So many media that are left out are named; the plan file names all.
const SHOWN: usize = 10;

/// The lines of a summary.
pub fn lines(plan: &Plan) -> Vec<String> {
    let totals = &plan.totals;
    let mut lines = vec![
        format!("{}: {} media of account {}", plan.change.words(), totals.media, plan.account),
        format!("  {} in source files, {} made of them{}", gigabytes(totals.bytes), gigabytes(totals.rendition_bytes), {
            let unknown = totals.unknown_sizes;
            if unknown == 0 { String::new() } else { format!(" (the size of {unknown} media is not known)") }
        }),
    ];
    let created = || plan.media.iter().filter_map(|media| media.before.created);
    if let (Some(first), Some(last)) = (created().min(), created().max()) {
        lines.push(format!("  created {} to {}", format_time(first), format_time(last)));
    }
    lines.extend(plan.effect.iter().flat_map(money));
    lines.extend(left_out(&plan.left_out));
    lines.push(format!("  valid until {}, plan {}", format_time(plan.expires_at), plan.hash()));
    lines
}

fn money(effect: &CostEffect) -> Vec<String> {
    let currency = effect.currency;
    let amount =
        |amount: &Option<String>| amount.as_ref().map_or_else(|| "unknown".to_owned(), |text| format!("{text} {currency}"));
    let mut lines = vec![
        format!("  storage per month ({}): {}", effect.month, amount(&effect.storage_per_month)),
        format!("  once: {}", amount(&effect.once)),
    ];
    for line in &effect.lines {
        let names = [line.spec.as_str(), &line.area].join(", ");
        let price = line.unit_price.as_ref().map_or_else(String::new, |price| format!(" at {price}"));
        let cost = line.cost.as_ref().map_or_else(|| "no price".to_owned(), |cost| format!("{cost} {currency}"));
        lines.push(format!("    {} {names}: {} media, {}{price}: {cost}", line.kind.words(), line.media, gigabytes(line.bytes)));
    }
    lines.extend(effect.gaps.iter().map(|gap| format!("  not known: {gap}")));
    lines.extend(effect.notes.iter().map(|note| format!("  note: {note}")));
    lines.push(format!("  price book {}", effect.price_book));
    lines
}

/// Why media are left out.
pub fn left_out(media: &[LeftOut]) -> Vec<String> {
    let mut lines: Vec<String> =
        media.iter().take(SHOWN).map(|media| format!("  left out: {} {}: {}", media.file_id, media.name, media.why)).collect();
    if media.len() > SHOWN {
        lines.push(format!("  left out: {} more, which the plan file names", media.len() - SHOWN));
    }
    lines
}

/// Bytes as GB of 10⁹ with three decimals, rounded down.
fn gigabytes(bytes: u64) -> String {
    format!("{}.{:03} GB", bytes / 1_000_000_000, bytes / 1_000_000 % 1_000)
}
