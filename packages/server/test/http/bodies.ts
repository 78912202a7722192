// Bodies that no correct client sends, and framings for them. Only tests use them.
import { gzipSync } from 'node:zlib'
import { anyJson, damaged } from '../../../iceberg/test/metadata/damaged-json.ts'
import { requestExamples } from '../../../iceberg/test/rest/request-examples.ts'
import { type Json, type JsonObject, stringify } from '@headgate/json'
import * as fc from 'fast-check'
import { canary, limits, type Served } from './hostile.ts'
import { likely } from './schema.ts'

/** Body and its declared type. */
export interface Body {
  readonly bytes: Buffer
  readonly type: string
}

/**
 * Framed request body: the bytes after the headers, and the headers that describe their length or encoding.
 */
export interface Framed {
  readonly headers: string
  readonly bytes: Buffer
  /** True when the framing is correct and complete. */
  readonly whole: boolean
  readonly hangUp: boolean
}

const json = 'application/json'
export const text = (value: string): Buffer => Buffer.from(value)

/**
 * Returns a valid request body of an Iceberg operation, with the table name and the secret of these tests.
 */
function goodBody(id: string): JsonObject | undefined {
  const alike: Readonly<Record<string, string>> = { renameView: 'renameTable' }
  const good = requestExamples[alike[id] ?? id]?.body
  if (good === undefined) return undefined
  const hostile = stringify(good)
    .replaceAll('["sales","eu"]', '["hostile"]')
    .replaceAll('"s3://lake', `"s3://key:${canary}@lake`)
    .replaceAll('"orders"', '"t"')
  return JSON.parse(hostile) as JsonObject
}

/**
 * Removes the location and the requirements from a request body, because no test table fulfills them and the
 * server would refuse each request at its first check.
 */
function possible(good: JsonObject): JsonObject {
  const { location: _, requirements: __, ...rest } = good
  const changes = rest['table-changes']
  return Array.isArray(changes) ? { 'table-changes': (changes as readonly JsonObject[]).map(possible) } : rest
}

function documents({ id, body }: Served): fc.Arbitrary<Json> {
  const good = goodBody(id)
  if (good !== undefined) {
    const near = damaged(possible(good))
    return fc.oneof(
      { weight: 1, arbitrary: anyJson },
      { weight: 3, arbitrary: damaged(good) },
      { weight: 4, arbitrary: near },
    )
  }
  if (body === null) return anyJson
  const near = likely(body)
  return fc.oneof(
    { weight: 1, arbitrary: anyJson },
    { weight: 2, arbitrary: near },
    { weight: 4, arbitrary: near.chain(damaged) },
  )
}

const numbers = fc.constantFrom(
  '1e999',
  '-1e999',
  '9'.repeat(400),
  '-0',
  '1E+2',
  '0.1e-400',
  '9223372036854775808',
  '01',
  '+1',
  '0x1',
  'NaN',
  '.5',
)
const deep = fc
  .tuple(
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"namespace":[', ']}'], ['{"schema":{"fields":[', ']}}']),
    fc.constantFrom(1, 50, 99, 101, 5_000, 60_000),
  )
  .map(([[open = '', close = ''], depth]) => [open, close, depth] as const)

