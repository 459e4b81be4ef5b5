//! Making objects: the create pipeline, and the steps it shares with updates.

use std::sync::Arc;

use super::find::{non_existent_class, refuse_internal_class};
use super::new_row::{NewRow, insert_steps};
use super::prepared::{Prepared, SaveOf, WriteEnd};
use super::{Objects, RequestId, Write, WriteAnswer, WriteKind};
use crate::access::{FieldView, Scope};
use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::ports::{RuleContext, StoreError, WriteJob, WriteOutcome, WriteStep};
use crate::query::Filter;
use crate::schema::{
    CREATED_AT, Class, ClassPermissions, FieldSpec, OBJECT_ID, Operation, RowKind, Schema, SchemaChange,
    check_class_name, fields_for_write,
};
use crate::value::JsonMap;

impl Objects {
    /// Makes an object; under the id of a request only once.
    pub async fn create(
        &self,
        scope: &Scope,
        class_name: &str,
        body: JsonMap,
        request: Option<&RequestId>,
    ) -> Result<WriteAnswer> {
        self.save(
            scope,
            SaveOf { class_name, object_id: None, condition: None, required: None, request },
            body,
        )
        .await
    }

    /// Everything that comes before the commit of a new object.
    pub(super) async fn prepare_create(
        &self,
        scope: &Scope,
        class_name: &str,
        body: JsonMap,
    ) -> Result<Prepared> {
        self.authorise_write(scope, class_name, Operation::Create)?;
        let mut write = self.decode_create(scope, class_name, body)?;
        self.apply_rules(scope, &mut write).await?;
        if write.kind == WriteKind::Update {
            let permitted = self.authorise_write(scope, class_name, Operation::Update)?;
            return self.prepare_change(scope, write, permitted, None).await;
        }
        self.add_default_acl(scope, &mut write)?;
        self.parts.hooks.before_save(scope, &mut write).await?;
        let row = NewRow::complete(&self.schema(), &write)?;
        let class = self.class_for_write(scope, &write).await?;
        let answer = self.create_answer(scope, &write, &row);
        let steps = insert_steps(&mut write, class, row);
        let class_name = Arc::clone(&write.class_name);
        Ok(Prepared { class_name, steps, end: WriteEnd::Created { write, answer } })
    }

    fn decode_create(&self, scope: &Scope, class_name: &str, body: JsonMap) -> Result<Write> {
        let settings = self.settings();
        settings.keyword_denylist.check(&body)?;
        let object_id = match chosen_id(&body, settings.allow_custom_object_id || scope.is_maintenance())? {
            Some(chosen) => chosen,
            None => self.ids().object_id(settings.object_id_size),
        };
        let mut write = Write::new(class_name, WriteKind::Create, object_id, self.clock().now());
        write.read_body(scope, body)?;
        Ok(write)
    }

    /// Class-level permission, classes that are closed to clients, and keys that may only read. What is left are the
    /// rows with which the caller may do it.
    pub(super) fn authorise_write(
        &self,
        scope: &Scope,
        class_name: &str,
        operation: Operation,
    ) -> Result<Filter> {
        check_class_name(class_name)?;
        if scope.is_read_only() {
            return Err(Error::denied(
                ErrorCode::OperationForbidden,
                format!("read-only masterKey isn't allowed to perform the {operation} operation."),
            ));
        }
        refuse_internal_class(scope, class_name)?;
        let row = if operation == Operation::Create { RowKind::New } else { RowKind::Stored };
        match self.schema().class(class_name) {
            Some(class) => class.permissions.permitted_rows(class, operation, row, scope),
            None => Ok(Filter::all()),
        }
    }

    pub(super) async fn apply_rules(&self, scope: &Scope, write: &mut Write) -> Result<()> {
        let class_name = Arc::clone(&write.class_name);
        match self.parts.rules.of(&class_name) {
            Some(rules) => rules.before_save(RuleContext { objects: self, scope }, write).await,
            None => Ok(()),
        }
    }

    /// The class with every field the write needs; what is missing is made, if the caller may do that.
    pub(super) async fn class_for_write(&self, scope: &Scope, write: &Write) -> Result<Arc<Class>> {
        let schema = self.schema();
        let changes = schema_changes(&schema, write)?;
        match schema.class(&write.class_name) {
            Some(class) if changes.is_empty() => return Ok(Arc::clone(class)),
            Some(class) => {
                let row = if write.kind == WriteKind::Create { RowKind::New } else { RowKind::Stored };
                class.permissions.permitted_rows(class, Operation::AddField, row, scope)?;
            }
            None if scope.is_privileged() || self.settings().allow_client_class_creation => {}
            None => return Err(non_existent_class(&write.class_name)),
        }
        if let Some(class) = schema.class(&write.class_name) {
            self.check_unique(class, write).await?;
        }
        let schema = self.parts.store.change_schema(changes).await?;
        schema.class(&write.class_name).cloned().ok_or_else(Error::internal)
    }

