//! The rules of `_Installation`: which registrations are the same device, and which row is left of several.
//!
//! Clients do not know the object id of their installation when they start, so they register again and again. A
//! registration is decided by what is stored under its ids; the job that carries it out holds only while that is so.
//!
//! Source: Parse REST protocol, "Installations".

mod claim;
mod matches;

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::{Object, Write, WriteKind};
use astrolabe_core::ports::{BoxFuture, ClassRules, RuleContext};
use astrolabe_core::query::Filter;

use claim::Claim;
use matches::Matches;

const INSTALLATION: &str = "_Installation";

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct InstallationRules;

impl ClassRules for InstallationRules {
    fn class_name(&self) -> &'static str {
        INSTALLATION
    }

    fn before_save<'a>(
        &'a self,
        context: RuleContext<'a>,
        write: &'a mut Write,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(register(context, write))
    }

    /// Of requests for one device at the same moment at least one wins each round.
    fn attempts(&self) -> usize {
        16
    }
}

async fn register(context: RuleContext<'_>, write: &mut Write) -> Result<()> {
    let claim = Claim::of(context.scope, write)?;
    let says_type = write.kind == WriteKind::Update && claim.device_type.is_some();
    if !claim.has_id() && !says_type {
        return Ok(());
    }
    let matches = Matches::read(context.objects, &claim, write).await?;
    let by_object = match write.kind {
        WriteKind::Create => None,
        WriteKind::Update => Some(matches.with_object_id(&write.object_id).ok_or_else(not_found)?),
    };
    if let Some(stored) = by_object {
        check_unchanged(&claim, stored)?;
    }
    let same_device = matches.with_id(&claim).or(by_object);
    if same_device.is_none() && claim.device_type.is_none() {
        return Err(Error::new(
            ErrorCode::MissingClassName,
            "deviceType must be specified in this operation",
        ));
    }
    let decision = match same_device {
        Some(stored) => known_device(&claim, &matches, stored),
        None => unknown_device(&claim, &matches)?,
    };
    carry_out(write, &matches, decision);
    Ok(())
}

/// What becomes of a registration.
struct Decision<'a> {
    /// The row it goes to; `None` makes one.
    target: Option<&'a Object>,
    /// Rows that the device leaves behind.
    replaced: Option<Filter>,
}

/// Nothing is stored under the installation id, but perhaps under the token.
fn unknown_device<'a>(claim: &Claim, matches: &'a Matches) -> Result<Decision<'a>> {
    let same_token = matches.with_token(claim);
    match same_token.as_slice() {
        [] => Ok(Decision { target: None, replaced: None }),
        [only] if claim.id.is_none() || only.text("installationId").is_none() => {
            Ok(Decision { target: Some(only), replaced: None })
        }
        _ if claim.sent_id.is_none() => Err(Error::new(
            ErrorCode::AmbiguousInstallation,
            "Must specify installationId when deviceToken matches multiple Installation objects",
        )),
        // The app was installed anew: push services give the old token to the new installation.
        _ => Ok(Decision { target: None, replaced: claim.others_with_token() }),
    }
}

fn known_device<'a>(claim: &Claim, matches: &'a Matches, stored: &'a Object) -> Decision<'a> {
    if let [only] = matches.with_token(claim).as_slice()
        && only.text("installationId").is_none()
    {
        // Its token was registered before its id was known; both rows are one device, and the older form is left.
        let replaced = (only.object_id != stored.object_id).then(|| matches::by_object_id(&stored.object_id));
        return Decision { target: Some(only), replaced };
    }
    let takes_token = claim.token.is_some() && claim.token.as_deref() != stored.text("deviceToken");
    let replaced = if takes_token { claim.others_with_token() } else { None };
    Decision { target: Some(stored), replaced }
}

/// What identifies a device stays as it is once it is known.
fn check_unchanged(claim: &Claim, stored: &Object) -> Result<()> {
    let differs = |claimed: &Option<String>, field| {
        claimed.is_some() && stored.text(field).is_some() && claimed.as_deref() != stored.text(field)
    };
    let has_id = claim.sent_id.is_some() || stored.text("installationId").is_some();
    let changed = if differs(&claim.sent_id, "installationId") {
        "installationId"
    } else if differs(&claim.token, "deviceToken") && !has_id {
        "deviceToken"
    } else if claim.device_type.is_some() && claim.device_type.as_deref() != stored.text("deviceType") {
        "deviceType"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorCode::FieldNotChangeable, format!("{changed} may not be changed in this operation")))
}

fn carry_out(write: &mut Write, matches: &Matches, decision: Decision<'_>) {
    if let Some(target) = decision.target {
        write.kind = WriteKind::Update;
        write.object_id = target.object_id.clone();
        write.conditions = ["installationId", "deviceToken"]
            .map(|field| Filter::equals(field, target.value(field).clone()))
            .into();
    }
    let deleted_at = write.now;
    write.more_steps.extend(decision.replaced.map(|rows| matches.delete(rows, deleted_at)));
    write.more_steps.push(matches.require_no_others(&write.object_id));
}

fn not_found() -> Error {
    Error::new(ErrorCode::ObjectNotFound, "Object not found for update.")
}
