//! The queue: rows of the class `_Mail` in the database of each app.

use std::sync::Arc;

use astrolabe_core::access::Scope;
use astrolabe_core::app::ServerSecret;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::limits;
use astrolabe_core::objects::{Object, Objects};
use astrolabe_core::ports::{Expectation, FieldUpdate, Mail, Mailer, WriteStep};
use astrolabe_core::query::{FieldPath, Filter, RowAccess, Test};
use astrolabe_core::schema::{Class, MAIL, OBJECT_ID};
use astrolabe_core::value::{JsonMap, Timestamp, Value};
use serde::{Deserialize, Serialize};

use crate::address::{Sender, check_recipient};
use crate::retry::CLAIM_S;
use crate::seal::{Place, Seal};
use crate::{Destination, Templates};

const TEMPLATE: &str = "template";
const SEALED: &str = "sealed";
const SEAL_KEY: &str = "sealKey";
const DUE_AT: &str = "dueAt";
const ATTEMPTS: &str = "attempts";

/// The mailer of a server. Cheap to clone.
#[derive(Clone)]
pub struct MailQueue {
    pub(crate) parts: Arc<Parts>,
}

pub(crate) struct Parts {
    pub(crate) destination: Destination,
    pub(crate) from: Sender,
    pub(crate) templates: Templates,
    secret: ServerSecret,
}

/// What is sealed of a mail.
#[derive(Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) to: String,
    pub(crate) variables: JsonMap,
}

impl MailQueue {
    /// A mailer that sends from one address to one destination.
    pub fn new(destination: Destination, from: Sender, templates: Templates, secret: ServerSecret) -> Self {
        MailQueue { parts: Arc::new(Parts { destination, from, templates, secret }) }
    }

    /// Where mail goes.
    pub fn destination(&self) -> &Destination {
        &self.parts.destination
    }

    pub(crate) fn seal(&self, app_id: &str) -> Result<Seal> {
        Seal::of(&self.parts.secret, app_id).ok_or_else(Error::internal)
    }
}

impl Mailer for MailQueue {
    fn is_ready(&self) -> bool {
        !matches!(self.parts.destination, Destination::Nowhere)
    }

    fn queue(&self, objects: &Objects, mail: Mail) -> Result<WriteStep> {
        if !self.is_ready() {
            return Err(Error::new(ErrorCode::MailNotConfigured, "This server sends no mail."));
        }
        if !check_recipient(&mail.to) {
            return Err(Error::new(ErrorCode::InvalidEmailAddress, "Email address format is invalid."));
        }
        if !self.parts.templates.exists(&mail.template) {
            tracing::error!(mail.template, "there is no such mail template");
            return Err(Error::internal());
        }
        let now = objects.clock().now();
        let object_id = objects.ids().object_id(objects.settings().object_id_size);
        let seal = self.seal(objects.app_id())?;
        let content = serde_json::to_vec(&Content { to: mail.to, variables: mail.variables });
        let content = content.map_err(|_| Error::internal())?;
        if content.len() > limits::MAIL_BYTES_MAX {
            let text = format!("A mail is made of at most {} bytes.", limits::MAIL_BYTES_MAX);
            return Err(Error::new(ErrorCode::ObjectTooLarge, text));
        }
        let place = Place { object_id: &object_id, template: &mail.template };
        let sealed = seal.close(objects.ids(), place, &content).ok_or_else(Error::internal)?;
        Ok(WriteStep::Insert {
            class: class(objects)?,
            values: vec![
                (TEMPLATE.into(), Value::String(mail.template)),
                (SEALED.into(), Value::String(sealed)),
                (SEAL_KEY.into(), Value::String(seal.key_id)),
                (DUE_AT.into(), Value::Date(now)),
                (ATTEMPTS.into(), Value::Number(0.0)),
            ],
            object_id,
            created_at: now,
            updated_at: now,
            acl: None,
            relations: Vec::new(),
        })
    }
}

/// A waiting mail.
pub(crate) struct Waiting {
    pub(crate) object_id: String,
    pub(crate) template: String,
    pub(crate) sealed: String,
    pub(crate) queued_at: Timestamp,
    pub(crate) due_at: Timestamp,
    pub(crate) attempts: u32,
}

impl Waiting {
    fn of(object: &Object) -> Self {
        let text = |field: &str| object.text(field).unwrap_or_default().to_owned();
        let attempts = match object.value(ATTEMPTS) {
            Value::Number(number) => *number as u32,
            _ => 0,
        };
        Waiting {
            object_id: object.object_id.clone(),
            template: text(TEMPLATE),
            sealed: text(SEALED),
            queued_at: object.created_at,
            due_at: object.time(DUE_AT).unwrap_or(object.created_at),
            attempts,
        }
    }
}

