import { spark, type Scenario } from '../lib/scenario.ts'

/** Scenario of the lifecycle of one table in Spark SQL. */
export const sparkTables: Scenario = {
  name: 'spark/tables',
  engines: ['spark'],
  steps: ({ namespace: ns }) => {
    const t = `${ns}.t`
    const count = `SELECT count(*) FROM ${t}`
    return [
      spark(
        'creates a namespace',
        `CREATE NAMESPACE ${ns} COMMENT 'of the engines' WITH PROPERTIES (made_by = 'engines')`,
      ),
      spark('refuses to create the namespace a second time', `CREATE NAMESPACE ${ns}`, /already exists/i),
      spark(
        'accepts CREATE NAMESPACE IF NOT EXISTS for an existing namespace',
        `CREATE NAMESPACE IF NOT EXISTS ${ns}`,
      ),
      spark(
        'creates a partitioned table',
        `CREATE TABLE ${t} (id INT NOT NULL COMMENT 'the key', name STRING, day DATE, place STRUCT<x: INT, y: INT>)
         USING iceberg PARTITIONED BY (months(day)) TBLPROPERTIES ('made-by' = 'engines')`,
      ),
      spark(
        'refuses to create the table a second time',
        `CREATE TABLE ${t} (id INT) USING iceberg`,
        /already exists/i,
      ),
      spark('lists the table', `SHOW TABLES IN ${ns}`, [[ns, 't', false]]),
      spark(
        'appends rows',
        `INSERT INTO ${t} SELECT CAST(id AS INT), concat('n', id), date_add(DATE'2024-01-31', CAST(id AS INT)),
         named_struct('x', CAST(id AS INT), 'y', 0) FROM range(1, 101)`,
      ),
      spark('reads them', `SELECT count(*), min(id), max(id), count(DISTINCT name) FROM ${t}`, [
        [100, 1, 100, 100],
      ]),
      spark(
        'reads with a filter on the partition',
        `SELECT count(*) FROM ${t} WHERE day < DATE'2024-03-01'`,
        [[29]],
      ),

      spark(
        'adds columns, one inside of a struct',
        `ALTER TABLE ${t} ADD COLUMNS (price INT AFTER name, place.z INT)`,
      ),
      spark('renames a column', `ALTER TABLE ${t} RENAME COLUMN name TO label`),
      spark('widens int to bigint', `ALTER TABLE ${t} ALTER COLUMN price TYPE BIGINT`),
      spark('makes a column optional', `ALTER TABLE ${t} ALTER COLUMN id DROP NOT NULL`),
      spark('drops a column', `ALTER TABLE ${t} DROP COLUMN place.y`),
      spark('refuses to narrow a column', `ALTER TABLE ${t} ALTER COLUMN price TYPE SMALLINT`, /./),
      spark(
        'reads old rows with the new schema',
        `SELECT id, label, price, place.x, place.z FROM ${t} WHERE id = 7`,
        [[7, 'n7', null, 7, null]],
      ),
      spark(
        'appends with the new schema',
        `INSERT INTO ${t} (id, label, price, day, place)
         VALUES (101, 'n101', 5000000000, DATE'2025-01-01', named_struct('x', 1, 'z', 2))`,
      ),
      spark('reads a value that is too large for int', `SELECT price, place.z FROM ${t} WHERE id = 101`, [
        [5000000000, 2],
      ]),

      spark('evolves the partitioning', `ALTER TABLE ${t} ADD PARTITION FIELD bucket(4, id)`),
      spark(
        'replaces a partition field',
        `ALTER TABLE ${t} REPLACE PARTITION FIELD months(day) WITH days(day)`,
      ),
      spark('sets a sort order for writes', `ALTER TABLE ${t} WRITE ORDERED BY id`),
      spark('writes with the new partitioning', `INSERT INTO ${t} (id, label) VALUES (102, 'n102')`),
      spark('reads rows of both partitionings', count, [[102]]),
      spark('lists data files of both partition specs', `SELECT count(DISTINCT spec_id) FROM ${t}.files`, [
        [2],
      ]),

      spark('deletes rows', `DELETE FROM ${t} WHERE id <= 10`),
      spark('updates rows', `UPDATE ${t} SET label = upper(label) WHERE id = 11`),
      spark(
        'merges rows',
        `MERGE INTO ${t} t USING (SELECT 12 id, 'merged' label UNION ALL SELECT 200, 'new') s ON t.id = s.id
         WHEN MATCHED THEN UPDATE SET label = s.label WHEN NOT MATCHED THEN INSERT (id, label) VALUES (s.id, s.label)`,
      ),
      spark(
        'reads the results of the three changes',
        `SELECT id, label FROM ${t} WHERE id IN (10, 11, 12, 200) ORDER BY id`,
        [
          [11, 'N11'],
          [12, 'merged'],
          [200, 'new'],
        ],
      ),
      spark('overwrites a condition’s rows', `INSERT OVERWRITE ${t} SELECT * FROM ${t} WHERE id > 50`),
      spark('sets and removes properties', `ALTER TABLE ${t} SET TBLPROPERTIES ('team' = 'lake', 'x' = 'y')`),
      spark('removes a property', `ALTER TABLE ${t} UNSET TBLPROPERTIES ('x')`),
      spark('shows a property', `SHOW TBLPROPERTIES ${t} ('team')`, [['team', 'lake']]),

      spark(
        'creates a table from the result of a query',
        `CREATE TABLE ${ns}.c USING iceberg AS SELECT * FROM ${t}`,
      ),
      spark(
        'replaces the table by the result of another query',
        `CREATE OR REPLACE TABLE ${ns}.c USING iceberg PARTITIONED BY (truncate(2, name))
         AS SELECT id, concat('r', id) name FROM range(10)`,
      ),
      spark('reads the replaced table', `SELECT count(*), max(name) FROM ${ns}.c`, [[10, 'r9']]),
      spark('keeps the history of a replaced table', `SELECT count(*) > 1 FROM ${ns}.c.snapshots`, [[true]]),
      spark(
        'creates no table when the query of a CTAS fails',
        `CREATE TABLE ${ns}.bad USING iceberg AS SELECT raise_error('no') x`,
        /no/,
      ),
      spark('does not list the table of the failed CTAS', `SHOW TABLES IN ${ns} LIKE 'bad'`, []),

      spark('renames a table', `ALTER TABLE ${ns}.c RENAME TO ${ns}.renamed`),
      spark(
        'does not find the table under its old name after the rename',
        `SELECT * FROM ${ns}.c`,
        /not.*found|TABLE_OR_VIEW_NOT_FOUND/i,
      ),
      spark('drops a table', `DROP TABLE ${ns}.renamed`),
      spark('refuses to drop a namespace that is not empty', `DROP NAMESPACE ${ns}`, /not empty/i),
      spark('drops and purges a table', `DROP TABLE ${t} PURGE`),
      spark('drops the namespace', `DROP NAMESPACE ${ns}`),
    ]
  },
}
