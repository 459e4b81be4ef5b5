//! Clients that write at the same time, each to objects of its own, and know what must be stored.

use std::collections::BTreeMap;

use astrolabe_core::ports::{ArrayChange, FieldUpdate, WriteJob, WriteStep};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::Json;
use serde_json::json;

use super::Seed;
use crate::support::*;

const CLIENTS: usize = 4;
/// Writes of one client between two cuts, at most.
const WRITES: usize = 60;
const CLASS: &str = "Kept";

/// What is wrong with a database after a cut.
#[derive(Debug)]
pub enum Finding {
    /// It is the state of an earlier moment.
    Lost(String),
    /// It is a state that never was.
    Half(String),
    /// It cannot be read.
    Damaged(String),
}

impl Finding {
    /// Says where it was found.
    pub fn at(self, place: String) -> Self {
        match self {
            Finding::Lost(what) => Finding::Lost(format!("{place}: {what}")),
            Finding::Half(what) => Finding::Half(format!("{place}: {what}")),
            Finding::Damaged(what) => Finding::Damaged(format!("{place}: {what}")),
        }
    }
}

/// Objects of one client by id: their number and their list.
type Rows = BTreeMap<String, (i64, Vec<i64>)>;

/// The clients and what they were told.
pub struct Clients {
    clients: Vec<Client>,
}

#[derive(Default)]
struct Client {
    prefix: String,
    /// Every acknowledged state since the last cut, oldest first.
    states: Vec<Rows>,
    /// The state after a write that was never answered, which may or may not have happened.
    undecided: Option<Rows>,
    next_id: u64,
}

impl Default for Clients {
    fn default() -> Self {
        let client =
            |index| Client { prefix: format!("c{index}x"), states: vec![Rows::new()], ..Client::default() };
        Clients { clients: (0..CLIENTS).map(client).collect() }
    }
}

impl Clients {
    /// All clients write until they have had enough or the store fails them.
    pub async fn write(&mut self, fixture: &Fixture, seed: u64) {
        let fields = [("n", FieldType::Number), ("list", FieldType::Array)];
        let specs =
            fields.iter().map(|(name, kind)| astrolabe_core::schema::FieldSpec::new(name, kind.clone()));
        if fixture.class_with(CLASS, specs.collect()).await.is_err() {
            return;
        }
        let [a, b, c, d] = &mut self.clients[..] else { return };
        let mut seed = Seed(seed);
        let mut next = || Seed(seed.below(u64::MAX));
        let (sa, sb, sc, sd) = (next(), next(), next(), next());
        tokio::join!(a.write(fixture, sa), b.write(fixture, sb), c.write(fixture, sc), d.write(fixture, sd));
    }

    /// Compares what is stored with what the clients were told, and goes on from there.
    pub fn check(&mut self, fixture: Fixture) -> Result<(), Finding> {
        let stored = block_on(stored(&fixture))?;
        block_on(fixture.store.close());
        let known: usize = self.clients.iter_mut().map(|client| client.rows_in(&stored).len()).sum();
        if known != stored.len() {
            return Err(Finding::Half("objects nobody made".to_owned()));
        }
        self.clients.iter_mut().try_for_each(|client| client.check(client.rows_in(&stored)))
    }
}

async fn stored(fixture: &Fixture) -> Result<Rows, Finding> {
    if fixture.store.schema().class(CLASS).is_none() {
        return Ok(Rows::new());
    }
    let rows = fixture.read(fixture.plan(CLASS, Filter::all())).await;
    let rows = rows.map_err(|error| Finding::Damaged(error.to_string()))?;
    let row = |row: ReadRow| {
        let n = row.value("n").to_json().as_f64().unwrap_or(f64::NAN) as i64;
        let list: Vec<Json> = row.value("list").to_json().as_array().cloned().unwrap_or_default();
        (row.id, (n, list.iter().filter_map(|element| element.as_f64().map(|n| n as i64)).collect()))
    };
    Ok(rows.into_iter().map(row).collect())
}

impl Client {
    fn rows_in(&self, stored: &Rows) -> Rows {
        let own = |(id, row): (&String, &(i64, Vec<i64>))| {
            id.starts_with(&self.prefix).then(|| (id.clone(), row.clone()))
        };
        stored.iter().filter_map(own).collect()
    }

    async fn write(&mut self, fixture: &Fixture, mut seed: Seed) {
        for _ in 0..WRITES {
            let mut rows = self.states.last().cloned().unwrap_or_default();
            let steps = self.job(fixture, &mut rows, &mut seed);
            match fixture.store.submit(WriteJob { steps }).await {
                Ok(_) => self.states.push(rows),
                Err(_) => {
                    self.undecided = Some(rows);
                    return;
                }
            }
        }
    }

    /// A random change of the client's objects, as a job and in `rows`.
    fn job(&mut self, fixture: &Fixture, rows: &mut Rows, seed: &mut Seed) -> Vec<WriteStep> {
        let class = fixture.get_class(CLASS);
        let ids: Vec<String> = rows.keys().cloned().collect();
        let any = |seed: &mut Seed| ids[seed.below(ids.len() as u64) as usize].clone();
        match seed.below(6) {
            0 if ids.len() > 3 => {
                let id = any(seed);
                rows.remove(&id);
                vec![delete_step(&class, id_is(&id))]
            }
            1 if !ids.is_empty() => {
                let (id, element) = (any(seed), seed.below(1_000) as i64);
                rows.entry(id.clone()).or_default().1.push(element);
                let add = FieldUpdate::Array(ArrayChange::Add, vec![json!(element)]);
                vec![update_step(&class, &id, &[("list", add)])]
            }
            2 | 3 if !ids.is_empty() => vec![self.increment(fixture, rows, &any(seed))],
            // A transaction: two new objects, one changed.
            4 if !ids.is_empty() => {
                let first = self.insert(fixture, rows);
                let changed = self.increment(fixture, rows, &any(seed));
                vec![first, changed, self.insert(fixture, rows)]
            }
            _ => vec![self.insert(fixture, rows)],
        }
    }

    fn insert(&mut self, fixture: &Fixture, rows: &mut Rows) -> WriteStep {
        self.next_id += 1;
        let id = format!("{}{}", self.prefix, self.next_id);
        rows.insert(id.clone(), (0, Vec::new()));
        fixture.insert_step(CLASS, &id, &[("n", number(0.0)), ("list", json(json!([])))])
    }

    fn increment(&self, fixture: &Fixture, rows: &mut Rows, id: &str) -> WriteStep {
        rows.entry(id.to_owned()).or_default().0 += 1;
        update_step(&fixture.get_class(CLASS), id, &[("n", FieldUpdate::Increment(1.0))])
    }

    fn check(&mut self, found: Rows) -> Result<(), Finding> {
        let acknowledged = self.states.last();
        let undecided = self.undecided.take();
        if Some(&found) == acknowledged || Some(&found) == undecided.as_ref() {
            self.states = vec![found];
            return Ok(());
        }
        let what = format!("{}: stored {found:?}, acknowledged {acknowledged:?}", self.prefix);
        Err(if self.states.contains(&found) { Finding::Lost(what) } else { Finding::Half(what) })
    }
}
