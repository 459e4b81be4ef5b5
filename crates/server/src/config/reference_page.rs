//! `docs/reference/configuration.md`, made from the table so that it is never out of date.

use super::setting::{Default, Setting};
use super::settings::{self, Group};

const HEAD: &str = include_str!("reference_page_head.md");

/// The page. `UPDATE_DOCS=1 cargo test -p astrolabe-server reference_page` writes it.
pub fn reference_page() -> String {
    let mut page = HEAD.to_owned();
    for group in settings::GROUPS {
        append_group(&mut page, group);
    }
    append_parse_names(&mut page);
    page
}

fn append_group(page: &mut String, group: &Group) {
    page.push_str(&format!("\n### {}\n\n", group.title));
    for setting in group.settings.iter().filter(|setting| setting.own.is_some()) {
        append_setting(page, setting);
    }
}

fn append_setting(page: &mut String, setting: &Setting) {
    let Some(own) = setting.own else { return };
    let flag = setting.flag.map(|flag| format!(" · `{flag}`")).unwrap_or_default();
    let parse = setting.parse.map(|parse| format!(" · Parse Server `{}`", parse.option)).unwrap_or_default();
    page.push_str(&format!("- **`{}`** · `{}`{flag}{parse}<br>\n", own.key, own.env));
    page.push_str(&format!(
        "  {} {}.{}\n",
        setting.doc,
        capitalised(&setting.kind.describe()),
        default(setting)
    ));
}

fn default(setting: &Setting) -> String {
    if setting.kind.describe() == "not in this version" {
        return String::new();
    }
    let default = match setting.default {
        Default::Value(value) => format!("`{value}`"),
        Default::Words(words) => words.to_owned(),
    };
    let dev = setting.dev_default.map(|value| format!("; `{value}` in `astrolabe dev`")).unwrap_or_default();
    format!(" Default: {default}{dev}.")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn append_parse_names(page: &mut String) {
    page.push_str("\n## Parse Server's names\n\n");
    page.push_str("| option | environment variable | setting |\n|---|---|---|\n");
    for setting in settings::all() {
        let Some(parse) = setting.parse else { continue };
        let meaning = setting.own.map_or_else(|| setting.doc.to_owned(), |own| format!("`{}`", own.key));
        page.push_str(&format!("| `{}` | `{}` | {meaning} |\n", parse.option, parse.env));
    }
    page.push_str("\nUnderstood, but idle in this version: ");
    let idle: Vec<String> = super::sources::idle_parse_options().map(|name| format!("`{name}`")).collect();
    page.push_str(&idle.join(", "));
    page.push_str(".\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/configuration.md");

    #[test]
    fn reference_page_is_fresh() {
        let page = reference_page();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(PATH, &page).unwrap();
        }
        let written = std::fs::read_to_string(PATH).unwrap_or_default();
        assert!(written == page, "docs/reference/configuration.md is stale: run the test with UPDATE_DOCS=1");
    }
}
