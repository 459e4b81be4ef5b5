//! Search patterns in PostgreSQL's syntax. The kernel's syntax is parsed to its meaning, with all classes and foldings
//! spelt out as characters, and that is written down again, so both engines search for the same.

use std::borrow::Cow;
use std::fmt::Write as _;

use astrolabe_core::query::Pattern;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// PostgreSQL repeats no more often in one place.
const REPEATED_MAX: u32 = 255;

/// The pattern for the operator `~`. The kernel has parsed it before, so it is valid.
pub(crate) fn translated(pattern: &Pattern) -> Cow<'_, str> {
    let mut out = String::from("***:");
    match regex_syntax::parse(pattern.text()) {
        Ok(meaning) => append(&mut out, &meaning),
        Err(_) => out.push_str(NOTHING),
    }
    Cow::Owned(out)
}

/// Matches nowhere.
const NOTHING: &str = "(?!)";

fn append(out: &mut String, hir: &Hir) {
    match hir.kind() {
        HirKind::Empty => out.push_str("(?:)"),
        HirKind::Literal(literal) => {
            String::from_utf8_lossy(&literal.0).chars().for_each(|character| append_char(out, character));
        }
        HirKind::Class(class) => append_class(out, class),
        HirKind::Look(look) => out.push_str(&look_around(*look)),
        HirKind::Repetition(repetition) => append_repetition(out, repetition),
        HirKind::Capture(capture) => append_group(out, &capture.sub),
        HirKind::Concat(parts) => parts.iter().for_each(|part| append_group(out, part)),
        HirKind::Alternation(parts) => {
            out.push_str("(?:");
            for (index, part) in parts.iter().enumerate() {
                out.push_str(if index > 0 { "|" } else { "" });
                append(out, part);
            }
            out.push(')');
        }
    }
}

fn append_group(out: &mut String, hir: &Hir) {
    out.push_str("(?:");
    append(out, hir);
    out.push(')');
}

/// Characters that could mean something are written by their numbers.
fn append_char(out: &mut String, character: char) {
    if character.is_ascii_alphanumeric() {
        out.push(character);
    } else {
        // Writing to a string does not fail.
        let _ = write!(out, "\\U{:08X}", u32::from(character));
    }
}

/// No text holds the character 0, which PostgreSQL could not read either.
fn append_class(out: &mut String, class: &Class) {
    let mut ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    ranges.retain_mut(|(start, end)| {
        *start = (*start).max('\u{1}');
        start <= end
    });
    if ranges.is_empty() {
        return out.push_str(NOTHING);
    }
    out.push('[');
    for (start, end) in ranges {
        append_char(out, start);
        if start < end {
            out.push('-');
            append_char(out, end);
        }
    }
    out.push(']');
}

fn append_repetition(out: &mut String, repetition: &Repetition) {
    let mut repeated = String::new();
    append_group(&mut repeated, &repetition.sub);
    append_times(out, &repeated, repetition.min, "");
    match repetition.max {
        None => {
            let _ = write!(out, "(?:{repeated}*)");
        }
        Some(max) => append_times(out, &repeated, max.saturating_sub(repetition.min), "0,"),
    }
    if repetition.min == 0 && repetition.max == Some(0) {
        out.push_str("(?:)");
    }
}

fn append_times(out: &mut String, repeated: &str, mut times: u32, at_least: &str) {
    while times > 0 {
        let now = times.min(REPEATED_MAX);
        let _ = write!(out, "(?:{repeated}{{{at_least}{now}}})");
        times -= now;
    }
}

fn look_around(look: Look) -> Cow<'static, str> {
    let ascii_word = || "[0-9A-Za-z_]".to_owned();
    match look {
        Look::Start => "\\A".into(),
        Look::End => "\\Z".into(),
        Look::StartLF => "(?:\\A|(?<=\\n))".into(),
        Look::EndLF => "(?:\\Z|(?=\\n))".into(),
        Look::StartCRLF => "(?:\\A|(?<=\\n)|(?<=\\r)(?!\\n))".into(),
        Look::EndCRLF => "(?:\\Z|(?=\\r)|(?<!\\r)(?=\\n))".into(),
        Look::WordAscii => boundary(&ascii_word()),
        Look::WordUnicode => boundary(&unicode_word()),
        Look::WordAsciiNegate => no_boundary(&ascii_word()),
        Look::WordUnicodeNegate => no_boundary(&unicode_word()),
        Look::WordStartAscii => start_of(&ascii_word()),
        Look::WordStartUnicode => start_of(&unicode_word()),
        Look::WordEndAscii => end_of(&ascii_word()),
        Look::WordEndUnicode => end_of(&unicode_word()),
        Look::WordStartHalfAscii => format!("(?<!{})", ascii_word()).into(),
        Look::WordStartHalfUnicode => format!("(?<!{})", unicode_word()).into(),
        Look::WordEndHalfAscii => format!("(?!{})", ascii_word()).into(),
        Look::WordEndHalfUnicode => format!("(?!{})", unicode_word()).into(),
    }
}

fn start_of(word: &str) -> Cow<'static, str> {
    format!("(?:(?<!{word})(?={word}))").into()
}

fn end_of(word: &str) -> Cow<'static, str> {
    format!("(?:(?<={word})(?!{word}))").into()
}

fn boundary(word: &str) -> Cow<'static, str> {
    format!("(?:(?<!{word})(?={word})|(?<={word})(?!{word}))").into()
}

fn no_boundary(word: &str) -> Cow<'static, str> {
    format!("(?:(?<={word})(?={word})|(?<!{word})(?!{word}))").into()
}

/// What `\w` stands for.
fn unicode_word() -> String {
    let mut word = String::new();
    if let Ok(meaning) = regex_syntax::parse("\\w") {
        append(&mut word, &meaning);
    }
    word
}
