//! The table of settings, by concern. What is not in it does not exist.

mod access;
mod accounts;
mod app;
mod checks;
mod complexity;
mod cookie_accounts;
mod data;
mod database;
mod edge;
mod limits;
mod mail;
mod schema;
mod server;

use super::setting::Setting;

/// A part of the table with its heading in the documentation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub title: &'static str,
    pub settings: &'static [Setting],
}

/// Every setting.
pub(super) const GROUPS: &[Group] = &[
    Group { title: "Server", settings: server::SERVER },
    Group { title: "Log", settings: server::LOG },
    Group { title: "The declared app", settings: app::APP },
    Group { title: "Access", settings: access::ACCESS },
    Group { title: "Users and sessions", settings: access::USERS },
    Group { title: "Log-ins and passwords", settings: accounts::ACCOUNTS },
    Group { title: "Accounts over cookies", settings: cookie_accounts::COOKIE_ACCOUNTS },
    Group { title: "Mail", settings: mail::MAIL },
    Group { title: "E-mail addresses of users", settings: mail::EMAILS },
    Group { title: "Objects and queries", settings: data::OBJECTS },
    Group { title: "How much a request may ask for", settings: complexity::COMPLEXITY },
    Group { title: "Requests that are done once", settings: data::IDEMPOTENCY },
    Group { title: "Database", settings: database::DATABASE },
    Group { title: "Schema as code", settings: schema::SCHEMA },
    Group { title: "Many apps", settings: server::APPS },
    Group { title: "How much an app may use", settings: limits::LIMITS },
    Group { title: "Gateway, cache and rate limits", settings: edge::EDGE },
    Group { title: "Not in this version", settings: data::LATER },
];

/// Every setting, in the order of the table.
pub(super) fn all() -> impl Iterator<Item = &'static Setting> {
    GROUPS.iter().flat_map(|group| group.settings)
}

/// The setting of `table.key`.
pub(super) fn by_key(key: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.own.is_some_and(|own| own.key == key))
}

/// The setting of an `ASTROLABE_*` variable.
pub(super) fn by_env(name: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.own.is_some_and(|own| own.env == name))
}

/// The setting of a flag.
pub(super) fn by_flag(flag: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.flag == Some(flag))
}

/// The setting of a Parse Server option.
pub(super) fn by_parse_option(option: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.parse.is_some_and(|parse| parse.option == option))
}

/// The setting of a Parse Server environment variable.
pub(super) fn by_parse_env(name: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.parse.is_some_and(|parse| parse.env == name))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::config::Mode;
    use crate::config::draft::Draft;
    use crate::config::raw::Raw;
    use crate::config::setting::Default;

    #[test]
    fn no_name_is_used_twice() {
        let mut names = HashSet::new();
        for setting in all() {
            let own = setting.own.iter().flat_map(|own| [own.key, own.env]);
            let parse = setting.parse.iter().flat_map(|parse| [parse.option, parse.env]);
            for name in own.chain(parse).chain(setting.flag) {
                assert!(names.insert(name), "{name}");
            }
            assert!(setting.doc.ends_with('.'), "{:?}", setting.own);
        }
    }

    #[test]
    fn documented_defaults_are_the_real_ones() {
        for (mode, setting) in
            [Mode::Start, Mode::Dev].into_iter().flat_map(|mode| all().map(move |s| (mode, s)))
        {
            let Default::Value(default) = setting.default else { continue };
            let default = setting.dev_default.filter(|_| mode == Mode::Dev).unwrap_or(default);
            let (untouched, mut draft) = (Draft::new(mode), Draft::new(mode));
            setting.kind.apply(&Raw::Text(default.into()), &mut draft).unwrap();
            assert_eq!(
                (draft.server, draft.settings),
                (untouched.server, untouched.settings),
                "{:?}",
                setting.own
            );
        }
    }
}
