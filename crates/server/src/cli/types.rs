//! `astrolabe types`: generated TypeScript of the app's classes.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use astrolabe_core::schema::Schema;
use astrolabe_schema_code::{TablesOf, TypesFile, Wanted};
use clap::Args;

use super::schema::target::TargetArgs;
use super::{UsageError, output};
use crate::schema_folder::write_if_changed;

#[derive(Debug, Args)]
pub(super) struct TypesArgs {
    /// Where to write them.
    #[arg(long, value_name = "DIR", default_value = "src/astrolabe")]
    out: PathBuf,
    /// Which files: parse, rest, client, zod, drizzle. All of them when left out.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    /// Take the classes from the class files instead of the database. Names of tables are then not known, so there is no
    /// drizzle.
    #[arg(long)]
    from_files: bool,
    /// Write nothing, and end with exit code 1 when a file is not what it would be, for scripts.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    target: TargetArgs,
}

pub(super) fn run(args: &TypesArgs) -> anyhow::Result<()> {
    let files = args.files()?;
    let (schema, wanted, tables) = args.classes()?;
    let mut text = String::new();
    for file in files {
        let path = args.out.join(file.file_name());
        let content = file.generate(&schema, &wanted, &tables);
        if args.check {
            check(&path, &content)?;
        } else if write(&path, &content)? {
            text.push_str(&format!("wrote {}\n", path.display()));
        }
    }
    if text.is_empty() {
        text = format!("{} is up to date.\n", args.out.display());
    }
    Ok(output::print(&text)?)
}

impl TypesArgs {
    fn files(&self) -> anyhow::Result<Vec<TypesFile>> {
        let obstacle = self.from_files.then_some("needs the database; leave out --from-files");
        let possible = |file: &TypesFile| obstacle.is_none() || !file.needs_database();
        if self.only.is_empty() {
            return Ok(TypesFile::ALL.into_iter().filter(possible).collect());
        }
        let named = |word: &String| {
            let file = TypesFile::from_word(word).ok_or_else(|| {
                UsageError(format!("{word:?} is none of parse, rest, client, zod, drizzle"))
            })?;
            match obstacle {
                Some(reason) if file.needs_database() => Err(UsageError(format!("{word} {reason}")).into()),
                _ => Ok(file),
            }
        };
        self.only.iter().map(named).collect()
    }

    /// The classes, and what their files say about them.
    fn classes(&self) -> anyhow::Result<(Schema, Wanted, TablesOf)> {
        if self.from_files {
            let folder = self.target.schema_folder()?;
            ensure!(folder.exists(), "there is no folder {}", folder.path().display());
            let wanted = folder.classes()?;
            // Nothing is made of tables then.
            return Ok((wanted.schema()?, wanted, TablesOf::Sqlite));
        }
        let target = self.target.target()?;
        Ok((target.read_schema()?, target.schema.classes()?, target.database.tables()))
    }
}

fn check(path: &Path, content: &str) -> anyhow::Result<()> {
    let present = std::fs::read_to_string(path).unwrap_or_default();
    ensure!(present == content, "{} is not up to date; `astrolabe types` writes it anew", path.display());
    Ok(())
}

fn write(path: &Path, content: &str) -> anyhow::Result<bool> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    write_if_changed(path, content)
}
