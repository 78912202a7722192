import { pyiceberg, spark, trino, type Scenario } from '../lib/scenario.ts'

/**
 * Scenario in which one engine deletes rows and changes schemas, branches and views, and the other engines read the
 * result.
 */
export const crossChanges: Scenario = {
  name: 'cross/changes',
  engines: ['pyiceberg', 'spark', 'trino'],
  steps: ({ namespace: ns }) => {
    const t = `${ns}.t`
    const read = { namespace: ns, name: 't' }
    return [
      spark('Spark creates a namespace', `CREATE NAMESPACE ${ns}`),
      spark(
        'Spark creates a table with separate delete files (merge-on-read)',
        `CREATE TABLE ${t} USING iceberg TBLPROPERTIES ('format-version' = '2', 'write.delete.mode' = 'merge-on-read')
         AS SELECT id, concat('n', id) name FROM range(20)`,
      ),
      spark('Spark deletes rows and writes position deletes', `DELETE FROM ${t} WHERE id % 2 = 1`),
      pyiceberg('PyIceberg does not read the rows that Spark deleted', 'shared.count', read, [[10]]),
      trino('Trino does not read the rows that Spark deleted', `SELECT count(*), max(id) FROM ${t}`, [
        [10, 18],
      ]),
      trino('Trino deletes further rows', `DELETE FROM ${t} WHERE id > 10`),
      spark('Spark does not read the rows that Trino deleted', `SELECT count(*), max(id) FROM ${t}`, [
        [6, 10],
      ]),
      trino(
        'Trino merges rows into the table',
        `MERGE INTO ${t} t USING (VALUES (0, 'zero'), (99, 'new')) s(id, name)
        ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.name)`,
      ),
      spark(
        'Spark reads the rows that Trino merged',
        `SELECT name FROM ${t} WHERE id IN (0, 99) ORDER BY id`,
        [['zero'], ['new']],
      ),
      // PyArrow cannot read the encoding of Trino's position delete files, so Trino first rewrites the data files
      // without the deleted rows.
      trino('Trino compacts the table', `ALTER TABLE ${t} EXECUTE optimize`),
      pyiceberg(
        'PyIceberg reads the rows that remain after the changes of all engines',
        'shared.read',
        read,
        [
          [0, 'zero'],
          [2, 'n2'],
          [4, 'n4'],
          [6, 'n6'],
          [8, 'n8'],
          [10, 'n10'],
          [99, 'new'],
        ],
      ),
      pyiceberg('PyIceberg adds a column', 'shared.add_column', { ...read, column: 'note' }),
      trino('Trino writes to the new column', `UPDATE ${t} SET note = 'by Trino' WHERE id = 99`),
      spark('Spark reads the new column', `SELECT note FROM ${t} WHERE id = 99`, [['by Trino']]),
      trino('Trino renames the column', `ALTER TABLE ${t} RENAME COLUMN note TO remark`),
      pyiceberg('PyIceberg reads the new name of the column', 'shared.columns', read, [
        ['id', 'long'],
        ['name', 'string'],
        ['remark', 'string'],
      ]),
      spark('Spark makes a branch and a tag (1)', `ALTER TABLE ${t} CREATE BRANCH b`),
      spark('Spark makes a branch and a tag (2)', `ALTER TABLE ${t} CREATE TAG g`),
      spark('Spark writes to the branch', `INSERT INTO ${t}.branch_b VALUES (1000, 'branch', NULL)`),
      pyiceberg('PyIceberg lists the branch and the tag', 'shared.refs', read, [
        ['b', 'branch'],
        ['g', 'tag'],
        ['main', 'branch'],
      ]),
      trino('Trino reads the branch', `SELECT max(id) FROM ${t} FOR VERSION AS OF 'b'`, [[1000]]),
      trino('Trino reads main', `SELECT max(id) FROM ${t}`, [[99]]),
      spark('Spark creates a view', `CREATE VIEW ${ns}.sv AS SELECT max(id) m FROM ${ns}.t`),
      trino('Trino creates a view', `CREATE VIEW ${ns}.tv AS SELECT min(id) m FROM ${ns}.t`),
      pyiceberg('PyIceberg lists both views', 'shared.list_views', { namespace: ns }, [
        [ns, 'sv'],
        [ns, 'tv'],
      ]),
      trino(
        'Trino refuses to read a view in the SQL dialect of Spark',
        `SELECT * FROM ${ns}.sv`,
        /dialect|view/i,
      ),
      spark('Spark drops its view', `DROP VIEW ${ns}.sv`),
      trino('Trino drops its view', `DROP VIEW ${ns}.tv`),
      trino('Trino renames the table', `ALTER TABLE ${t} RENAME TO ${ns}.r`),
      pyiceberg(
        'PyIceberg finds the table under its new name only',
        'shared.list_tables',
        { namespace: ns },
        [[ns, 'r']],
      ),
      spark('Spark drops the table', `DROP TABLE ${ns}.r`),
      pyiceberg('PyIceberg drops the namespace', 'shared.drop_namespace', { namespace: ns }),
    ]
  },
}
