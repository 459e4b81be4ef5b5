//! What the kernel needs from outside, as small object-safe traits. Slices above implement them.

mod background;
mod cache;
mod callers;
mod class_rules;
mod clock;
mod hooks;
mod mailer;
mod store;
mod store_error;

use std::future::Future;
use std::pin::Pin;

pub use background::{Background, NoBackground};
pub use cache::{Cache, CachedBytes, Counted, Counters};
pub use callers::{Callers, SignedIn};
pub use class_rules::{ClassRules, RuleContext, RuleSet};
pub use clock::{Clock, Ids};
pub use hooks::{Hooks, NoHooks};
pub use mailer::{Mail, Mailer, NoMailer};
pub use store::{
    ArrayChange, Expectation, Explained, FieldUpdate, RelationEdit, RowSink, RowValues, StepOutcome, Store,
    WriteJob, WriteOutcome, WriteStep,
};
pub use store_error::{StoreError, StoreResult};

/// A boxed future, so that ports stay object-safe and the kernel needs no runtime.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
