//! `--parse-config`: the JSON file a Parse Server is started with.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::{Found, Given, parse_options};
use crate::config::mistakes::Mistake;
use crate::config::nearest::{did_you_mean, nearest};
use crate::config::raw::Raw;
use crate::config::settings;

pub(super) fn read(path: &Path, found: &mut Found) {
    let shown = path.display().to_string();
    match options_of(path) {
        Ok((text, options)) => {
            for (name, value) in &options {
                let place = format!("{shown}:{}: {name}", line_of(&text, name));
                read_option(&place, name, value, found);
            }
        }
        Err(problem) => found.mistakes.push(Mistake::new(shown, problem)),
    }
}

/// An option, or the fields of one that is an object.
pub(super) fn read_option(place: &str, name: &str, value: &Json, found: &mut Found) {
    if let (true, Json::Object(fields)) = (parse_options::is_object(name), value) {
        for (field, value) in fields {
            read_option(&format!("{place}.{field}"), &format!("{name}.{field}"), value, found);
        }
        return;
    }
    let Some(raw) = Raw::from_json(value) else { return };
    if let Some(setting) = settings::by_parse_option(name) {
        found.given.push(Given::plain(setting, place, raw));
    } else if parse_options::is_object(name) {
        found.mistakes.push(Mistake::new(place, "must be an object"));
    } else if parse_options::is_known(name) {
        found.idle_parse_options.push(name.to_owned());
    } else {
        let known = settings::all().filter_map(|s| Some(s.parse?.option)).chain(parse_options::names());
        let problem = format!("is not an option of Parse Server{}", did_you_mean(nearest(name, known)));
        found.mistakes.push(Mistake::new(place, problem));
    }
}

/// The options, from the file itself or, as Parse Server also has it, from its one entry of `apps`.
fn options_of(path: &Path) -> Result<(String, Map<String, Json>), String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
    let document: Json = serde_json::from_str(&text).map_err(|error| format!("is not JSON: {error}"))?;
    let Json::Object(mut options) = document else { return Err("must hold a JSON object".into()) };
    let Some(apps) = options.remove("apps") else { return Ok((text, options)) };
    match apps {
        Json::Array(apps) if apps.len() == 1 => match apps.into_iter().next() {
            Some(Json::Object(options)) => Ok((text, options)),
            _ => Err("`apps` must hold an object".into()),
        },
        _ => Err("`apps` must hold one app; make further ones with `astrolabe app create`".into()),
    }
}

/// The line of the option's name; it may also stand deeper in the file, but hardly earlier.
fn line_of(text: &str, name: &str) -> usize {
    let offset = text.find(&format!("\"{name}\"")).unwrap_or(0);
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
