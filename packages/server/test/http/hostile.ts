import assert from 'node:assert/strict'
import type { JsonObject } from '@headgate/json'
import { pino } from 'pino'
import { icebergOperations } from '../../src/iceberg/routes.ts'
import { schema, viewBody } from '../iceberg/tables.ts'
import { statement } from '../../src/store/sql.ts'
import { type TestServer, testServer } from '../server.ts'
import { exchange, type RawResponse, type RawOptions, decodeBody } from './raw.ts'

/**
 * Secret that the tests send in every header and field for secrets. The secret must never appear in a
 * response.
 */
export const canary = 'cAnArY-5wordf1sh'

/** Operation of the server that the tests attack. */
export interface Served {
  readonly id: string
  readonly method: string
  /** Path with `:name` for its parameters. */
  readonly path: string
  /** JSON Schema of the body, if the operation has one. */
  readonly body: JsonObject | null
  readonly readsBody: boolean
}

/** Server that receives hostile requests, with a table that must remain unchanged. */
export interface HostileFixture extends AsyncDisposable {
  readonly server: TestServer
  readonly served: readonly Served[]
  /**
   * Sends bytes. Checks that each response is valid in the protocol, and that the kept table is unchanged.
   */
  attack(bytes: Uint8Array, options: RawOptions): Promise<readonly RawResponse[]>
  /** Recreates the objects that the attacks use, if they were deleted. */
  restock(): Promise<void>
}

export const limits = {
  maxBodyBytes: 300_000,
  maxJsonDepth: 100,
  maxJsonValues: 250_000,
  requestTimeoutMs: 10_000,
  maxConcurrentRequests: 100,
  maxNameBytes: 255,
  maxPageSize: 1_000,
}

/** Maximum time of a response, in ms. */
const maxMs = 2_000

const insertSpare = statement(
  'test_spare_warehouse',
  `insert into warehouse (id, name, kind, storage, owner_id, retention_seconds, allowed_locations)
   select gen_random_uuid(), 'spare', 'managed', storage, owner_id, 0, '{}' from warehouse where name = 'lakehouse'
   on conflict do nothing`,
)

export async function openHostileFixture(): Promise<HostileFixture> {
  const failures: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => failures.push(line) })
  const server = await testServer({
    limits,
    log,
    corsOrigins: ['https://console.test'],
    requestTimeoutMs: limits.requestTimeoutMs,
  })
  const port = Number(new URL(server.url).port)
  await server.send('POST', 'namespaces', { namespace: ['keep'] })
  const kept = await server.send('POST', 'namespaces/keep/tables', { name: 'known', schema })
  assert.equal(kept.status, 200)

  async function restock(): Promise<void> {
    await server.sql.run(insertSpare, [])
    await server.send('POST', 'namespaces', { namespace: ['hostile'] })
    await server.send('POST', 'namespaces/hostile/tables', { name: 't', schema })
    await server.send('POST', 'namespaces/hostile/views', viewBody('v'))
  }

  async function stillUp(): Promise<void> {
    const [live, known] = await Promise.all([
      server.send('GET', '/health/live'),
      server.send('GET', 'namespaces/keep/tables/known'),
    ])
    assert.equal(live.status, 200)
    assert.deepEqual([known.status, known.json], [200, { ...(kept.json as JsonObject) }])
  }

  async function attack(bytes: Uint8Array, options: RawOptions): Promise<readonly RawResponse[]> {
    let result = await exchange(port, bytes, options)
    // A busy machine may delay one request, so a request counts as slow only when its repetition is also
    // slow.
    if (result.milliseconds > maxMs) result = await exchange(port, bytes, options)
    assert.ok(result.milliseconds <= maxMs, `answered after ${Math.round(result.milliseconds)} ms`)
    assert.ok(result.responses.length > 0, 'no answer')
    for (const [index, response] of result.responses.entries())
      checkResponse(response, index === 0 && options.method === 'HEAD')
    assert.deepEqual(failures.splice(0), [])
    await stillUp()
    return result.responses
  }

  await restock()
  return {
    server,
    served: await servedBy(server),
    attack,
    restock,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** Fails unless a client of the protocol can parse the response, and it reveals no secret. */
function checkResponse(response: RawResponse, head: boolean): void {
  const { status, headers } = response
  const text = head ? '' : decodeBody(response)
  assert.ok(status < 500, `${status} ${text}`)
  for (const shown of [text, ...Object.values(headers)])
    assert.ok(!shown.includes(canary), `reveals a secret: ${shown}`)
  if (status < 400 || head) return
  assert.equal(headers['content-type'], 'application/json', text)
  const body = JSON.parse(text) as Record<string, unknown>
  const { error } = body
  const oauth = typeof error === 'string'
  const message: unknown = oauth ? body['error_description'] : (error as Record<string, unknown>)['message']
  if (!oauth) {
    assert.deepEqual(Object.keys(body), ['error'])
    const { type, code } = error as Record<string, unknown>
    assert.equal(code, status)
    assert.match(String(type), /^[A-Z][A-Za-z]+$/)
  }
  assert.ok(typeof message === 'string' && message.length > 0 && message.length < 10_000, text.slice(0, 300))
  assert.doesNotMatch(message, internals)
}

/**
 * Pattern of internal details that no response may contain: SQL, database errors, stack traces and source
 * paths.
 */
const internals =
  /\bselect\b.+\bfrom\b|insert into|delete from|syntax error at|violates|relation "|column "|duplicate key|invalid byte|\n\s+at |node:|node_modules|\/packages\/|\/src\/|\.ts\b|postgres(?:ql)?:|is not a function|cannot read prop/i

async function servedBy(server: TestServer): Promise<Served[]> {
  const iceberg = icebergOperations(server.context.deps).map(({ id, method, path }) => {
    const readsBody = method === 'POST' && id !== 'unregisterTable'
    return { id, method, path, body: null, readsBody }
  })
  const { json } = await server.send('GET', '/management/v1/openapi.json')
  const { paths, components } = json as unknown as OpenapiPaths
  const management = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, requestBody }]) => {
      const body = requestBody
        ? resolved(requestBody.content['application/json'].schema, components.schemas)
        : null
      return {
        id: operationId,
        method: method.toUpperCase(),
        path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        body,
        readsBody: body !== null,
      }
    }),
  )
  const open = [
    ['live', 'GET', '/health/live'],
    ['ready', 'GET', '/health/ready'],
    ['metrics', 'GET', '/metrics'],
  ] as const
  return [
    ...iceberg,
    ...management,
    ...open.map(([id, method, path]) => ({ id, method, path, body: null, readsBody: false })),
  ]
}

interface OpenapiPaths {
  readonly paths: Record<
    string,
    Record<
      string,
      { operationId: string; requestBody?: { content: { 'application/json': { schema: JsonObject } } } }
    >
  >
  readonly components: { readonly schemas: Record<string, JsonObject> }
}

function resolved(schema: JsonObject, schemas: Record<string, JsonObject>): JsonObject {
  const text = JSON.stringify(schema, (_, value: unknown) => {
    const name =
      typeof value === 'object' && value !== null && '$ref' in value
        ? String(value.$ref).split('/').at(-1)
        : undefined
    return name === undefined ? value : (schemas[name] ?? {})
  })
  return JSON.parse(text) as JsonObject
}
