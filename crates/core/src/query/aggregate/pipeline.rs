//! A pipeline as its caller wrote it: which stages there are, and how it begins.

use std::sync::Arc;

use super::conditions::to_where;
use super::stages::Stages;
use super::{Shape, Stage, invalid};
use crate::error::{Result, shown};
use crate::limits;
use crate::schema::Class;
use crate::value::{Json, JsonMap, Timestamp};

/// Stages by name. Those that only choose rows come first and are conditions on the class.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pipeline {
    conditions: Vec<JsonMap>,
    stages: Vec<(String, Json)>,
}

impl Pipeline {
    /// Reads a list of stages, or an object of stages. Fails with 102.
    pub fn parse(json: &Json) -> Result<Self> {
        let mut stages = Vec::new();
        match json {
            Json::Array(items) => {
                for item in items {
                    stages.push(only_member(item)?);
                }
            }
            Json::Object(map) => stages.extend(map.iter()),
            _ => return Err(invalid("pipeline must be a list of stages")),
        }
        if stages.len() > limits::AGGREGATE_STAGES_MAX {
            return Err(invalid(format!(
                "A pipeline holds at most {} stages.",
                limits::AGGREGATE_STAGES_MAX
            )));
        }
        let mut pipeline = Pipeline::default();
        for (name, body) in stages {
            if !name.starts_with('$') {
                return Err(invalid(format!("Invalid aggregate stage '{}'.", shown(name))));
            }
            match body {
                Json::Object(conditions) if name == "$match" && pipeline.stages.is_empty() => {
                    pipeline.conditions.push(conditions.clone());
                }
                body => pipeline.stages.push((name.clone(), body.clone())),
            }
        }
        Ok(pipeline)
    }

    /// The conditions it begins with, as the `where` of a query on the class.
    pub fn conditions(&self, class: Option<&Class>) -> Result<JsonMap> {
        let pointer_class =
            |name: &str| -> Option<Arc<str>> { class?.field(name)?.kind.target_class().cloned() };
        let mut all: Vec<Json> = Vec::with_capacity(self.conditions.len());
        for conditions in &self.conditions {
            all.push(to_where(conditions, &pointer_class)?.into());
        }
        Ok(match all.len() {
            0 => JsonMap::new(),
            _ => JsonMap::from_iter([("$and".to_owned(), all.into())]),
        })
    }

    /// The stages after them, for documents like `source`, and the documents that come out. `check` refuses fields that
    /// the caller may not ask about.
    pub fn stages(
        &self,
        source: Shape,
        check: &dyn Fn(&str) -> Result<()>,
        now: Timestamp,
    ) -> Result<(Vec<Stage>, Shape)> {
        let mut stages = Stages::new(source, check, now);
        for (name, body) in &self.stages {
            stages.read(name, body)?;
        }
        Ok(stages.finish())
    }
}

fn only_member(stage: &Json) -> Result<(&String, &Json)> {
    let map = stage.as_object().ok_or_else(|| invalid("A stage of a pipeline must be an object."))?;
    let mut members = map.iter();
    match (members.next(), members.next()) {
        (Some(only), None) => Ok(only),
        _ => {
            let keys: Vec<_> = map.keys().map(String::as_str).collect();
            let keys = shown(&keys.join(", "));
            Err(invalid(format!("Pipeline stages should only have one key but found {keys}.")))
        }
    }
}

/// The stages that make one document of each value of a field; the elements of lists count one by one. The document's
/// only column that matters is the first.
pub fn distinct_stages(
    field: &str,
    source: Shape,
    check: &dyn Fn(&str) -> Result<()>,
    now: Timestamp,
) -> Result<(Vec<Stage>, Shape)> {
    let mut stages = Stages::new(source, check, now);
    stages.distinct(field)?;
    Ok(stages.finish())
}
