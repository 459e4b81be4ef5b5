//! What of a schema is the owner's to write down: classes and fields that the server does not bring itself.

use astrolabe_core::schema::{Class, ClassPermissions, Field, Visibility, is_system_class, system_fields};

/// Built-in classes to which owners add fields, indexes and permissions.
const EXTENSIBLE: [&str; 4] = ["_User", "_Role", "_Session", "_Installation"];

/// Whether the class is described by files.
pub fn is_managed(class: &str) -> bool {
    !is_system_class(class) || EXTENSIBLE.contains(&class)
}

/// The fields that the owner of the app made.
pub fn own_fields(class: &Class) -> impl Iterator<Item = &Field> {
    let built_in = system_fields(&class.name);
    class.fields.values().filter(move |field| {
        field.visibility == Visibility::Public && built_in.iter().all(|known| known.name != field.name)
    })
}

/// Whether there is anything to write down: a built-in class as the server brings it needs no file.
pub(crate) fn says_something(class: &Class) -> bool {
    is_managed(&class.name)
        && (!is_system_class(&class.name)
            || own_fields(class).next().is_some()
            || !class.indexes.is_empty()
            || class.permissions != ClassPermissions::default())
}
