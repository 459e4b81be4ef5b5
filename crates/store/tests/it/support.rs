//! A store with a class or two, and short ways to write and read.

mod sink;

use std::future::Future;
use std::sync::Arc;

use astrolabe_core::access::Acl;
use astrolabe_core::events::{Events, Listener, ObjectEvent};
use astrolabe_core::ports::{
    Expectation, FieldUpdate, RelationEdit, RowValues, Store, StoreError, StoreResult, WriteJob,
    WriteOutcome, WriteStep,
};
use astrolabe_core::query::{
    FieldPath, Filter, OrderBy, OrderKey, PlanColumn, ReadPlan, RowAccess, ShownIn, Test,
};
use astrolabe_core::schema::{Class, ClassPermissions, FieldSpec, FieldType, OBJECT_ID, SchemaChange};
use astrolabe_core::value::{GeoPoint, Pointer, Timestamp, Value};
use parking_lot::Mutex;
use tempfile::TempDir;

pub use sink::{ReadRow, RowsSink};

/// A store of its own for one test.
pub struct Fixture {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Its events.
    pub events: Arc<Events>,
    /// Where its files are.
    pub folder: TempDir,
}

/// Runs a future to its end on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

impl Fixture {
    /// Adds a class with fields.
    pub async fn class(&self, name: &str, fields: &[(&str, FieldType)]) {
        let fields = fields.iter().map(|(field, kind)| FieldSpec::new(field, kind.clone())).collect();
        self.class_with(name, fields).await.unwrap();
    }

    /// Adds a class with fields that have rules.
    pub async fn class_with(&self, name: &str, fields: Vec<FieldSpec>) -> StoreResult<()> {
        let mut changes =
            vec![SchemaChange::AddClass { name: name.into(), permissions: ClassPermissions::default() }];
        changes.extend(fields.into_iter().map(|field| SchemaChange::AddField { class: name.into(), field }));
        self.store.change_schema(changes).await.map(|_| ())
    }

    /// The class as it is now.
    pub fn get_class(&self, name: &str) -> Arc<Class> {
        Arc::clone(self.store.schema().class(name).unwrap())
    }

    /// Commits one step.
    pub async fn submit(&self, step: WriteStep) -> StoreResult<WriteOutcome> {
        self.store.submit(WriteJob { steps: vec![step] }).await
    }

    /// Adds a public object.
    pub async fn insert(&self, class: &str, id: &str, values: &[(&str, Value)]) {
        self.submit(self.insert_step(class, id, values)).await.unwrap();
    }

    /// The step of [`Fixture::insert`].
    pub fn insert_step(&self, class: &str, id: &str, values: &[(&str, Value)]) -> WriteStep {
        insert_step(&self.get_class(class), id, None, values)
    }

    /// Applies changes to one object and expects it to be there.
    pub async fn update(
        &self,
        class: &str,
        id: &str,
        fields: &[(&str, FieldUpdate)],
    ) -> StoreResult<WriteOutcome> {
        self.submit(update_step(&self.get_class(class), id, fields)).await
    }

    /// A read of all columns.
    pub fn plan(&self, class: &str, filter: Filter) -> ReadPlan {
        plan(&self.get_class(class), filter)
    }

    /// The rows of a plan.
    pub async fn read(&self, plan: ReadPlan) -> StoreResult<Vec<ReadRow>> {
        let sink = RowsSink::new(&plan);
        let sink = self.store.read(plan, Box::new(sink)).await?;
        Ok(sink.into_any().downcast::<RowsSink>().unwrap().rows)
    }

    /// One object.
    pub async fn get(&self, class: &str, id: &str) -> Option<ReadRow> {
        self.read(self.plan(class, id_is(id))).await.unwrap().pop()
    }

    /// Ids of the rows that match, in the order they were made.
    pub async fn ids(&self, class: &str, filter: Filter) -> Vec<String> {
        ids(self.read(self.plan(class, filter)).await.unwrap())
    }

    /// How many rows match.
    pub async fn count(&self, class: &str, filter: Filter) -> u64 {
        self.store.count(self.plan(class, filter)).await.unwrap()
    }
}

/// The ids of rows.
pub fn ids(rows: Vec<ReadRow>) -> Vec<String> {
    rows.into_iter().map(|row| row.id).collect()
}

/// A new object.
pub fn insert_step(class: &Arc<Class>, id: &str, acl: Option<Acl>, values: &[(&str, Value)]) -> WriteStep {
    WriteStep::Insert {
        class: Arc::clone(class),
        object_id: id.to_owned(),
        created_at: Timestamp(1_000),
        updated_at: Timestamp(1_000),
        acl,
        values: row_values(values),
        relations: Vec::new(),
    }
}

