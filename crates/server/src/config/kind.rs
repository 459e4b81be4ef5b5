//! What a setting takes: reads a raw value, checks it, and puts it where it belongs.
//!
//! Every kind takes strings too, since environment variables and flags have nothing else. The error of a check is
//! the end of a sentence about the value: what it must be.

use std::path::PathBuf;

use ipnet::IpNet;
use serde_json::{Map, Value as Json};

use super::draft::Draft;
use super::raw::Raw;
use super::{networks, units};

/// What a setting takes, with the function that stores it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Bool(fn(&mut Draft, bool)),
    Int {
        min: u64,
        max: u64,
        set: fn(&mut Draft, u64),
    },
    /// A number, or -1 for no bound.
    Bound {
        max: u64,
        set: fn(&mut Draft, Option<u64>),
    },
    Seconds {
        min: u64,
        max: u64,
        set: fn(&mut Draft, u64),
    },
    /// A number without a unit is milliseconds.
    Millis {
        min: u64,
        max: u64,
        set: fn(&mut Draft, u64),
    },
    Size {
        min: u64,
        max: u64,
        set: fn(&mut Draft, u64),
    },
    Choice {
        words: &'static [&'static str],
        set: fn(&mut Draft, &str),
    },
    /// Never shown, and never literal in `astrolabe.toml`.
    Secret(fn(&mut Draft, &str)),
    Path(fn(&mut Draft, PathBuf)),
    Networks(fn(&mut Draft, Vec<IpNet>)),
    /// Strings, each checked.
    List {
        what: &'static str,
        set: fn(&mut Draft, Vec<String>) -> Result<(), String>,
    },
    /// A string with a check of its own; `what` names it in the documentation.
    Text {
        what: &'static str,
        set: fn(&mut Draft, &str) -> Result<(), String>,
    },
    /// Like `Text`, but may hold a password, so that messages leave the value out.
    PrivateText {
        what: &'static str,
        set: fn(&mut Draft, &str) -> Result<(), String>,
    },
    /// A JSON object with a check of its own, also as a text that holds one.
    Object {
        what: &'static str,
        set: fn(&mut Draft, &Map<String, Json>) -> Result<(), String>,
    },
    /// A JSON list with a check of its own, also as a text that holds one.
    Items {
        what: &'static str,
        set: fn(&mut Draft, &[Json]) -> Result<(), String>,
    },
    /// A stable name whose feature comes later; the text names the feature.
    NotYet(&'static str),
}

impl Kind {
    /// Whether messages leave the value out.
    pub(super) fn is_private(&self) -> bool {
        matches!(self, Kind::Secret(_) | Kind::PrivateText { .. } | Kind::NotYet(_))
    }

    /// Checks the value and stores it.
    pub(super) fn apply(&self, raw: &Raw, draft: &mut Draft) -> Result<(), String> {
        match self {
            Kind::Bool(set) => set(draft, bool_of(raw)?),
            Kind::Int { min, max, set } => set(draft, number_of(raw, *min, *max)?),
            Kind::Bound { max, set } => set(draft, bound_of(raw, *max)?),
            Kind::Seconds { min, max, set } => set(draft, seconds_of(raw, *min, *max)?),
            Kind::Millis { min, max, set } => set(draft, millis_of(raw, *min, *max)?),
            Kind::Size { min, max, set } => set(draft, size_of(raw, *min, *max)?),
            Kind::Choice { words, set } => set(draft, choice_of(raw, words)?),
            Kind::Secret(set) => set(draft, secret_of(raw)?),
            Kind::Path(set) => set(draft, PathBuf::from(text_of(raw)?)),
            Kind::Networks(set) => set(draft, networks_of(raw)?),
            Kind::List { set, .. } => set(draft, list_of(raw)?)?,
            Kind::Text { set, .. } | Kind::PrivateText { set, .. } => set(draft, text_of(raw)?)?,
            Kind::Object { set, .. } => set(draft, &object_of(raw)?)?,
            Kind::Items { set, .. } => set(draft, &items_of(raw)?)?,
            Kind::NotYet(feature) => return Err(format!("{feature} not available in this version yet")),
        }
        Ok(())
    }

    /// What it takes, for the documentation.
    pub(super) fn describe(&self) -> String {
        match self {
            Kind::Bool(_) => "`true` or `false`".into(),
            Kind::Int { min, max, .. } => format!("number, {min} to {max}"),
            Kind::Bound { max, .. } => format!("number, 1 to {max}, or -1 for no bound"),
            Kind::Seconds { min, max, .. } => {
                format!("duration, {} to {}", units::show_seconds(*min), units::show_seconds(*max))
            }
            Kind::Millis { min, max, .. } => {
                format!(
                    "milliseconds or duration, {} to {}",
                    units::show_millis(*min),
                    units::show_millis(*max)
                )
            }
            Kind::Size { min, max, .. } => {
                format!("size, {} to {}", units::show_size(*min), units::show_size(*max))
            }
            Kind::Choice { words, .. } => one_of(words),
            Kind::Secret(_) => "secret".into(),
            Kind::Path(_) => "path".into(),
            Kind::Networks(_) => "list of addresses and networks".into(),
            Kind::List { what, .. }
            | Kind::Text { what, .. }
            | Kind::PrivateText { what, .. }
            | Kind::Object { what, .. }
            | Kind::Items { what, .. } => (*what).into(),
            Kind::NotYet(_) => "not in this version".into(),
        }
    }
}

