//! The spelling somebody probably meant.

/// The candidate nearest to `written`, unless even that is too far off to be what was meant.
pub(super) fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = (written.chars().count() / 3).clamp(2, 6);
    candidates
        .map(|candidate| (distance(written, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The end of a sentence about an unknown name.
pub(super) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// `masterKeyIps`, `MASTER_KEY_IPS` and `access.master_key_ips` differ only by habit, so case and separators
/// count for nothing, and a key written without its table is near to the full one.
fn distance(written: &str, candidate: &str) -> usize {
    let plain_written = plain(written);
    let whole = strsim::damerau_levenshtein(&plain_written, &plain(candidate));
    match candidate.rsplit_once('.') {
        Some((_, last)) => whole.min(strsim::damerau_levenshtein(&plain_written, &plain(last)) + 1),
        None => whole,
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expected: Option<&str>) {
        let names = ["server.listen", "server.data", "access.master_key_ips", "masterKey"];
        assert_eq!(nearest(written, names.into_iter()), expected);
    }

    #[test]
    fn finds_what_was_meant() {
        check("server.lissten", Some("server.listen"));
        check("listen", Some("server.listen"));
        check("masterKeyIps", Some("access.master_key_ips"));
        check("masterkey", Some("masterKey"));
        check("colour", None);
    }
}
