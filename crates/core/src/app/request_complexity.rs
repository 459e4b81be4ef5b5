//! How much one request of a client may ask for. These bounds are an operator's; those of `limits` hold beside them.

use crate::error::{Error, ErrorCode, Result};
use crate::query::{KeySelection, KeyTree};
use crate::value::{Json, JsonMap};

/// The bounds; `None` is none. The holder of the master key is not bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestComplexity {
    /// Levels of an include.
    pub include_depth: Option<u64>,
    /// Pointers that a query follows, each level counted.
    pub include_count: Option<u64>,
    /// Levels of `$or`, `$and` and `$nor` inside each other.
    pub query_depth: Option<u64>,
    /// Levels of subqueries inside each other.
    pub subquery_depth: Option<u64>,
    /// Objects that a subquery finds.
    pub subquery_limit: Option<u64>,
    /// Requests of a batch.
    pub batch_requests: Option<u64>,
    /// `$regex` is refused.
    pub refuses_regex: bool,
}

impl RequestComplexity {
    /// Refuses (102) conditions that ask for too much.
    pub fn check_conditions(&self, conditions: &JsonMap) -> Result<()> {
        check("Query condition nesting depth", depth_of(conditions), self.query_depth)?;
        check("Subquery nesting depth", subquery_depth_of(conditions), self.subquery_depth)?;
        if self.refuses_regex && holds_regex(conditions) {
            return Err(invalid("$regex operator is not allowed".to_owned()));
        }
        Ok(())
    }

    /// Refuses (102) includes that ask for too much.
    pub fn check_include(&self, keys: &KeySelection) -> Result<()> {
        let (depth, count) = (keys.include.depth() as u64, nodes_of(&keys.include));
        if let Some(max) = self.include_depth.filter(|max| depth > *max) {
            return Err(invalid(format!("Include depth of {depth} exceeds maximum allowed depth of {max}")));
        }
        if let Some(max) = self.include_count.filter(|max| count > *max) {
            return Err(invalid(format!(
                "Number of include fields ({count}) exceeds maximum allowed ({max})"
            )));
        }
        Ok(())
    }

    /// Refuses (107) batches of too many requests.
    pub fn check_batch(&self, requests: usize) -> Result<()> {
        match self.batch_requests.filter(|max| requests as u64 > *max) {
            None => Ok(()),
            Some(max) => Err(Error::new(
                ErrorCode::InvalidJson,
                format!("Batch request contains {requests} sub-requests, which exceeds the limit of {max}."),
            )),
        }
    }
}

fn check(what: &str, depth: u64, max: Option<u64>) -> Result<()> {
    match max.filter(|max| depth > *max) {
        None => Ok(()),
        Some(max) => Err(invalid(format!("{what} exceeds maximum allowed depth of {max}"))),
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}

/// The members of the logical operators of one level.
fn members(conditions: &JsonMap) -> impl Iterator<Item = &JsonMap> {
    let logical = |(key, _): &(&String, &Json)| matches!(key.as_str(), "$or" | "$and" | "$nor");
    let items = conditions.iter().filter(logical).filter_map(|(_, json)| json.as_array()).flatten();
    items.filter_map(Json::as_object)
}

fn depth_of(conditions: &JsonMap) -> u64 {
    members(conditions).map(|member| 1 + depth_of(member)).max().unwrap_or(0)
}

fn subquery_depth_of(conditions: &JsonMap) -> u64 {
    let inner = |(operator, json): (&String, &Json)| {
        let conditions = match operator.as_str() {
            "$inQuery" | "$notInQuery" => json.get("where"),
            "$select" | "$dontSelect" => json.get("query").map(|query| query.get("where").unwrap_or(query)),
            _ => None,
        };
        conditions.map(|conditions| 1 + conditions.as_object().map_or(0, subquery_depth_of))
    };
    let own = conditions.values().filter_map(Json::as_object).flat_map(|map| map.iter().filter_map(inner));
    own.chain(members(conditions).map(subquery_depth_of)).max().unwrap_or(0)
}

fn holds_regex(conditions: &JsonMap) -> bool {
    fn anywhere(json: &Json) -> bool {
        match json {
            Json::Object(map) => map.contains_key("$regex") || map.values().any(anywhere),
            Json::Array(items) => items.iter().any(anywhere),
            _ => false,
        }
    }
    conditions.values().any(anywhere)
}

fn nodes_of(tree: &KeyTree) -> u64 {
    tree.children.values().map(|child| 1 + nodes_of(child)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions() {
        let bounds = RequestComplexity {
            query_depth: Some(1),
            subquery_depth: Some(1),
            refuses_regex: true,
            ..RequestComplexity::default()
        };
        let subquery = |conditions: Json| json!({"a": {"$inQuery": {"className": "A", "where": conditions}}});
        for (conditions, word) in [
            (json!({"$or": [{"a": 1}]}), None),
            (json!({"$or": [{"$and": [{"a": 1}]}]}), Some("condition nesting")),
            (subquery(json!({"b": 1})), None),
            (subquery(subquery(json!({}))), Some("Subquery nesting")),
            (json!({"$or": [subquery(subquery(json!({})))]}), Some("Subquery nesting")),
            (json!({"a": {"$regex": "x"}}), Some("$regex")),
            (json!({"$or": [{"a": {"$all": [{"$regex": "^x"}]}}]}), Some("$regex")),
        ] {
            let map = conditions.as_object().cloned().unwrap_or_default();
            let refusal = bounds.check_conditions(&map).err().map(|error| error.message.into_owned());
            assert_eq!(refusal.is_some(), word.is_some(), "{conditions}");
            assert!(refusal.unwrap_or_default().contains(word.unwrap_or_default()), "{conditions}");
            assert_eq!(RequestComplexity::default().check_conditions(&map), Ok(()));
        }
    }

    #[test]
    fn includes() -> Result<()> {
        let keys = KeySelection::parse(None, None, Some("a.b,c"))?;
        for (include_depth, include_count, fits) in
            [(Some(2), Some(3), true), (Some(1), None, false), (None, Some(2), false), (None, None, true)]
        {
            let bounds = RequestComplexity { include_depth, include_count, ..RequestComplexity::default() };
            assert_eq!(bounds.check_include(&keys).is_ok(), fits);
        }
        Ok(())
    }
}
