//! What a configuration becomes, and what its mistakes say.

use std::fs;

use tempfile::TempDir;

use super::*;

/// Loads a configuration from texts.
struct Given {
    folder: TempDir,
    mode: Mode,
    parse: bool,
    env: Vec<(&'static str, &'static str)>,
    flags: Vec<(&'static str, String)>,
}

fn given() -> Given {
    let folder = TempDir::new().unwrap();
    Given { folder, mode: Mode::Start, parse: false, env: Vec::new(), flags: Vec::new() }
}

impl Given {
    fn dev(mut self) -> Self {
        self.mode = Mode::Dev;
        self
    }

    fn toml(self, text: &str) -> Self {
        fs::write(self.folder.path().join("astrolabe.toml"), text).unwrap();
        self
    }

    fn parse(mut self, text: &str) -> Self {
        fs::write(self.folder.path().join("parse.json"), text).unwrap();
        self.parse = true;
        self
    }

    fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.env.push((name, value));
        self
    }

    fn flag(mut self, name: &'static str, value: &str) -> Self {
        self.flags.push((name, value.to_owned()));
        self
    }

    fn load(self) -> Result<Loaded, Mistakes> {
        let parse_file = self.folder.path().join("parse.json");
        load(Sources {
            mode: self.mode,
            config_file: None,
            parse_config_file: self.parse.then_some(parse_file.as_path()),
            folder: self.folder.path(),
            environment: Environment::of(self.env),
            flags: self.flags,
        })
    }

    #[track_caller]
    fn config(self) -> Config {
        self.load().unwrap().config
    }

    #[track_caller]
    fn mistakes(self) -> String {
        let folder = format!("{}/", self.folder.path().display());
        self.load().unwrap_err().to_string().replace(&folder, "")
    }
}

#[test]
fn nothing_at_all_is_a_working_configuration() {
    let start = given().config();
    assert!(start.app.is_none());
    assert_eq!(start.defaults, AppSettings::default());
    let dev = given().dev().toml("").config();
    assert_eq!(dev.app.unwrap().id, "dev");
    assert!(dev.defaults.allow_client_class_creation);
    assert_eq!(dev.server.listen.to_string(), "127.0.0.1:1337");
}

