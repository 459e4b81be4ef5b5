//! The commands of the real program.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value as Json;

use crate::program::Folder;

#[track_caller]
fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

#[test]
fn apps_are_made_listed_and_shown() {
    let folder = Folder::new();
    let made = folder.run(&["app", "create", "--id", "shop", "--name", "The shop"]);
    assert_eq!((made.code, made.stderr.as_str()), (Some(0), ""));
    for part in
        ["Application id  shop", "REST key", "JavaScript key", "Master key", "only its hash is stored"]
    {
        assert!(made.stdout.contains(part), "{}", made.stdout);
    }
    let made = json(&folder.run(&["app", "create", "--json"]).stdout);
    assert_eq!(made["masterKey"].as_str().unwrap().len(), 32);

    let listed = json(&folder.run(&["app", "list", "--json"]).stdout);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(folder.run(&["app", "list"]).stdout.contains("The shop"));

    let shown = json(&folder.run(&["app", "keys", made["id"].as_str().unwrap(), "--json"]).stdout);
    assert_eq!((&shown["restKey"], &shown["masterKey"]), (&made["restKey"], &Json::Null));

    let again = folder.run(&["app", "create", "--id", "shop"]);
    assert_eq!((again.code, again.stderr.as_str()), (Some(1), "error: there is an app `shop` already\n"));
}

#[test]
fn a_new_master_key_replaces_the_old_one() {
    let folder = Folder::new();
    let made = json(&folder.run(&["app", "create", "--id", "a", "--json", "--data", "d"]).stdout);
    let rotated =
        json(&folder.run(&["app", "keys", "a", "--rotate", "master", "--json", "--data", "d"]).stdout);
    assert_ne!(rotated["masterKey"], made["masterKey"]);
    assert_eq!(rotated["restKey"], made["restKey"]);
    let record = std::fs::read_to_string(folder.path().join("d/apps/a/app.json")).unwrap();
    assert!(!record.contains(rotated["masterKey"].as_str().unwrap()));
}

#[test]
fn apps_are_made_where_the_server_looks_for_them() {
    let folder = Folder::new();
    folder.write("astrolabe.toml", "[server]\ndata = \"elsewhere\"\nlisten = \"127.0.0.1:0\"\n");
    folder.run(&["app", "create", "--id", "a"]);
    assert!(folder.path().join("elsewhere/apps/a/app.json").is_file());
    assert_eq!(folder.start(&["start"]).terminate().code, Some(0));
}

#[test]
fn mistakes_in_use_are_sentences() {
    let folder = Folder::new();
    assert!(folder.run(&["app", "list"]).stdout.contains("No apps in data yet"));
    assert!(!folder.path().join("data").exists());
    let wrong_id = folder.run(&["app", "create", "--id", "../x"]);
    assert_eq!(wrong_id.code, Some(2));
    assert!(wrong_id.stderr.contains("cannot be an application id"), "{}", wrong_id.stderr);
    let missing = folder.run(&["app", "keys", "nobody"]);
    assert_eq!(
        (missing.code, missing.stderr.as_str()),
        (Some(1), "error: there is no app `nobody` in data\n")
    );
    let unknown_flag = folder.run(&["start", "--lissten", "x"]);
    assert_eq!(unknown_flag.code, Some(2));
    assert!(unknown_flag.stderr.contains("--listen"), "{}", unknown_flag.stderr);
}

#[test]
fn a_start_without_an_app_tells_how_to_make_one() {
    let ended = Folder::new().run(&["start"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("astrolabe app create --data data"), "{}", ended.stderr);
    let ended = Folder::new().run(&["start", "--app-id", "a"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("the app `a` has no master key"), "{}", ended.stderr);
}

#[test]
fn standard_output_holds_the_ready_line_only() {
    let folder = Folder::new();
    folder.run(&["app", "create", "--id", "a"]);
    let server = folder.start(&["start", "--listen", "127.0.0.1:0", "--exit-on-stdin-eof"]);
    assert!(server.banner.is_empty() && server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
    let ended = server.close_stdin();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    for line in ended.stderr.lines() {
        assert!(json(line)["level"].is_string(), "{line}");
    }
}

#[test]
fn a_data_folder_and_an_address_have_one_server() {
    let folder = Folder::new();
    folder.run(&["app", "create"]);
    let first = folder.start(&["start", "--listen", "127.0.0.1:0"]);
    let second = folder.run(&["start", "--listen", "127.0.0.1:0"]);
    assert_eq!((second.code, second.stdout.as_str()), (Some(1), ""));
    assert!(second.stderr.contains("data folder data is in use by another server"), "{}", second.stderr);

    let address = first.url.trim_start_matches("http://");
    let third =
        folder.run(&["start", "--data", "other", "--app-id", "a", "--master-key", "m", "--listen", address]);
    assert_eq!(third.code, Some(1));
    assert!(third.stderr.contains(&format!("{address} is in use by another program")), "{}", third.stderr);
    assert_eq!(first.terminate().code, Some(0));
    assert_eq!(folder.start(&["start", "--listen", "127.0.0.1:0"]).terminate().code, Some(0));
}

#[test]
fn dev_needs_nothing_and_keeps_its_keys() {
    let folder = Folder::new();
    let first = folder.start(&["dev", "--listen", "127.0.0.1:0"]);
    for part in ["Parse API", "/parse", "Application id  dev", "Master key"] {
        assert!(first.banner.contains(part), "{}", first.banner);
    }
    let project = folder.path().join(".astrolabe");
    let keys = std::fs::read_to_string(project.join("keys.json")).unwrap();
    assert!(first.banner.contains(json(&keys)["masterKey"].as_str().unwrap()));
    let mode = std::fs::metadata(project.join("keys.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(project.join("data/apps").is_dir());
    assert_eq!(std::fs::read_to_string(project.join(".gitignore")).unwrap(), "*\n");
    assert_eq!(first.terminate().code, Some(0));
    assert!(!project.join("running.json").exists());

    let second = folder.start(&["dev", "--listen", "127.0.0.1:0"]);
    assert_eq!(std::fs::read_to_string(project.join("keys.json")).unwrap(), keys);
    assert_eq!(second.terminate().code, Some(0));
}

#[test]
fn dev_says_where_it_is_while_it_runs() {
    let folder = Folder::new();
    let server = folder.start(&["dev", "--listen", "127.0.0.1:0", "--rest-key", "given"]);
    let path = folder.path().join(".astrolabe/running.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let running = json(&text);
    assert_eq!(
        (running["url"].as_str(), running["appId"].as_str(), running["restKey"].as_str()),
        (Some(server.url.as_str()), Some("dev"), Some("given"))
    );
    assert!(running["pid"].is_u64() && running["javascriptKey"].is_string(), "{text}");
    let keys = json(&folder.read(".astrolabe/keys.json"));
    assert!(!text.contains(keys["masterKey"].as_str().unwrap()));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(server.terminate().code, Some(0));
    assert!(!path.exists());
}
