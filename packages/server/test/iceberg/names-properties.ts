// Property tests with random names of namespaces and tables. The tests run each property a few times, and the fuzzer
// runs it for a chosen time.
import assert from 'node:assert/strict'
import type { Json } from '@headgate/json'
import { encodeNamespaceParam } from '@headgate/iceberg/rest'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import type { TestServer } from '../server.ts'
import { objectAt, schema } from './tables.ts'

const pieces = fc.constantFrom(
  ...'. .. ... % %2e %2F %1F %00 %25 / + " `'.split(' '),
  '\\',
  ' ',
  '\u00a0',
  '\u200c',
  '\u200d',
  "'",
  ...'ä A a ı İ ß ẞ é ? # ; : , & = *'.split(' '),
  'a\u0308',
  '\u{1f600}',
  '\uffff',
  '\u{10ffff}',
  '\ue000',
  ...'__proto__ constructor null 0 1 tables views select -- {} [] $1'.split(' '),
  '\u2028',
  'x'.repeat(100),
)
const names = fc
  .oneof(
    fc.array(pieces, { minLength: 1, maxLength: 4 }).map((deps) => deps.join('')),
    fc.string({ unit: 'binary', minLength: 1 }),
  )
  .filter((name) => name !== '.' && name !== '..' && name.isWellFormed() && Buffer.byteLength(name) <= 255)
  .filter((name) => !/\p{Cc}/u.test(name) && !isInvisible(name))

/** Returns whether the server refuses a name because it contains a character that hides or reorders text. */
function isInvisible(name: string): boolean {
  return /[\p{Bidi_Control}\u200b\u2060\ufeff]/u.test(name)
}

/** Returns other names that a faulty comparison could treat as equal. */
function lookalikes(name: string): readonly string[] {
  const decoded = ((): string[] => {
    try {
      return [decodeURIComponent(name)]
    } catch {
      return []
    }
  })()
  return [
    ...decoded,
    name.normalize('NFC'),
    name.normalize('NFD'),
    name.normalize('NFKC'),
    name.toLowerCase(),
    name.toUpperCase(),
    name.trim(),
    `${name} `,
    ` ${name}`,
    name.replaceAll('+', ' '),
    name.replaceAll(' ', '+'),
    encodeURIComponent(name),
    name.replaceAll('.', '_'),
    name.slice(1),
    name.slice(0, -1),
    name + name,
    name.replaceAll('_', 'x').replaceAll('%', 'y'),
  ]
}

let made = 0

/** Property tests with random names of namespaces and tables, keyed by test title. */
export const properties: Readonly<Record<string, (server: TestServer) => Property>> = {
  'an object is found under exactly the name with which it was created, and lists are in the order of code points':
    (server) =>
      property(
        fc.tuple(names, fc.uniqueArray(names, { minLength: 1, maxLength: 5 })),
        async ([inner, tables]) => {
          const outer = `n${(made += 1)}`
          const namespace = [outer, inner]
          await created(server, 'namespaces', { namespace: [outer] })
          assert.deepEqual(await created(server, 'namespaces', { namespace }), { namespace, properties: {} })
          const path = `namespaces/${encodeNamespaceParam(namespace)}`
          for (const name of tables) await created(server, `${path}/tables`, { name, schema })
          const expected = tables.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
          assert.deepEqual(await listed(server, `${path}/tables`), expected)
          assert.deepEqual(await children(server, outer), [namespace])
          const others = new Set(tables.flatMap(lookalikes))
          for (const name of [...tables, ...others])
            await found(server, `${path}/tables`, name, tables.includes(name))
          for (const other of lookalikes(inner))
            await found(server, `namespaces/${outer}%1F`, other, other === inner, '')
        },
        2,
      ),

  'a dropped name does not exist, and a renamed table exists only under its new name': (server) =>
    property(
      fc.uniqueArray(names, { minLength: 3, maxLength: 3 }),
      async ([from = '', to = '', other = '']) => {
        const namespace = [`n${(made += 1)}`]
        await created(server, 'namespaces', { namespace })
        const path = `namespaces/${namespace[0] ?? ''}/tables`
        const { 'metadata-location': location } = await created(server, path, { name: from, schema })
        await created(server, path, { name: other, schema })
        const rename = (source: string, destination: string) =>
          server.send('POST', 'tables/rename', {
            source: { namespace, name: source },
            destination: { namespace, name: destination },
          })
        assert.equal((await rename(from, other)).status, 409)
        assert.equal((await rename(from, to)).status, 204)
        for (const [name, there] of [
          [from, false],
          [to, true],
          [other, true],
        ] as const)
          await found(server, path, name, there)
        const renamed = await server.send('GET', `${path}/${encodeURIComponent(to)}`)
        assert.equal(objectAt(renamed.json)['metadata-location'], location)
        assert.equal((await server.send('DELETE', `${path}/${encodeURIComponent(to)}`)).status, 204)
        await found(server, path, to, false)
        assert.deepEqual(await listed(server, path), [other])
      },
      2,
    ),
}

async function created(server: TestServer, path: string, body: Json): Promise<ReturnType<typeof objectAt>> {
  const response = await server.send('POST', path, body)
  assert.equal(response.status, 200, JSON.stringify(response.json))
  return objectAt(response.json)
}

/** Returns whether the name exists. An invalid name must be a bad request. */
async function found(
  server: TestServer,
  path: string,
  name: string,
  there: boolean,
  separator = '/',
): Promise<void> {
  if (!name.isWellFormed() || name === '' || name === '.' || name === '..') return
  const { status } = await server.send('HEAD', `${path}${separator}${encodeURIComponent(name)}`)
  if (there) assert.equal(status, 204, `not found: ${JSON.stringify(name)}`)
  else assert.ok(status === 404 || status === 400, `found: ${JSON.stringify(name)}`)
}

async function listed(server: TestServer, path: string): Promise<string[]> {
  const names: string[] = []
  for (let token = ''; ;) {
    const response = objectAt((await server.send('GET', `${path}?pageSize=2&pageToken=${token}`)).json)
    names.push(...(response['identifiers'] as { name: string }[]).map(({ name }) => name))
    const next = response['next-page-token']
    if (typeof next !== 'string') return names
    token = next
  }
}

async function children(server: TestServer, parent: string): Promise<Json> {
  return objectAt((await server.send('GET', `namespaces?parent=${parent}`)).json)['namespaces'] ?? null
}
