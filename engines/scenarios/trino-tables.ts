import { trino, type Scenario } from '../lib/scenario.ts'

/** Scenario of the lifecycle of one table in Trino. */
export const trinoTables: Scenario = {
  name: 'trino/tables',
  engines: ['trino'],
  steps: ({ namespace: ns }) => {
    const t = `${ns}.t`
    return [
      trino('creates a schema', `CREATE SCHEMA ${ns}`),
      trino('refuses to create the schema a second time', `CREATE SCHEMA ${ns}`, /already exists/i),
      trino('lists the schema', `SHOW SCHEMAS LIKE '${ns.replaceAll('_', '\\_')}' ESCAPE '\\'`, [[ns]]),
      trino(
        'creates a partitioned table',
        `CREATE TABLE ${t} (id integer NOT NULL COMMENT 'the key', name varchar, day date, place row(x integer, y integer))
         COMMENT 'of the engines' WITH (partitioning = ARRAY['month(day)'], sorted_by = ARRAY['id'])`,
      ),
      trino('refuses to create the table a second time', `CREATE TABLE ${t} (id integer)`, /already exists/i),
      trino(
        'appends rows',
        `INSERT INTO ${t} SELECT i, 'n' || CAST(i AS varchar), date_add('day', i, DATE '2024-01-31'), ROW(i, 0)
         FROM UNNEST(sequence(1, 100)) AS s(i)`,
      ),
      trino('reads them', `SELECT count(*), min(id), max(id) FROM ${t}`, [[100, 1, 100]]),
      trino(
        'reads with a filter on the partition',
        `SELECT count(*) FROM ${t} WHERE day < DATE '2024-03-01'`,
        [[29]],
      ),

      trino('adds a column', `ALTER TABLE ${t} ADD COLUMN price integer`),
      trino('adds a field to a struct', `ALTER TABLE ${t} ADD COLUMN place.z integer`),
      trino('renames a column', `ALTER TABLE ${t} RENAME COLUMN name TO label`),
      trino('widens integer to bigint', `ALTER TABLE ${t} ALTER COLUMN price SET DATA TYPE bigint`),
      trino('makes a column optional', `ALTER TABLE ${t} ALTER COLUMN id DROP NOT NULL`),
      trino('drops a field', `ALTER TABLE ${t} DROP COLUMN place.y`),
      trino('comments a table', `COMMENT ON TABLE ${t} IS 'changed'`),
      trino('comments a column', `COMMENT ON COLUMN ${t}.label IS 'what people say'`),
      trino(
        'reads old rows with the new schema',
        `SELECT id, label, price, place.x, place.z FROM ${t} WHERE id = 7`,
        [[7, 'n7', null, 7, null]],
      ),
      trino(
        'appends with the new schema',
        `INSERT INTO ${t} (id, label, price, day) VALUES (101, 'n101', 5000000000, DATE '2025-01-01')`,
      ),
      trino(
        'evolves the partitioning',
        `ALTER TABLE ${t} SET PROPERTIES partitioning = ARRAY['day(day)', 'bucket(id, 4)']`,
      ),
      trino('writes with the new partitioning', `INSERT INTO ${t} (id, label) VALUES (102, 'n102')`),
      trino('reads rows of both partitionings', `SELECT count(*) FROM ${t}`, [[102]]),

      trino('deletes rows', `DELETE FROM ${t} WHERE id <= 10`),
      trino('updates rows', `UPDATE ${t} SET label = upper(label) WHERE id = 11`),
      trino(
        'merges rows',
        `MERGE INTO ${t} t USING (VALUES (12, 'merged'), (200, 'new')) s(id, label) ON t.id = s.id
         WHEN MATCHED THEN UPDATE SET label = s.label WHEN NOT MATCHED THEN INSERT (id, label) VALUES (s.id, s.label)`,
      ),
      trino(
        'reads the results of the three changes',
        `SELECT id, label FROM ${t} WHERE id IN (10, 11, 12, 200) ORDER BY id`,
        [
          [11, 'N11'],
          [12, 'merged'],
          [200, 'new'],
        ],
      ),
      trino('compacts files', `ALTER TABLE ${t} EXECUTE optimize`),
      trino('rewrites manifests', `ALTER TABLE ${t} EXECUTE optimize_manifests`),
      trino('collects statistics', `ANALYZE ${t}`),
      trino('has snapshots', `SELECT count(*) > 5 FROM ${ns}."t$snapshots"`, [[true]]),
      trino('has history', `SELECT count(*) > 5 FROM ${ns}."t$history"`, [[true]]),
      trino('has files', `SELECT sum(record_count) FROM ${ns}."t$files" WHERE content = 0`, [[93]]),
      trino('has manifests', `SELECT count(*) > 0 FROM ${ns}."t$manifests"`, [[true]]),
      trino('has partitions', `SELECT count(*) > 1 FROM ${ns}."t$partitions"`, [[true]]),
      trino('has refs', `SELECT name, type FROM ${ns}."t$refs"`, [['main', 'BRANCH']]),
      trino('has properties', `SELECT count(*) > 0 FROM ${ns}."t$properties"`, [[true]]),
      trino(
        'reads the table as of an earlier time',
        `SELECT count(*) > 0 FROM ${t} FOR TIMESTAMP AS OF date_add('second', -1, current_timestamp)`,
        [[true]],
      ),

      trino(
        'creates a table from the result of a query',
        `CREATE TABLE ${ns}.c AS SELECT id, label FROM ${t} WHERE id < 50`,
      ),
      trino('replaces it', `CREATE OR REPLACE TABLE ${ns}.c AS SELECT id FROM ${t} WHERE id < 20`),
      trino('reads the replaced table', `SELECT count(*) FROM ${ns}.c`, [[9]]),
      trino(
        'creates no table when the query of a CTAS fails',
        `CREATE TABLE ${ns}.bad AS SELECT fail('no') x`,
        /no/,
      ),
      trino('does not list the table of the failed CTAS', `SHOW TABLES FROM ${ns} LIKE 'bad'`, []),
      trino('renames a table', `ALTER TABLE ${ns}.c RENAME TO ${ns}.renamed`),
      trino(
        'does not find the table under its old name after the rename',
        `SELECT * FROM ${ns}.c`,
        /does not exist/,
      ),
      trino('drops a table', `DROP TABLE ${ns}.renamed`),
      trino('refuses to drop a schema that is not empty', `DROP SCHEMA ${ns}`, /SCHEMA_NOT_EMPTY/),
      trino('drops the schema with its content', `DROP SCHEMA ${ns} CASCADE`),
      trino('does not list the dropped schema', `SHOW SCHEMAS LIKE '${ns}'`, []),
    ]
  },
}
