//! The access list that a class gives to objects that bring none.

use super::{Objects, Write};
use crate::access::{Acl, Scope};
use crate::error::Result;
use crate::schema::ACL;
use crate::value::Json;

impl Objects {
    /// The list of a new object of the class, with the form in which the caller is told of it.
    pub fn default_acl(&self, scope: &Scope, class_name: &str) -> Result<Option<(Acl, Json)>> {
        let schema = self.schema();
        let default = schema.class(class_name).and_then(|class| class.permissions.default_acl.as_ref());
        default.map_or(Ok(None), |default| default.for_creator(scope.user_id()))
    }

    /// Comes after the rules of the class: by then it is certain that an object is made, and what list they give it.
    pub(super) fn add_default_acl(&self, scope: &Scope, write: &mut Write) -> Result<()> {
        // The rules of sessions refuse any list.
        if write.acl.is_some() || *write.class_name == *"_Session" {
            return Ok(());
        }
        if let Some((acl, json)) = self.default_acl(scope, &write.class_name)? {
            write.acl = Some(Some(acl));
            write.more_answer.insert(ACL.into(), json);
        }
        Ok(())
    }
}
