//! Deletion rules of pointer fields: what becomes of an object when the one it points to is deleted.
//!
//! Beyond Parse. A field without a rule keeps a pointer that leads to nothing, as Parse does.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Class, FieldType};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::value::Json;

/// What becomes of an object when the one that its field points to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionRule {
    /// It is deleted, too.
    Cascade,
    /// Its field becomes null.
    SetNull,
    /// It keeps the other one from being deleted.
    Restrict,
}

impl DeletionRule {
    const ALL: [DeletionRule; 3] = [DeletionRule::Cascade, DeletionRule::SetNull, DeletionRule::Restrict];

    /// The name in the schemas API.
    pub fn name(self) -> &'static str {
        match self {
            DeletionRule::Cascade => "cascade",
            DeletionRule::SetNull => "setNull",
            DeletionRule::Restrict => "restrict",
        }
    }

    /// The rule of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        DeletionRule::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Reads `onDelete`. Fails with 102.
    pub(super) fn from_json(field: &str, json: &Json) -> Result<Self> {
        json.as_str().and_then(DeletionRule::from_name).ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidQuery,
                format!("onDelete of {} must be cascade, setNull or restrict.", shown(field)),
            )
        })
    }
}

/// Only pointers have a rule, and a field that must have a value cannot lose it. No rule may keep a session from
/// ending, directly or through objects that go with it, so a pointer to one has none. Fails with 111.
pub(super) fn check_rule(
    field: &str,
    kind: &FieldType,
    required: bool,
    rule: Option<DeletionRule>,
) -> Result<()> {
    let problem = match rule {
        Some(_) if !matches!(kind, FieldType::Pointer(_)) => {
            format!("The 'onDelete' option is not applicable for {kind}")
        }
        Some(_) if kind.target_class().is_some_and(|target| **target == *"_Session") => {
            format!(
                "The 'onDelete' option is not applicable for {kind}: nothing may keep a session from ending"
            )
        }
        Some(DeletionRule::SetNull) if required => {
            format!("{field} is required, so it cannot be set to null on deletion")
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorCode::IncorrectType, problem))
}

/// A field with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuledPointer {
    /// The class that points.
    pub class: Arc<str>,
    /// The field it points with.
    pub field: Arc<str>,
    /// What becomes of its objects.
    pub rule: DeletionRule,
}

/// Fields with a rule, by the class they point to.
pub(super) type RuledPointers = HashMap<Arc<str>, Vec<RuledPointer>>;

/// Collects the fields with a rule.
pub(super) fn ruled_pointers<'c>(classes: impl Iterator<Item = &'c Arc<Class>>) -> RuledPointers {
    let mut by_target = RuledPointers::new();
    for class in classes {
        for field in class.fields.values() {
            if let (Some(rule), Some(target)) = (field.on_delete, field.kind.target_class()) {
                let (class, field) = (Arc::clone(&class.name), Arc::clone(&field.name));
                by_target.entry(Arc::clone(target)).or_default().push(RuledPointer { class, field, rule });
            }
        }
    }
    by_target
}
