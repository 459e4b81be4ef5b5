//! The shape of the project, checked against its files: which crate may know which, and what stands only in one
//! place. ARCHITECTURE.md gives the reasons.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// Which crates a crate may depend on. All arrows point down.
const ARROWS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("store", &["core"]),
    ("cluster", &["core"]),
    ("schema-code", &["core"]),
    ("mail", &["core"]),
    ("wire", &["core"]),
    ("auth", &["wire", "core"]),
    ("edge", &["wire", "core"]),
    ("api", &["auth", "wire", "core"]),
    ("server", &["api", "auth", "cluster", "edge", "mail", "schema-code", "store", "wire", "core"]),
    (
        "testkit",
        &["server", "api", "auth", "cluster", "edge", "mail", "schema-code", "store", "wire", "core"],
    ),
];

/// Heavy or telling dependencies, and the crates that may have them.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("tokio-postgres-rustls", &["store"]),
    ("argon2", &["auth"]),
    ("clap", &["server"]),
    ("axum", &["wire", "edge", "server"]),
    ("redis", &["cluster"]),
    ("hyper-rustls", &["edge"]),
    ("tokio", &["store", "cluster", "wire", "auth", "edge", "mail", "server", "testkit"]),
    ("reqwest", &["testkit"]),
    ("lettre", &["mail"]),
    ("minijinja", &["mail"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn crate_names() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("crates"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn dependencies(name: &str) -> anyhow::Result<Vec<String>> {
    let manifest = fs::read_to_string(root().join("crates").join(name).join("Cargo.toml"))?;
    let manifest: toml::Table = toml::from_str(&manifest)?;
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    Ok(table.map(|table| table.keys().cloned().collect()).unwrap_or_default())
}

/// Every Rust file below `crates/<name>/src`.
fn sources(name: &str) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root().join("crates").join(name).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
                files.insert(path, text);
            }
        }
    }
    Ok(files)
}

#[test]
fn every_crate_is_in_the_picture() -> anyhow::Result<()> {
    let mut drawn: Vec<_> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    drawn.sort();
    ensure!(crate_names()? == drawn, "crates/ and the arrows of this test differ");
    Ok(())
}

#[test]
fn arrows_point_down() -> anyhow::Result<()> {
    for (name, allowed) in ARROWS {
        for dependency in dependencies(name)? {
            if let Some(ours) = dependency.strip_prefix("astrolabe-") {
                ensure!(allowed.contains(&ours), "{name} must not know {ours}");
            }
        }
    }
    Ok(())
}

#[test]
fn heavy_dependencies_have_one_home() -> anyhow::Result<()> {
    for name in crate_names()? {
        for dependency in dependencies(&name)? {
            if let Some((_, homes)) = HOMES.iter().find(|(heavy, _)| *heavy == dependency) {
                ensure!(homes.contains(&name.as_str()), "{dependency} has no place in {name}");
            }
        }
    }
    Ok(())
}

#[test]
fn the_kernel_is_pure() -> anyhow::Result<()> {
    for dependency in dependencies("core")? {
        let impure = ["tokio", "axum", "http", "hyper", "rusqlite", "getrandom", "rand", "tracing"];
        ensure!(!impure.contains(&dependency.as_str()), "core must not depend on {dependency}");
    }
    for (path, text) in sources("core")? {
        for word in ["std::net::Tcp", "std::fs", "std::thread", "SystemTime", "Instant::now"] {
            ensure!(!text.contains(word), "{} must not use {word}", path.display());
        }
    }
    Ok(())
}

#[test]
fn sql_stands_in_the_store_only() -> anyhow::Result<()> {
    for name in crate_names()?.iter().filter(|name| *name != "store") {
        for (path, text) in sources(name)? {
            for word in ["SELECT ", "INSERT INTO", "UPDATE \"", "DELETE FROM", "PRAGMA ", "CREATE TABLE"] {
                ensure!(!text.contains(word), "{} must not contain SQL ({word})", path.display());
            }
        }
    }
    Ok(())
}

#[test]
fn every_file_says_what_it_is_for() -> anyhow::Result<()> {
    for name in crate_names()? {
        for (path, text) in sources(&name)? {
            ensure!(text.starts_with("//!"), "{} does not begin with //!", path.display());
        }
    }
    Ok(())
}

#[test]
fn nothing_is_left_for_later() -> anyhow::Result<()> {
    let later = ["TO", "DO"].concat();
    let broken = ["FIX", "ME"].concat();
    for name in crate_names()? {
        for (path, text) in sources(&name)?.into_iter().filter(|(path, _)| !path.ends_with("tests.rs")) {
            // Tests may unwrap; the code under test may not.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in [later.as_str(), broken.as_str(), "#[ignore", ".unwrap()", "unimplemented!", "todo!("]
            {
                ensure!(!text.contains(word), "{} contains {word}", path.display());
            }
        }
    }
    Ok(())
}

#[test]
fn lock_files_name_no_registry_host() -> anyhow::Result<()> {
    let mut folders = vec![root().join("examples"), root().join("conformance"), root().join("bench")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "node_modules" {
                folders.push(path);
            } else if name == "package-lock.json" {
                let text = fs::read_to_string(&path)?;
                ensure!(!text.contains("\"resolved\""), "{} holds download addresses", path.display());
            }
        }
    }
    Ok(())
}
