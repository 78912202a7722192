import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callerKey, callerCache } from '../src/cache.ts'

/**
 * Every map of the server that lives longer than one request, except the caches of `cache.ts`. `caller`: each value
 * belongs to one caller, which the key identifies. `shared`: the values are equal for all callers. `none`: no response
 * contains the values.
 */
const lastingMaps: Readonly<Record<string, 'shared' | 'caller' | 'none'>> = {
  // The keys are policies, and each policy belongs to one caller.
  'access/decide.ts visibleIdsByPolicy': 'caller',
  'access/cedar/cedar-authorizer.ts #callers': 'caller',
  // Each module that uses SingleFlight chooses keys that identify the result.
  'concurrency/single-flight.ts #running': 'caller',
  'concurrency/single-flight.ts #next': 'caller',
  // One time for each configured issuer.
  'identity/issuers/claims-record.ts #recordedAt': 'none',
  // The keys are digests of the token, or of all its claims about the principal.
  'identity/issuers/external-principals.ts #running': 'caller',
  'identity/issuers/second-legs.ts #running': 'caller',
  // An entry contains the last response with storage access, which is reused only for the same storage
  // access.
  'iceberg/response-cache.ts cachedByText': 'caller',
  // An entry contains the last response with storage access for the metadata of an upstream catalog. The response is
  // reused only for the same storage access.
  'iceberg/upstream/encode-load.ts encodedLoads': 'caller',
  // Ends of responses without storage access, by the configuration of the warehouse.
  'iceberg/load-result.ts suffixes': 'shared',
  // Prefixes in the metadata of an upstream catalog, which the code reads after the decision about the caller.
  'upstream/remote-prefixes.ts knownPrefixes': 'shared',
  // Texts and models of metadata files, which never change.
  'catalog/metadata-text.ts lastingParts': 'shared',
  // Results of checks of the endpoints in credentials, without the credentials.
  'upstream/relay-storages.ts #checks': 'shared',
  // These values are configured, or computed from constants.
  'credentials/vendors/storage-keys.ts #chains': 'shared',
  'identity/issuers/external-tokens.ts #trusted': 'shared',
  'keys/key-ring.ts #keys': 'shared',
  'keys/key-ring.ts #active': 'shared',
  'store/column-types.ts decoders': 'shared',
  // These maps contain names of SQL statements, and routes of the HTTP server, which are equal for all callers.
  'store/row-query.ts preparedOn': 'shared',
  // The statements that one query prepares. A query ends with its responses.
  'store/row-query.ts #toPrepare': 'none',
  'http/router.ts #routers': 'shared',
  'http/router.ts #fixed': 'shared',
  'upstream/build-request.ts templates': 'shared',
  // These maps contain waiting callers, running work and counters.
  'concurrency/keyed-mutex.ts #queues': 'none',
  'concurrency/fair-queue.ts #waiting': 'none',
  'credentials/storage-access-log.ts #issued': 'none',
  'http/body-memory.ts #held': 'none',
  'events/refusal-log.ts #groups': 'none',
  'events/refusal-log.ts #rowCounts': 'none',
  'http/connections.ts #beginning': 'none',
  'http/connections.ts #serving': 'none',
  'http/metrics.ts #bound': 'none',
  'http/metrics.ts #counted': 'none',
  'start/workers/primary-link.ts #asked': 'none',
  'start/workers/server-metrics.ts #last': 'none',
  'start/workers/worker-process.ts #pendingMetrics': 'none',
  // Delete files of one scan, which are collected again for each request.
  'planning/delete-index.ts #vectors': 'none',
  'planning/delete-index.ts #byFile': 'none',
  'planning/delete-index.ts #byPath': 'none',
  'planning/delete-index.ts #positions': 'none',
  'planning/delete-index.ts #equalities': 'none',
  // Filters and tasks of one response.
  'planning/scan-tasks.ts #byText': 'none',
  'planning/scan-tasks.ts #partitions': 'none',
  'planning/scan-tasks.ts #deleteNumbers': 'none',
  'jobs/jobs.ts #sweptAt': 'none',
  'jobs/jobs.ts #long': 'none',
  'store/listener.ts #callbacks': 'none',
}

const source = join(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/(^|\/)test-|\.(test|fuzz|properties)\.ts$|^faults\//.test(name))
  .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }))

test('only cache.ts creates caches, so that each cache declares whether its values belong to one caller or to all', () => {
  const others = files.filter(
    ({ name, text }) => name !== 'cache.ts' && /\blru-cache\b|\bLRUCache\b/.test(text),
  )
  expect(others.map(({ name }) => name)).toEqual([])
})

test('lastingMaps lists every map that lives longer than one request and is not a cache', () => {
  const found = files.flatMap(({ name, text }) =>
    [
      ...text.matchAll(
        /^(?:export )?(?: {2}(?:static |readonly )*(#?\w+)|(?:const|let) (\w+)| +this\.(#\w+))(?:: [^=\n]+)? = new (?:Weak)?Map\b/gm,
      ),
    ].map(([, field, constant, assigned]) => `${name} ${field ?? constant ?? assigned}`),
  )
  expect([...new Set(found)].toSorted()).toEqual(Object.keys(lastingMaps).toSorted())
})

test("a cache of callers' values returns a value neither to another caller nor to the same caller behind another engine", () => {
  const cache = callerCache<{ readonly owner: string }>({ max: 10 })
  cache.set(callerKey('alice', 'trino'), { owner: 'alice' })
  expect(cache.get(callerKey('alice', 'trino'))).toEqual({ owner: 'alice' })
  expect(cache.get(callerKey('alice'))).toBeUndefined()
  expect(cache.get(callerKey('alice', 'spark'))).toBeUndefined()
  // @ts-expect-error a plain text does not name the caller
  expect(cache.get('bob')).toBeUndefined()
})
