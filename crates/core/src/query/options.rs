//! Order, page, fields and includes of a query.

use std::sync::Arc;

use indexmap::IndexMap;

use super::parse_where::check_path;
use super::{FieldPath, OrderBy, OrderKey, ScoredText};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::schema::{Class, Visibility};
use crate::value::{Json, JsonMap};

/// A query as its caller wrote it.
#[derive(Debug, Clone, Default)]
pub struct FindOptions {
    /// The conditions, still as JSON: their meaning depends on the class.
    pub conditions: JsonMap,
    /// Sort keys, such as `title,-createdAt`.
    pub order: Option<String>,
    /// Rows to leave out at the start.
    pub skip: u64,
    /// Rows to return at most; `None` takes the app's default.
    pub limit: Option<u64>,
    /// Tell how many rows match, without regard to skip and limit.
    pub count: bool,
    /// Which fields to return.
    pub keys: KeySelection,
    /// The index to use: its name or its fields.
    pub hint: Option<Json>,
}

/// Which fields an answer holds, and which pointers it follows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeySelection {
    /// Only these; naming none leaves what every object has. Paths lead into included objects.
    pub only: Option<KeyTree>,
    /// Not these.
    pub exclude: Vec<String>,
    /// Pointers to follow.
    pub include: KeyTree,
    /// Follow every pointer of the class itself.
    pub include_all: bool,
}

/// Dotted paths, folded by their first parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyTree {
    /// What follows each first part.
    pub children: IndexMap<String, KeyTree>,
}

impl KeyTree {
    /// Adds `a.b.c`.
    pub fn insert(&mut self, path: &str) {
        let mut node = self;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            node = node.children.entry(part.to_owned()).or_default();
        }
    }

    /// Levels below this node.
    pub fn depth(&self) -> usize {
        self.children.values().map(|child| 1 + child.depth()).max().unwrap_or(0)
    }
}

impl KeySelection {
    /// Reads the comma-separated `keys`, `excludeKeys` and `include` parameters.
    pub fn parse(keys: Option<&str>, exclude: Option<&str>, include: Option<&str>) -> Result<Self> {
        let mut selection = KeySelection::default();
        for path in parts(include) {
            match path {
                "*" => selection.include_all = true,
                path => selection.include.insert(path),
            }
        }
        selection.only = keys.map(|keys| selection.select(keys));
        selection.exclude = parts(exclude).map(str::to_owned).collect();
        selection.check()?;
        Ok(selection)
    }

    /// `keys=a.b` follows the pointer `a`.
    fn select(&mut self, keys: &str) -> KeyTree {
        let mut tree = KeyTree::default();
        for path in parts(Some(keys)) {
            tree.insert(path);
            if let Some((parent, _)) = path.rsplit_once('.') {
                self.include.insert(parent);
            }
        }
        tree
    }

    fn check(&self) -> Result<()> {
        let paths = self.include.children.len();
        if paths > limits::INCLUDE_PATHS_MAX || self.include.depth() > limits::INCLUDE_DEPTH_MAX {
            return Err(Error::new(
                ErrorCode::InvalidQuery,
                format!(
                    "A query includes at most {} pointers, {} levels deep.",
                    limits::INCLUDE_PATHS_MAX,
                    limits::INCLUDE_DEPTH_MAX
                ),
            ));
        }
        Ok(())
    }

    /// Whether a field is returned.
    pub fn shows(&self, field: &str) -> bool {
        !self.exclude.iter().any(|excluded| excluded == field)
            && self.only.as_ref().is_none_or(|only| only.children.contains_key(field))
    }

    /// Whether the score of a text search is asked for; it is told only then.
    pub fn shows_score(&self) -> bool {
        self.only.as_ref().is_some_and(|only| only.children.contains_key(SCORE))
    }

    /// The selection that holds inside the objects included through `field`; `None` follows nothing.
    pub fn inside(&self, field: &str, is_reference: bool) -> Option<KeySelection> {
        let include = match self.include.children.get(field) {
            Some(include) => include.clone(),
            None if self.include_all && is_reference => KeyTree::default(),
            None => return None,
        };
        let only = self.only.as_ref().and_then(|only| only.children.get(field)).cloned();
        let prefix = format!("{field}.");
        let exclude = self.exclude.iter().filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned);
        Some(KeySelection {
            // `keys=a` alone shows all of `a`.
            only: only.filter(|only| !only.children.is_empty()),
            exclude: exclude.collect(),
            include,
            include_all: false,
        })
    }
}

fn parts(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// In an order and among the keys, how well a row meets the `$text` of the query.
pub const SCORE: &str = "$score";

/// Reads `title,-createdAt`. `$score` is by how well rows meet the texts that the query asks for.
pub fn parse_order(class: Option<&Class>, order: &str, scored: &Arc<[ScoredText]>) -> Result<Vec<OrderBy>> {
    let mut keys = Vec::new();
    for part in parts(Some(order)) {
        let (name, descending) = match part.strip_prefix('-') {
            Some(name) => (name, true),
            None => (part, false),
        };
        let key = if name == SCORE { score_key(scored)? } else { field_key(class, name)? };
        keys.push(OrderBy { key, descending });
        if keys.len() > limits::ORDER_KEYS_MAX {
            return Err(Error::new(
                ErrorCode::InvalidQuery,
                format!("A query sorts by at most {} keys.", limits::ORDER_KEYS_MAX),
            ));
        }
    }
    Ok(keys)
}

fn score_key(scored: &Arc<[ScoredText]>) -> Result<OrderKey> {
    if scored.is_empty() {
        return Err(Error::new(ErrorCode::InvalidQuery, "Sorting by $score needs a condition with $text."));
    }
    Ok(OrderKey::Score(Arc::clone(scored)))
}

fn field_key(class: Option<&Class>, name: &str) -> Result<OrderKey> {
    let path = FieldPath::parse(name);
    check_path(&path, name).map_err(|error| in_order(error, name))?;
    let field = class.and_then(|class| class.field(&path.field));
    if field.is_some_and(|field| field.visibility == Visibility::WriteOnly) {
        return Err(Error::new(ErrorCode::InvalidQuery, format!("{} cannot be sorted by.", shown(name))));
    }
    Ok(OrderKey::Field(path))
}

/// Names are refused in other words here than in conditions.
fn in_order(error: Error, name: &str) -> Error {
    match error.code {
        ErrorCode::InvalidKeyName => {
            Error::new(ErrorCode::InvalidKeyName, format!("Invalid field name: {}.", shown(name)))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_includes() -> Result<()> {
        let selection =
            KeySelection::parse(Some("title,owner.name"), Some("title"), Some("list,list.owner"))?;
        assert!(!selection.shows("title") && selection.shows("owner") && !selection.shows("other"));
        let owner = selection.inside("owner", true);
        assert!(owner.is_some_and(|inner| inner.shows("name") && !inner.shows("email")));
        assert!(selection.inside("list", true).is_some_and(|inner| inner.inside("owner", true).is_some()));
        assert!(selection.inside("title", false).is_none());
        assert!(!KeySelection::parse(Some(""), None, None)?.shows("title"));
        Ok(())
    }

    #[test]
    fn include_bombs_are_refused() {
        let deep = "a.".repeat(11);
        let wide = (0..51).map(|n| format!("f{n}")).collect::<Vec<_>>().join(",");
        for include in [deep.as_str(), wide.as_str()] {
            assert!(KeySelection::parse(None, None, Some(include)).is_err());
        }
    }
}
