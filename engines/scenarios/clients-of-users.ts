import { demandDoneBy, watched } from '../users/audit.ts'
import { pyiceberg, type Scenario, spark } from '../lib/scenario.ts'
import { prepared } from './trino-users.ts'

/** Stock clients that sign in as one principal, by client credentials. */
export const sparkClient: Scenario = {
  name: 'spark/client-credentials',
  engines: ['spark'],
  storages: ['users'],
  steps: ({ namespace: ns, fixture }) => [
    prepared(ns, fixture, 'spark'),
    watched('spark', 'writes as its principal', 'CREATE TABLE … AS', fixture, async (engine, since) => {
      await engine.sql(`CREATE TABLE ${ns}_alice.s USING iceberg AS SELECT 1 AS id`)
      return demandDoneBy(await since(), 'alice', ['createTable'])
    }),
    spark('reads it', `SELECT * FROM ${ns}_alice.s`, [[1]]),
    spark('finds no objects of others', `SELECT * FROM ${ns}_bob.t`, /cannot be found|not found|NoSuch/i),
    spark(
      'gets nothing as an engine without a user',
      `SELECT * FROM alone.${ns}_alice.s`,
      /first_calls: config-only/,
    ),
  ],
}

export const pyicebergClient: Scenario = {
  name: 'pyiceberg/oauth2-manager',
  engines: ['pyiceberg'],
  storages: ['users'],
  steps: ({ namespace: ns, fixture }) => [
    prepared(ns, fixture, 'pyiceberg'),
    pyiceberg('writes by its credential', 'users.writes', { ns: `${ns}_alice`, manager: 'credential' }),
    pyiceberg('writes by its oauth2 manager', 'users.writes', { ns: `${ns}_alice`, manager: 'oauth2' }),
    pyiceberg('sees only its own namespaces', 'users.namespaces', {}, [
      [`${ns}_alice`],
      [`${ns}_shared`],
      ['home'],
    ]),
    pyiceberg('renews its token ahead of the end, by refresh_margin', 'users.renews', {}),
    pyiceberg('takes the end that the server says before its own expires_in', 'users.said_end', {}),
    pyiceberg('is refused by name with a wrong secret', 'users.wrong_secret', {}),
    watched(
      'pyiceberg',
      'is written down as its principal',
      'users.writes',
      fixture,
      async (engine, since) => {
        await engine.call('users.writes', { ns: `${ns}_alice`, manager: 'oauth2' })
        return demandDoneBy(await since(), 'alice', ['createTable', 'updateTable'])
      },
    ),
  ],
}
