import { authorizationHeaders } from '../../conformance/lib/access-token.ts'
import type { Engine } from '../lib/engine.ts'
import type { Scenario } from '../lib/scenario.ts'
import type { CatalogBehind, WarehouseFixture } from '../lib/warehouse-fixture.ts'
import { watched } from '../users/audit.ts'
import { alice, as, bob, prepared } from './trino-users.ts'

/**
 * Scenario of two users of one Trino cluster, whose warehouse forwards to another catalog. In the other catalog, each
 * request has the identity of the user, and not of the cluster or a service account.
 */
export const upstreamUsers: Scenario = {
  name: 'trino/upstream-users',
  engines: ['trino'],
  storages: ['upstream-users', 'upstream-nessie-users'],
  steps: ({ namespace: ns, fixture, access }) => {
    const read = `SELECT count(*) FROM users.${ns}_alice.t`
    const refused = (
      title: string,
      identity: Readonly<Record<string, string>>,
      message: RegExp,
    ): ReturnType<typeof watched> =>
      watched('trino', title, read, fixture, async (engine, _since, server) => {
        await setIdentity(server, identity)
        try {
          return await demandRefusal(engine, read, message)
        } finally {
          await setIdentity(server, { mode: 'assert', audience: 'upstream' })
        }
      })
    return [
      prepared(ns, fixture),
      alice('a CTAS runs as the user', `CREATE TABLE users.${ns}_alice.t AS SELECT 1 AS id`),
      bob('a CTAS runs as the other user', `CREATE TABLE users.${ns}_bob.t AS SELECT 1 AS id`),
      alice('an INSERT runs as the user', `INSERT INTO users.${ns}_alice.t VALUES 2`),
      alice('alice reads her rows', read, [[2]]),
      bob('bob does not find the table of alice', read, /does not exist|not found/i),
      as('carol')(
        'a user without a principal is refused',
        'SHOW SCHEMAS FROM users',
        /no user of this name|--makes-principals/,
      ),
      watched(
        'trino',
        'the history of the catalog names both users',
        '(history)',
        fixture,
        async (_e, _s, server) => {
          const authors = await behind(server).authors()
          const names = [...new Set(authors)].toSorted()
          for (const user of ['alice', 'bob'])
            if (!names.includes(user))
              throw new Error(`the history of the catalog does not name ${user}: ${names.join(', ')}`)
          const others = names.filter((name) => !['admin', 'alice', 'bob'].includes(name))
          if (others.length > 0)
            throw new Error(`the history of the catalog names other authors: ${others.join(', ')}`)
          return `${authors.length} changes of ${names.join(', ')}`
        },
      ),
      refused(
        'the catalog refuses a user who is asserted to another audience',
        { mode: 'assert', audience: 'other' },
        /refused|UpstreamRefused|502|503|Bad Gateway/i,
      ),
      refused(
        'a user without a token of the identity provider is refused in the mode forward',
        { mode: 'forward', audience: 'upstream' },
        /token of your identity provider/,
      ),
      alice('the same user reads again with the mode assert', read, [[2]]),
      watched(
        'trino',
        'the catalog refuses requests without a token, and session tokens of Headgate',
        '(requests)',
        fixture,
        async (_engine, _since, server) => {
          if (access.auth.kind === 'access-key')
            throw new Error('the scenario needs a catalog to which clients log in without an access key')
          const { authorization = '' } = await authorizationHeaders(access.auth)
          const catalog = behind(server)
          const statuses = [
            await catalog.statusOf(''),
            await catalog.statusOf(authorization.replace('Bearer ', '')),
          ]
          if (statuses.some((status) => status !== 401)) throw new Error(`answered ${statuses.join(', ')}`)
          return 'both 401'
        },
      ),
    ]
  },
}

function behind(server: WarehouseFixture): CatalogBehind {
  if (server.behind) return server.behind
  throw new Error('this scenario needs a catalog behind the warehouse')
}

async function setIdentity(
  server: WarehouseFixture,
  identity: Readonly<Record<string, string>>,
): Promise<void> {
  await server.send('PATCH', '/management/v1/warehouses/users', { upstream: { identity } })
}

/** Runs a statement as the user alice, which must fail with the given message. */
async function demandRefusal(engine: Engine, sql: string, message: RegExp): Promise<string> {
  const outcome = await engine.sql(sql, 'alice').then(
    (rows) => JSON.stringify(rows),
    (error: unknown) => String(error),
  )
  if (!message.test(outcome)) throw new Error(`should be refused with ${message}: ${outcome}`)
  return outcome.slice(0, 200)
}
