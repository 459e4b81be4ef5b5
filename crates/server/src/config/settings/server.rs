//! Settings of the server as a whole.

use std::time::Duration;

use super::checks;
use crate::config::LogFormat;
use crate::config::kind::Kind;
use crate::config::setting::Setting;

pub(super) const SERVER: &[Setting] = &[
    Setting::new(
        "server.listen",
        "ASTROLABE_LISTEN",
        Kind::Text {
            what: "address and port",
            set: |draft, text| checks::listen(text).map(|value| draft.server.listen = value),
        },
    )
    .flag("--listen")
    .default("0.0.0.0:1337")
    .default_in_dev("127.0.0.1:1337")
    .doc("The address to accept connections on; port 0 takes any free one."),
    Setting::parse_only(
        "host",
        "PARSE_SERVER_HOST",
        Kind::Text {
            what: "address",
            set: |draft, text| checks::host(text).map(|value| draft.server.listen.set_ip(value)),
        },
    )
    .default_words("that of `server.listen`")
    .doc("The address part of `server.listen`."),
    Setting::parse_only(
        "port",
        "PORT",
        Kind::Int {
            min: 0,
            max: u16::MAX as u64,
            set: |draft, port| draft.server.listen.set_port(u16::try_from(port).unwrap_or_default()),
        },
    )
    .default_words("that of `server.listen`")
    .doc("The port part of `server.listen`; `astrolabe dev` leaves the variable `PORT` to the site."),
    Setting::new("server.data", "ASTROLABE_DATA", Kind::Path(|draft, path| draft.server.data_dir = path))
        .flag("--data")
        .default("data")
        .default_in_dev(".astrolabe/data")
        .doc("The folder of all apps and their databases."),
    Setting::new(
        "server.secret",
        "ASTROLABE_SECRET",
        Kind::PrivateText {
            what: "secret of at least 32 characters",
            set: |draft, text| checks::secret(text).map(|value| draft.server.secret = Some(value)),
        },
    )
    .flag("--secret")
    .default_words("made once and kept in `secret.key` of the data folder")
    .doc(
        "What the keys are derived from that seal waiting mail and sign cookies. Servers that share a PostgreSQL \
         database must have the same.",
    ),
    Setting::new(
        "server.public_url",
        "ASTROLABE_PUBLIC_URL",
        Kind::Text {
            what: "address",
            set: |draft, text| checks::url(text).map(|value| draft.settings.public_url = Some(value)),
        },
    )
    .parse("publicServerURL", "PARSE_PUBLIC_SERVER_URL")
    .default_words("taken from the request")
    .doc("The address of the Parse API as clients see it, for example `https://example.org/parse`."),
    Setting::parse_only(
        "serverURL",
        "PARSE_SERVER_URL",
        Kind::Text {
            what: "address",
            set: |draft, text| checks::url(text).map(|value| draft.server_url = Some(value)),
        },
    )
    .default_words("taken from the request")
    .doc("Counts as `server.public_url` when that is not set."),
    Setting::parse_only(
        "mountPath",
        "PARSE_SERVER_MOUNT_PATH",
        Kind::Text { what: "path", set: |_, text| checks::mount_path(text) },
    )
    .default("/parse")
    .doc("The path of the Parse API; only `/parse` is served in this version."),
    Setting::new(
        "server.trusted_proxies",
        "ASTROLABE_TRUSTED_PROXIES",
        Kind::Networks(|draft, nets| draft.server.trusted_proxies = nets),
    )
    .parse("trustProxy", "PARSE_SERVER_TRUST_PROXY")
    .default("false")
    .doc(
        "Proxies whose forwarding headers tell the address of the client; `true` and a number of hops are \
         refused, since they would believe anybody.",
    ),
    Setting::new(
        "server.max_body",
        "ASTROLABE_MAX_BODY",
        Kind::Size {
            min: 1 << 10,
            max: 1 << 30,
            set: |draft, bytes| draft.settings.max_body_bytes = usize::try_from(bytes).unwrap_or(usize::MAX),
        },
    )
    .parse("maxUploadSize", "PARSE_SERVER_MAX_UPLOAD_SIZE")
    .default("20mb")
    .doc("The largest request body."),
    Setting::new(
        "server.allow_origins",
        "ASTROLABE_ALLOW_ORIGINS",
        Kind::List {
            what: "list of origins, or `*`",
            set: |draft, list| checks::origins(list).map(|value| draft.settings.allow_origins = value),
        },
    )
    .parse("allowOrigin", "PARSE_SERVER_ALLOW_ORIGIN")
    .default("*")
    .doc("Origins of browsers that may call from another site."),
    Setting::new(
        "server.allow_headers",
        "ASTROLABE_ALLOW_HEADERS",
        Kind::List {
            what: "list of header names",
            set: |draft, list| checks::headers(list).map(|value| draft.settings.allow_headers = value),
        },
    )
    .parse("allowHeaders", "PARSE_SERVER_ALLOW_HEADERS")
    .default_words("none")
    .doc("Request headers that browsers may send beside those Parse clients use."),
    Setting::new(
        "server.connections_max",
        "ASTROLABE_CONNECTIONS_MAX",
        Kind::Int {
            min: 1,
            max: 1_000_000,
            set: |draft, count| draft.server.connections_max = usize::try_from(count).unwrap_or(usize::MAX),
        },
    )
    .default("10000")
    .doc("Connections open at the same time; further ones wait."),
    Setting::new(
        "server.shutdown_grace",
        "ASTROLABE_SHUTDOWN_GRACE",
        Kind::Seconds {
            min: 0,
            max: 60 * 60,
            set: |draft, seconds| draft.server.shutdown_grace = Duration::from_secs(seconds),
        },
    )
    .default("20s")
    .doc("How long requests in flight may take after the signal to stop."),
    Setting::new(
        "server.exit_on_stdin_eof",
        "ASTROLABE_EXIT_ON_STDIN_EOF",
        Kind::Bool(|draft, value| draft.server.exit_on_stdin_eof = value),
    )
    .flag("--exit-on-stdin-eof")
    .default("false")
    .doc("Stop when standard input ends, so that the server never outlives the program that started it."),
];

