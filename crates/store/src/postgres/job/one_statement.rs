//! Which jobs need no transaction of their own.

use astrolabe_core::events::ChangeKind;
use astrolabe_core::ports::{WriteJob, WriteStep};
use astrolabe_core::schema::{Class, Schema};

use super::has_relations;
use crate::postgres::Shared;

/// Whether a job is one statement at most, with nothing after it that can fail and nothing that others have to hear of.
/// (Where it changed no row, a look for one may follow.) Such a statement is a transaction by itself.
pub(super) fn is_all_of(shared: &Shared, schema: &Schema, job: &WriteJob) -> bool {
    let is_told =
        |class: &Class, kind| shared.is_wanted(&class.name) || shared.events.is_watched(&class.name, kind);
    match job.steps.as_slice() {
        [] => true,
        [WriteStep::Insert { class, relations, .. }] => {
            relations.is_empty() && !is_told(class, ChangeKind::New)
        }
        [WriteStep::Update { class, relations, .. }] => {
            relations.is_empty() && !is_told(class, ChangeKind::Existing)
        }
        [WriteStep::Delete { class, .. }] => {
            let is_bound = |name: &str| !schema.rules_on(name).is_empty();
            let current = schema.class(&class.name);
            let needs_more = current.is_some_and(|class| has_relations(class) || is_bound(&class.name));
            !needs_more && !is_told(class, ChangeKind::Existing)
        }
        _ => false,
    }
}
