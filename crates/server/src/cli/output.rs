//! What commands print: results on standard output, errors on standard error.

use std::io::{self, Write};

/// Prints text as it is, and makes sure that whoever reads the other end has it.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Tells what went wrong, with its causes. Nothing is left to do when even that fails.
pub(super) fn error(error: &anyhow::Error) {
    let _ = writeln!(io::stderr().lock(), "error: {error:#}");
}

/// Lines of a name and a value, the values one below the other.
pub(super) fn columns(rows: &[(&str, &str)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    rows.iter().map(|(name, value)| format!("  {name:width$}  {value}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_below_each_other() {
        assert_eq!(columns(&[("a", "1"), ("abc", "2")]), "  a    1\n  abc  2\n");
    }
}