fn bool_of(raw: &Raw) -> Result<bool, String> {
    match raw {
        Raw::Bool(value) => Ok(*value),
        Raw::Int(1) => Ok(true),
        Raw::Int(0) => Ok(false),
        Raw::Text(text) if text == "true" || text == "1" => Ok(true),
        Raw::Text(text) if text == "false" || text == "0" => Ok(false),
        _ => Err("must be `true` or `false`".into()),
    }
}

fn number_of(raw: &Raw, min: u64, max: u64) -> Result<u64, String> {
    let number = match raw {
        Raw::Int(number) => u64::try_from(*number).ok(),
        Raw::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    within(number, min, max).ok_or_else(|| format!("must be a whole number from {min} to {max}"))
}

fn bound_of(raw: &Raw, max: u64) -> Result<Option<u64>, String> {
    let is_none = matches!(raw, Raw::Int(-1)) || matches!(raw, Raw::Text(text) if text.trim() == "-1");
    if is_none {
        return Ok(None);
    }
    number_of(raw, 1, max).map(Some).map_err(|problem| format!("{problem}, or -1 for no bound"))
}

fn seconds_of(raw: &Raw, min: u64, max: u64) -> Result<u64, String> {
    let seconds = match raw {
        Raw::Int(number) => u64::try_from(*number).ok(),
        Raw::Text(text) => units::parse_seconds(text),
        _ => None,
    };
    within(seconds, min, max).ok_or_else(|| {
        let (min, max) = (units::show_seconds(min), units::show_seconds(max));
        format!("must be seconds or a duration such as `90s`, `15m`, `12h` or `30d`, from {min} to {max}")
    })
}

fn millis_of(raw: &Raw, min: u64, max: u64) -> Result<u64, String> {
    let millis = match raw {
        Raw::Int(number) => u64::try_from(*number).ok(),
        Raw::Text(text) => units::parse_millis(text),
        _ => None,
    };
    within(millis, min, max).ok_or_else(|| {
        let (min, max) = (units::show_millis(min), units::show_millis(max));
        format!("must be milliseconds or a duration such as `500ms`, `5s` or `2m`, from {min} to {max}")
    })
}

fn size_of(raw: &Raw, min: u64, max: u64) -> Result<u64, String> {
    let bytes = match raw {
        Raw::Int(number) => u64::try_from(*number).ok(),
        Raw::Text(text) => units::parse_size(text),
        _ => None,
    };
    within(bytes, min, max).ok_or_else(|| {
        let (min, max) = (units::show_size(min), units::show_size(max));
        format!("must be bytes or a size such as `512kb` or `20mb`, from {min} to {max}")
    })
}

fn within(number: Option<u64>, min: u64, max: u64) -> Option<u64> {
    number.filter(|number| (min..=max).contains(number))
}

fn choice_of<'a>(raw: &'a Raw, words: &[&str]) -> Result<&'a str, String> {
    match raw {
        Raw::Text(text) if words.contains(&text.as_str()) => Ok(text),
        _ => Err(format!("must be {}", one_of(words))),
    }
}

fn object_of(raw: &Raw) -> Result<Map<String, Json>, String> {
    match raw {
        Raw::Object(map) => Some(map.clone()),
        Raw::Text(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
    .ok_or_else(|| "must be a JSON object".into())
}

fn items_of(raw: &Raw) -> Result<Vec<Json>, String> {
    match raw {
        Raw::List(items) => items.iter().map(Raw::to_json).collect(),
        Raw::Text(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
    .ok_or_else(|| "must be a JSON list".into())
}

fn one_of(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
}

fn text_of(raw: &Raw) -> Result<&str, String> {
    match raw {
        Raw::Text(text) if !text.trim().is_empty() => Ok(text),
        _ => Err("must be a text that is not empty".into()),
    }
}

/// Keys travel in HTTP headers, so they hold nothing a header could not.
fn secret_of(raw: &Raw) -> Result<&str, String> {
    match raw {
        Raw::Text(text) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()) => Ok(text),
        _ => Err("must be a text of letters, digits and punctuation without spaces (the value is not shown)"
            .into()),
    }
}

fn networks_of(raw: &Raw) -> Result<Vec<IpNet>, String> {
    const ALLOWED: &str = "must be a list of addresses and networks such as `10.0.0.5`, `10.0.0.0/8`, `::1`, \
                           `loopback`, `linklocal` or `uniquelocal`";
    match raw {
        Raw::Bool(false) => return Ok(Vec::new()),
        // Express reads `trust proxy: true` as "believe what any client says of its address".
        Raw::Bool(true) => return Err(format!("{ALLOWED}; `true` would trust anybody, so name them")),
        Raw::Text(text) if text == "true" => return networks_of(&Raw::Bool(true)),
        Raw::Text(text) if text == "false" => return Ok(Vec::new()),
        _ => {}
    }
    let mut nets = Vec::new();
    for entry in list_of(raw).map_err(|_| ALLOWED)? {
        nets.extend(networks::parse(&entry).ok_or_else(|| format!("{ALLOWED}; `{entry}` is neither"))?);
    }
    Ok(nets)
}

/// A list, or one string with commas.
fn list_of(raw: &Raw) -> Result<Vec<String>, String> {
    const ALLOWED: &str = "must be a list of texts, or one text with commas between its entries";
    match raw {
        Raw::Text(text) => Ok(text
            .split(',')
            .map(|entry| entry.trim().to_owned())
            .filter(|entry| !entry.is_empty())
            .collect()),
        Raw::List(items) => items
            .iter()
            .map(|item| match item {
                Raw::Text(text) => Ok(text.trim().to_owned()),
                _ => Err(ALLOWED.to_owned()),
            })
            .collect(),
        _ => Err(ALLOWED.into()),
    }
}
