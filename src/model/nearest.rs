//! "Did you mean …?": the known words closest to one that was mistyped.

/// The known words within a third of the typed length (at least one edit), closest first.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = (typed.chars().count() / 3).max(1);
    let typed = typed.to_lowercase();
    let mut close: Vec<(usize, &str)> = known
        .into_iter()
        .map(|word| (distance(&typed, &word.to_lowercase(), |_| 1), word))
        .filter(|(edits, _)| *edits <= limit)
        .collect();
    close.sort();
    close.into_iter().map(|(_, word)| word).collect()
}

/// How many letters two words are apart; `None` where a digit is another, more or missing: digits tell things apart.
pub fn letters_apart(left: &str, right: &str) -> Option<usize> {
    let far = left.chars().count() + right.chars().count() + 1;
    let edits = distance(left, right, |letter| if letter.is_ascii_digit() { far } else { 1 });
    (edits < far).then_some(edits)
}

/// Insertions, deletions, replacements of characters and swaps of neighbours (optimal string alignment), each at the cost of
/// the dearest character in it.
fn distance(left: &str, right: &str, cost: impl Fn(char) -> usize) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = vec![0];
    row.extend(right.iter().scan(0, |sum, letter| {
        *sum += cost(*letter);
        Some(*sum)
    }));
    for line in 0..left.len() {
        let mut next = vec![row[0] + cost(left[line])];
        for column in 0..right.len() {
            let (one, other) = (left[line], right[column]);
            let replaced = row[column] + if one == other { 0 } else { cost(one).max(cost(other)) };
            let mut edits = replaced.min(row[column + 1] + cost(one)).min(next[column] + cost(other));
            if line > 0 && column > 0 && one == right[column - 1] && left[line - 1] == other {
                edits = edits.min(above[column - 1] + cost(one).max(cost(other)));
            }
            next.push(edits);
        }
        above = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}
