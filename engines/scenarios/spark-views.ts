import { spark, type Scenario } from '../lib/scenario.ts'

/** Scenario that creates, replaces, queries and drops views in Spark. */
export const sparkViews: Scenario = {
  name: 'spark/views',
  engines: ['spark'],
  steps: ({ namespace: ns }) => [
    spark('creates a namespace', `CREATE NAMESPACE ${ns}`),
    spark(
      'creates a table',
      `CREATE TABLE ${ns}.t USING iceberg AS SELECT id, concat('n', id) name FROM range(10)`,
    ),
    spark(
      'creates a view',
      `CREATE VIEW ${ns}.v (key COMMENT 'of the table', name) COMMENT 'a view' TBLPROPERTIES ('made-by' = 'engines')
       AS SELECT id, name FROM ${ns}.t WHERE id > 4`,
    ),
    spark('reads the view', `SELECT count(*), min(key) FROM ${ns}.v`, [[5, 5]]),
    spark('lists the view', `SHOW VIEWS IN ${ns}`, [[ns, 'v', false]]),
    spark('refuses to create the view a second time', `CREATE VIEW ${ns}.v AS SELECT 1 x`, /already exists/i),
    spark(
      'refuses to create a table with the name of the view',
      `CREATE TABLE ${ns}.v (id INT) USING iceberg`,
      /already exists/i,
    ),
    spark('replaces it', `CREATE OR REPLACE VIEW ${ns}.v AS SELECT id AS key FROM ${ns}.t WHERE id > 7`),
    spark('reads through the replaced view', `SELECT count(*) FROM ${ns}.v`, [[2]]),
    spark('sets a property', `ALTER VIEW ${ns}.v SET TBLPROPERTIES ('team' = 'lake')`),
    spark('shows it', `SHOW TBLPROPERTIES ${ns}.v ('team')`, [['team', 'lake']]),
    spark('creates a view that selects from a view', `CREATE VIEW ${ns}.w AS SELECT max(key) m FROM ${ns}.v`),
    spark('reads through both views', `SELECT m FROM ${ns}.w`, [[9]]),
    spark('renames a view', `ALTER VIEW ${ns}.w RENAME TO ${ns}.w2`),
    spark('finds the view under its new name', `SELECT m FROM ${ns}.w2`, [[9]]),
    spark('does not drop a view as a table', `DROP TABLE ${ns}.v`, /view/i),
    spark('drops the view', `DROP VIEW ${ns}.v`),
    spark('does not find the dropped view', `SELECT * FROM ${ns}.v`, /not.*found/i),
    spark('drops the remaining view', `DROP VIEW ${ns}.w2`),
    spark('drops the rest (2)', `DROP TABLE ${ns}.t`),
    spark('drops the namespace', `DROP NAMESPACE ${ns}`),
  ],
}
