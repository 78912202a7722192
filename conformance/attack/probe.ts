import { type Answer, mapAt, memberOf, tablePath } from '../refresh/catalog-client.ts'
import { credentialsIn } from '../refresh/credential.ts'
import { sendRaw } from '../refresh/s3-request.ts'
import type { HeaderPair } from '../refresh/s3-signature.ts'
import { type StorageKeys, storageKeysOf, targetOf, useKeys } from '../refresh/storage-keys.ts'
import type { Seen } from './attack.ts'
import { seenOfStore } from './classes/gateway-paths.ts'
import type { Lake } from './lake.ts'
import type { Random } from './random.ts'

/** How many canaries are tried with what was handed out. */
const tries = 3

/** A request to a store that somebody wants signed. */
export interface ToSign {
  readonly method: string
  readonly uri: string
  readonly headers?: Readonly<Record<string, readonly string[]>>
  readonly body?: string
  readonly region?: string
  readonly provider?: string
}

/** Tries what was handed out with a table, for Mallory, on objects that are not hers. */
export async function probe(lake: Lake, random: Random, table: string, handedOut: Answer): Promise<Seen[]> {
  if (handedOut.status !== 200) return []
  return lake.mode === 'remote-signing'
    ? probeBySigning(lake, random, table, handedOut)
    : probeWithKeys(lake, random, handedOut)
}

async function probeWithKeys(lake: Lake, random: Random, handedOut: Answer): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const credential of credentialsIn(handedOut)) {
    const keys = storageKeysOf(credential)
    if (keys === undefined) continue
    for (let i = 0; i < tries; i++) seen.push(...(await probeCanary(lake, random, keys)))
  }
  return seen
}

async function probeCanary(lake: Lake, random: Random, keys: StorageKeys): Promise<Seen[]> {
  const { location } = random.pick(lake.canaries.filter(({ kind }) => kind !== 'disk'))
  const target = targetOf(location)
  const [, bucket = '', folder = ''] = /^s3:\/\/([^/]+)\/(.*?)[^/]*$/s.exec(location) ?? []
  const answers = [
    await useKeys(keys, 'GET', target),
    await useKeys(keys, random.pick(['PUT', 'DELETE']), target, ''),
    await useKeys(keys, 'GET', `/${bucket}?list-type=2&prefix=${encodeURIComponent(folder)}`),
  ]
  return answers.map(seenOfStore)
}

async function probeBySigning(lake: Lake, random: Random, table: string, handedOut: Answer): Promise<Seen[]> {
  const endpoint = mapAt(handedOut.json, 'config')['signer.endpoint']
  const path = endpoint ?? `${tablePath(lake.as.mallory, lake.namespace, table)}/sign`
  const seen: Seen[] = []
  for (let i = 0; i < tries; i++) {
    const { location } = random.pick(lake.canaries.filter(({ kind }) => kind !== 'disk'))
    const method = random.pick(['GET', 'PUT', 'DELETE'])
    seen.push(
      ...(
        await signAndSend(lake, path, { method, uri: `${lake.store?.endpoint ?? ''}${targetOf(location)}` })
      ).seen,
    )
  }
  return seen
}

/**
 * Has a request signed, and sends it to the store if it was. `sentBody` is what goes out, where that is another; `added`
 * goes out beside what was signed.
 */
export async function signAndSend(
  lake: Lake,
  path: string,
  { method, uri, headers = {}, body, region, provider }: ToSign,
  sentBody: string | Uint8Array = body ?? '',
  added: readonly HeaderPair[] = [],
): Promise<{ readonly signed: boolean; readonly seen: readonly Seen[] }> {
  const { store } = lake
  if (store === undefined) throw new Error('there is no store')
  const answer = await lake.as.mallory.send('POST', path, {
    body: {
      method,
      uri,
      region: region ?? store.region,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(provider === undefined ? {} : { provider }),
    },
  })
  const refused: Seen = { status: answer.status, text: answer.text }
  if (answer.status !== 200) return { signed: false, seen: [refused] }
  const given = memberOf(answer.json, 'uri')
  if (typeof given !== 'string' || !given.startsWith(`${store.endpoint}/`)) {
    return { signed: true, seen: [{ status: 400, text: 'signed for another place' }] }
  }
  const list = memberOf(answer.json, 'headers')
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
  const target = given.slice(store.endpoint.length)
  return {
    signed: true,
    seen: [seenOfStore(await sendRaw(store.endpoint, method, target, [...sent, ...added], sentBody))],
  }
}
