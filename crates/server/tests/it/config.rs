//! Configuration as the user meets it: files, variables and flags of the real program.

use crate::program::Folder;

#[test]
fn all_mistakes_stop_the_start_in_one_go() {
    let folder = Folder::new();
    folder.write("astrolabe.toml", "[server]\nlissten = \"x\"\n[app]\nmaster_key = \"s3cret\"\n");
    folder.write("parse.json", r#"{"masterKeyIps": "example.org", "sesionLength": 5}"#);
    let ended = folder.run_with(
        &["start", "--listen", "nowhere", "--parse-config", "parse.json", "--master-key", "s3cret word"],
        &[("ASTROLABE_LOG_FORMAT", "xml")],
    );
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(!ended.stderr.contains("s3cret"), "{}", ended.stderr);
    for part in [
        "error: the configuration has 7 mistakes:",
        "astrolabe.toml:2: server.lissten: is not a setting; did you mean `server.listen`?",
        "astrolabe.toml:4: app.master_key: is a secret",
        "parse.json:1: masterKeyIps = \"example.org\": must be a list of addresses",
        "parse.json:1: sesionLength: is not an option of Parse Server; did you mean `sessionLength`?",
        "--listen = \"nowhere\": must be an address and a port",
        "--master-key: must be a text of letters",
        "ASTROLABE_LOG_FORMAT = \"xml\": must be `json` or `pretty`",
    ] {
        assert!(ended.stderr.contains(part), "{part} is not in\n{}", ended.stderr);
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let ended = Folder::new().run(&["start", "--config", "other.toml", "--parse-config", "other.json"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("other.toml: cannot be read"), "{}", ended.stderr);
    assert!(ended.stderr.contains("other.json: cannot be read"), "{}", ended.stderr);
}

#[test]
fn stable_flags_of_later_features_stop_the_start_with_a_sentence() {
    for (flag, value, sentence) in [
        ("--redis-url", "http://:s3cret@h", "--redis-url: must be `redis://"),
        ("--cloud", "main.js", "--cloud: Cloud Code is not available in this version"),
        ("--site", "dist", "--site: serving the Astro site is not available in this version"),
        (
            "--database-url",
            "postgres://u:s3cret@h/d?sslmode=allow",
            "`sslmode` must be `disable`, `prefer`, `require`, `verify-ca` or `verify-full`",
        ),
    ] {
        let ended = Folder::new().run(&["start", "--app-id", "a", "--master-key", "m", flag, value]);
        assert_eq!(ended.code, Some(2), "{flag}");
        assert!(ended.stderr.contains(sentence) && !ended.stderr.contains("s3cret"), "{}", ended.stderr);
    }
}

#[test]
fn a_dotenv_file_gives_secrets_and_the_process_wins() {
    let folder = Folder::new();
    folder.write(".env", "ASTROLABE_APP_ID=a\nASTROLABE_MASTER_KEY=\"m\"\nASTROLABE_LISTEN=nowhere\n");
    assert!(folder.run(&["start"]).stderr.contains("ASTROLABE_LISTEN = \"nowhere\""));
    let ended = folder.run_with(&["start"], &[("ASTROLABE_LISTEN", "elsewhere")]);
    assert!(ended.stderr.contains("ASTROLABE_LISTEN = \"elsewhere\""), "{}", ended.stderr);
    folder.write(".env", "ASTROLABE_APP_ID=a\nASTROLABE_MASTER_KEY=\"m\"\nASTROLABE_LISTEN=127.0.0.1:0\n");
    assert_eq!(folder.start(&["start"]).terminate().code, Some(0));
}

#[test]
fn a_parse_server_file_starts_a_server_and_names_what_is_idle() {
    let folder = Folder::new();
    let file =
        r#"{"appId": "a", "masterKey": "m", "host": "127.0.0.1", "port": 0, "liveQuery": {}, "push": {}}"#;
    folder.write("parse.json", file);
    let ended =
        folder.start(&["start", "--parse-config", "parse.json", "--log-format", "pretty"]).terminate();
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.stderr.matches("not in this version: liveQuery, push").count(), 1, "{}", ended.stderr);
}
