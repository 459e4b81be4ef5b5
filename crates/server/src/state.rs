//! The composition: how the parts of a server are put together. Nothing is decided here but who gets what.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use astrolabe_api::InstallationRules;
use astrolabe_auth::{Auth, PasswordCost, SessionCallers};
use astrolabe_core::app::App;
use astrolabe_core::events::Events;
use astrolabe_core::objects::{Objects, ObjectsParts};
use astrolabe_core::ports::{Clock, Ids, NoHooks, Store};
use astrolabe_core::schema::system_classes;
use astrolabe_store::{Durability, SqliteOptions, SqliteStore, SqliteTemplate};
use tokio::runtime::Handle;

use crate::apps::{AppDefinition, Opener};
use crate::config::SqliteSynchronous;

/// What all apps of a server share.
#[derive(Clone)]
pub struct State {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and secrets.
    pub ids: Arc<dyn Ids>,
    /// The account service.
    pub auth: Auth,
    /// How databases are used.
    pub sqlite: SqliteOptions,
}

impl State {
    /// Starts the shared services.
    pub fn new(
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        password_cost: PasswordCost,
        synchronous: SqliteSynchronous,
    ) -> Self {
        let durability = match synchronous {
            SqliteSynchronous::Full => Durability::Full,
            SqliteSynchronous::Normal => Durability::Normal,
        };
        let auth = Auth::new(password_cost, Arc::clone(&ids));
        let template = Some(Arc::new(SqliteTemplate::new(system_classes())));
        let sqlite = SqliteOptions { durability, template, ..SqliteOptions::default() };
        State { clock, ids, auth, sqlite }
    }

    /// Opens apps from their definitions. The result blocks, and runs where a runtime is at hand.
    pub fn opener(&self) -> Opener {
        let state = self.clone();
        Arc::new(move |definition| state.open(definition).map(Arc::new))
    }

    fn open(&self, definition: AppDefinition) -> anyhow::Result<App> {
        let AppDefinition { id, keys, settings, database, meter } = definition;
        let events = Arc::new(Events::default());
        let callers = Arc::new(SessionCallers::new(&events));
        let store = self.open_store(&database, Arc::clone(&events))?;
        let objects = Objects::new(ObjectsParts {
            store,
            rules: self.auth.class_rules().with(Arc::new(InstallationRules)),
            hooks: Arc::new(NoHooks),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            events,
            settings: settings.clone(),
            meter: Arc::clone(&meter),
        });
        Ok(App { id: id.into(), keys, settings, objects, callers, rate_counters: Arc::default(), meter })
    }

    fn open_store(&self, database: &Path, events: Arc<Events>) -> anyhow::Result<Arc<dyn Store>> {
        let store = SqliteStore::open(database, self.sqlite.clone(), events)
            .with_context(|| format!("the database {} cannot be opened", database.display()))?;
        Handle::current()
            .block_on(store.change_schema(system_classes()))
            .with_context(|| format!("the system classes of {} cannot be made", database.display()))?;
        Ok(Arc::new(store))
    }
}
