//! The schema as code.

use crate::config::kind::Kind;
use crate::config::setting::Setting;

pub(super) const SCHEMA: &[Setting] = &[
    Setting::new(
        "schema.dir",
        "ASTROLABE_SCHEMA_DIR",
        Kind::Path(|draft, dir| draft.server.schema_dir = dir),
    )
    .default("schema")
    .doc(
        "The folder of class files and migrations. While it has a folder `migrations`, `start` looks for \
             pending ones, and `dev` writes changes of classes back.",
    ),
    Setting::new(
        "schema.types_dir",
        "ASTROLABE_TYPES_DIR",
        Kind::Path(|draft, dir| draft.server.types_dir = Some(dir)),
    )
    .default_words("none")
    .doc(
        "The folder of what `astrolabe types` generates, such as `src/astrolabe`; `dev` keeps the files in it up to date, and \
         makes all of them where there is none.",
    ),
    Setting::new(
        "schema.migrate",
        "ASTROLABE_MIGRATE",
        Kind::Bool(|draft, migrate| draft.server.migrate = migrate),
    )
    .flag("--migrate")
    .default("false")
    .default_in_dev("true")
    .doc("Apply pending migrations before the server starts; without it, pending ones stop the start."),
];
