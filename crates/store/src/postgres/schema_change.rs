//! Schema changes: checked, applied to tables and catalogue, and turned into a new schema. One node at a time makes
//! them, under a lock in the database, and begins with what the others have made; a failure anywhere leaves everything
//! as it was.

mod field;
mod index;
mod rename;
mod terms;

pub(super) use terms::add_terms;

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{Class, ClassPermissions, Schema, SchemaChange, check_change};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::connection::Connection;
use super::errors::{class_gone, store_error};
use super::{Shared, catalogue, transaction};
use crate::catalogue::{create_class, drop_class, permissions_to_text, pick_table};
use crate::dialect::Dialect;

/// How long one statement may take: an index over many rows takes its time.
const STATEMENT_DEADLINE: std::time::Duration = std::time::Duration::from_secs(600);

/// Whether the schema holds what all changes ask for.
pub(super) fn is_done(schema: &Schema, changes: &[SchemaChange]) -> bool {
    changes.iter().all(|change| !is_needed(schema, change).unwrap_or(true))
}

/// Applies the changes, tells the other nodes and returns the schema that holds them.
pub(super) async fn change(shared: &Shared, changes: &[SchemaChange]) -> StoreResult<Arc<Schema>> {
    let mut lease = shared.database.exclusive().await?;
    lease.begin();
    let connection = lease.connection()?;
    transaction::begin(connection, STATEMENT_DEADLINE).await?;
    let work = async {
        catalogue::lock(connection, &shared.dialect).await?;
        let schema = catalogue::load(connection, &shared.dialect).await?;
        let changing = Changing { connection, dialect: &shared.dialect };
        let next = changing.apply(&schema, changes).await?;
        let is_changed = next.is_some();
        if is_changed {
            shared.announce_schema(connection).await?;
        }
        Ok((next.unwrap_or(schema), is_changed))
    };
    let result = work.await;
    let result = transaction::finish(connection, result).await;
    lease.end();
    let (schema, is_changed) = result?;
    let version = schema.version;
    let schema = shared.adopt_schema(schema);
    shared.events.raise_all();
    if is_changed {
        shared.confirm(0, version).await?;
    }
    Ok(schema)
}

fn is_needed(schema: &Schema, change: &SchemaChange) -> Result<bool, Error> {
    let needed = check_change(schema, change)?;
    Ok(match change {
        SchemaChange::SetPermissions { class, permissions } => {
            needed && schema.class(class).is_some_and(|class| class.permissions != *permissions)
        }
        _ => needed,
    })
}

/// A transaction that changes the schema.
struct Changing<'c> {
    connection: &'c Connection,
    dialect: &'c Dialect,
}

