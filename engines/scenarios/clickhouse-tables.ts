import { clickhouse, duckdb, type Scenario } from '../lib/scenario.ts'

/**
 * A table in ClickHouse, which does not create tables in a catalog: DuckDB does, and reads what ClickHouse wrote. It runs on
 * vended keys alone.
 */
export const clickhouseTables: Scenario = {
  name: 'clickhouse/tables',
  engines: ['clickhouse', 'duckdb'],
  storages: ['gateway'],
  steps: ({ namespace: ns }) => {
    const theirs = `ice.${ns}.t`
    const ours = `ice.\`${ns}.t\``
    return [
      duckdb('creates a schema', `CREATE SCHEMA ice.${ns}`),
      duckdb('creates a table', `CREATE TABLE ${theirs} (id BIGINT, item VARCHAR)`),
      duckdb('appends rows', `INSERT INTO ${theirs} VALUES (1, 'lamp'), (2, 'chair')`),
      clickhouse('lists the table', `SHOW TABLES FROM ice LIKE '${ns}.%'`, [[`${ns}.t`]]),
      clickhouse('reads the rows', `SELECT id, item FROM ${ours} ORDER BY id`, [
        [1, 'lamp'],
        [2, 'chair'],
      ]),
      clickhouse('inserts rows', `INSERT INTO ${ours} VALUES (3, 'desk'), (4, 'bed')`),
      clickhouse('reads all rows', `SELECT count(), max(id) FROM ${ours}`, [[4, 4]]),
      clickhouse('deletes a row', `ALTER TABLE ${ours} DELETE WHERE id = 1`),
      clickhouse('updates a row', `ALTER TABLE ${ours} UPDATE item = 'stool' WHERE id = 2`),
      clickhouse('sees both changes', `SELECT id, item FROM ${ours} ORDER BY id`, [
        [2, 'stool'],
        [3, 'desk'],
        [4, 'bed'],
      ]),
      duckdb('reads what ClickHouse wrote', `SELECT id, item FROM ${theirs} ORDER BY id`, [
        [2, 'stool'],
        [3, 'desk'],
        [4, 'bed'],
      ]),
      duckdb('drops the table', `DROP TABLE ${theirs}`),
    ]
  },
}
