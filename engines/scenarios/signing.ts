import { brief, unrefreshable } from '../lasting/catalogs.ts'
import { spark, type Scenario } from '../lib/scenario.ts'
import { lives, outlives } from './outlives.ts'
import { slowRows } from './slow-rows.ts'

/**
 * Scenario of Spark with remote signing: Spark has no keys, and the server signs each storage request. For a table
 * that is being created, the URL of the signer contains a token that identifies the table. Spark uses the same URL
 * with the same token during the whole job.
 */
export const sparkCtasSigning: Scenario = {
  name: 'spark/ctas-signing',
  engines: ['spark'],
  storages: ['remote-signing'],
  steps: ({ namespace: ns, fixture }) => [
    spark('creates a namespace (1)', `CREATE NAMESPACE ${brief}.${ns}`),
    spark('creates a namespace (2)', `CREATE NAMESPACE ${unrefreshable}.${ns}`),
    outlives(
      'a CTAS succeeds that takes five times the lifetime of storage refresh tokens',
      'spark',
      `CREATE TABLE ${brief}.${ns}.c USING iceberg AS ${slowRows(52, 12)}`,
      fixture,
      // Each task writes its file after it has waited, so each file needs a signature at a later time.
      ({ signedByToken }) =>
        signedByToken < 52
          ? 'there must be at least one request with the storage refresh token for each file'
          : null,
    ),
    spark(
      'the table contains all rows of the CTAS',
      `SELECT count(*), count(DISTINCT id) FROM ${brief}.${ns}.c`,
      [[52, 52]],
    ),
    spark('deletes rows', `DELETE FROM ${brief}.${ns}.c WHERE id < 10`),
    spark(
      'the table contains the rows that were not deleted',
      `SELECT count(*), min(id) FROM ${brief}.${ns}.c`,
      [[42, 10]],
    ),
    spark(
      `a CTAS fails with a token that expires after 1/${lives} of this time`,
      `CREATE TABLE ${unrefreshable}.${ns}.u USING iceberg AS ${slowRows(14, 12)}`,
      /storageRefreshToken/,
    ),
    spark(
      'the table of the failed CTAS does not exist',
      `SHOW TABLES IN ${unrefreshable}.${ns} LIKE 'u'`,
      [],
    ),
  ],
}