/** Changes of the text of a JSON document. After some changes the document is still valid. */
const spoilings = fc.oneof(
  { weight: 8, arbitrary: fc.constant((it: string) => text(it)) },
  fc.nat(30).map((n) => (it: string) => text(it.slice(0, Math.floor((it.length * n) / 31)))),
  fc
    .constantFrom('}', ' x', '\0', '{}', ',', '\ufeff', '\n\n')
    .map((more) => (it: string) => text(it + more)),
  fc.constantFrom('\ufeff', ' ', '\0', ")]}',\n").map((more) => (it: string) => text(more + it)),
  fc
    .constantFrom('"name":1,', '"namespace":["keep"],', '"__proto__":{"a":1},', '"name":"x","name":"y",')
    .map((more) => (it: string) => text(it.replace('{', `{${more}`))),
  numbers.map((number) => (it: string) => text(it.replace(/\d+/, number))),
  fc
    .constantFrom('"\ud800"', '"\\ud800"', '"\\u0000"', '"\\q"', '"a\nb"', 'tru', "'x'", '/* */ 1')
    .map((other) => (it: string) => text(it.replace(/"[^"]*"(?!:)/, other))),
  fc
    .tuple(
      fc.nat(100),
      fc.constantFrom([0xff], [0xc0, 0xae], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0]),
    )
    .map(([n, bad]) => (it: string) => {
      const whole = text(it)
      const at = Math.floor((whole.length * n) / 101)
      return Buffer.concat([whole.subarray(0, at), Buffer.from(bad), whole.subarray(at)])
    }),
  fc.constantFrom<BufferEncoding>('utf16le').map((encoding) => (it: string) => Buffer.from(it, encoding)),
  deep.map(
    ([open, , depth]) =>
      () =>
        text(open.repeat(depth)),
  ),
  deep.map(
    ([open, close, depth]) =>
      () =>
        text(`${open.repeat(depth)}1${close.repeat(depth)}`),
  ),
  fc
    .constantFrom(1_000, limits.maxBodyBytes - 100, limits.maxBodyBytes + 1)
    .map((size) => (it: string) => text(it.replace(/"[^"]*"(?!:)/, `"${'é'.repeat(size / 2)}"`))),
  fc
    .constantFrom(5_000, 40_000)
    .map((size) => (it: string) => text(it.replace(/"[^"]*"(?!:)/, `[${'"a",'.repeat(size)}1]`))),
)

const types = fc.oneof(
  { weight: 20, arbitrary: fc.constant(json) },
  fc.constantFrom(
    '',
    'text/plain',
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded',
    'x',
    'APPLICATION/JSON ;x',
    ';',
  ),
)

export const bodies = (served: Served): fc.Arbitrary<Body> =>
  fc
    .tuple(documents(served), spoilings, types)
    .map(([value, spoil, type]) => ({ bytes: spoil(stringify(value)), type }))

const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([text(`${bytes.length.toString(16)}\r\n`), bytes, text('\r\n')])
const exactly = (bytes: Buffer, more = ''): Framed => ({
  headers: `${more}content-length: ${bytes.length}\r\n`,
  bytes,
  whole: true,
  hangUp: false,
})

export const framings: fc.Arbitrary<(body: Buffer) => Framed> = fc.oneof(
  { weight: 12, arbitrary: fc.constant((it: Buffer): Framed => exactly(it)) },
  fc.constantFrom(1, 50, 10_000_000).map((more) => (it: Buffer) => ({
    headers: `content-length: ${it.length + more}\r\n`,
    bytes: it,
    whole: false,
    hangUp: true,
  })),
  fc.constantFrom(1, 5).map((less) => (it: Buffer) => ({
    headers: `content-length: ${Math.max(0, it.length - less)}\r\n`,
    bytes: it,
    whole: false,
    hangUp: false,
  })),
  fc
    .constantFrom(
      '-1',
      'x',
      '1e3',
      '0x10',
      '',
      '99999999999999999999',
      '5, 5',
      '5\r\ncontent-length: 6',
      '5\r\ntransfer-encoding: chunked',
    )
    .map((length) => (it: Buffer) => ({
      headers: `content-length: ${length}\r\n`,
      bytes: it,
      whole: false,
      hangUp: true,
    })),
  fc.constant((it: Buffer) => ({
    headers: 'transfer-encoding: chunked\r\n',
    bytes: Buffer.concat([chunk(it), text('0\r\n\r\n')]),
    whole: it.length > 0,
    hangUp: false,
  })),
  fc
    .constantFrom(
      'zz\r\n',
      '-1\r\nx\r\n',
      'ffffffffffffffffffff\r\n',
      '5;x\r\n',
      '\r\n',
      '3\r\nabcdef\r\n',
      '0\r\nx',
      `0\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`,
    )
    .map((garbage) => (it: Buffer) => ({
      headers: 'transfer-encoding: chunked\r\n',
      bytes: Buffer.concat([it.length > 0 ? chunk(it) : it, text(garbage)]),
      whole: false,
      hangUp: true,
    })),
  fc.constantFrom('gzip, chunked', 'identity', 'chunked, chunked', 'x').map((coding) => (it: Buffer) => ({
    headers: `transfer-encoding: ${coding}\r\n`,
    bytes: it,
    whole: false,
    hangUp: true,
  })),
  fc.constant((it: Buffer) => exactly(gzipSync(it), 'content-encoding: gzip\r\n')),
  fc.constantFrom('gzip', 'GZIP', 'br', 'deflate', 'gzip, gzip', '').map((coding) => (it: Buffer) => ({
    ...exactly(it, `content-encoding: ${coding}\r\n`),
    whole: coding === '',
  })),
  fc.nat(20).map((n) => (it: Buffer) => {
    const compressed = gzipSync(it)
    return {
      ...exactly(
        compressed.subarray(0, Math.floor((compressed.length * n) / 21)),
        'content-encoding: gzip\r\n',
      ),
      whole: false,
    }
  }),
  fc.constant(() => ({
    ...exactly(gzipSync(Buffer.alloc(20_000_000, 32)), 'content-encoding: gzip\r\n'),
    whole: false,
  })),
)
