//! The folder `schema` of a project: class files and migrations. What stands in them is `astrolabe_schema_code`'s; this
//! reads and writes them.

mod at_start;
mod keep_types;
mod migrate;
mod write_back;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::Context;
use astrolabe_core::schema::Schema;
use astrolabe_schema_code::{
    CLASS_JSON_SCHEMA, ClassFile, JSON_SCHEMA_FILE, Migration, Wanted, base_schema, file_name, name_for,
    replay,
};

pub use at_start::prepare;
pub use keep_types::{KeptTypes, keep_types};
pub use migrate::{apply_pending, check_pending};
pub use write_back::write_back_changes;

const MIGRATIONS: &str = "migrations";
const CLASS_EXTENSIONS: [&str; 2] = ["jsonc", "json"];

/// A folder that may not be there; it says nothing then.
#[derive(Debug, Clone)]
pub struct SchemaFolder {
    path: PathBuf,
}

impl SchemaFolder {
    /// The folder.
    pub fn at(path: &Path) -> Self {
        SchemaFolder { path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    pub fn exists(&self) -> bool {
        self.path.is_dir()
    }

    /// Whether the database is meant to follow migrations.
    pub fn has_migrations(&self) -> bool {
        self.path.join(MIGRATIONS).is_dir()
    }

    /// The class files.
    pub fn classes(&self) -> anyhow::Result<Wanted> {
        let mut files = Vec::new();
        for name in file_names(&self.path)? {
            let is_class =
                Path::new(&name).extension().is_some_and(|own| CLASS_EXTENSIONS.iter().any(|e| own == *e));
            if is_class && name != JSON_SCHEMA_FILE {
                files.push(ClassFile::parse(&self.shown(&name), &read(&self.path.join(&name))?)?);
            }
        }
        Ok(Wanted::new(files)?)
    }

    /// The migrations, in no order.
    pub fn migrations(&self) -> anyhow::Result<Vec<Migration>> {
        let folder = self.path.join(MIGRATIONS);
        let mut migrations = Vec::new();
        for file in file_names(&folder)? {
            if let Some(name) = name_for(&file) {
                let shown = self.shown(&format!("{MIGRATIONS}/{file}"));
                migrations.push(Migration::parse(&shown, name, &read(&folder.join(&file))?)?);
            }
        }
        migrations.sort_by_key(|migration| migration.number);
        Ok(migrations)
    }

    /// The schema that all migrations lead to.
    pub fn migrated(&self) -> anyhow::Result<Schema> {
        let mut schema = base_schema()?;
        for migration in self.migrations()? {
            schema = replay(schema, &migration.changes)
                .with_context(|| format!("{} cannot be applied after those before it", migration.name))?;
        }
        Ok(schema)
    }

    /// Makes the class files say what the schema says, and tells which were written or removed. Files that say it
    /// already stay as they are, with their comments.
    pub fn write_classes(&self, present: &Wanted, schema: &Schema) -> anyhow::Result<Vec<String>> {
        fs::create_dir_all(&self.path).with_context(|| format!("{} cannot be made", self.path.display()))?;
        write_if_changed(&self.path.join(JSON_SCHEMA_FILE), CLASS_JSON_SCHEMA)?;
        let mut told = Vec::new();
        for (class, text) in present.changed_files(schema) {
            let path = match present.file(&class) {
                Some(file) => PathBuf::from(&file.file),
                None => self.free_path(&class),
            };
            match text {
                Some(text) => {
                    write_if_changed(&path, &text)?;
                    told.push(format!("wrote {}", path.display()));
                }
                None => {
                    fs::remove_file(&path)
                        .with_context(|| format!("{} cannot be removed", path.display()))?;
                    told.push(format!("removed {}", path.display()));
                }
            }
        }
        Ok(told)
    }

    /// Writes a new migration and tells where.
    pub fn write_migration(&self, migration: &Migration) -> anyhow::Result<PathBuf> {
        let folder = self.path.join(MIGRATIONS);
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let path = folder.join(file_name(migration));
        write_if_changed(&path, &migration.print())?;
        Ok(path)
    }

    /// The number of the next migration.
    pub fn next_number(&self) -> anyhow::Result<u32> {
        Ok(self.migrations()?.last().map_or(0, |newest| newest.number) + 1)
    }

    /// Names that differ in case only are one name on some file systems.
    fn free_path(&self, class: &str) -> PathBuf {
        let taken = |name: &str| {
            let names = file_names(&self.path).unwrap_or_default();
            names.iter().any(|present| present.eq_ignore_ascii_case(name))
        };
        let mut name = format!("{class}.jsonc");
        let mut number = 2;
        while taken(&name) {
            name = format!("{class}-{number}.jsonc");
            number += 1;
        }
        self.path.join(name)
    }

    fn shown(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }
}

/// Files of a folder, sorted; none when it is not there.
fn file_names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let cannot_read = || format!("{} cannot be read", folder.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(cannot_read),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.with_context(cannot_read)?;
        if entry.file_type().with_context(cannot_read)?.is_file() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Leaves a file with this content alone, so that editors and watchers see changes only. After a crash the file holds the
/// old or the new content.
pub(crate) fn write_if_changed(path: &Path, content: &str) -> anyhow::Result<bool> {
    if fs::read_to_string(path).is_ok_and(|present| present == content) {
        return Ok(false);
    }
    let write = || -> io::Result<()> {
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&temporary, content)?;
        fs::rename(&temporary, path)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(true)
}