impl Changing<'_> {
    /// The new schema; `None` when nothing was left to do.
    async fn apply(&self, schema: &Schema, changes: &[SchemaChange]) -> StoreResult<Option<Schema>> {
        let mut next = schema.draft();
        let mut changed = false;
        for change in changes {
            if is_needed(&next, change).map_err(StoreError::Refused)? {
                self.apply_one(&mut next, change).await?;
                changed = true;
            }
        }
        if !changed {
            return Ok(None);
        }
        next.version += 1;
        let version = i64::try_from(next.version).unwrap_or(i64::MAX);
        self.write("UPDATE {at}_catalog_meta SET schema_version = $1", &[&version]).await?;
        // What was derived from the draft may be of a state in between.
        Ok(Some(next.draft()))
    }

    async fn apply_one(&self, schema: &mut Schema, change: &SchemaChange) -> StoreResult<()> {
        let name = match change {
            SchemaChange::AddClass { name, permissions } => {
                return self.add_class(schema, name, permissions).await;
            }
            SchemaChange::DropClass { name } => return self.drop_class(schema, name).await,
            SchemaChange::RenameClass { from, to } => return self.rename_class(schema, from, to).await,
            SchemaChange::RenameField { class, from, to } => {
                return self.rename_field(schema, class, from, to).await;
            }
            SchemaChange::RecordMigration(migration) => {
                return self.record_migration(schema, migration).await;
            }
            SchemaChange::AddField { class, .. }
            | SchemaChange::DropField { class, .. }
            | SchemaChange::SetFieldOptions { class, .. }
            | SchemaChange::AddIndex { class, .. }
            | SchemaChange::DropIndex { class, .. }
            | SchemaChange::SetPermissions { class, .. } => class,
        };
        let mut class = existing(schema, name)?;
        match change {
            SchemaChange::AddField { field, .. } if class.field(&field.name).is_some() => {
                self.add_lacking_index(&mut class, field).await?;
            }
            SchemaChange::AddField { field, .. } => self.add_field(schema, &mut class, field).await?,
            SchemaChange::DropField { field, .. } => self.drop_field(&mut class, field).await?,
            SchemaChange::SetFieldOptions { field, .. } => self.set_options(&mut class, field).await?,
            SchemaChange::AddIndex { index, .. } => self.add_index(&mut class, index).await?,
            SchemaChange::DropIndex { index, .. } => self.drop_index(&mut class, index).await?,
            SchemaChange::SetPermissions { permissions, .. } => {
                self.set_permissions(&mut class, permissions).await?;
            }
            // Those have returned.
            _ => {}
        }
        schema.classes.insert(Arc::clone(&class.name), Arc::new(class));
        Ok(())
    }

    async fn add_class(
        &self,
        schema: &mut Schema,
        name: &Arc<str>,
        permissions: &ClassPermissions,
    ) -> StoreResult<()> {
        let table = pick_table(schema, name);
        self.run(&create_class(self.dialect, &table)).await?;
        self.write(
            "INSERT INTO {at}_catalog_class (name, table_name, permissions) VALUES ($1, $2, $3)",
            &[&&**name, &table, &permissions_to_text(permissions)],
        )
        .await?;
        let (fields, indexes) = Default::default();
        let class = Class {
            name: Arc::clone(name),
            table: table.into(),
            fields,
            indexes,
            permissions: permissions.clone(),
        };
        schema.classes.insert(Arc::clone(name), Arc::new(class));
        Ok(())
    }

    async fn set_permissions(&self, class: &mut Class, permissions: &ClassPermissions) -> StoreResult<()> {
        class.permissions = permissions.clone();
        self.write(
            "UPDATE {at}_catalog_class SET permissions = $1 WHERE name = $2",
            &[&permissions_to_text(permissions), &&*class.name],
        )
        .await
    }

    /// The lock keeps rows from being added between the look and the removal.
    async fn drop_class(&self, schema: &mut Schema, name: &str) -> StoreResult<()> {
        let class = existing(schema, name)?;
        let table = self.dialect.located(&class.table);
        self.run(&format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")).await?;
        let rows = self.read(&format!("SELECT count(*) FROM {table}"), &[]).await?;
        let rows: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(store_error)?;
        if rows > 0 {
            return Err(StoreError::Refused(Error::new(
                ErrorCode::InvalidSchemaOperation,
                format!("Class {name} is not empty, contains {rows} objects, cannot drop schema."),
            )));
        }
        for statement in drop_class(self.dialect, &class) {
            self.run(&statement).await?;
        }
        self.write("DELETE FROM {at}_catalog_class WHERE name = $1", &[&name]).await?;
        schema.classes.shift_remove(name);
        Ok(())
    }

    async fn run(&self, sql: &str) -> StoreResult<()> {
        self.connection.batch(sql).await.map_err(store_error)
    }

    async fn write(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> StoreResult<()> {
        self.read(sql, params).await.map(|_| ())
    }

    async fn read(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> StoreResult<Vec<Row>> {
        let sql = catalogue::at(self.dialect, sql);
        self.connection.query_text(&sql, params).await.map_err(store_error)
    }

    /// Runs a statement that yields the number of a row of the catalogue.
    async fn read_id(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> StoreResult<i64> {
        let rows = self.read(sql, params).await?;
        let row = rows.first().ok_or_else(|| StoreError::Database("the catalogue lacks a row".to_owned()))?;
        row.try_get(0).map_err(store_error)
    }
}

fn existing(schema: &Schema, name: &str) -> StoreResult<Class> {
    schema.class(name).map(|class| Class::clone(class)).ok_or_else(|| class_gone(name))
}
