//! Opening, closing and following records, over a store that only counts.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use astrolabe_core::access::UserCaller;
use astrolabe_core::app::AppKeys;
use astrolabe_core::objects::{Objects, ObjectsParts};
use astrolabe_core::ports::{
    Callers, Explained, NoBackground, NoHooks, RowSink, RuleSet, SignedIn, Store, StoreError, StoreResult,
    WriteJob, WriteOutcome,
};
use astrolabe_core::query::ReadPlan;
use astrolabe_core::query::aggregate::AggregatePlan;
use astrolabe_core::schema::{Schema, SchemaChange};
use astrolabe_core::value::{Json, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::apps::{AppDatabase, KeyKind};
use crate::lifecycle::{SystemClock, SystemIds};

#[derive(Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// Counts what happens to stores.
#[derive(Default)]
struct Counts {
    opened: AtomicUsize,
    closed: AtomicUsize,
}

struct CountingStore(Arc<Counts>);

impl Store for CountingStore {
    fn schema(&self) -> Arc<Schema> {
        Arc::default()
    }
    fn change_schema(&self, _: Vec<SchemaChange>) -> BoxFuture<'_, StoreResult<Arc<Schema>>> {
        Box::pin(async { Err(unavailable()) })
    }
    fn read(&self, _: ReadPlan, _: Box<dyn RowSink>) -> BoxFuture<'_, StoreResult<Box<dyn RowSink>>> {
        Box::pin(async { Err(unavailable()) })
    }
    fn count(&self, _: ReadPlan) -> BoxFuture<'_, StoreResult<u64>> {
        Box::pin(async { Err(unavailable()) })
    }
    fn aggregate(
        &self,
        _: AggregatePlan,
        _: Box<dyn RowSink>,
    ) -> BoxFuture<'_, StoreResult<Box<dyn RowSink>>> {
        Box::pin(async { Err(unavailable()) })
    }
    fn explain(&self, _: Explained) -> BoxFuture<'_, StoreResult<Json>> {
        Box::pin(async { Err(unavailable()) })
    }
    fn submit(&self, _: WriteJob) -> BoxFuture<'_, StoreResult<WriteOutcome>> {
        Box::pin(async { Err(unavailable()) })
    }
    fn storage_bytes(&self) -> BoxFuture<'_, StoreResult<u64>> {
        Box::pin(async { Ok(4_096) })
    }
    fn ping(&self) -> BoxFuture<'_, StoreResult<()>> {
        Box::pin(async { Ok(()) })
    }
    fn close(&self) -> BoxFuture<'_, ()> {
        self.0.closed.fetch_add(1, Ordering::Relaxed);
        Box::pin(async {})
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("counting only".into())
}

struct NoCallers;

impl Callers for NoCallers {
    fn resolve<'a>(&'a self, _: &'a App, _: &'a str) -> BoxFuture<'a, Result<Arc<UserCaller>>> {
        Box::pin(async { Err(Error::internal()) })
    }

    fn signed_in<'a>(&'a self, _: &'a App, _: &'a str) -> BoxFuture<'a, Result<Arc<SignedIn>>> {
        Box::pin(async { Err(Error::internal()) })
    }
}

struct Fixture {
    _folder: TempDir,
    data: DataFolder,
    clock: Arc<TestClock>,
    counts: Arc<Counts>,
    registry: AppRegistry,
}

fn fixture(open_max: usize) -> Fixture {
    let folder = TempDir::new().unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    let (clock, counts) = (Arc::new(TestClock::default()), Arc::new(Counts::default()));
    let limits = RegistryLimits { open_max, idle: Duration::from_secs(60) };
    let declared = AppDefinition {
        id: "declared".into(),
        keys: AppKeys::default(),
        hosts: vec![HostName::parse("declared.example").unwrap()],
        settings: AppSettings::default(),
        database: AppDatabase::File("x".into()),
        meter: Arc::default(),
    };
    let opener = opener(counts.clone());
    let registry =
        AppRegistry::new(data.clone(), Some(declared), AppSettings::default(), limits, clock.clone(), opener);
    Fixture { _folder: folder, data, clock, counts, registry }
}

fn opener(counts: Arc<Counts>) -> Opener {
    Arc::new(move |definition| {
        counts.opened.fetch_add(1, Ordering::Relaxed);
        let settings = definition.settings;
        let objects = Objects::new(ObjectsParts {
            app_id: definition.id.as_str().into(),
            store: Arc::new(CountingStore(counts.clone())),
            rules: RuleSet::default(),
            hooks: Arc::new(NoHooks),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            events: Arc::default(),
            settings: settings.clone(),
            meter: definition.meter.clone(),
        });
        let callers = Arc::new(NoCallers);
        let (id, keys, meter) = (definition.id.into(), definition.keys, definition.meter);
        Ok(Arc::new(App {
            id,
            keys,
            settings,
            objects,
            callers,
            rate_counters: Arc::default(),
            meter,
            background: Arc::new(NoBackground),
        }))
    })
}

impl Fixture {
    fn make(&self, id: &str) {
        self.data.create(id, id, &SystemClock, &SystemIds).unwrap();
    }

    async fn app(&self, id: &str) -> Arc<App> {
        self.registry.by_id(id).await.unwrap().unwrap()
    }

    fn opened_and_closed(&self) -> (usize, usize) {
        (self.counts.opened.load(Ordering::Relaxed), self.counts.closed.load(Ordering::Relaxed))
    }

    fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn apps_open_once_and_unknown_ids_are_none() {
    let fixture = fixture(10);
    assert!(fixture.registry.by_id("a").await.unwrap().is_none());
    assert!(fixture.registry.by_id("../a").await.unwrap().is_none());
    fixture.make("a");
    let (first, second) = tokio::join!(fixture.app("a"), fixture.app("a"));
    assert!(Arc::ptr_eq(&first, &second));
    fixture.app("declared").await;
    assert_eq!(fixture.opened_and_closed(), (2, 0));
    fixture.registry.close_all().await;
    assert_eq!(fixture.opened_and_closed(), (2, 2));
}

#[tokio::test]
async fn idle_apps_close_unless_they_are_in_use() {
    let fixture = fixture(10);
    fixture.make("a");
    let app = fixture.app("a").await;
    fixture.pass(61);
    fixture.registry.tidy().await;
    assert_eq!(fixture.registry.open_count(), 1);
    drop(app);
    fixture.registry.tidy().await;
    assert_eq!(fixture.opened_and_closed(), (1, 1));
    fixture.app("a").await;
    fixture.pass(59);
    fixture.registry.tidy().await;
    assert_eq!(fixture.opened_and_closed(), (2, 1));
}

#[tokio::test]
async fn the_app_unused_for_longest_makes_room() {
    let fixture = fixture(2);
    for id in ["a", "b", "c"] {
        fixture.make(id);
        drop(fixture.app(id).await);
        fixture.pass(1);
    }
    assert_eq!((fixture.registry.open_count(), fixture.opened_and_closed()), (2, (3, 1)));
    drop(fixture.app("b").await);
    assert_eq!(fixture.opened_and_closed(), (3, 1));
}

#[tokio::test]
async fn a_rotated_key_counts_without_closing_the_app() {
    let fixture = fixture(2);
    fixture.make("a");
    let before = fixture.app("a").await;
    let (_, key) = fixture.data.rotate_keys("a", &[KeyKind::Master], &SystemIds).unwrap();
    let key = key.unwrap();
    fixture.registry.tidy().await;
    let after = fixture.app("a").await;
    assert!(after.keys.master.as_ref().unwrap().matches(&key));
    assert!(!before.keys.master.as_ref().unwrap().matches(&key));
    assert_eq!(fixture.opened_and_closed(), (1, 0));
}

#[tokio::test]
async fn hosts_choose_apps() {
    let fixture = fixture(10);
    for id in ["a", "b"] {
        fixture.make(id);
    }
    let host = |name: &str| HostName::parse(name).unwrap();
    fixture.data.set_hosts("a", &[host("a.example"), host("www.a.example")]).unwrap();
    fixture.registry.tidy().await;
    let app_of = async |name: &str| {
        let app = fixture.registry.by_host(&host(name)).await.unwrap();
        app.map(|app| app.id.to_string())
    };
    assert_eq!(app_of("WWW.a.example").await.as_deref(), Some("a"));
    assert_eq!(app_of("b.example").await, None);
    // What the configuration says of its app, whatever a record says.
    assert_eq!(app_of("declared.example").await.as_deref(), Some("declared"));
    fixture.data.set_hosts("b", &[host("declared.example")]).unwrap();
    fixture.registry.tidy().await;
    assert_eq!(app_of("declared.example").await.as_deref(), Some("declared"));
    // What has changed counts from the next round on.
    fixture.data.set_hosts("a", &[]).unwrap();
    fixture.data.set_hosts("b", &[host("a.example")]).unwrap();
    fixture.registry.tidy().await;
    assert_eq!(app_of("a.example").await.as_deref(), Some("b"));
    assert_eq!(app_of("www.a.example").await, None);
}

#[tokio::test]
async fn the_only_app_is_chosen_by_every_host() {
    let fixture = fixture(10);
    fixture.registry.tidy().await;
    let host = HostName::parse("any.example").unwrap();
    let app = fixture.registry.by_host(&host).await.unwrap().unwrap();
    assert_eq!(&*app.id, "declared");
    fixture.make("a");
    fixture.registry.tidy().await;
    assert!(fixture.registry.by_host(&host).await.unwrap().is_none());
}

#[tokio::test]
async fn a_deleted_app_is_closed_even_while_it_is_in_use() {
    let fixture = fixture(10);
    fixture.make("a");
    let in_use = fixture.app("a").await;
    fixture.data.delete("a", &SystemClock).unwrap();
    fixture.registry.tidy().await;
    assert_eq!(fixture.opened_and_closed(), (1, 1));
    assert!(fixture.registry.by_id("a").await.unwrap().is_none());
    // Another app of the id is another app, also if nobody has asked in between.
    fixture.make("a");
    let again = fixture.app("a").await;
    assert!(!Arc::ptr_eq(&again, &in_use));
}

#[tokio::test]
async fn usage_is_noted_from_time_to_time_and_at_the_end() {
    let fixture = fixture(10);
    fixture.make("a");
    let answered = |at| astrolabe_core::app::Answered { refused: false, bytes_in: 1, bytes_out: 2, at };
    let use_once = async || fixture.app("a").await.meter.count(answered(fixture.clock.now()));
    fixture.pass(1_000);
    use_once().await;
    fixture.registry.tidy().await;
    assert_eq!(fixture.data.usage_of("a").requests, 0);
    fixture.pass(59);
    use_once().await;
    fixture.pass(1);
    fixture.registry.tidy().await;
    let usage = fixture.data.usage_of("a");
    assert_eq!((usage.requests, usage.storage_bytes), (2, 4_096));
    use_once().await;
    fixture.registry.close_all().await;
    assert_eq!(fixture.data.usage_of("a").requests, 3);
    fixture.pass(1);
    assert_eq!(fixture.app("a").await.meter.usage().requests, 3);
}
