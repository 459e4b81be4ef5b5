//! What a registration says about its device.

use astrolabe_core::access::Scope;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::limits;
use astrolabe_core::objects::{Write, WriteKind};
use astrolabe_core::query::{FieldPath, Filter, Test};
use astrolabe_core::value::Value;

/// The length of a token of Apple's push service in hexadecimal, which comes in either case.
const APPLE_TOKEN_LEN: usize = 64;

/// Who a device says it is. Values that are not texts are left to the schema.
pub(super) struct Claim {
    /// The installation id in the body.
    pub(super) sent_id: Option<String>,
    /// The same, or that of the request, which SDKs send with all of theirs.
    pub(super) id: Option<String>,
    pub(super) token: Option<String>,
    pub(super) device_type: Option<String>,
    app: Option<String>,
}

impl Claim {
    /// Reads a write, and gives its ids the form in which they are compared.
    pub(super) fn of(scope: &Scope, write: &mut Write) -> Result<Self> {
        let sent_id = text(write, "installationId").map(|id| id.to_lowercase());
        let token = text(write, "deviceToken").map(|token| match token.chars().count() {
            APPLE_TOKEN_LEN => token.to_lowercase(),
            _ => token,
        });
        if write.kind == WriteKind::Create
            && sent_id.is_none()
            && token.is_none()
            && scope.installation_id().is_none()
        {
            return Err(Error::new(
                ErrorCode::MissingClassName,
                "at least one ID field (deviceToken, installationId) must be specified in this operation",
            ));
        }
        keep(write, "installationId", sent_id.as_deref(), limits::INSTALLATION_ID_LEN_MAX)?;
        keep(write, "deviceToken", token.as_deref(), limits::DEVICE_TOKEN_LEN_MAX)?;
        // The master key acts for many devices; the one it comes from means nothing.
        let from_request =
            if scope.is_privileged() { None } else { scope.installation_id().map(str::to_lowercase) };
        Ok(Claim {
            id: sent_id.clone().or(from_request),
            sent_id,
            token,
            device_type: text(write, "deviceType"),
            app: text(write, "appIdentifier"),
        })
    }

    /// Whether a row can be found by it. The master key makes some that cannot.
    pub(super) fn has_id(&self) -> bool {
        self.id.is_some() || self.token.is_some()
    }

    /// Installations of the same app on other devices that hold this device's token. A claim without an id of its own
    /// cannot tell which these are.
    pub(super) fn others_with_token(&self) -> Option<Filter> {
        let (id, token) = (self.sent_id.as_ref()?, self.token.as_ref()?);
        let mut conditions = vec![
            Filter::equals("deviceToken", Value::String(token.clone())),
            Filter::Field {
                path: FieldPath::top("installationId"),
                test: Test::NotEqual(Value::String(id.clone())),
            },
        ];
        conditions
            .extend(self.app.as_ref().map(|app| Filter::equals("appIdentifier", Value::String(app.clone()))));
        Some(Filter::And(conditions))
    }
}

fn text(write: &Write, field: &str) -> Option<String> {
    write.new_text(field).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Ids are kept in indexes, so they have a bound.
fn keep(write: &mut Write, field: &str, value: Option<&str>, len_max: usize) -> Result<()> {
    let Some(value) = value else { return Ok(()) };
    if value.len() > len_max {
        return Err(Error::new(
            ErrorCode::ValidationError,
            format!("{field} must not be longer than {len_max} bytes."),
        ));
    }
    write.set(field, Value::String(value.to_owned()));
    Ok(())
}
