//! The access list of a user, who never loses the right to itself but by an administrator.

use astrolabe_core::access::Acl;
use astrolabe_core::error::Result;
use astrolabe_core::objects::Write;
use astrolabe_core::ports::RuleContext;
use astrolabe_core::schema::ACL;

use crate::session::USER;

/// A new user belongs to itself; others see it only where the class or the app says so or the request asks for it.
pub(super) fn give_acl(context: RuleContext<'_>, write: &mut Write) -> Result<()> {
    let RuleContext { objects, scope } = context;
    let sent = write.acl.take().flatten();
    let default = if sent.is_none() { objects.default_acl(scope, USER)? } else { None };
    let is_default = default.is_some();
    let mut acl = match sent.or(default.map(|(acl, _)| acl)) {
        Some(acl) => acl,
        None if objects.settings().enforce_private_users => Acl::default(),
        None => Acl::default().with_public_read(),
    };
    acl.grant(&write.object_id);
    if is_default {
        write.more_answer.insert(ACL.into(), acl.to_json());
    }
    write.acl = Some(Some(acl));
    Ok(())
}

/// Users cannot lock themselves out by an access list; an administrator can.
pub(super) fn keep_own_rights(write: &mut Write) {
    if let Some(acl) = &mut write.acl {
        acl.get_or_insert_default().grant(&write.object_id);
    }
}
