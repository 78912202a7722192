import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callerKey, callerCache } from '../src/cache.ts'

/**
 * Every map that outlives a call, other than the caches of `cache.ts`. `caller`: what it holds was made for one caller,
 * and the key says for whom. `shared`: it is the same for everybody. `none`: it holds nothing that anybody is answered with.
 */
const lasting: Readonly<Record<string, 'shared' | 'caller' | 'none'>> = {
  // By the policy, which is one caller's.
  'access/decide.ts visibleIdsByPolicy': 'caller',
  // By the policy too.
  'access/cedar/cedar-authorizer.ts #callers': 'caller',
  // The keys of all callers of SingleFlight name what is read or made: see there.
  'concurrency/single-flight.ts #running': 'caller',
  'concurrency/single-flight.ts #next': 'caller',
  // By digest of the token, or of all that it says of its principal.
  'identity/issuers/external-principals.ts #running': 'caller',
  'identity/issuers/second-legs.ts #running': 'caller',
  // By what was handed out, which was made for one caller.
  // By the credential again: the text is everybody's, what stands beside it is the last caller's, and compared.
  'iceberg/response-cache.ts cachedByBody': 'caller',
  // Texts and models of metadata files, which never change.
  'catalog/metadata-text.ts lastingParts': 'shared',
  // What is computed from constants, or configured.
  'credentials/vendors/storage-keys.ts #chains': 'shared',
  'identity/issuers/external-tokens.ts #trusted': 'shared',
  'keys/key-ring.ts #keys': 'shared',
  'keys/key-ring.ts #active': 'shared',
  'store/column-types.ts decoders': 'shared',
  // Names of statements.
  'store/row-query.ts preparedOn': 'shared',
  'http/router.ts #routers': 'shared',
  'http/router.ts #fixed': 'shared',
  // Who waits, runs or counts.
  'concurrency/keyed-mutex.ts #queues': 'none',
  'concurrency/fair-queue.ts #waiting': 'none',
  'http/body-memory.ts #held': 'none',
  'events/refusal-log.ts #groups': 'none',
  'events/refusal-log.ts #rowsOf': 'none',
  'http/connections.ts #beginning': 'none',
  'http/connections.ts #serving': 'none',
  'http/metrics.ts #bound': 'none',
  'http/metrics.ts #counted': 'none',
  'start/workers/primary-link.ts #asked': 'none',
  'start/workers/server-metrics.ts #last': 'none',
  'start/workers/worker-process.ts #told': 'none',
  'jobs/avro/schema-reader.ts #named': 'none',
  'jobs/jobs.ts #sweptAt': 'none',
  'jobs/jobs.ts #long': 'none',
  'store/listener.ts #callbacks': 'none',
}

const source = join(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/(^|\/)test-|\.(test|fuzz|properties)\.ts$|^faults\//.test(name))
  .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }))

test('every cache is made where its scope must be said', () => {
  const others = files.filter(
    ({ name, text }) => name !== 'cache.ts' && /\blru-cache\b|\bLRUCache\b/.test(text),
  )
  expect(others.map(({ name }) => name)).toEqual([])
})

test('every other map that outlives a call is known, and whose its content is', () => {
  const found = files.flatMap(({ name, text }) =>
    [
      ...text.matchAll(
        /^(?:export )?(?: {2}(?:static |readonly )*(#?\w+)|(?:const|let) (\w+)| +this\.(#\w+))(?:: [^=\n]+)? = new (?:Weak)?Map\b/gm,
      ),
    ].map(([, field, constant, assigned]) => `${name} ${field ?? constant ?? assigned}`),
  )
  expect([...new Set(found)].toSorted()).toEqual(Object.keys(lasting).toSorted())
})

test('what is kept for one caller is not there for another, nor for the same one behind another engine', () => {
  const cache = callerCache<{ readonly of: string }>({ max: 10 })
  cache.set(callerKey('alice', 'trino'), { of: 'alice' })
  expect(cache.get(callerKey('alice', 'trino'))).toEqual({ of: 'alice' })
  expect(cache.get(callerKey('alice'))).toBeUndefined()
  expect(cache.get(callerKey('alice', 'spark'))).toBeUndefined()
  // @ts-expect-error a plain text does not say whose it is
  expect(cache.get('bob')).toBeUndefined()
})
