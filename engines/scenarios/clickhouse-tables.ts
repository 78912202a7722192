import { clickhouse, pyiceberg, type Scenario } from '../lib/scenario.ts'

/**
 * Scenario of one table in ClickHouse, which uses vended keys only. PyIceberg creates the table, because ClickHouse
 * cannot create tables in a catalog, and cannot append to snapshots whose summary lacks `total-files-size`, such as
 * those of DuckDB. PyIceberg also reads the rows that ClickHouse wrote.
 */
export const clickhouseTables: Scenario = {
  name: 'clickhouse/tables',
  engines: ['clickhouse', 'pyiceberg'],
  storages: ['gateway'],
  steps: ({ namespace }) => {
    const table = { namespace, name: 't' }
    const t = `ice.\`${namespace}.t\``
    const rows = [
      [1, 'lamp'],
      [2, 'chair'],
    ] as const
    const after = [
      [2, 'stool'],
      [3, 'desk'],
      [4, 'bed'],
    ] as const
    return [
      pyiceberg('creates a table', 'shared.create_table', { ...table, rows }),
      clickhouse('lists the table', `SHOW TABLES FROM ice LIKE '${namespace}.%'`, [[`${namespace}.t`]]),
      clickhouse('reads the rows', `SELECT id, name FROM ${t} ORDER BY id`, rows),
      clickhouse('inserts rows', `INSERT INTO ${t} VALUES (3, 'desk'), (4, 'bed')`),
      clickhouse('reads all rows', `SELECT count(), max(id) FROM ${t}`, [[4, 4]]),
      clickhouse('deletes a row', `ALTER TABLE ${t} DELETE WHERE id = 1`),
      clickhouse('updates a row', `ALTER TABLE ${t} UPDATE name = 'stool' WHERE id = 2`),
      clickhouse('reads the rows after both changes', `SELECT id, name FROM ${t} ORDER BY id`, after),
      pyiceberg('PyIceberg reads the rows that ClickHouse wrote', 'shared.read', table, after),
      pyiceberg('drops the table', 'shared.drop', table),
    ]
  },
}
