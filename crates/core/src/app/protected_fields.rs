//! Protected fields that an app's settings add to the permissions of its classes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Result;
use crate::schema::{Class, ProtectedFields};
use crate::value::{Json, JsonMap};

/// Rules by class, as the setting has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProtectedFieldsByClass {
    by_class: BTreeMap<String, ProtectedFields>,
}

impl ProtectedFieldsByClass {
    /// Reads `{"Class": {"*": ["field"]}}`. Fails with 107.
    pub fn from_json(json: &JsonMap) -> Result<Self> {
        let rule = |(class, rule): (&String, &Json)| Ok((class.clone(), ProtectedFields::from_json(rule)?));
        Ok(ProtectedFieldsByClass { by_class: json.iter().map(rule).collect::<Result<_>>()? })
    }

    /// The rule that holds for a class: its own, that of the settings, and the built-in one, group by group. No setting
    /// shows by what it leaves out: who is to see e-mail addresses is given a group that does not hide them.
    pub fn of_class<'c>(&self, class: &'c Class) -> Cow<'c, ProtectedFields> {
        let configured = self.by_class.get(&*class.name);
        let is_user = *class.name == *"_User";
        if configured.is_none() && !is_user {
            return Cow::Borrowed(&class.permissions.protected_fields);
        }
        let mut rule = class.permissions.protected_fields.clone();
        if let Some(configured) = configured {
            rule = rule.merged_with(configured);
        }
        if is_user {
            rule = rule.merged_with(&ProtectedFields::from_everyone(["email"]));
        }
        Cow::Owned(rule)
    }
}
