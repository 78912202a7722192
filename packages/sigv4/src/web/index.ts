import { draftHeaders, draftQuery, type Draft, type DraftOptions } from '../draft.ts'
import type { HeaderDraftOptions, QueryDraftOptions } from '../draft.ts'
import { signWith, type FetchSigner, type SignFetchOptions } from '../sign-fetch.ts'
import type { Header, WireRequest } from '../wire-request.ts'

export { EMPTY_SHA256, UNSIGNED_PAYLOAD } from '../payload-hashes.ts'
export { generalRules, rulesFor, s3Rules, type SigningRules } from '../rules.ts'
export type { SignFetchOptions } from '../sign-fetch.ts'
export { SigV4Error } from '../sigv4-error.ts'
export type { Header, WireRequest } from '../wire-request.ts'

/** The type `CryptoKey`, whose name differs between runtimes. */
type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** Options of {@link signRequest} and {@link presign}. */
export interface WebSigningOptions extends DraftOptions {
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly region: string
  /** Cache of derived signing keys. Without it, each signature derives its key. */
  readonly keys?: WebSigningKeys
}

/**
 * Signs a request in its headers with Web Crypto, like `signRequest` on Node, which is synchronous. Returns the headers to
 * add.
 *
 * @example
 * ```ts
 * const { headers } = await signRequest(
 *   { method: 'GET', target: '/bucket', headers: [['host', 's3.eu-central-1.amazonaws.com']] },
 *   { credentials, region: 'eu-central-1', service: 's3', date: new Date(), payloadHash: EMPTY_SHA256 },
 * )
 * ```
 */
export async function signRequest(
  request: WireRequest,
  options: WebSigningOptions & HeaderDraftOptions,
): Promise<{ readonly headers: readonly Header[] }> {
  return { headers: await computeSignature(draftHeaders(request, toScheme(options), options), options) }
}

const SIGNER: FetchSigner = {
  sign: async (request, options) => (await signRequest(request, options)).headers,
  sha256Hex: async (data) => await sha256Hex(data),
}

/**
 * Signs a request in its headers, for `fetch`. The arguments are those of `fetch`; host, date and the hash of the body are
 * derived. Signs a stream as `UNSIGNED-PAYLOAD`, because its hash is not known.
 *
 * @throws SigV4Error for a request that no verifier would accept.
 *
 * @example
 * ```ts
 * const response = await fetch(await signFetch(url, { method: 'PUT', body: 'hello' }, { credentials, region: 'eu-central-1', service: 's3' }))
 * console.log(response.status)
 * ```
 */
export async function signFetch(
  input: string | URL | Request,
  init: RequestInit | undefined,
  options: SignFetchOptions,
): Promise<Request> {
  return await signWith(SIGNER, input, init, options)
}

/** Signs a request in its query with Web Crypto, like `presign` of the main entry. @returns The new request target. */
export async function presign(
  request: WireRequest,
  options: WebSigningOptions & QueryDraftOptions,
): Promise<string> {
  return await computeSignature(draftQuery(request, toScheme(options), options), options)
}

/** Returns the SHA-256 in lower-case hexadecimal digits. */
export async function sha256Hex(data: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', data))
}

/** Caches derived signing keys up to a bound. The keys are not extractable. */
export class WebSigningKeys {
  readonly #max: number
  readonly #keys = new Map<string, Promise<HmacKey>>()

  constructor(options: { readonly max?: number } = {}) {
    this.#max = options.max ?? 100
  }

  get(secret: string, steps: readonly string[]): Promise<HmacKey> {
    const id = [...steps, secret].join('/')
    const key = this.#keys.get(id) ?? derive(secret, steps)
    this.#keys.delete(id)
    this.#keys.set(id, key)
    if (this.#keys.size > this.#max) {
      const [oldest = ''] = this.#keys.keys()
      this.#keys.delete(oldest)
    }
    return key
  }
}

function toScheme({ region }: WebSigningOptions): { algorithm: 'AWS4-HMAC-SHA256'; region: string } {
  return { algorithm: 'AWS4-HMAC-SHA256', region }
}

async function computeSignature<T>(draft: Draft<T>, options: WebSigningOptions): Promise<T> {
  const steps = [draft.timestamp.slice(0, 8), options.region, options.service, 'aws4_request']
  const secret = options.credentials.secretAccessKey
  const key = await (options.keys?.get(secret, steps) ?? derive(secret, steps))
  const text = draft.stringToSign(await sha256Hex(toBytes(draft.canonicalRequest)))
  return draft.finish(hex(await crypto.subtle.sign('HMAC', key, toBytes(text))))
}

async function derive(secret: string, steps: readonly string[]): Promise<HmacKey> {
  let key = await hmacKey(new TextEncoder().encode(`AWS4${secret}`))
  for (const step of steps) key = await hmacKey(await crypto.subtle.sign('HMAC', key, toBytes(step)))
  return key
}

async function hmacKey(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<HmacKey> {
  return await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

/** Converts text with one character per byte. Canonical requests and scopes have only such characters. */
function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
