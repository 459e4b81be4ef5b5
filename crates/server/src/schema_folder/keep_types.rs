//! Development: generated types follow the classes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use astrolabe_core::app::App;
use astrolabe_core::schema::Schema;
use astrolabe_schema_code::{TablesOf, TypesFile};

use super::{SchemaFolder, write_if_changed};

/// How often the schema is looked at. It has to be the same twice, so that one piece of work is written once.
const INTERVAL: Duration = Duration::from_millis(250);

/// Where types are kept, and of what.
pub struct KeptTypes {
    /// The folder of generated files.
    pub dir: PathBuf,
    /// What people have written about classes.
    pub schema: SchemaFolder,
    /// Where the tables of the app are.
    pub tables: TablesOf,
}

/// Runs until it is dropped. Files that are there are kept; where there is none yet, all are made.
pub async fn keep_types(kept: KeptTypes, app: Arc<App>) {
    let (mut seen, mut written) = (None, None);
    loop {
        let schema = app.objects.schema();
        let version = Some(schema.version);
        if seen == version && written != version {
            written = version;
            match kept.write(&schema) {
                Ok(0) => {}
                Ok(count) => tracing::info!(dir = %kept.dir.display(), files = count, "types written"),
                Err(error) => tracing::warn!(error = format!("{error:#}"), "types cannot be written"),
            }
        }
        seen = version;
        tokio::time::sleep(INTERVAL).await;
    }
}

impl KeptTypes {
    /// Writes what has changed; the number of files.
    fn write(&self, schema: &Schema) -> anyhow::Result<usize> {
        std::fs::create_dir_all(&self.dir)
            .with_context(|| format!("{} cannot be made", self.dir.display()))?;
        let wanted = self.schema.classes()?;
        let path = |file: &TypesFile| self.dir.join(file.file_name());
        let present: Vec<_> = TypesFile::ALL.into_iter().filter(|file| path(file).exists()).collect();
        let files = if present.is_empty() { TypesFile::ALL.to_vec() } else { present };
        let mut count = 0;
        for file in files {
            let text = file.generate(schema, &wanted, &self.tables);
            count += usize::from(write_if_changed(&path(&file), &text)?);
        }
        Ok(count)
    }
}
