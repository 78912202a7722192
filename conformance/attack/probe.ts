import { type Response, mapAt, readMember, tablePath } from '../refresh/catalog-client.ts'
import { credentialsIn } from '../refresh/credential.ts'
import { sendRaw } from '../refresh/s3-request.ts'
import type { HeaderPair } from '../refresh/s3-signature.ts'
import { type StorageKeys, readStorageKeys, toTarget, useKeys } from '../refresh/storage-keys.ts'
import type { Seen } from './attack.ts'
import { seenOfStore } from './suites/gateway-paths.ts'
import type { Fixture } from './fixture.ts'
import type { Random } from './random.ts'

/** Number of canaries that each call of `probe` tries to access. */
const tries = 3

/** Storage request for which a client requests a signature from the catalog. */
export interface ToSign {
  readonly method: string
  readonly uri: string
  readonly headers?: Readonly<Record<string, readonly string[]>>
  readonly body?: string
  readonly region?: string
  readonly provider?: string
}

/** Tries, as Mallory, to access objects of other owners with the storage access that the server issued for a table. */
export async function probe(
  fixture: Fixture,
  random: Random,
  table: string,
  loaded: Response,
): Promise<Seen[]> {
  if (loaded.status !== 200) return []
  return fixture.mode === 'remote-signing'
    ? probeBySigning(fixture, random, table, loaded)
    : probeWithKeys(fixture, random, loaded)
}

async function probeWithKeys(fixture: Fixture, random: Random, loaded: Response): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const credential of credentialsIn(loaded)) {
    const keys = readStorageKeys(credential)
    if (keys === undefined) continue
    for (let i = 0; i < tries; i++) seen.push(...(await probeCanary(fixture, random, keys)))
  }
  return seen
}

async function probeCanary(fixture: Fixture, random: Random, keys: StorageKeys): Promise<Seen[]> {
  const { location } = random.pick(fixture.canaries.filter(({ kind }) => kind !== 'disk'))
  const target = toTarget(location)
  const [, bucket = '', folder = ''] = /^s3:\/\/([^/]+)\/(.*?)[^/]*$/s.exec(location) ?? []
  const responses = [
    await useKeys(keys, 'GET', target),
    await useKeys(keys, random.pick(['PUT', 'DELETE']), target, ''),
    await useKeys(keys, 'GET', `/${bucket}?list-type=2&prefix=${encodeURIComponent(folder)}`),
  ]
  return responses.map(seenOfStore)
}

async function probeBySigning(
  fixture: Fixture,
  random: Random,
  table: string,
  loaded: Response,
): Promise<Seen[]> {
  const endpoint = mapAt(loaded.json, 'config')['signer.endpoint']
  const path = endpoint ?? `${tablePath(fixture.as.mallory, fixture.namespace, table)}/sign`
  const seen: Seen[] = []
  for (let i = 0; i < tries; i++) {
    const { location } = random.pick(fixture.canaries.filter(({ kind }) => kind !== 'disk'))
    const method = random.pick(['GET', 'PUT', 'DELETE'])
    seen.push(
      ...(
        await signAndSend(fixture, path, {
          method,
          uri: `${fixture.store?.endpoint ?? ''}${toTarget(location)}`,
        })
      ).seen,
    )
  }
  return seen
}

/**
 * Requests a signature from the catalog and sends the signed request to the store. The parameters `sentBody` and
 * `added` change the body and the headers after the request was signed.
 */
export async function signAndSend(
  fixture: Fixture,
  path: string,
  { method, uri, headers = {}, body, region, provider }: ToSign,
  sentBody: string | Uint8Array = body ?? '',
  added: readonly HeaderPair[] = [],
): Promise<{ readonly signed: boolean; readonly seen: readonly Seen[] }> {
  const { store } = fixture
  if (store === undefined)
    throw new Error('the fixture has no object store to which requests could be signed')
  const response = await fixture.as.mallory.send('POST', path, {
    body: {
      method,
      uri,
      region: region ?? store.region,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(provider === undefined ? {} : { provider }),
    },
  })
  const refused: Seen = { status: response.status, text: response.text }
  if (response.status !== 200) return { signed: false, seen: [refused] }
  const signedUri = readMember(response.json, 'uri')
  if (typeof signedUri !== 'string' || !signedUri.startsWith(`${store.endpoint}/`)) {
    return { signed: true, seen: [{ status: 400, text: 'signed for another place' }] }
  }
  const list = readMember(response.json, 'headers')
  const signedHeaders = Object.entries(typeof list === 'object' && list !== null ? list : {}).flatMap(
    ([name, values]): HeaderPair[] =>
      Array.isArray(values) ? values.map((value) => [name, String(value)]) : [],
  )
  const withHost: HeaderPair[] = signedHeaders.some(([name]) => name.toLowerCase() === 'host')
    ? signedHeaders
    : [['host', new URL(store.endpoint).host], ...signedHeaders]
  const length: HeaderPair = ['content-length', String(Buffer.byteLength(sentBody))]
  const sent = withHost.some(([name]) => name.toLowerCase() === 'content-length')
    ? withHost
    : [...withHost, length]
  const target = signedUri.slice(store.endpoint.length)
  return {
    signed: true,
    seen: [seenOfStore(await sendRaw(store.endpoint, method, target, [...sent, ...added], sentBody))],
  }
}