/// The rows of one app's queue that one server can open.
pub(crate) struct Rows<'a> {
    pub(crate) objects: &'a Objects,
    pub(crate) key_id: &'a str,
}

impl Rows<'_> {
    /// Mails that may be sent by now.
    pub(crate) async fn due(&self, now: Timestamp, count: u64) -> Result<Vec<Waiting>> {
        let due = Filter::Field { path: FieldPath::top(DUE_AT), test: Test::LessOrEqual(Value::Date(now)) };
        self.find(Filter::And(vec![due, self.own()]), count).await
    }

    /// Mails that wait, due or not.
    pub(crate) async fn waiting(&self, count: u64) -> Result<Vec<Waiting>> {
        self.find(self.own(), count).await
    }

    async fn find(&self, filter: Filter, count: u64) -> Result<Vec<Waiting>> {
        let rows = self.objects.find_objects(&Scope::server(), MAIL, filter, count).await?;
        Ok(rows.iter().map(Waiting::of).collect())
    }

    fn own(&self) -> Filter {
        Filter::equals(SEAL_KEY, Value::String(self.key_id.to_owned()))
    }

    /// Takes a mail, unless another server was faster. Whoever has it may send it until the claim ends; a server that dies
    /// in between leaves it to the others.
    pub(crate) async fn claim(&self, mail: &Waiting, now: Timestamp) -> Result<bool> {
        let as_read = Filter::And(vec![by_id(mail), Filter::equals(DUE_AT, Value::Date(mail.due_at))]);
        let until = Value::Date(now.plus_seconds(CLAIM_S));
        let fields = vec![
            (DUE_AT.into(), FieldUpdate::Set(until)),
            (ATTEMPTS.into(), FieldUpdate::Set(Value::Number(f64::from(mail.attempts + 1)))),
        ];
        match self.update(as_read, fields, Expectation::Some).await {
            Ok(()) => Ok(true),
            Err(error) if error.code == ErrorCode::ObjectNotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts a mail back until another time.
    pub(crate) async fn put_back(&self, mail: &Waiting, due_at: Timestamp) -> Result<()> {
        let fields = vec![(DUE_AT.into(), FieldUpdate::Set(Value::Date(due_at)))];
        self.update(by_id(mail), fields, Expectation::Any).await
    }

    /// Makes everything due, claimed or not: for a server that knows that it is the only one.
    pub(crate) async fn release_all(&self, now: Timestamp) -> Result<()> {
        let fields = vec![(DUE_AT.into(), FieldUpdate::Set(Value::Date(now)))];
        self.update(self.own(), fields, Expectation::Any).await
    }

    /// Removes a mail that was sent or given up.
    pub(crate) async fn remove(&self, mail: &Waiting) -> Result<()> {
        self.delete(by_id(mail)).await
    }

    /// Removes mails that nobody has sent in all this time, of other servers too.
    pub(crate) async fn remove_older(&self, before: Timestamp) -> Result<()> {
        let test = Test::Less(Value::Date(before));
        self.delete(Filter::Field { path: FieldPath::top("createdAt"), test }).await
    }

    async fn delete(&self, filter: Filter) -> Result<()> {
        let step = WriteStep::Delete {
            class: class(self.objects)?,
            filter,
            access: RowAccess::All,
            deleted_at: self.objects.clock().now(),
            expect: Expectation::Any,
        };
        self.objects.commit_steps(&Scope::server(), vec![step]).await.map(|_| ())
    }

    async fn update(
        &self,
        filter: Filter,
        fields: Vec<(Arc<str>, FieldUpdate)>,
        expect: Expectation,
    ) -> Result<()> {
        let step = WriteStep::Update {
            class: class(self.objects)?,
            filter,
            access: RowAccess::All,
            updated_at: None,
            acl: None,
            fields,
            relations: Vec::new(),
            returning: Vec::new(),
            expect,
        };
        self.objects.commit_steps(&Scope::server(), vec![step]).await.map(|_| ())
    }
}

fn by_id(mail: &Waiting) -> Filter {
    Filter::equals(OBJECT_ID, Value::String(mail.object_id.clone()))
}

fn class(objects: &Objects) -> Result<Arc<Class>> {
    objects.schema().class(MAIL).cloned().ok_or_else(Error::internal)
}
