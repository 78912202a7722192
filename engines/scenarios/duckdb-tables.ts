import { duckdb, type Scenario, type Step } from '../lib/scenario.ts'

/** Scenario of the lifecycle of one table in DuckDB. */
export const duckdbTables: Scenario = {
  name: 'duckdb/tables',
  engines: ['duckdb'],
  steps: ({ namespace: ns, access }) => {
    const t = `ice.${ns}.t`
    return [
      duckdb('creates a schema', `CREATE SCHEMA ice.${ns}`),
      duckdb('creates a table', `CREATE TABLE ${t} (id BIGINT, name VARCHAR)`),
      duckdb('appends rows', `INSERT INTO ${t} SELECT i, 'n' || i FROM range(1, 101) s(i)`),
      duckdb('reads them', `SELECT count(*), min(id), max(name) FROM ${t}`, [[100, 1, 'n99']]),
      duckdb('deletes rows', `DELETE FROM ${t} WHERE id <= 10`),
      duckdb('updates rows', `UPDATE ${t} SET name = upper(name) WHERE id = 11`),
      duckdb(
        'reads the rows after the delete and the update',
        `SELECT id, name FROM ${t} WHERE id IN (10, 11) ORDER BY id`,
        [[11, 'N11']],
      ),
      duckdb('inserts in a transaction (begin)', 'BEGIN'),
      duckdb('inserts in a transaction (insert)', `INSERT INTO ${t} VALUES (1000, 'rolled back')`),
      duckdb('inserts in a transaction (rollback)', 'ROLLBACK'),
      duckdb('finds no row of the rolled-back transaction', `SELECT count(*), max(id) FROM ${t}`, [
        [90, 100],
      ]),
      duckdb('creates a second table', `CREATE TABLE ice.${ns}.u (id BIGINT)`),
      duckdb('writes both tables in one commit (begin)', 'BEGIN'),
      duckdb('writes both tables in one commit (1)', `INSERT INTO ${t} VALUES (2000, 'both')`),
      duckdb('writes both tables in one commit (2)', `INSERT INTO ice.${ns}.u VALUES (2000)`),
      duckdb('writes both tables in one commit (commit)', 'COMMIT'),
      duckdb('reads from both tables', `SELECT max(t.id), max(u.id) FROM ${t} t, ice.${ns}.u u`, [
        [2000, 2000],
      ]),
      duckdb('has snapshots', `SELECT count(*) > 3 FROM iceberg_snapshots(${t})`, [[true]]),
      ...(access.storage.kind === 'file' ? [] : createAsSelect(ns)),
      duckdb('drops the second table', `DROP TABLE ice.${ns}.u`),
      duckdb('drops the table', `DROP TABLE ${t}`),
      duckdb('drops the schema', `DROP SCHEMA ice.${ns}`),
    ]
  },
}

// On local disks, DuckDB does not create the folder of a staged table, and fails before it sends a request to the
// catalog.
function createAsSelect(ns: string): Step[] {
  return [
    duckdb(
      'creates a table from the result of a query',
      `CREATE TABLE ice.${ns}.c AS SELECT id FROM ice.${ns}.t WHERE id BETWEEN 96 AND 100`,
    ),
    duckdb('reads the new table', `SELECT count(*) FROM ice.${ns}.c`, [[5]]),
    duckdb('drops the new table', `DROP TABLE ice.${ns}.c`),
  ]
}
