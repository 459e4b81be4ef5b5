//! The composition: how the parts of a server are put together. Nothing is decided here but who gets what.

use std::sync::Arc;

use astrolabe_api::InstallationRules;
use astrolabe_auth::{Auth, PasswordCost, SessionCallers};
use astrolabe_core::app::{App, ServerSecret};
use astrolabe_core::events::Events;
use astrolabe_core::objects::{Objects, ObjectsParts};
use astrolabe_core::ports::{Background, Clock, Ids, NoBackground, NoHooks};
use astrolabe_mail::{Destination, MailQueue, MailWorker, WaitingApps};
use tokio::runtime::Handle;

use crate::apps::{AppDatabase, AppDefinition, Opener};
use crate::databases::Databases;

/// What a state is put together from.
pub struct StateParts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and secrets.
    pub ids: Arc<dyn Ids>,
    /// What hashing a password costs.
    pub password_cost: PasswordCost,
    /// The databases.
    pub databases: Databases,
    /// What keys are derived from.
    pub secret: ServerSecret,
    /// The mailer.
    pub mail: MailQueue,
    /// Is told which apps have waiting mail.
    pub waiting_apps: Arc<dyn WaitingApps>,
}

/// What all apps of a server share.
#[derive(Clone)]
pub struct State {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and secrets.
    pub ids: Arc<dyn Ids>,
    /// The account service.
    pub auth: Auth,
    /// The databases.
    pub databases: Databases,
    /// The mailer.
    pub mail: MailQueue,
    /// Is told which apps have waiting mail.
    waiting_apps: Arc<dyn WaitingApps>,
}

impl State {
    /// Starts the shared services.
    pub fn new(parts: StateParts) -> Self {
        let StateParts { clock, ids, password_cost, databases, secret, mail, waiting_apps } = parts;
        let auth = Auth::new(password_cost, Arc::clone(&ids), Arc::new(mail.clone()), secret);
        State { clock, ids, auth, databases, mail, waiting_apps }
    }

    /// Opens apps from their definitions. The result blocks, and runs where a runtime is at hand.
    pub fn opener(&self) -> Opener {
        let state = self.clone();
        Arc::new(move |definition| state.open(definition).map(Arc::new))
    }

    fn open(&self, definition: AppDefinition) -> anyhow::Result<App> {
        let AppDefinition { id, keys, hosts: _, settings, database, meter } = definition;
        let events = Arc::new(Events::default());
        let callers = Arc::new(SessionCallers::new(&events));
        let opening = self.databases.open(&database, Arc::clone(&events));
        let store = Handle::current().block_on(opening)?;
        let id: Arc<str> = id.into();
        let objects = Objects::new(ObjectsParts {
            app_id: Arc::clone(&id),
            store,
            rules: self.auth.class_rules().with(Arc::new(InstallationRules)),
            hooks: Arc::new(NoHooks),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            events,
            settings: settings.clone(),
            meter: Arc::clone(&meter),
        });
        let background = self.background(&objects, &database)?;
        Ok(App { id, keys, settings, objects, callers, rate_counters: Arc::default(), meter, background })
    }

    /// An app that sends mail has a worker for it. A file belongs to one server at a time.
    fn background(&self, objects: &Objects, database: &AppDatabase) -> anyhow::Result<Arc<dyn Background>> {
        if matches!(self.mail.destination(), Destination::Nowhere) {
            return Ok(Arc::new(NoBackground));
        }
        let is_alone = matches!(database, AppDatabase::File(_));
        let waiting_apps = Arc::clone(&self.waiting_apps);
        Ok(Arc::new(MailWorker::start(&self.mail, objects.clone(), waiting_apps, is_alone)?))
    }
}
