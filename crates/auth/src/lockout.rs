//! Accounts lock after wrong passwords in a row.
//!
//! A check of a password counts when it is recorded, not when it is made: the job that opens a session requires that
//! the account is not locked at that moment, and the job that counts a wrong password adds to the count and locks in
//! one transaction. So of any number of simultaneous tries, no more than the threshold learn whether they were right,
//! and right passwords sent at the same time do not lock each other out.
//!
//! Source: Parse Server, `accountLockout`.

use std::sync::Arc;

use astrolabe_core::access::Scope;
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::{Object, Objects};
use astrolabe_core::ports::{Expectation, FieldUpdate, WriteStep};
use astrolabe_core::query::{FieldPath, Filter, RowAccess, Test};
use astrolabe_core::schema::{Class, OBJECT_ID};
use astrolabe_core::value::{Timestamp, Value};

use crate::session::USER;

/// Wrong passwords in a row.
pub(crate) const FAILED_COUNT: &str = "_failed_login_count";
/// When a locked account opens again.
pub(crate) const LOCKED_UNTIL: &str = "_account_lockout_expires_at";

/// The lock of one user's account, where the app has one.
pub(crate) struct Lockout<'a> {
    objects: &'a Objects,
    class: Arc<Class>,
    user_id: &'a str,
    threshold: f64,
    minutes: u32,
    now: Timestamp,
}

impl<'a> Lockout<'a> {
    /// `None` when the app does not lock accounts.
    pub(crate) fn of(app: &'a App, user: &'a Object) -> Option<Self> {
        let settings = &app.objects.settings().account_lockout;
        Some(Lockout {
            objects: &app.objects,
            class: Arc::clone(&user.class),
            user_id: &user.object_id,
            threshold: f64::from(settings.threshold?),
            minutes: settings.minutes,
            now: app.objects.clock().now(),
        })
    }

    /// Whether the account is locked in what was read.
    pub(crate) fn is_shut(&self, user: &Object) -> bool {
        let count = match user.value(FAILED_COUNT) {
            Value::Number(count) => *count,
            _ => 0.0,
        };
        count >= self.threshold && user.time(LOCKED_UNTIL).is_some_and(|until| until > self.now)
    }

    /// Whether the account is locked by now.
    pub(crate) async fn is_shut_by_now(&self) -> Result<bool> {
        let user = self.objects.find_object(&Scope::server(), USER, by_id(self.user_id)).await?;
        Ok(user.is_some_and(|user| self.is_shut(&user)))
    }

    /// What a right password adds to the job that it opens: the account must be open, and the count starts again.
    pub(crate) fn success_steps(&self) -> Vec<WriteStep> {
        let failed = test(FAILED_COUNT, Test::Greater(Value::Number(0.0)));
        let zero = (FAILED_COUNT.into(), FieldUpdate::Set(Value::Number(0.0)));
        vec![
            WriteStep::Require { class: Arc::clone(&self.class), filter: self.open() },
            note(&self.class, Filter::And(vec![by_id(self.user_id), failed]), vec![zero], Expectation::Any),
        ]
    }

    /// Counts a wrong password. Fails with 101 in the words of the lock when the account was locked already.
    pub(crate) async fn record_failure(&self) -> Result<()> {
        let count: Arc<str> = FAILED_COUNT.into();
        let mut counted = note(
            &self.class,
            self.open(),
            vec![(Arc::clone(&count), FieldUpdate::Increment(1.0))],
            Expectation::Some,
        );
        if let WriteStep::Update { returning, .. } = &mut counted {
            returning.push(count);
        }
        let too_many = test(FAILED_COUNT, Test::GreaterOrEqual(Value::Number(self.threshold)));
        let until = self.now.plus_seconds(i64::from(self.minutes) * 60);
        let locked = note(
            &self.class,
            Filter::And(vec![by_id(self.user_id), too_many]),
            vec![(LOCKED_UNTIL.into(), FieldUpdate::Set(Value::Date(until)))],
            Expectation::Any,
        );
        let outcome = self.objects.commit_steps(&Scope::server(), vec![counted, locked]).await;
        let outcome = outcome.map_err(|error| match error.code {
            ErrorCode::ObjectNotFound => self.refusal(),
            _ => error,
        })?;
        let count = outcome.steps.first().and_then(|step| step.returned.first());
        match count {
            Some((_, Value::Number(count))) if *count > self.threshold => Err(self.refusal()),
            _ => Ok(()),
        }
    }

    /// The words of the lock.
    pub(crate) fn refusal(&self) -> Error {
        Error::new(
            ErrorCode::ObjectNotFound,
            format!(
                "Your account is locked due to multiple failed login attempts. Please try again after {} \
                 minute(s)",
                self.minutes
            ),
        )
    }

    fn open(&self) -> Filter {
        let shut = Filter::And(vec![
            test(LOCKED_UNTIL, Test::Greater(Value::Date(self.now))),
            test(FAILED_COUNT, Test::GreaterOrEqual(Value::Number(self.threshold))),
        ]);
        Filter::And(vec![by_id(self.user_id), Filter::Nor(vec![shut])])
    }
}

fn by_id(user_id: &str) -> Filter {
    Filter::equals(OBJECT_ID, Value::String(user_id.to_owned()))
}

fn test(field: &str, test: Test) -> Filter {
    Filter::Field { path: FieldPath::top(field), test }
}

/// Something the server notes about a user, which is no change of the user: the modification time stays.
pub(crate) fn note(
    class: &Arc<Class>,
    filter: Filter,
    fields: Vec<(Arc<str>, FieldUpdate)>,
    expect: Expectation,
) -> WriteStep {
    WriteStep::Update {
        class: Arc::clone(class),
        filter,
        access: RowAccess::All,
        updated_at: None,
        acl: None,
        fields,
        relations: Vec::new(),
        returning: Vec::new(),
        expect,
    }
}