#[test]
fn later_sources_win() {
    let all = || {
        given()
            .toml("[sessions]\nlength = \"1m\"\n[queries]\ndefault_limit = 1\nmax_limit = 500\n[objects]\nid_size = 11")
            .parse(r#"{"sessionLength": 120, "defaultLimit": 2, "objectIdSize": 12}"#)
            .env("PARSE_SERVER_DEFAULT_LIMIT", "3")
            .env("PARSE_SERVER_OBJECT_ID_SIZE", "13")
            .env("ASTROLABE_OBJECTS_ID_SIZE", "14")
    };
    let settings = all().config().defaults;
    assert_eq!((settings.session_length_s, settings.default_limit, settings.object_id_size), (120, 3, 14));
    assert_eq!(settings.max_limit, Some(500));
    let config = all().env("ASTROLABE_LISTEN", "127.0.0.1:1").flag("--listen", "127.0.0.1:2").config();
    assert_eq!(config.server.listen.port(), 2);
}

#[test]
fn options_of_parse_server_that_are_lists_and_objects() {
    let options = r#"{
        "rateLimit": [{"requestPath": "/login", "requestTimeWindow": 1000, "requestCount": 3}],
        "requestKeywordDenylist": [{"key": "_bsontype", "value": "Code"}],
        "routeAllowList": ["classes/.*"],
        "requestComplexity": {"includeDepth": 3, "queryDepth": -1, "allowRegex": false, "graphQLDepth": 5},
        "databaseOptions": {"allowPublicExplain": true, "maxTimeMS": 5}
    }"#;
    let settings = given().parse(options).config().defaults;
    assert_eq!(settings.rate_limits.len(), 1);
    assert!(settings.route_allow_list.is_some_and(|routes| routes.matches("classes/Todo")));
    let complexity = &settings.request_complexity;
    assert_eq!((complexity.include_depth, complexity.query_depth), (Some(3), None));
    assert!(complexity.refuses_regex && settings.allow_public_explain);
    let limits = r#"[{"requestPath": "/a", "requestTimeWindow": 1, "requestCount": 1, "zone": "user"}]"#;
    let settings = given().env("PARSE_SERVER_RATE_LIMIT", limits).config().defaults;
    assert_eq!(settings.rate_limits.len(), 1);
    for (options, problem) in [
        (r#"{"rateLimit": [{"requestPath": "/*"}]}"#, "requestPath"),
        (r#"{"rateLimit": {}}"#, "must be a JSON list"),
        (r#"{"requestKeywordDenylist": [5]}"#, "must hold objects"),
        (r#"{"routeAllowList": ["("]}"#, "regular expressions"),
        (r#"{"requestComplexity": {"includeDepht": 3}}"#, "did you mean `requestComplexity.includeDepth`?"),
        (r#"{"requestComplexity": {"queryDepth": 0}}"#, "or -1 for no bound"),
        (r#"{"databaseOptions": {"maxTimeMs": 3}}"#, "did you mean `databaseOptions.maxTimeMS`?"),
    ] {
        let mistakes = given().parse(options).mistakes();
        assert!(mistakes.contains(problem), "{options}: {mistakes}");
    }
}

#[test]
fn all_mistakes_are_reported_in_one_go() {
    let mistakes = given()
        .toml("[server]\nlissten = \"x\"\nmax_body = \"20 apples\"\n\n[sessions]\nlength = 0\n[gateway]\na = 1\n")
        .parse("{\n \"masterKeyIp\": [],\n \"objectIdSize\": \"many\"\n}")
        .env("ASTROLABE_MASTER_KEY_IP", "::1")
        .env("PARSE_SERVER_SESION_LENGTH", "5")
        .env("ASTROLABE_LOG_FORMAT", "xml")
        .flag("--redis-url", "http://:pw@h")
        .mistakes();
    let expected = "the configuration has 10 mistakes:
  astrolabe.toml:8: gateway.a: is not a setting; routes are written as `[[gateway.route]]`
  astrolabe.toml:2: server.lissten: is not a setting; did you mean `server.listen`?
  parse.json:2: masterKeyIp: is not an option of Parse Server; did you mean `masterKeyIps`?
  PARSE_SERVER_SESION_LENGTH: is not a setting; did you mean `PARSE_SERVER_SESSION_LENGTH`?
  ASTROLABE_MASTER_KEY_IP: is not a setting; did you mean `ASTROLABE_MASTER_KEY_IPS`?
  astrolabe.toml:3: server.max_body = \"20 apples\": must be bytes or a size such as `512kb` or `20mb`, from 1kb to 1gb
  astrolabe.toml:6: sessions.length = 0: must be seconds or a duration such as `90s`, `15m`, `12h` or `30d`, from 1s to 36500d
  parse.json:3: objectIdSize = \"many\": must be a whole number from 5 to 64
  ASTROLABE_LOG_FORMAT = \"xml\": must be `json` or `pretty`
  --redis-url: must be `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://…` for TLS (the value is not shown)";
    assert_eq!(mistakes, expected);
}

#[test]
fn broken_files_are_mistakes() {
    assert!(given().toml("[server\nlisten = 1").mistakes().contains("astrolabe.toml:1: "));
    assert!(given().parse("{").mistakes().contains("parse.json: is not JSON"));
    assert!(given().parse(r#"{"apps": [{}, {}]}"#).mistakes().contains("`apps` must hold one app"));
}

#[test]
fn secrets_stay_out_of_files_and_messages() {
    let mistakes = given()
        .toml("[app]\nid = \"a\"\nmaster_key = \"s3cret\"\nrest_key = \"s3 ${X}\"\n[database]\nurl = \"x://u:s3cret@h\"")
        .env("ASTROLABE_JAVASCRIPT_KEY", "s3cret with spaces")
        .env("X", "s3cret")
        .mistakes();
    assert!(!mistakes.contains("s3cret"), "{mistakes}");
    assert!(mistakes.contains("astrolabe.toml:3: app.master_key: is a secret"), "{mistakes}");
    assert!(mistakes.contains("`ASTROLABE_MASTER_KEY`"), "{mistakes}");

    let loaded = given()
        .toml("[app]\nid = \"a\"\nmaster_key = \"${KEY}\"\n")
        .env("KEY", "s3cret")
        .env("ASTROLABE_REST_KEY", "s3cret-rest")
        .load()
        .unwrap();
    assert!(!format!("{loaded:?}").contains("s3cret"));
    let keys = loaded.config.app.unwrap().keys;
    assert!(keys.master.unwrap().matches("s3cret"));
    assert_eq!(keys.rest.as_deref(), Some("s3cret-rest"));
}

#[test]
fn variables_in_toml_are_read_and_must_be_set() {
    let config =
        given().toml("[server]\npublic_url = \"https://${HOST}/parse\"").env("HOST", "a.example").config();
    assert_eq!(config.defaults.public_url.as_deref(), Some("https://a.example/parse"));
    let mistakes = given().toml("[server]\npublic_url = \"https://${HOST}/parse\"").mistakes();
    assert!(mistakes.contains("astrolabe.toml:2: server.public_url: needs the environment variable `HOST`"));
}

#[test]
fn a_parse_server_moves_over_with_its_file() {
    let file = r#"{
        "appId": "app", "masterKey": "m", "restAPIKey": "r", "serverURL": "http://localhost:1337/parse",
        "host": "0.0.0.0", "port": 8080, "mountPath": "/parse", "allowOrigin": ["https://a.example"],
        "trustProxy": ["loopback"], "masterKeyIps": ["0.0.0.0/0", "::0"], "maxUploadSize": "5mb",
        "liveQuery": {"classNames": ["Todo"]}, "fileUpload": {"enableForPublic": true}, "auth": null,
        "idempotencyOptions": {"paths": ["classes/.*", "users"], "ttl": 60}
    }"#;
    let loaded = given().parse(file).env("PARSE_SERVER_DATABASE_MAX_POOL", "4").load().unwrap();
    let (server, app) = (&loaded.config.server, loaded.config.app.as_ref().unwrap());
    assert_eq!((server.listen.to_string().as_str(), app.id.as_str()), ("0.0.0.0:8080", "app"));
    assert_eq!(app.settings.public_url.as_deref(), Some("http://localhost:1337/parse"));
    assert_eq!(app.settings.allow_origins, ["https://a.example"]);
    assert_eq!((app.settings.max_body_bytes, app.settings.master_key_ips.len()), (5 << 20, 2));
    assert!(app.settings.idempotent_paths.matches("users"));
    assert_eq!(app.settings.idempotency_ttl_s, 60);
    assert_eq!(
        loaded.warnings,
        ["options of Parse Server that are understood, but not in this version: liveQuery, fileUpload, \
          PARSE_SERVER_DATABASE_MAX_POOL"]
    );
}

#[test]
fn proxies_are_named() {
    let mistakes = given().parse(r#"{"trustProxy": true}"#).mistakes();
    assert!(mistakes.contains("`true` would trust anybody"), "{mistakes}");
    assert!(given().parse(r#"{"trustProxy": false}"#).config().server.trusted_proxies.is_empty());
}

#[test]
fn a_declared_app_is_whole() {
    let mistakes = given().env("ASTROLABE_MASTER_KEY", "m").mistakes();
    assert!(mistakes.contains("app.id: is missing, but keys of an app are given"), "{mistakes}");
    let same =
        given().flag("--app-id", "a").flag("--master-key", "m").env("ASTROLABE_READ_ONLY_MASTER_KEY", "m");
    assert!(same.mistakes().contains("must not be the same"));
    assert!(
        given().flag("--app-id", "a/b").mistakes().contains("--app-id = \"a/b\": must be 1 to 64 letters")
    );
}

#[test]
fn variables_of_others_are_left_alone() {
    let loaded = given()
        .dev()
        .env("PORT", "3000")
        .env("VERBOSE", "1")
        .env("ASTROLABE_URL", "http://x")
        .env("ASTROLABE_TEST_REDIS_URL", "redis://x")
        .env("ASTROLABE_SOMETHING_ELSE_ENTIRELY", "1")
        .load()
        .unwrap();
    assert_eq!(loaded.config.server.listen.port(), 1337);
    assert_eq!(
        loaded.warnings,
        ["the environment variable ASTROLABE_SOMETHING_ELSE_ENTIRELY is not a setting and was not read"]
    );
    assert_eq!(given().env("PORT", "3000").config().server.listen.port(), 3000);
}

#[test]
fn options_that_are_objects_are_read_field_by_field() {
    let loaded = given()
        .parse(
            r#"{"accountLockout": {"threshold": 3, "duration": 7, "unlockOnPasswordReset": true},
                "passwordPolicy": {"maxPasswordHistory": 5, "doNotAllowUsername": true, "resetTokenValidityDuration": 3600, "resetTokenReuseIfValid": true, "validatorCallback": "x"},
                "customPages": {"choosePassword": "https://example.org/choose"}, "pages": {"customUrls": {"passwordResetSuccess": "https://example.org/done"}},
                "emailVerifyTokenValidityDuration": 86400}"#,
        )
        .env("PARSE_SERVER_ACCOUNT_LOCKOUT_THRESHOLD", "4")
        .env("PARSE_SERVER_PASSWORD_POLICY", r#"{"validatorPattern": "^.{8,}$", "maxPasswordAge": 90}"#)
        .load()
        .unwrap();
    let settings = loaded.config.defaults;
    let lockout = &settings.account_lockout;
    assert_eq!((lockout.threshold, lockout.minutes, lockout.unlock_on_password_reset), (Some(4), 7, true));
    let policy = &settings.password_policy;
    assert_eq!((policy.history, policy.max_age_days, policy.without_username), (5, Some(90), true));
    assert!(policy.pattern.as_ref().is_some_and(|p| p.matches("longenough") && !p.matches("short")));
    assert_eq!((settings.password_reset.validity_s, settings.password_reset.reuse_token), (Some(3600), true));
    assert_eq!(settings.emails.token_validity_s, Some(86_400));
    let pages: Vec<_> = settings.pages.iter().map(|(page, url)| (page.as_str(), url.as_str())).collect();
    let done = ("passwordResetSuccess", "https://example.org/done");
    assert_eq!(pages, [("passwordReset", "https://example.org/choose"), done]);
    assert!(loaded.warnings.iter().any(|text| text.contains("passwordPolicy.validatorCallback")));
}

#[test]
fn mistakes_inside_of_objects_name_the_field() {
    for (json, expected) in [
        (r#"{"accountLockout": {"threshold": 0}}"#, "accountLockout.threshold"),
        (r#"{"accountLockout": {"treshold": 1}}"#, "did you mean `accountLockout.threshold`"),
        (r#"{"accountLockout": 5}"#, "must be an object"),
        (r#"{"passwordPolicy": {"validatorPattern": "^(?=.*[0-9])"}}"#, "without look-around"),
        (r#"{"passwordPolicy": {"maxPasswordHistory": 21}}"#, "from 0 to 20"),
        (r#"{"passwordPolicy": {"resetTokenReuseIfValid": true}}"#, "needs `passwords.reset_validity`"),
        (r#"{"verifyUserEmails": true}"#, "needs `mail.smtp_url`"),
        (r#"{"verifyUserEmails": true}"#, "needs `server.public_url`"),
        (r#"{"emailVerifyTokenReuseIfValid": true}"#, "needs `emails.token_validity`"),
        (r#"{"pages": {"customUrls": {"passwordRset": "https://a.example"}}}"#, "`passwordRset` is none"),
        (r#"{"pages": {"customUrls": {"passwordReset": "javascript:alert(1)"}}}"#, "must be an address"),
        (r#"{"customPages": {"parseFrameURL": "https://a.example"}}"#, "not in this version"),
    ] {
        let mistakes = given().parse(json).mistakes();
        assert!(mistakes.contains(expected), "{json}: {mistakes}");
    }
    let mistakes = given().env("PARSE_SERVER_PASSWORD_POLICY", "{nonsense").mistakes();
    assert!(mistakes.contains("must be a JSON object"), "{mistakes}");
}
