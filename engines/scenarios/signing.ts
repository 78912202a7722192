import { brief, unrefreshable } from '../lasting/catalogs.ts'
import { spark, type Scenario } from '../lib/scenario.ts'
import { lives, outlives } from './outlives.ts'
import { slowRows } from './slow-rows.ts'

/**
 * Spark without any keys: the server signs each request. For a new table, a token in the signer's endpoint identifies
 * the table. Spark keeps the endpoint, with the token, for the whole job.
 */
export const sparkCtasSigning: Scenario = {
  name: 'spark/ctas-signing',
  engines: ['spark'],
  storages: ['remote-signing'],
  steps: ({ namespace: ns, fixture }) => [
    spark('creates a namespace (1)', `CREATE NAMESPACE ${brief}.${ns}`),
    spark('creates a namespace (2)', `CREATE NAMESPACE ${unrefreshable}.${ns}`),
    outlives(
      'finishes a CTAS that outlives storage refresh tokens five times',
      'spark',
      `CREATE TABLE ${brief}.${ns}.c USING iceberg AS ${slowRows(52, 12)}`,
      fixture,
      // each file is written after the wait of its task
      ({ signedByToken }) =>
        signedByToken < 52 ? 'should have been a request by the token for each file at least' : null,
    ),
    spark('has all of it', `SELECT count(*), count(DISTINCT id) FROM ${brief}.${ns}.c`, [[52, 52]]),
    spark('deletes rows', `DELETE FROM ${brief}.${ns}.c WHERE id < 10`),
    spark('has the others', `SELECT count(*), min(id) FROM ${brief}.${ns}.c`, [[42, 10]]),
    spark(
      `fails with a token that ends after the ${lives}th part of that`,
      `CREATE TABLE ${unrefreshable}.${ns}.u USING iceberg AS ${slowRows(14, 12)}`,
      /storageRefreshToken/,
    ),
    spark('has no trace of that', `SHOW TABLES IN ${unrefreshable}.${ns} LIKE 'u'`, []),
  ],
}
