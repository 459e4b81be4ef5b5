//! `docs/reference/errors.md`, from the table of error codes.

use astrolabe_core::error::ErrorCode;

const HEAD: &str = include_str!("errors_page_head.md");

#[test]
fn errors_page_is_fresh() {
    let rows: String = ErrorCode::ALL.iter().map(|code| row(*code)).collect();
    super::page::check("errors.md", &format!("{HEAD}{rows}"));
}

fn row(code: ErrorCode) -> String {
    let number = code.parse_number().map_or_else(|| "none".to_owned(), |number| number.to_string());
    format!(
        "| {number} | {} | `{}` | `{code:?}` | {} |\n",
        code.http_status(),
        code.slug(),
        code.description()
    )
}

#[test]
fn every_error_has_a_sentence_and_a_word_of_its_own() {
    for code in ErrorCode::ALL {
        let description = code.description();
        assert!(description.ends_with('.') && !description.contains('|'), "{code:?}");
        let same = ErrorCode::ALL.iter().filter(|other| other.slug() == code.slug()).count();
        assert_eq!(same, 1, "{}", code.slug());
    }
}
