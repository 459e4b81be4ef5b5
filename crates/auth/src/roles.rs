//! Which roles a user has: those that list the user, and every role that lists one of these among its `roles`.
//!
//! The members of a child role have the rights of its parents, never the other way round. Every request asks the
//! database, so a change counts from the next request on; a user without roles costs one look-up by index.
//!
//! Source: Parse REST protocol, "Permissions", roles.

use std::collections::HashSet;

use astrolabe_core::access::{Scope, UserCaller};
use astrolabe_core::error::Result;
use astrolabe_core::limits;
use astrolabe_core::objects::{Object, Objects};
use astrolabe_core::query::{FieldPath, Filter, Test};
use astrolabe_core::value::{Pointer, Value};

use crate::session::user_pointer;

/// The class of roles.
pub(crate) const ROLE: &str = "_Role";

/// A user as a caller, with the roles of this moment.
pub(crate) async fn user_caller(objects: &Objects, user_id: &str, session_id: &str) -> Result<UserCaller> {
    let roles = role_names(objects, user_id).await?;
    Ok(UserCaller::new(user_id, session_id, &roles))
}

/// Level by level, from the roles of the user to their parents. Roles beyond the bounds give no rights; one that
/// was seen before is not followed again, so a circle ends.
async fn role_names(objects: &Objects, user_id: &str) -> Result<Vec<String>> {
    let (mut names, mut seen) = (Vec::new(), HashSet::new());
    let mut filter = Filter::equals("users", user_pointer(user_id));
    for _ in 0..limits::ROLE_LEVELS_MAX {
        let level = find_roles(objects, filter).await?;
        let room = limits::USER_ROLES_MAX - names.len();
        let new: Vec<_> =
            level.into_iter().filter(|role| seen.insert(role.object_id.clone())).take(room).collect();
        if new.is_empty() {
            break;
        }
        filter = parents_of(&new);
        names.extend(new.iter().filter_map(|role| role.text("name")).map(str::to_owned));
    }
    Ok(names)
}

/// The caller's rights are being found out, so they cannot decide over what is read here.
async fn find_roles(objects: &Objects, filter: Filter) -> Result<Vec<Object>> {
    // Of the roles found some may be known already, which must not keep new ones out.
    let limit = 2 * limits::USER_ROLES_MAX as u64;
    objects.find_objects(&Scope::server(), ROLE, filter, limit).await
}

fn parents_of(children: &[Object]) -> Filter {
    let pointer = |role: &Object| {
        Value::Pointer(Pointer { class_name: ROLE.to_owned(), object_id: role.object_id.clone() })
    };
    let test = Test::In(children.iter().map(pointer).collect());
    Filter::Field { path: FieldPath::top("roles"), test }
}
