import type { Random } from '../attack/random.ts'
import { sendRaw } from '../refresh/s3-request.ts'
import { tablePath } from '../refresh/catalog-client.ts'
import {
  assertionType,
  bearer,
  type Form,
  grantTypes,
  type Headers,
  requestToken,
  tokenTypes,
} from '../identity/token-endpoint.ts'
import type { Seen } from './suite.ts'
import type { Fixture } from './fixture.ts'

/** Sends a request to the server with exactly the given headers. */
export async function send(
  fixture: Fixture,
  method: string,
  path: string,
  headers: Headers,
  body?: unknown,
): Promise<Seen> {
  const { origin, host } = new URL(fixture.uri)
  const text = body === undefined ? '' : JSON.stringify(body)
  const more: Headers =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
  const started = performance.now()
  const { status, text: reply } = await sendRaw(
    origin,
    method,
    `/${path}`,
    Object.entries({ host, ...more, ...headers }),
    text,
    fixture.from(),
  )
  return { status, text: reply, ms: performance.now() - started }
}

/**
 * Sends a random request to the catalog or the management API with the given headers. The server accepts it only from
 * callers with rights.
 */
export function call(fixture: Fixture, random: Random, headers: Headers): Promise<Seen> {
  const { catalog, namespace, warehouse } = fixture
  const table = tablePath(catalog, namespace, random.pick(['alices', 'bobs']))
  const property = { updates: [{ action: 'set-properties', updates: { taken: 'yes' } }], requirements: [] }
  const calls: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ['GET', `v1/config?warehouse=${warehouse}`],
    ['GET', `${catalog.root}namespaces`],
    ['POST', `${catalog.root}namespaces`, { namespace: [`taken_${fixture.count()}`] }],
    ['GET', table],
    ['HEAD', table],
    ['GET', `${table}/credentials`],
    ['POST', table, property],
    ['GET', 'management/v1/principals'],
    ['GET', 'management/v1/audit'],
    ['POST', 'management/v1/principals', { name: `taken-${fixture.count()}` }],
  ]
  const [method, path, body] = random.pick(calls)
  return send(fixture, method, path, headers, body)
}

/** Sends a request to the token endpoint. Changes the source address after some requests. */
export async function token(fixture: Fixture, form: Form | string, headers: Headers = {}): Promise<Seen> {
  return requestToken(fixture.tokenUri, form, { headers, from: fixture.from() })
}

/** Position of a token in a request: in the header `Authorization`, or in a parameter of a token request. */
export type Slot = 'bearer' | 'subject' | 'actor' | 'client' | 'assertion' | 'authentication'
export const everySlot: readonly Slot[] = [
  'bearer',
  'subject',
  'actor',
  'client',
  'assertion',
  'authentication',
]

/** Sends a token at the given position of an otherwise valid request. */
export function show(fixture: Fixture, random: Random, slot: Slot, shown: string): Promise<Seen> {
  const { strict, trino } = fixture.clients
  const user = { subject_token: fixture.tokens.alice, subject_token_type: tokenTypes.accessToken }
  switch (slot) {
    case 'bearer':
      return call(fixture, random, bearer(shown))
    case 'subject': {
      const type = random.pick(Object.values(tokenTypes))
      const form = { grant_type: grantTypes.exchange, subject_token: shown, subject_token_type: type }
      return token(fixture, form, random.chance(0.5) ? strict.basic : bearer(fixture.tokens.strict))
    }
    case 'actor': {
      const actor = { actor_token: shown, actor_token_type: random.pick(Object.values(tokenTypes)) }
      return token(fixture, { grant_type: grantTypes.exchange, ...user, ...actor }, strict.basic)
    }
    case 'client': {
      const proof = { client_assertion: shown, client_assertion_type: assertionType }
      const form = random.chance(0.5)
        ? { grant_type: grantTypes.clientCredentials }
        : { grant_type: grantTypes.exchange, ...user }
      return token(fixture, { ...form, ...proof })
    }
    case 'assertion': {
      const form = { grant_type: grantTypes.jwtBearer, assertion: shown }
      return token(fixture, form, random.chance(0.5) ? {} : trino.basic)
    }
    case 'authentication':
  }
  return token(fixture, { grant_type: grantTypes.exchange, ...user }, bearer(shown))
}

export async function showed(
  fixture: Fixture,
  random: Random,
  slots: readonly Slot[],
  made: { readonly what: string; readonly token: string },
): Promise<{ readonly what: string; readonly seen: readonly Seen[] }> {
  const slot = random.pick(slots)
  return { what: `${made.what}, as ${slot}`, seen: [await show(fixture, random, slot, made.token)] }
}