pub(super) const LOG: &[Setting] = &[
    Setting::new(
        "log.format",
        "ASTROLABE_LOG_FORMAT",
        Kind::Choice {
            words: &["json", "pretty"],
            set: |draft, word| draft.server.log.format = log_format(word == "json"),
        },
    )
    .flag("--log-format")
    .default("json")
    .default_in_dev("pretty")
    .doc("The form of a log line on standard error."),
    Setting::parse_only(
        "jsonLogs",
        "JSON_LOGS",
        Kind::Bool(|draft, json| draft.server.log.format = log_format(json)),
    )
    .default_words("that of `log.format`")
    .doc("`true` is `json`, `false` is `pretty`; the variable `JSON_LOGS` is not read."),
    Setting::new(
        "log.level",
        "ASTROLABE_LOG",
        Kind::Text {
            what: "level, or list of `target=level`",
            set: |draft, text| checks::log_level(text).map(|value| draft.server.log.level = value),
        },
    )
    .flag("--log-level")
    .parse("logLevel", "PARSE_SERVER_LOG_LEVEL")
    .default("info")
    .doc("What is logged; Parse Server's `verbose` is `debug`, its `silly` is `trace`."),
];

fn log_format(json: bool) -> LogFormat {
    if json { LogFormat::Json } else { LogFormat::Pretty }
}

pub(super) const APPS: &[Setting] = &[
    Setting::new(
        "apps.open_max",
        "ASTROLABE_APPS_OPEN_MAX",
        Kind::Int {
            min: 1,
            max: 100_000,
            set: |draft, count| draft.server.open_apps_max = usize::try_from(count).unwrap_or(usize::MAX),
        },
    )
    .default("1000")
    .doc("Apps open at the same time; beyond it the one unused for longest is closed."),
    Setting::new(
        "apps.idle",
        "ASTROLABE_APPS_IDLE",
        Kind::Seconds {
            min: 1,
            max: 24 * 60 * 60,
            set: |draft, seconds| draft.server.app_idle = Duration::from_secs(seconds),
        },
    )
    .default("10m")
    .doc("An app nobody has used for this long is closed until its next request."),
];
