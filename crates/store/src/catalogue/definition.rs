//! Definitions of fields and permissions, as texts of the catalogue's tables and back.

use std::sync::Arc;

use astrolabe_core::schema::{ClassPermissions, DeletionRule, Field, FieldSpec, FieldType, Visibility};
use astrolabe_core::value::Value;

/// A row of `_catalog_field` without its keys.
#[derive(Debug, PartialEq)]
pub(crate) struct FieldDefinition {
    /// Name for clients.
    pub name: String,
    /// Physical name.
    pub column: String,
    /// Type name of the schemas API.
    pub kind: String,
    /// Class a pointer or relation leads to.
    pub target: Option<String>,
    /// See [`Field::required`].
    pub required: bool,
    /// Default value as JSON.
    pub default: Option<String>,
    /// `public`, `hidden`, `write_only` or `owner`.
    pub visibility: String,
    /// See [`Field::unique`].
    pub unique: bool,
    /// See [`Field::indexed`].
    pub indexed: bool,
    /// The name of the deletion rule.
    pub on_delete: Option<String>,
}

impl FieldDefinition {
    /// The row of a field.
    pub fn of(field: &Field) -> Self {
        FieldDefinition {
            name: field.name.to_string(),
            column: field.column.to_string(),
            kind: field.kind.name().to_owned(),
            target: field.kind.target_class().map(|class| class.to_string()),
            required: field.required,
            default: field.default.as_ref().map(|value| value.to_json().to_string()),
            visibility: visibility_to_text(field.visibility).to_owned(),
            unique: field.unique,
            indexed: field.indexed,
            on_delete: field.on_delete.map(|rule| rule.name().to_owned()),
        }
    }

    /// The field of a row; an error names what cannot be read.
    pub fn into_field(self) -> Result<Field, String> {
        let kind = FieldType::from_name(&self.kind, self.target.as_deref())
            .ok_or_else(|| format!("field {} has the unknown type {}", self.name, self.kind))?;
        let visibility = visibility_from_text(&self.visibility)
            .ok_or_else(|| format!("field {} has the unknown visibility {}", self.name, self.visibility))?;
        let default = match &self.default {
            Some(json) => {
                Some(value_from_text(json).ok_or_else(|| format!("bad default of field {}", self.name))?)
            }
            None => None,
        };
        let on_delete = match &self.on_delete {
            Some(rule) => Some(
                DeletionRule::from_name(rule)
                    .ok_or_else(|| format!("field {} has the unknown deletion rule {rule}", self.name))?,
            ),
            None => None,
        };
        let spec = FieldSpec {
            name: Arc::from(self.name),
            kind,
            required: self.required,
            default,
            visibility,
            unique: self.unique,
            indexed: self.indexed,
            on_delete,
        };
        Ok(spec.into_field(Arc::from(self.column)))
    }
}

fn value_from_text(json: &str) -> Option<Value> {
    Value::from_json(serde_json::from_str(json).ok()?).ok()
}

fn visibility_to_text(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Hidden => "hidden",
        Visibility::WriteOnly => "write_only",
        Visibility::Owner => "owner",
    }
}

fn visibility_from_text(text: &str) -> Option<Visibility> {
    [Visibility::Public, Visibility::Hidden, Visibility::WriteOnly, Visibility::Owner]
        .into_iter()
        .find(|visibility| visibility_to_text(*visibility) == text)
}

/// Class-level permissions as JSON text.
pub(crate) fn permissions_to_text(permissions: &ClassPermissions) -> String {
    permissions.to_json().to_string()
}

/// The counterpart of [`permissions_to_text`].
pub(crate) fn permissions_from_text(text: &str) -> Result<ClassPermissions, String> {
    let json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    ClassPermissions::from_json(&json).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_round_trip() {
        let kinds = [
            FieldType::String,
            FieldType::Pointer("Todo".into()),
            FieldType::Relation("_User".into()),
            FieldType::Polygon,
        ];
        for kind in kinds {
            for visibility in
                [Visibility::Public, Visibility::Hidden, Visibility::WriteOnly, Visibility::Owner]
            {
                let spec = FieldSpec {
                    required: true,
                    default: Some(Value::String("x\"'é".into())),
                    visibility,
                    unique: true,
                    on_delete: Some(DeletionRule::SetNull),
                    ..FieldSpec::new("a", kind.clone())
                };
                let field = spec.into_field("a_2".into());
                assert_eq!(FieldDefinition::of(&field).into_field(), Ok(field));
            }
        }
    }

    #[test]
    fn permissions_round_trip() {
        for permissions in [ClassPermissions::default(), ClassPermissions::master_only()] {
            assert_eq!(permissions_from_text(&permissions_to_text(&permissions)), Ok(permissions));
        }
        assert!(permissions_from_text("{").is_err());
    }
}
