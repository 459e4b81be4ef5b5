//! From ids to lists, for whoever shows them.

use astrolabe_core::access::StoredAcl;
use astrolabe_core::ports::StoreResult;
use rusqlite::{Connection, OptionalExtension};

use super::super::errors::store_error;

/// Lists a connection remembers. Ids count up, so each has its place by its id, and lists that are used together seldom
/// take the place of one another.
const PLACES: usize = 512;
/// Longer lists are read each time.
const REMEMBERED_BYTES_MAX: usize = 2_048;

/// Lists that were read before.
pub(in crate::sqlite) struct KnownAcls {
    places: Vec<Place>,
}

/// The list that was put here last, by its id.
type Place = Option<(i64, Box<StoredAcl>)>;

/// Looks lists up, in memory or with a connection.
pub(in crate::sqlite) struct AclLookup<'c> {
    known: &'c mut KnownAcls,
    connection: &'c Connection,
    /// A list that is too long to be remembered.
    long: Place,
}

impl KnownAcls {
    /// Nothing is known yet.
    pub fn new() -> Self {
        KnownAcls { places: Vec::new() }
    }

    /// Reads with `connection` what is not known.
    pub fn within<'c>(&'c mut self, connection: &'c Connection) -> AclLookup<'c> {
        AclLookup { known: self, connection, long: None }
    }

    /// The place of an id.
    fn place(&mut self, id: i64) -> &mut Place {
        if self.places.is_empty() {
            self.places.resize_with(PLACES, || None);
        }
        &mut self.places[id.unsigned_abs() as usize % PLACES]
    }
}

impl AclLookup<'_> {
    /// The list with an id; `None` when there is none, or what is stored is not one.
    pub fn get(&mut self, id: i64) -> StoreResult<Option<&StoredAcl>> {
        if !holds(self.known.place(id), id) && !holds(&self.long, id) {
            let Some((readers, writers)) = read(self.connection, id).map_err(store_error)? else {
                return Ok(None);
            };
            let Some(acl) = StoredAcl::from_halves(&readers, &writers) else { return Ok(None) };
            let is_long = readers.len() + writers.len() > REMEMBERED_BYTES_MAX;
            *(if is_long { &mut self.long } else { self.known.place(id) }) = Some((id, Box::new(acl)));
        }
        let place = if holds(&self.long, id) { &self.long } else { self.known.place(id) };
        Ok(place.as_ref().map(|(_, acl)| &**acl))
    }
}

fn holds(place: &Place, id: i64) -> bool {
    place.as_ref().is_some_and(|(held, _)| *held == id)
}

fn read(connection: &Connection, id: i64) -> rusqlite::Result<Option<(String, String)>> {
    connection
        .prepare_cached("SELECT readers, writers FROM _acl WHERE id = ?")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists that share a place, and one that is not remembered, in turn.
    #[test]
    fn each_id_has_its_own_list() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE _acl (id INTEGER PRIMARY KEY, readers, writers)").unwrap();
        let far = 1 + PLACES as i64;
        let long = "x".repeat(REMEMBERED_BYTES_MAX);
        for (id, reader) in [(1, "near"), (2, "other"), (far, "far"), (3, long.as_str())] {
            let readers = format!("[\"{reader}\"]");
            connection.execute("INSERT INTO _acl VALUES (?, ?, '[]')", (id, readers)).unwrap();
        }
        connection.execute("INSERT INTO _acl VALUES (4, 'damaged', '[]')", ()).unwrap();
        let mut known = KnownAcls::new();
        for _ in 0..3 {
            let mut acls = known.within(&connection);
            for (id, expected) in [
                (1, Some("near")),
                (far, Some("far")),
                (3, Some(long.as_str())),
                (1, Some("near")),
                (3, Some(long.as_str())),
                (2, Some("other")),
                (4, None),
                (5, None),
            ] {
                let list = acls.get(id).unwrap();
                assert_eq!(list.and_then(|list| list.acl().readers().next()), expected, "{id}");
            }
        }
    }
}
