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
import type { Seen } from './family.ts'
import type { Scene } from './scene.ts'

/** Sends a request to the server, with headers as they stand. */
export async function send(
  scene: Scene,
  method: string,
  path: string,
  headers: Headers,
  body?: unknown,
): Promise<Seen> {
  const { origin, host } = new URL(scene.uri)
  const text = body === undefined ? '' : JSON.stringify(body)
  const more: Headers =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
  const started = performance.now()
  const { status, text: told } = await sendRaw(
    origin,
    method,
    `/${path}`,
    Object.entries({ host, ...more, ...headers }),
    text,
    scene.from(),
  )
  return { status, text: told, ms: performance.now() - started }
}

/** A call of the catalog or the management interface that needs somebody who may do more than nothing. */
export function call(scene: Scene, random: Random, headers: Headers): Promise<Seen> {
  const { catalog, namespace, warehouse } = scene
  const table = tablePath(catalog, namespace, random.pick(['alices', 'bobs']))
  const property = { updates: [{ action: 'set-properties', updates: { taken: 'yes' } }], requirements: [] }
  const calls: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ['GET', `v1/config?warehouse=${warehouse}`],
    ['GET', `${catalog.root}namespaces`],
    ['POST', `${catalog.root}namespaces`, { namespace: [`taken_${scene.count()}`] }],
    ['GET', table],
    ['HEAD', table],
    ['GET', `${table}/credentials`],
    ['POST', table, property],
    ['GET', 'management/v1/principals'],
    ['GET', 'management/v1/audit'],
    ['POST', 'management/v1/principals', { name: `taken-${scene.count()}` }],
  ]
  const [method, path, body] = random.pick(calls)
  return send(scene, method, path, headers, body)
}

/** A request to the token endpoint, from an address of its own now and then. */
export async function token(scene: Scene, form: Form | string, headers: Headers = {}): Promise<Seen> {
  return requestToken(scene.tokenUri, form, { headers, from: scene.from() })
}

/** Where a token can be shown. */
export type Slot = 'bearer' | 'subject' | 'actor' | 'client' | 'assertion' | 'authentication'
export const everySlot: readonly Slot[] = [
  'bearer',
  'subject',
  'actor',
  'client',
  'assertion',
  'authentication',
]

/** Shows a token at one place, everything around it being right. */
export function show(scene: Scene, random: Random, slot: Slot, shown: string): Promise<Seen> {
  const { strict, trino } = scene.clients
  const user = { subject_token: scene.tokens.alice, subject_token_type: tokenTypes.accessToken }
  switch (slot) {
    case 'bearer':
      return call(scene, random, bearer(shown))
    case 'subject': {
      const type = random.pick(Object.values(tokenTypes))
      const form = { grant_type: grantTypes.exchange, subject_token: shown, subject_token_type: type }
      return token(scene, form, random.chance(0.5) ? strict.basic : bearer(scene.tokens.strict))
    }
    case 'actor': {
      const actor = { actor_token: shown, actor_token_type: random.pick(Object.values(tokenTypes)) }
      return token(scene, { grant_type: grantTypes.exchange, ...user, ...actor }, strict.basic)
    }
    case 'client': {
      const proof = { client_assertion: shown, client_assertion_type: assertionType }
      const form = random.chance(0.5)
        ? { grant_type: grantTypes.clientCredentials }
        : { grant_type: grantTypes.exchange, ...user }
      return token(scene, { ...form, ...proof })
    }
    case 'assertion': {
      const form = { grant_type: grantTypes.jwtBearer, assertion: shown }
      return token(scene, form, random.chance(0.5) ? {} : trino.basic)
    }
    case 'authentication':
  }
  return token(scene, { grant_type: grantTypes.exchange, ...user }, bearer(shown))
}

export async function showed(
  scene: Scene,
  random: Random,
  slots: readonly Slot[],
  made: { readonly what: string; readonly token: string },
): Promise<{ readonly what: string; readonly seen: readonly Seen[] }> {
  const slot = random.pick(slots)
  return { what: `${made.what}, as ${slot}`, seen: [await show(scene, random, slot, made.token)] }
}
