import { trino, type Scenario } from '../lib/scenario.ts'

/** Scenario that creates, replaces, queries and drops views in Trino. */
export const trinoViews: Scenario = {
  name: 'trino/views',
  engines: ['trino'],
  steps: ({ namespace: ns }) => [
    trino('creates a schema', `CREATE SCHEMA ${ns}`),
    trino('creates a table', `CREATE TABLE ${ns}.t AS SELECT i id FROM UNNEST(sequence(0, 9)) AS s(i)`),
    trino(
      'creates a view',
      `CREATE VIEW ${ns}.v COMMENT 'a view' AS SELECT id AS key FROM ${ns}.t WHERE id > 4`,
    ),
    trino('reads the view', `SELECT count(*), min(key) FROM ${ns}.v`, [[5, 5]]),
    trino(
      'lists the view with the table',
      `SELECT table_name, table_type FROM information_schema.tables
      WHERE table_schema = '${ns}' ORDER BY 1`,
      [
        ['t', 'BASE TABLE'],
        ['v', 'VIEW'],
      ],
    ),
    trino(
      'shows the SQL text of the view',
      `SELECT count(*) FROM information_schema.views WHERE table_schema = '${ns}'`,
      [[1]],
    ),
    trino('refuses to create the view a second time', `CREATE VIEW ${ns}.v AS SELECT 1 x`, /already exists/i),
    trino(
      'refuses to create a table with the name of the view',
      `CREATE TABLE ${ns}.v (id integer)`,
      /already exists/i,
    ),
    trino('replaces it', `CREATE OR REPLACE VIEW ${ns}.v AS SELECT id AS key FROM ${ns}.t WHERE id > 7`),
    trino('reads through the replaced view', `SELECT count(*) FROM ${ns}.v`, [[2]]),
    trino('renames the view', `ALTER VIEW ${ns}.v RENAME TO ${ns}.w`),
    trino('finds the view under its new name', `SELECT max(key) FROM ${ns}.w`, [[9]]),
    trino('drops the view', `DROP VIEW ${ns}.w`),
    trino('does not find the dropped view', `SELECT * FROM ${ns}.w`, /does not exist/),
    trino('drops the table', `DROP TABLE ${ns}.t`),
    trino('drops the schema', `DROP SCHEMA ${ns}`),
  ],
}
