//! Requests that are done once: a client that does not know whether its request arrived sends it again with the same
//! id.
//!
//! The id is recorded in the job of the write, so a write that failed can be tried again and one that is stored is
//! never done twice, wherever the server stops in between. Source: Parse REST protocol, "Idempotency".

use std::sync::Arc;

use super::{Object, Objects};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::ports::{Expectation, StoreError, WriteJob, WriteStep};
use crate::query::{FieldPath, Filter, RowAccess, Test};
use crate::schema::{Class, IDEMPOTENCY, OBJECT_ID};
use crate::value::{Timestamp, Value};

const REQUEST_ID: &str = "reqId";
const EXPIRE: &str = "expire";

/// The id that a client gave a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// Checks an id. An empty one is none.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        if text.len() > limits::REQUEST_ID_LEN_MAX {
            let message = format!("X-Parse-Request-Id has at most {} bytes.", limits::REQUEST_ID_LEN_MAX);
            return Err(Error::new(ErrorCode::InvalidValue, message));
        }
        Ok((!text.is_empty()).then(|| RequestId(text.to_owned())))
    }
}

/// The steps that record a request; they stand before those of its write, so that they are the first to fail.
#[derive(Default)]
pub(super) struct Recording {
    steps: Vec<WriteStep>,
}

impl Recording {
    /// How many steps it takes.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// The job that records the request and does the write, or nothing.
    pub fn job(self, write: Vec<WriteStep>) -> WriteJob {
        let mut steps = self.steps;
        steps.extend(write);
        WriteJob { steps }
    }
}

impl Objects {
    /// Prepares to record a request. Fails with 159 when it was done already, before anything else can fail. A key that
    /// may only read leaves no record either.
    pub(super) async fn recording(&self, scope: &Scope, request: Option<&RequestId>) -> Result<Recording> {
        let request = request.filter(|_| !scope.is_read_only());
        let Some(RequestId(id)) = request else { return Ok(Recording::default()) };
        let class = self.schema().class(IDEMPOTENCY).cloned().ok_or_else(Error::internal)?;
        let now = self.clock().now();
        let mut expired = self.expired_requests(now).await?;
        if let Some(known) = self.known_request(id).await? {
            if known.time(EXPIRE).is_some_and(|expire| expire > now) {
                return Err(duplicate_request());
            }
            expired.push(Value::String(known.object_id));
        }
        let mut steps = Vec::with_capacity(2);
        if !expired.is_empty() {
            let filter = Filter::Field { path: FieldPath::top(OBJECT_ID), test: Test::In(expired) };
            let class = Arc::clone(&class);
            steps.push(WriteStep::Delete {
                class,
                filter,
                access: RowAccess::All,
                deleted_at: now,
                expect: Expectation::Any,
            });
        }
        steps.push(self.record_step(class, id, now));
        Ok(Recording { steps })
    }

    /// Records a request that is not one write; it counts as done even when it fails.
    pub async fn record_request(&self, scope: &Scope, request: &RequestId) -> Result<()> {
        let recording = self.recording(scope, Some(request)).await?;
        let steps_len = recording.len();
        let outcome = self.submit(recording.job(Vec::new())).await;
        outcome.map(|_| ()).map_err(|error| match error.into_recording(steps_len) {
            Ok(refused) => refused,
            Err(error) => error.into(),
        })
    }

    fn record_step(&self, class: Arc<Class>, id: &str, now: Timestamp) -> WriteStep {
        let expire = Timestamp(now.0 + self.settings().idempotency_ttl_s * 1_000);
        WriteStep::Insert {
            class,
            object_id: self.ids().object_id(self.settings().object_id_size),
            created_at: now,
            updated_at: now,
            acl: None,
            values: vec![
                (REQUEST_ID.into(), Value::String(id.to_owned())),
                (EXPIRE.into(), Value::Date(expire)),
            ],
            relations: Vec::new(),
        }
    }

    async fn known_request(&self, id: &str) -> Result<Option<Object>> {
        self.find_object(
            &Scope::server(),
            IDEMPOTENCY,
            Filter::equals(REQUEST_ID, Value::String(id.to_owned())),
        )
        .await
    }

    /// A few of those that nobody asks for any more. Every write adds one and removes some, so they never pile up.
    async fn expired_requests(&self, now: Timestamp) -> Result<Vec<Value>> {
        let test = Test::LessOrEqual(Value::Date(now));
        let filter = Filter::Field { path: FieldPath::top(EXPIRE), test };
        let most = limits::EXPIRED_REQUESTS_PER_WRITE as u64;
        let expired = self.find_objects(&Scope::server(), IDEMPOTENCY, filter, most).await?;
        Ok(expired.into_iter().map(|object| Value::String(object.object_id)).collect())
    }
}

impl StoreError {
    /// The error for the caller when one of the first steps, those that record the request, is at fault.
    pub(super) fn into_recording(self, steps_len: usize) -> Result<Error, StoreError> {
        match self {
            StoreError::InStep { step, error } if step < steps_len => Ok(match *error {
                StoreError::Duplicate { .. } => duplicate_request(),
                other => other.into(),
            }),
            StoreError::Duplicate { .. } if steps_len == 1 => Ok(duplicate_request()),
            other => Err(other),
        }
    }
}

fn duplicate_request() -> Error {
    Error::new(ErrorCode::DuplicateRequest, "Duplicate request")
}