    fn create_answer(&self, scope: &Scope, write: &Write, row: &NewRow) -> WriteAnswer {
        let mut body = JsonMap::new();
        body.insert(OBJECT_ID.into(), write.object_id.as_str().into());
        let created_at = write.chosen_times.created_at.unwrap_or(write.now);
        body.insert(CREATED_AT.into(), created_at.to_iso().into());
        for (name, value) in &row.told {
            body.insert(name.to_string(), value.to_json());
        }
        body.extend(write.more_answer.clone());
        self.hide_in_answer(scope, &write.class_name, &mut body);
        WriteAnswer { kind: WriteKind::Create, object_id: write.object_id.clone(), body }
    }

    /// Leaves protected fields out of the answer to a write, where the settings do not exempt such answers.
    pub(super) fn hide_in_answer(&self, scope: &Scope, class_name: &str, body: &mut JsonMap) {
        let settings = self.settings();
        if settings.save_answers_show_protected_fields {
            return;
        }
        if let Some(class) = self.schema().class(class_name) {
            let view = FieldView::new(class, scope, settings);
            body.retain(|field, _| !view.hides(field));
        }
    }

    pub(super) async fn commit(&self, class_name: &str, job: WriteJob) -> Result<WriteOutcome> {
        self.submit(job).await.map_err(|error| self.explain(class_name, error))
    }

    /// Commits steps of the server's own making, such as a new session.
    pub async fn commit_steps(&self, scope: &Scope, steps: Vec<WriteStep>) -> Result<WriteOutcome> {
        if !scope.is_server() {
            return Err(Error::internal());
        }
        Ok(self.submit(WriteJob { steps }).await?)
    }

    /// The error for the caller, in the words of the class.
    pub(super) fn explain(&self, class_name: &str, error: StoreError) -> Error {
        let (_, error) = error.into_step();
        match self.parts.rules.of(class_name) {
            Some(rules) => rules.explain(error),
            None => error.into(),
        }
    }
}

/// The id that the client chose. Where it may not choose, an empty one counts as none.
fn chosen_id(body: &JsonMap, allowed: bool) -> Result<Option<String>> {
    let Some((key, chosen)) = [OBJECT_ID, "id"].iter().find_map(|key| Some((*key, body.get(*key)?))) else {
        return Ok(None);
    };
    let is_empty = chosen.is_null() || chosen.as_str() == Some("");
    match (allowed && key == OBJECT_ID, chosen.as_str()) {
        (false, _) if is_empty && key == OBJECT_ID => Ok(None),
        (false, _) => Err(Error::new(ErrorCode::InvalidKeyName, format!("{key} is an invalid field name."))),
        (true, Some(id)) if !is_empty => checked_id(id).map(Some),
        (true, _) => {
            Err(Error::new(ErrorCode::MissingObjectId, "objectId must not be empty, null or undefined"))
        }
    }
}

fn checked_id(id: &str) -> Result<String> {
    // Ids stand in access lists beside `*` and `role:` names, so they must not be able to look like one.
    let is_plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if is_plain && id.len() <= limits::OBJECT_ID_LEN_MAX {
        return Ok(id.to_owned());
    }
    Err(Error::new(ErrorCode::InvalidKeyName, "objectId takes at most 64 letters, digits, '_' and '-'."))
}

/// The class and fields that have to be made before the write can be stored.
fn schema_changes(schema: &Schema, write: &Write) -> Result<Vec<SchemaChange>> {
    let mut changes = Vec::new();
    let missing = match schema.class(&write.class_name) {
        Some(class) => fields_for_write(class, write.wanted_types())?,
        None => {
            let name = Arc::clone(&write.class_name);
            changes.push(SchemaChange::AddClass { name, permissions: ClassPermissions::default() });
            write.wanted_types().map(|(name, kind)| FieldSpec::new(name, kind)).collect()
        }
    };
    changes.extend(
        missing
            .into_iter()
            .map(|field| SchemaChange::AddField { class: Arc::clone(&write.class_name), field }),
    );
    Ok(changes)
}
