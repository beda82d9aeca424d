//! "Did you mean …?": the known words closest to one that was mistyped.

/// The known words within a third of the typed length (at least one edit), closest first.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = (typed.chars().count() / 3).max(1);
    let typed = typed.to_lowercase();
    let mut close: Vec<(usize, &str)> = known
        .into_iter()
        .map(|word| (distance(&typed, &word.to_lowercase()), word))
        .filter(|(edits, _)| *edits <= limit)
        .collect();
    close.sort();
    close.into_iter().map(|(_, word)| word).collect()
}

/// Insertions, deletions, replacements of characters and swaps of neighbours (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for line in 0..left.len() {
        let mut next = vec![line + 1];
        for column in 0..right.len() {
            let replaced = row[column] + usize::from(left[line] != right[column]);
            let mut edits = replaced.min(row[column + 1] + 1).min(next[column] + 1);
            if line > 0 && column > 0 && left[line] == right[column - 1] && left[line - 1] == right[column] {
                edits = edits.min(above[column - 1] + 1);
            }
            next.push(edits);
        }
        above = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}