/// Changes of one object that must be there.
pub fn update_step(class: &Arc<Class>, id: &str, fields: &[(&str, FieldUpdate)]) -> WriteStep {
    WriteStep::Update {
        class: Arc::clone(class),
        filter: id_is(id),
        access: RowAccess::All,
        updated_at: Some(Timestamp(2_000)),
        acl: None,
        fields: fields.iter().map(|(name, update)| ((*name).into(), update.clone())).collect(),
        relations: Vec::new(),
        returning: Vec::new(),
        expect: Expectation::Some,
    }
}

/// Changes of the relations of one object.
pub fn relate_step(class: &Arc<Class>, id: &str, field: &str, add: &[&str], remove: &[&str]) -> WriteStep {
    let texts = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let edit = RelationEdit { field: field.into(), add: texts(add), remove: texts(remove) };
    match update_step(class, id, &[]) {
        WriteStep::Update { class, filter, access, updated_at, acl, fields, returning, expect, .. } => {
            let relations = vec![(id.to_owned(), edit)];
            WriteStep::Update { class, filter, access, updated_at, acl, fields, relations, returning, expect }
        }
        other => other,
    }
}

/// Removal of the rows that match.
pub fn delete_step(class: &Arc<Class>, filter: Filter) -> WriteStep {
    WriteStep::Delete {
        class: Arc::clone(class),
        filter,
        access: RowAccess::All,
        deleted_at: Timestamp(3_000),
        expect: Expectation::Some,
    }
}

/// A requirement that a row matches.
pub fn require_step(class: &Arc<Class>, filter: Filter) -> WriteStep {
    WriteStep::Require { class: Arc::clone(class), filter }
}

/// A read of all columns.
pub fn plan(class: &Arc<Class>, filter: Filter) -> ReadPlan {
    let built_in = [PlanColumn::ObjectId, PlanColumn::CreatedAt, PlanColumn::UpdatedAt, PlanColumn::Acl];
    let fields = (0..class.fields.len()).map(|index| PlanColumn::Field { index, shown: ShownIn::EveryRow });
    let columns = built_in.into_iter().chain(fields).collect();
    ReadPlan { columns, ..ReadPlan::new(Arc::clone(class), filter, RowAccess::All) }
}

/// A test of a field; nested with dots.
pub fn when(path: &str, test: Test) -> Filter {
    Filter::Field { path: FieldPath::parse(path), test }
}

/// The object with this id.
pub fn id_is(id: &str) -> Filter {
    Filter::equals(OBJECT_ID, text(id))
}

/// A sort key; descending with `-` in front.
pub fn order(key: &str) -> OrderBy {
    let (descending, path) = key.strip_prefix('-').map_or((false, key), |path| (true, path));
    OrderBy { key: OrderKey::Field(FieldPath::parse(path)), descending }
}

/// Values by field name.
pub fn row_values(values: &[(&str, Value)]) -> RowValues {
    values.iter().map(|(name, value)| ((*name).into(), value.clone())).collect()
}

/// A text.
pub fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A number.
pub fn number(number: f64) -> Value {
    Value::Number(number)
}

/// A time.
pub fn date(ms: i64) -> Value {
    Value::Date(Timestamp(ms))
}

/// A reference.
pub fn pointer(class: &str, id: &str) -> Value {
    Value::Pointer(Pointer { class_name: class.to_owned(), object_id: id.to_owned() })
}

/// A place.
pub fn point(latitude: f64, longitude: f64) -> Value {
    Value::GeoPoint(GeoPoint { latitude, longitude })
}

/// A value by its JSON.
pub fn json(value: serde_json::Value) -> Value {
    Value::from_json(value).unwrap()
}

/// The error that was sent back to the caller.
pub fn refusal<T: std::fmt::Debug>(result: StoreResult<T>) -> astrolabe_core::Error {
    match result {
        Err(StoreError::Refused(error)) => error,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// Keeps what it hears of the classes it wants.
#[derive(Default)]
pub struct Heard {
    /// Classes it wants.
    pub wanted: Vec<String>,
    /// Events in the order they came, one list for each transaction.
    pub events: Mutex<Vec<Vec<ObjectEvent>>>,
}

impl Heard {
    /// Listens to classes from now on.
    pub fn listen(events: &Events, wanted: &[&str]) -> Arc<Self> {
        let heard = Arc::new(Heard {
            wanted: wanted.iter().map(|class| (*class).to_owned()).collect(),
            events: Mutex::default(),
        });
        events.subscribe(Arc::clone(&heard) as Arc<dyn Listener>);
        heard
    }

    /// All events without the borders of transactions.
    pub fn all(&self) -> Vec<ObjectEvent> {
        self.events.lock().iter().flatten().cloned().collect()
    }
}

impl Listener for Heard {
    fn wants(&self, class_name: &str) -> bool {
        self.wanted.iter().any(|wanted| wanted == class_name)
    }

    fn committed(&self, events: &[ObjectEvent]) {
        self.events.lock().push(events.to_vec());
    }
}
