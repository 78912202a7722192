import { namespacePath, tablePath, type Response } from '../../refresh/catalog-client.ts'
import { useKeys, toTarget, type StorageKeys } from '../../refresh/storage-keys.ts'
import { delegation } from '../../refresh/table-requests.ts'
import type { Random } from '../../attack/random.ts'
import type { Fixture } from '../fixture.ts'
import { type Body, credentials, fetchTasks, keysIn, pathsIn, plan, planIdOf, readAll } from '../requests.ts'
import type { Outcome, Seen, Suite } from '../suite.ts'

const headers = (random: Random): Readonly<Record<string, string>> =>
  random.pick<Readonly<Record<string, string>>>([
    {},
    { 'x-headgate-role': random.pick(['admin', 'eu', '*', '']) },
    { 'x-iceberg-access-delegation': 'remote-signing' },
    { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' },
    { 'user-agent': random.pick(['Trino/480', 'DuckDB/1.5', 'PyIceberg/0.12.0']) },
    { 'if-none-match': '*' },
  ])

/** Returns the body of a plan with a point in time and a filter that try to leave the restriction. */
function body({ orders }: Fixture, random: Random): Body {
  const filter = random.pick<unknown>([
    true,
    { type: 'eq', term: 'region', value: 'us' },
    { type: 'not-eq', term: 'region', value: 'eu' },
    { type: 'or', left: { type: 'eq', term: 'region', value: 'eu' }, right: true },
    { type: 'not', child: { type: 'eq', term: 'region', value: 'eu' } },
    { type: 'starts-with', term: 'secret', value: random.pick(['', 'c', 'canary', 'x']) },
    { type: 'is-null', term: 'region' },
  ])
  const [first = 0, last = 0] = orders.snapshots
  const time = random.pick<Body>([
    {},
    { 'snapshot-id': first },
    { 'snapshot-id': last, 'use-snapshot-schema': true },
    { 'start-snapshot-id': first, 'end-snapshot-id': last },
    { 'snapshot-id': 999 },
  ])
  const stats = random.pick<Body>([
    {},
    { 'stats-fields': ['secret', 'region', 'id'] },
    { select: ['secret'] },
  ])
  return { filter, ...time, ...stats, ...(random.chance(0.2) ? { 'case-sensitive': false } : {}) }
}

/** Uses all keys in responses for the hidden objects: reads, heads, ranges and lists. */
async function useAll(
  { orders, mixed }: Fixture,
  random: Random,
  responses: readonly Response[],
): Promise<Seen[]> {
  const keys = responses.flatMap(keysIn)
  const hidden = [...orders.hidden, ...mixed.hidden, ...mixed.open]
  const chosen = [random.pick(hidden), random.pick(hidden), random.pick(hidden)]
  const seen = await Promise.all(
    keys.map(async (each) => [
      ...(await readAll(each, chosen)),
      ...(await listBelow(each, random.pick([orders.location, mixed.location]))),
      await useKeys(each, 'GET', `${toTarget(random.pick(hidden))}?partNumber=1`),
    ]),
  )
  return seen.flat()
}

async function listBelow(keys: StorageKeys, location: string): Promise<readonly Seen[]> {
  const [bucket = '', ...path] = location.replace('s3://', '').split('/')
  const prefix = encodeURIComponent(`${path.join('/')}/`)
  return [await useKeys(keys, 'GET', `/${bucket}?list-type=2&prefix=${prefix}`)]
}

export const restricted: Suite = {
  name: 'restricted',
  about: 'plans, loads, credentials and storage of tables on which the grant is restricted to rows',
  weight: 5,
  open(fixture) {
    const { as, namespace } = fixture
    return Promise.resolve(async (random): Promise<Outcome> => {
      const table = random.pick(['orders', 'orders', 'mixed'])
      const path = tablePath(as.mallory, namespace, table)
      const send = random.pick<() => Promise<readonly Response[]>>([
        async () => {
          const planned = await plan(as.mallory, namespace, table, body(fixture, random), headers(random))
          const renewed = await credentials(as.mallory, namespace, table, { planId: planIdOf(planned) })
          return [planned, renewed]
        },
        async () => [
          await as.mallory.send('GET', `${path}?snapshots=${random.pick(['all', 'refs'])}`, {
            headers: { ...delegation, ...headers(random) },
          }),
        ],
        async () => [
          await as.mallory.send('GET', `${path}/credentials`, {
            headers: { ...delegation, ...headers(random) },
          }),
        ],
        async () => [
          await as.mallory.send('POST', `${path}/sign`, {
            body: {
              method: 'GET',
              region: 'us-east-1',
              uri: `http://127.0.0.1${toTarget(random.pick(fixture.orders.hidden))}`,
              headers: {},
            },
          }),
        ],
        async () => [await fetchTasks(as.mallory, namespace, table, random.pick(['', 'x', null]))],
        async () => {
          const task = await plan(as.reader, namespace, 'large')
          const [first] = (task.json as { 'plan-tasks'?: readonly string[] })['plan-tasks'] ?? []
          return [await fetchTasks(as.mallory, namespace, table, first)]
        },
      ])
      const responses = await send()
      const seen = [...responses.map(withoutNames), ...(await useAll(fixture, random, responses))]
      return { what: `${table} with a restricted grant`, seen }
    })
  },
}

/** Removes the name of a file from the error that explains why a plan is refused. This name is not data. */
function withoutNames({ status, text }: Response): Seen {
  return { status, text: status === 403 ? text.replace(/such as [^ ,]+/, '') : text }
}

/** Other objects and operations, through which the files of the restricted table might be reached. */
export const around: Suite = {
  name: 'around',
  about:
    'views, registered metadata, tables at the same location, renames, commits, branches and the Lance namespace',
  weight: 2,
  open(fixture) {
    const { as, namespace, hers, orders, count, lab } = fixture
    const { mallory } = as
    return Promise.resolve(async (random): Promise<Outcome> => {
      const name = `x${count()}`
      const tables = `${namespacePath(mallory, hers)}/tables`
      const path = tablePath(mallory, namespace, 'orders')
      const load = await mallory.send('GET', path)
      const metadata = String((load.json as { 'metadata-location'?: string })['metadata-location'])
      const send = random.pick<() => Promise<readonly Response[]>>([
        async () => [
          await mallory.send('POST', `${namespacePath(mallory, hers)}/register`, {
            body: { name, 'metadata-location': metadata },
            headers: delegation,
          }),
        ],
        async () => [
          await mallory.send('POST', tables, {
            body: {
              name,
              schema: { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] },
              location: random.pick([
                orders.location,
                `${orders.location}/data`,
                orders.location.replace('s3:', 's3a:'),
              ]),
              'stage-create': random.chance(0.5),
            },
            headers: delegation,
          }),
        ],
        async () => {
          const view = {
            name,
            schema: { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] },
            'view-version': {
              'version-id': 1,
              'timestamp-ms': Date.now(),
              'schema-id': 0,
              summary: {},
              representations: [{ type: 'sql', sql: `select * from orders`, dialect: 'spark' }],
              'default-namespace': namespace,
            },
            properties: {},
          }
          await mallory.send('POST', `${namespacePath(mallory, hers)}/views`, { body: view })
          const by = encodeURIComponent(`${hers.join('\u001f')}\u001f${name}`)
          return [
            await mallory.send('GET', `${path}?referenced-by=${by}`, { headers: delegation }),
            await mallory.send('POST', `${path}/plan?referenced-by=${by}`, { body: {}, headers: delegation }),
            await mallory.send('GET', `${path}/credentials?referenced-by=${by}`, { headers: delegation }),
          ]
        },
        async () => [
          await mallory.send('POST', path, {
            body: {
              requirements: [],
              updates: random.pick<readonly object[]>([
                [{ action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': 11 }],
                [{ action: 'set-properties', updates: { a: 'b' } }],
                [{ action: 'set-location', location: orders.location }],
              ]),
            },
          }),
        ],
        async () => [
          await mallory.send('POST', `${mallory.root}tables/rename`, {
            body: { source: { namespace, name: 'orders' }, destination: { namespace: hers, name } },
          }),
        ],
        async () => [
          await mallory.send('POST', `lance/${lab.warehouse}/v1/table/${namespace[0]}$orders/describe`, {
            body: { id: [...namespace, 'orders'], vend_credentials: true },
          }),
        ],
      ])
      const responses = await send()
      const seen = await useAll(fixture, random, responses)
      return { what: 'a restricted table through another object or operation', seen: [...responses, ...seen] }
    })
  },
}

/** Requests that must succeed, because otherwise a server that refuses everything would pass. */
export const legitimate: Suite = {
  name: 'legitimate',
  about: 'plans with a restricted grant and with an unrestricted one, whose keys read their files',
  weight: 1,
  open({ as, namespace, orders }) {
    return Promise.resolve(async (random): Promise<Outcome> => {
      const isRestricted = random.chance(0.5)
      const caller = isRestricted ? as.mallory : as.reader
      const planned = await plan(caller, namespace, 'orders')
      const wanted = isRestricted
        ? orders.open
        : [...orders.open, ...orders.hidden.filter((path) => path.includes('/data/'))]
      const missing = wanted.filter((path) => !pathsIn(planned).includes(path))
      const renewed = await credentials(caller, namespace, 'orders', { planId: planIdOf(planned) })
      const [keys] = keysIn(random.pick([planned, renewed]))
      const read = keys === undefined ? [] : await readAll(keys, wanted)
      const lost = [
        ...missing.map((path) => ({ status: 404, text: `the plan lacks ${path.replace(/.*\//, '')}` })),
        ...(keys === undefined ? [{ status: 404, text: 'the plan has no keys' }] : []),
      ]
      const seen = [planned, renewed, ...read, ...lost]
      return {
        what: isRestricted ? 'a plan with a restricted grant' : 'a plan of the reader',
        // The reader may see all rows and files, so the texts of its successful responses are not searched for secrets.
        seen: isRestricted
          ? seen
          : seen.map(({ status, text }) => ({ status, text: status < 400 ? '' : text })),
        isLegitimate: true,
      }
    })
  },
}
