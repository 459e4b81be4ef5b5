// The tables of the data set as PostgREST serves them. A row holds its access list as two arrays, of readers and of
// writers, as Parse Server's and Astrolabe's rows do, and row-level security compares them with the token's user.
import { USERS, scoreSql } from '../lib/dataset.mjs';

/** Roles are of the whole server, so they have names of their own; they have no password and stay. */
export const roles = { anybody: 'astrolabe_bench_anybody', user: 'astrolabe_bench_user', master: 'astrolabe_bench_master' };

const TABLES = ['note', 'created', 'created_indexed', 'event', 'spot'];

const fill = (name, options) => `
  DO $$ BEGIN CREATE ROLE ${name} NOLOGIN ${options}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;`;
export const makeRoles = [fill(roles.anybody, ''), fill(roles.user, ''), fill(roles.master, 'BYPASSRLS')].join('');

const own = `
    id text COLLATE "C" PRIMARY KEY DEFAULT replace(gen_random_uuid()::text, '-', ''),
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    readers text[] NOT NULL, writers text[] NOT NULL, owner text COLLATE "C"`;
const noteColumns = 'title text, "text" text, category text COLLATE "C", score float8, done boolean';

/** The policies ask for the caller once per statement, as PostgREST's and Supabase's guides advise. */
const permit = (table) => `
  ALTER TABLE api.${table} ENABLE ROW LEVEL SECURITY;
  CREATE POLICY reading ON api.${table} FOR SELECT USING (readers && (SELECT api.principals()));
  CREATE POLICY adding ON api.${table} FOR INSERT WITH CHECK (true);
  CREATE POLICY changing ON api.${table} FOR UPDATE USING (writers && (SELECT api.principals())) WITH CHECK (true);
  CREATE POLICY removing ON api.${table} FOR DELETE USING (writers && (SELECT api.principals()));
  GRANT SELECT ON api.${table} TO ${roles.anybody};
  GRANT SELECT, INSERT, UPDATE, DELETE ON api.${table} TO ${roles.user}, ${roles.master};`;

export const makeTables = `
  CREATE SCHEMA api;
  GRANT USAGE ON SCHEMA api TO ${Object.values(roles).join(', ')};
  CREATE FUNCTION api.principals() RETURNS text[] LANGUAGE sql STABLE AS
    $$ SELECT ARRAY['*', current_setting('request.jwt.claims', true)::json ->> 'sub'] $$;
  CREATE TABLE api.note (${own}, ${noteColumns});
  CREATE TABLE api.created (${own}, ${noteColumns});
  CREATE TABLE api.created_indexed (${own}, ${noteColumns});
  CREATE TABLE api.event (${own}, title text, score float8);
  CREATE TABLE api.spot (${own}, name text, about text, kind text COLLATE "C", shade text, amount float8,
    words tsvector GENERATED ALWAYS AS (to_tsvector('english', about)) STORED);
  CREATE INDEX ON api.note (score);
  CREATE INDEX ON api.note (category);
  CREATE INDEX ON api.created_indexed (score);
  CREATE INDEX ON api.created_indexed (category);
  CREATE INDEX ON api.event (score);
  CREATE INDEX ON api.event USING gin (readers);
  CREATE INDEX ON api.spot (kind);
  CREATE INDEX ON api.spot USING gin (words);
  ${TABLES.map((table) => `CREATE INDEX ON api.${table} (owner);${permit(table)}`).join('')}`;

/** Rows that everybody may read and their owner may change. */
export function insertRows(table, rows) {
  const columns = Object.keys(rows[0]).map((name) => `"${name}"`).join(', ');
  return `INSERT INTO api.${table} (${columns}, readers, writers)
    SELECT ${columns}, ARRAY['*', owner], ARRAY[owner] FROM json_populate_recordset(NULL::api.${table}, $json$${JSON.stringify(rows)}$json$);`;
}

/** Rows that their owner alone may read and change. */
export function insertEvents(owners, rows) {
  const ids = owners.map((id) => `'${id}'`).join(',');
  return `
    INSERT INTO api.event (id, title, score, owner, readers, writers)
    SELECT md5('event' || i), 'Event ' || i, ${scoreSql('i')}, id, ARRAY[id], ARRAY[id]
    FROM (SELECT i, (ARRAY[${ids}])[1 + i % ${USERS}] AS id FROM generate_series(0, ${rows - 1}) AS i) AS numbered;`;
}
