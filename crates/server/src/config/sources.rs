//! Where settings come from. A later source wins over an earlier one: `astrolabe.toml`, the Parse Server file,
//! `PARSE_SERVER_*` variables, `ASTROLABE_*` variables, flags.

mod environment;
mod environment_names;
mod parse_file;
mod parse_options;
mod toml_file;

use astrolabe_edge::gateway::Route;

use super::mistakes::Mistake;
use super::raw::Raw;
use super::setting::Setting;
use super::{Sources, settings};

pub use environment::Environment;
pub(super) use parse_options::names as idle_parse_options;

/// What reading the sources has found, lowest source first.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub given: Vec<Given>,
    pub mistakes: Vec<Mistake>,
    pub warnings: Vec<String>,
    /// Known options of Parse Server that do nothing in this version.
    pub idle_parse_options: Vec<String>,
    /// The routes of the gateway.
    pub gateway: Vec<Route>,
}

/// One setting as one source gives it.
#[derive(Debug)]
pub(super) struct Given {
    pub setting: &'static Setting,
    /// Where it is, for messages.
    pub place: String,
    /// The value as written, for messages; it may differ from `raw` where variables were put in.
    pub written: Raw,
    pub raw: Raw,
}

impl Given {
    /// A value taken as it was written.
    fn plain(setting: &'static Setting, place: impl Into<String>, raw: Raw) -> Self {
        Given { setting, place: place.into(), written: raw.clone(), raw }
    }

    /// The mistake of a value that its setting refuses.
    pub(super) fn mistake(&self, problem: String) -> Mistake {
        let value = (!self.setting.kind.is_private()).then(|| self.written.to_string());
        Mistake { place: self.place.clone(), value, problem }
    }
}

/// Reads every source.
pub(super) fn read_all(sources: &Sources<'_>, found: &mut Found) {
    toml_file::read(sources, found);
    if let Some(path) = sources.parse_config_file {
        parse_file::read(path, found);
    }
    environment_names::read(sources, found);
    for (flag, value) in &sources.flags {
        if let Some(setting) = settings::by_flag(flag) {
            found.given.push(Given::plain(setting, *flag, Raw::Text(value.clone())));
        }
    }
    if !found.idle_parse_options.is_empty() {
        let names = found.idle_parse_options.join(", ");
        found
            .warnings
            .push(format!("options of Parse Server that are understood, but not in this version: {names}"));
    }
}
