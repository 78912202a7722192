import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRestError, NotAuthorizedError } from '@headgate/iceberg/client'
import type { Front } from '../../lib/signed-front.ts'
import { check, gathered, type Check, type Fetch } from '../check.ts'
import { schema } from '../example-data.ts'
import { signing } from '../peers/signed.ts'

const oddNames = [
  'a/b',
  '100%',
  'a%2Fb',
  'a;b=c',
  'a\\b',
  "it's:me@home",
  '日本',
  '🙂',
  ' a ',
  '~_-',
  '(1)*!',
]

const unchanged: Fetch = (url, init) => fetch(url, init)

/**
 * Returns checks that send requests through a proxy. The proxy accepts only requests whose signature equals the one
 * that botocore computes.
 */
export const signedChecks = (front: Front): readonly Check[] => [
  check('every request of the checks above was signed correctly', [], async () => {
    const { signed, refused } = await came(front)
    deepEqual(refused, [])
    ok(signed.length > 50, `only ${signed.length} signed requests arrived`)
  }),

  check(
    'a namespace and a table with unusual names and properties are created, changed, listed and dropped',
    ['createNamespace', 'createTable', 'updateTable', 'listTables', 'dropTable', 'dropNamespace'],
    async ({ catalog, fresh }) => {
      const namespace = [`Grüße & a+b (1)* ${fresh('odd').name}`]
      const orders = { namespace, name: "it's ~ü+1 = 2" }
      // Sets a location, because some servers cannot create a folder with the unusual name of the table.
      const { location } = (await catalog.createTable(fresh('plain'), { schema })).metadata
      await catalog.createNamespace(namespace, { 'ö +': 'ü & "' })
      const table = await catalog.createTable(orders, { schema, location: `${location}-odd` })
      await catalog.updateTable(table).setProperties({ 'k +': 'ü/%2F' }).commit()
      equal((await catalog.loadTable(orders)).metadata.properties['k +'], 'ü/%2F')
      deepEqual(await gathered(catalog.listTables(namespace, { pageSize: 1 })), [orders])
      await catalog.dropTable(orders)
      await catalog.dropNamespace(namespace)
      const { signed, refused } = await came(front)
      deepEqual(refused, [])
      ok(signed.length >= 8, signed.join(', '))
    },
  ),

  check(
    'levels, slashes and percent signs are signed in the form in which they are sent, regardless of their meaning for the catalog',
    ['listNamespaces', 'loadTable'],
    async ({ catalog }) => {
      for (const name of oddNames)
        await asked(catalog.loadTable({ namespace: ['a b', name], name }, { maxRetries: 0 }))
      await asked(gathered(catalog.listNamespaces({ parent: ['a b', 'ü+c'], maxRetries: 0 })))
      const { signed, refused } = await came(front)
      deepEqual(refused, [])
      equal(signed.length, oddNames.length + 1)
      // The server determines the separator between the levels of a namespace, so the check accepts every known
      // separator.
      equal(signed.filter((line) => /a%20b(%1F|%2E|\.)/.test(line)).length, oddNames.length + 1)
    },
  ),

  check(
    'requests without a signature, or with another signature, are refused',
    [],
    async ({ peer, connect }) => {
      const others = [
        { ...signing, 'rest.auth.sigv4.secret-access-key': 'wrong' },
        { ...signing, 'rest.auth.sigv4.service': 'glue' },
        { ...signing, 'rest.auth.sigv4.region': 'us-east-1' },
        { 'rest.auth.type': 'none' },
        { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'abc' },
      ]
      for (const properties of others)
        await rejects(connect(unchanged, { ...peer.options, properties }), NotAuthorizedError)
      const { signed, refused } = await came(front)
      deepEqual(signed, [])
      deepEqual(refused, [
        'the signature does not match',
        'signed with another key, region or service',
        'signed with another key, region or service',
        'not signed',
        'not signed',
      ])
    },
  ),

  check(
    'a request that was changed after it was signed is refused',
    ['createNamespace'],
    async ({ fresh, connect }) => {
      const changes = [
        (url: string, init: RequestInit) => fetch(`${url}?more=1`, init),
        (url: string, init: RequestInit) => fetch(url, { ...init, body: '{"namespace":["other"]}' }),
      ]
      for (const change of changes) {
        await using changed = await connect((url, init) =>
          init.method === 'POST' ? change(url, init) : unchanged(url, init),
        )
        await rejects(changed.createNamespace([fresh('changed').name]), NotAuthorizedError)
      }
      deepEqual((await came(front)).refused, ['the signature does not match', 'another body'])
    },
  ),
]

/**
 * Waits, and then returns the requests that the proxy has received. The proxy reports them over a separate channel,
 * possibly later than the responses.
 */
async function came(front: Front): Promise<ReturnType<Front['take']>> {
  await sleep(200)
  return front.take()
}

/**
 * Waits for a response. Ignores errors of the catalog, but throws if the proxy refused the signature of the request.
 */
async function asked(response: Promise<unknown>): Promise<void> {
  await response.catch((error: unknown) => {
    if (!isRestError(error) || error instanceof NotAuthorizedError) throw error
  })
}
