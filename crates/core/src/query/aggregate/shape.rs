//! What the documents between two stages look like: named columns, each of one kind.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::query::PlanColumn;
use crate::schema::{CREATED_AT, Class, ClassPermissions, FieldSpec, FieldType, OBJECT_ID, UPDATED_AT};

/// What every value of a column is, if it is there at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A double.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A point in time.
    Date,
    /// The id of an object of this class.
    Pointer(Arc<str>),
    /// Any JSON value, as text in canonical form where values are compared.
    Json,
}

impl Kind {
    /// The kind of a field's values; `None` for a relation, which has none.
    pub fn of_field(kind: &FieldType) -> Option<Self> {
        Some(match kind {
            FieldType::String => Kind::Text,
            FieldType::Number => Kind::Number,
            FieldType::Boolean => Kind::Boolean,
            FieldType::Date => Kind::Date,
            FieldType::Pointer(class) => Kind::Pointer(Arc::clone(class)),
            FieldType::Relation(_) => return None,
            FieldType::Object
            | FieldType::Array
            | FieldType::GeoPoint
            | FieldType::File
            | FieldType::Bytes
            | FieldType::Polygon => Kind::Json,
        })
    }

    /// The type a field with such values would have; `None` where values differ from row to row.
    pub fn as_field_type(&self) -> Option<FieldType> {
        Some(match self {
            Kind::Text => FieldType::String,
            Kind::Number => FieldType::Number,
            Kind::Boolean => FieldType::Boolean,
            Kind::Date => FieldType::Date,
            Kind::Pointer(class) => FieldType::Pointer(Arc::clone(class)),
            Kind::Json => return None,
        })
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeColumn {
    /// What its values are.
    pub kind: Kind,
    /// A missing value is shown as null; else it is left out.
    pub shows_null: bool,
}

/// Columns by name, in order. A store knows them by their position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// The columns.
    pub columns: IndexMap<Arc<str>, ShapeColumn>,
}

impl Shape {
    /// The rows of a class as a plan reads them. Relations and access lists have no values of their own.
    pub fn of_rows(class: &Class, columns: &[PlanColumn]) -> Self {
        let mut shape = Shape::default();
        for column in columns {
            let (name, kind): (Arc<str>, _) = match column {
                PlanColumn::ObjectId => (OBJECT_ID.into(), Some(Kind::Text)),
                PlanColumn::CreatedAt => (CREATED_AT.into(), Some(Kind::Date)),
                PlanColumn::UpdatedAt => (UPDATED_AT.into(), Some(Kind::Date)),
                PlanColumn::Acl | PlanColumn::Score(_) => continue,
                PlanColumn::Field { index, .. } => {
                    let field = &class.fields[*index];
                    (Arc::clone(&field.name), Kind::of_field(&field.kind))
                }
            };
            if let Some(kind) = kind {
                shape.set(&name, kind, false);
            }
        }
        shape
    }

    /// The position and the column of a name.
    pub fn get(&self, name: &str) -> Option<(usize, &ShapeColumn)> {
        self.columns.get_full(name).map(|(index, _, column)| (index, column))
    }

    /// Adds a column, or gives the one of that name another kind.
    pub(super) fn set(&mut self, name: &str, kind: Kind, shows_null: bool) {
        self.columns.insert(name.into(), ShapeColumn { kind, shows_null });
    }

    /// The physical name of a column.
    pub fn physical_name(position: usize) -> String {
        format!("c{position}")
    }

    /// The columns of a fixed kind as the fields of a class, for conditions on them.
    pub fn as_class(&self) -> Class {
        let fields = self.columns.iter().enumerate().filter_map(|(position, (name, column))| {
            let spec = FieldSpec::new(name, column.kind.as_field_type()?);
            Some((Arc::clone(name), spec.into_field(Shape::physical_name(position).into())))
        });
        Class {
            name: "results".into(),
            table: "results".into(),
            fields: fields.collect(),
            indexes: IndexMap::new(),
            permissions: ClassPermissions::master_only(),
        }
    }
}
