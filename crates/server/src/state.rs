//! The composition: how the parts of a server are put together. Nothing is decided here but who gets what.

use std::sync::Arc;

use astrolabe_api::InstallationRules;
use astrolabe_auth::{Auth, PasswordCost, SessionCallers};
use astrolabe_core::app::{App, ServerSecret};
use astrolabe_core::events::Events;
use astrolabe_core::objects::{Objects, ObjectsParts};
use astrolabe_core::ports::{Clock, Ids, NoHooks, NoMailer};
use tokio::runtime::Handle;

use crate::apps::{AppDefinition, Opener};
use crate::databases::Databases;

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
}

impl State {
    /// Starts the shared services.
    pub fn new(
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        password_cost: PasswordCost,
        databases: Databases,
        secret: ServerSecret,
    ) -> Self {
        let auth = Auth::new(password_cost, Arc::clone(&ids), Arc::new(NoMailer), secret);
        State { clock, ids, auth, databases }
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
        Ok(App { id, keys, settings, objects, callers, rate_counters: Arc::default(), meter })
    }
}
