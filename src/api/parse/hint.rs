//! Which field a client means by a name that is unknown.

/// The names that replaced token servers give to a field: the drop-in routes accept them, and
/// `POST /token` suggests the field.
pub(in crate::api) const ALIASES: [(&str, &[&str]); 3] = [
    ("channel", &["channelName", "channel_name"]),
    ("uid", &["userId", "user_id", "userAccount"]),
    ("expireTime", &["expire", "expiry", "ttlSeconds", "expirationInSeconds"]),
];

/// The field that an unknown name is an alias or a misspelling of.
pub(super) fn field_meant<'a>(name: &str, fields: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let alias_of = |field: &str| ALIASES.iter().any(|(of, names)| *of == field && names.contains(&name));
    fields.clone().find(|field| alias_of(field)).or_else(|| {
        let near = fields.filter_map(|field| Some((distance(name, field)?, field)));
        near.min_by_key(|(distance, _)| *distance).map(|(_, field)| field)
    })
}

/// The edit distance of a name and a field, if it is that of a misspelling: at most 2, or 1 if one
/// of them has at most 4 characters.
fn distance(name: &str, field: &str) -> Option<usize> {
    let (name, field): (Vec<char>, Vec<char>) =
        (name.chars().take(MAX_CHARS).collect(), field.chars().collect());
    let shorter = name.len().min(field.len());
    let max = if shorter <= 4 { 1 } else { 2 };
    if name.len().abs_diff(field.len()) > max {
        return None;
    }
    // Levenshtein, one row at a time.
    let mut row: Vec<usize> = (0..=field.len()).collect();
    for (index, one) in name.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in field.iter().enumerate() {
            let replaced = diagonal + usize::from(one != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().filter(|distance| *distance <= max)
}

/// The longest field has 19 characters, so a longer name cannot be a misspelling.
const MAX_CHARS: usize = 32;
