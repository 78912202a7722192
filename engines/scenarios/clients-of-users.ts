import { demandDoneBy, watched } from '../users/audit.ts'
import { pyiceberg, type Scenario, spark } from '../lib/scenario.ts'
import { prepared } from './trino-users.ts'

/** Scenario of unmodified Spark, which authenticates as one principal with client credentials. */
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
    spark('reads the table', `SELECT * FROM ${ns}_alice.s`, [[1]]),
    spark('finds no table of another user', `SELECT * FROM ${ns}_bob.t`, /cannot be found|not found|NoSuch/i),
    spark(
      'is refused as an engine without a user',
      `SELECT * FROM no_user.${ns}_alice.s`,
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
    pyiceberg('writes with the property credential', 'users.writes', {
      ns: `${ns}_alice`,
      manager: 'credential',
    }),
    pyiceberg('writes with its oauth2 manager', 'users.writes', { ns: `${ns}_alice`, manager: 'oauth2' }),
    pyiceberg('lists only the namespaces of its principal', 'users.namespaces', {}, [
      [`${ns}_alice`],
      [`${ns}_shared`],
      ['home'],
    ]),
    pyiceberg('renews its token by refresh_margin before the token expires', 'users.renews', {}),
    pyiceberg('uses the lifetime in the response instead of expires_in', 'users.response_lifetime', {}),
    pyiceberg('receives invalid_client for a wrong secret', 'users.wrong_secret', {}),
    watched(
      'pyiceberg',
      'appears in the audit log as its principal',
      'users.writes',
      fixture,
      async (engine, since) => {
        await engine.call('users.writes', { ns: `${ns}_alice`, manager: 'oauth2' })
        return demandDoneBy(await since(), 'alice', ['createTable', 'updateTable'])
      },
    ),
  ],
}
