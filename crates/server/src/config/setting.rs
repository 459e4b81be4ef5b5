//! One row of the table of settings.

use super::kind::Kind;

/// A setting: how it is spelled in every source, what it takes and what it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Its own names; a Parse Server option that only sets part of another setting has none.
    pub own: Option<OwnName>,
    /// Its flag of `dev` and `start`.
    pub flag: Option<&'static str>,
    /// Parse Server's names for it.
    pub parse: Option<ParseName>,
    /// What it takes, and where that goes.
    pub kind: Kind,
    /// What it is when nobody sets it.
    pub default: Default,
    /// What it is in `astrolabe dev`, where that differs.
    pub dev_default: Option<&'static str>,
    /// One sentence.
    pub doc: &'static str,
}

/// Astrolabe's names for a setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnName {
    /// `table.key` in `astrolabe.toml`.
    pub key: &'static str,
    /// The environment variable.
    pub env: &'static str,
}

/// Parse Server's names for a setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct ParseName {
    /// The option.
    pub option: &'static str,
    /// The environment variable.
    pub env: &'static str,
}

/// What a setting is when nobody sets it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Default {
    /// A value that could have been written; a test holds it against the code.
    Value(&'static str),
    /// Anything else, as words for the documentation.
    Words(&'static str),
}

impl Setting {
    pub(super) const fn new(key: &'static str, env: &'static str, kind: Kind) -> Self {
        let own = Some(OwnName { key, env });
        Setting {
            own,
            flag: None,
            parse: None,
            kind,
            default: Default::Words("not set"),
            dev_default: None,
            doc: "",
        }
    }

    /// An option of Parse Server without a name of Astrolabe's own.
    pub(super) const fn parse_only(option: &'static str, env: &'static str, kind: Kind) -> Self {
        let mut setting = Setting::new("", "", kind).parse(option, env);
        setting.own = None;
        setting
    }

    pub(super) const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    pub(super) const fn parse(mut self, option: &'static str, env: &'static str) -> Self {
        self.parse = Some(ParseName { option, env });
        self
    }

    pub(super) const fn default(mut self, value: &'static str) -> Self {
        self.default = Default::Value(value);
        self
    }

    pub(super) const fn default_words(mut self, words: &'static str) -> Self {
        self.default = Default::Words(words);
        self
    }

    pub(super) const fn default_in_dev(mut self, value: &'static str) -> Self {
        self.dev_default = Some(value);
        self
    }

    pub(super) const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }
}
