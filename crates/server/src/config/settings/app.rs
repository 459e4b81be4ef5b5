//! The app that the configuration declares: its identity and keys.

use astrolabe_core::app::HashedKey;

use super::checks;
use crate::config::kind::Kind;
use crate::config::setting::Setting;

pub(super) const APP: &[Setting] = &[
    Setting::new(
        "app.id",
        "ASTROLABE_APP_ID",
        Kind::Text {
            what: "letters, digits, `_` and `-`",
            set: |draft, text| checks::app_id(text).map(|value| draft.app_id = Some(value)),
        },
    )
    .flag("--app-id")
    .parse("appId", "PARSE_SERVER_APPLICATION_ID")
    .default_words("not set; `dev` in `astrolabe dev`")
    .doc("Declares an app with this application id; other apps are those of `astrolabe app create`."),
    Setting::new(
        "app.name",
        "ASTROLABE_APP_NAME",
        Kind::Text {
            what: "text",
            set: |draft, text| checks::name(text).map(|value| draft.app_name = Some(value)),
        },
    )
    .parse("appName", "PARSE_SERVER_APP_NAME")
    .doc("Its name for people."),
    Setting::new(
        "app.hosts",
        "ASTROLABE_APP_HOSTS",
        Kind::List {
            what: "list of host names",
            set: |draft, names| checks::hosts(&names).map(|hosts| draft.hosts = hosts),
        },
    )
    .default_words("none; a server with one app needs none")
    .doc("Host names that choose it where a protocol has no key, without ports."),
    Setting::new(
        "app.master_key",
        "ASTROLABE_MASTER_KEY",
        Kind::Secret(|draft, key| draft.keys.master = Some(HashedKey::of(key))),
    )
    .flag("--master-key")
    .parse("masterKey", "PARSE_SERVER_MASTER_KEY")
    .default_words("that of the data folder; made by `astrolabe dev`")
    .doc("The key with all rights."),
    Setting::new(
        "app.read_only_master_key",
        "ASTROLABE_READ_ONLY_MASTER_KEY",
        Kind::Secret(|draft, key| draft.keys.read_only_master = Some(HashedKey::of(key))),
    )
    .parse("readOnlyMasterKey", "PARSE_SERVER_READ_ONLY_MASTER_KEY")
    .doc("A master key that may only read."),
    Setting::new(
        "app.maintenance_key",
        "ASTROLABE_MAINTENANCE_KEY",
        Kind::Secret(|draft, key| draft.keys.maintenance = Some(HashedKey::of(key))),
    )
    .parse("maintenanceKey", "PARSE_SERVER_MAINTENANCE_KEY")
    .doc("The key that reaches internal fields."),
    Setting::new(
        "app.rest_key",
        "ASTROLABE_REST_KEY",
        Kind::Secret(|draft, key| draft.keys.rest = Some(key.to_owned())),
    )
    .flag("--rest-key")
    .parse("restAPIKey", "PARSE_SERVER_REST_API_KEY")
    .default_words("that of the data folder; made by `astrolabe dev`")
    .doc("The client key of REST clients; when any client key is set, clients must present one."),
    Setting::new(
        "app.javascript_key",
        "ASTROLABE_JAVASCRIPT_KEY",
        Kind::Secret(|draft, key| draft.keys.javascript = Some(key.to_owned())),
    )
    .flag("--javascript-key")
    .parse("javascriptKey", "PARSE_SERVER_JAVASCRIPT_KEY")
    .default_words("that of the data folder; made by `astrolabe dev`")
    .doc("The client key of the JavaScript SDK."),
    Setting::new(
        "app.client_key",
        "ASTROLABE_CLIENT_KEY",
        Kind::Secret(|draft, key| draft.keys.client = Some(key.to_owned())),
    )
    .parse("clientKey", "PARSE_SERVER_CLIENT_KEY")
    .doc("The client key of iOS, macOS and Android clients."),
    Setting::new(
        "app.dot_net_key",
        "ASTROLABE_DOT_NET_KEY",
        Kind::Secret(|draft, key| draft.keys.dot_net = Some(key.to_owned())),
    )
    .parse("dotNetKey", "PARSE_SERVER_DOT_NET_KEY")
    .doc("The client key of Unity and .NET clients."),
];
