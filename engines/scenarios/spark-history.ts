import { spark, type Scenario } from '../lib/scenario.ts'

/** Scenario of branches, tags, time travel, metadata tables and maintenance procedures in Spark. */
export const sparkHistory: Scenario = {
  name: 'spark/history',
  engines: ['spark'],
  steps: ({ namespace: ns }) => {
    const t = `${ns}.h`
    return [
      spark('creates a namespace', `CREATE NAMESPACE ${ns}`),
      spark('creates a table', `CREATE TABLE ${t} (id BIGINT, name STRING) USING iceberg`),
      spark('appends a row (1)', `INSERT INTO ${t} VALUES (1, 'a')`),
      spark('appends a row (2)', `INSERT INTO ${t} VALUES (2, 'b')`),
      spark('creates a tag', `ALTER TABLE ${t} CREATE TAG release RETAIN 30 DAYS`),
      spark(
        'creates a branch',
        `ALTER TABLE ${t} CREATE BRANCH audit RETAIN 7 DAYS WITH SNAPSHOT RETENTION 2 SNAPSHOTS`,
      ),
      spark('refuses to create the branch again', `ALTER TABLE ${t} CREATE BRANCH audit`, /already exists/i),
      spark('appends a row (3)', `INSERT INTO ${t} VALUES (3, 'c')`),
      spark('writes to the branch', `INSERT INTO ${t}.branch_audit VALUES (100, 'on the branch')`),
      spark('does not read the branch on main', `SELECT max(id), count(*) FROM ${t}`, [[3, 3]]),
      spark('reads the branch', `SELECT max(id), count(*) FROM ${t} VERSION AS OF 'audit'`, [[100, 3]]),
      spark('reads the tag', `SELECT count(*) FROM ${t} VERSION AS OF 'release'`, [[2]]),
      spark('lists the refs', `SELECT name, type FROM ${t}.refs ORDER BY name`, [
        ['audit', 'BRANCH'],
        ['main', 'BRANCH'],
        ['release', 'TAG'],
      ]),
      spark(
        'sets main to the snapshot of the tag',
        `CALL ice.system.set_current_snapshot(table => '${t}', ref => 'release')`,
      ),
      spark('reads main after it was set to the snapshot of the tag', `SELECT count(*) FROM ${t}`, [[2]]),
      spark('fast-forwards main to the branch', `CALL ice.system.fast_forward('${t}', 'main', 'audit')`),
      spark('reads main after it was fast-forwarded to the branch', `SELECT max(id) FROM ${t}`, [[100]]),
      spark('replaces the tag', `ALTER TABLE ${t} CREATE OR REPLACE TAG release`),
      spark('drops the branch', `ALTER TABLE ${t} DROP BRANCH audit`),
      spark('drops the tag', `ALTER TABLE ${t} DROP TAG release`),
      spark('reads the state at a time', `SELECT count(*) FROM ${t} TIMESTAMP AS OF current_timestamp()`, [
        [3],
      ]),

      spark('reads the snapshots', `SELECT count(*), min(operation) FROM ${t}.snapshots`, [[4, 'append']]),
      spark('reads the history', `SELECT count(*) > 3 FROM ${t}.history`, [[true]]),
      spark('reads the files', `SELECT sum(record_count) FROM ${t}.files`, [[3]]),
      spark('reads the manifests', `SELECT count(*) FROM ${t}.manifests`, [[3]]),
      spark('reads the partitions', `SELECT record_count FROM ${t}.partitions`, [[3]]),
      spark('reads all manifest entries', `SELECT count(*) > 3 FROM ${t}.all_entries`, [[true]]),
      spark('reads the log of metadata files', `SELECT count(*) > 5 FROM ${t}.metadata_log_entries`, [
        [true],
      ]),

      {
        title: 'rewrites data files',
        on: 'spark',
        sql: `CALL ice.system.rewrite_data_files(table => '${t}', options => map('rewrite-all', 'true'))`,
        check: ([row]) => {
          if (row?.[0] !== 3 || row[1] !== 1)
            throw new Error(`expected 3 files rewritten into 1, got ${JSON.stringify(row)}`)
        },
      },
      spark('reads the same rows after the rewrite', `SELECT count(*), max(id) FROM ${t}`, [[3, 100]]),
      spark('rewrites manifests', `CALL ice.system.rewrite_manifests('${t}')`),
      spark(
        'expires old snapshots',
        `CALL ice.system.expire_snapshots(table => '${t}', older_than => now(), retain_last => 1)`,
      ),
      spark('has one snapshot after the expiry', `SELECT count(*) FROM ${t}.snapshots`, [[1]]),
      spark('reads the same rows after the expiry', `SELECT count(*) FROM ${t}`, [[3]]),
      spark('writes statistics', `CALL ice.system.compute_table_stats('${t}')`),

      spark(
        'creates a table of format version 3',
        `CREATE TABLE ${ns}.v3 (id BIGINT, v STRING) USING iceberg
        TBLPROPERTIES ('format-version' = '3', 'write.delete.mode' = 'merge-on-read',
                       'write.update.mode' = 'merge-on-read', 'write.merge.mode' = 'merge-on-read')`,
      ),
      spark('writes to the table of version 3', `INSERT INTO ${ns}.v3 SELECT id, 'x' FROM range(100)`),
      spark('deletes rows with deletion vectors', `DELETE FROM ${ns}.v3 WHERE id % 10 = 0`),
      spark('does not read deleted rows', `SELECT count(*) FROM ${ns}.v3`, [[90]]),
      spark(
        'stores deletion vectors in Puffin files',
        `SELECT DISTINCT file_format FROM ${ns}.v3.delete_files`,
        [['PUFFIN']],
      ),
      spark('reads the ids of rows', `SELECT _row_id FROM ${ns}.v3 ORDER BY _row_id DESC LIMIT 1`, [[99]]),
      spark('updates rows and keeps their ids', `UPDATE ${ns}.v3 SET v = 'y' WHERE id = 99`),
      spark('reads the same row id after the update', `SELECT _row_id, v FROM ${ns}.v3 WHERE id = 99`, [
        [99, 'y'],
      ]),

      spark('drops the table of version 3', `DROP TABLE ${ns}.v3`),
      spark('drops the table', `DROP TABLE ${t}`),
      spark('drops the namespace', `DROP NAMESPACE ${ns}`),
    ]
  },
}
