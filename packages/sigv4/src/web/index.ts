import { draftHeaders, draftQuery, type Draft, type DraftOptions } from '../draft.ts'
import type { HeaderDraftOptions, QueryDraftOptions } from '../draft.ts'
import type { Header, WireRequest } from '../wire-request.ts'

export { EMPTY_SHA256, UNSIGNED_PAYLOAD } from '../payload-hashes.ts'
export { generalRules, rulesFor, s3Rules, type SigningRules } from '../rules.ts'
export { SigV4Error } from '../sigv4-error.ts'
export type { Header, WireRequest } from '../wire-request.ts'

/** A `CryptoKey`: the name of its type is not the same everywhere. */
type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** What signing needs beside the request. */
export interface WebSigningOptions extends DraftOptions {
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly region: string
  /** Where signing keys are kept. */
  readonly keys?: WebSigningKeys
}

/** As `signRequest` of the main entry, where there is only Web Crypto. @returns The headers to add. */
export async function signRequest(
  request: WireRequest,
  options: WebSigningOptions & HeaderDraftOptions,
): Promise<readonly Header[]> {
  return await sealed(draftHeaders(request, schemeOf(options), options), options)
}

/** As `presign` of the main entry, where there is only Web Crypto. @returns The new request target. */
export async function presign(
  request: WireRequest,
  options: WebSigningOptions & QueryDraftOptions,
): Promise<string> {
  return await sealed(draftQuery(request, schemeOf(options), options), options)
}

/** SHA-256 in lower-case hexadecimal digits. */
export async function sha256Hex(data: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', data))
}

/** Signing keys that were derived before, up to a bound. Web Crypto does not give their bytes out again. */
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

function schemeOf({ region }: WebSigningOptions): { algorithm: 'AWS4-HMAC-SHA256'; region: string } {
  return { algorithm: 'AWS4-HMAC-SHA256', region }
}

async function sealed<T>(draft: Draft<T>, options: WebSigningOptions): Promise<T> {
  const steps = [draft.timestamp.slice(0, 8), options.region, options.service, 'aws4_request']
  const secret = options.credentials.secretAccessKey
  const key = await (options.keys?.get(secret, steps) ?? derive(secret, steps))
  const text = draft.stringToSign(await sha256Hex(bytesOf(draft.canonicalRequest)))
  return draft.finish(hex(await crypto.subtle.sign('HMAC', key, bytesOf(text))))
}

async function derive(secret: string, steps: readonly string[]): Promise<HmacKey> {
  let key = await hmacKey(new TextEncoder().encode(`AWS4${secret}`))
  for (const step of steps) key = await hmacKey(await crypto.subtle.sign('HMAC', key, bytesOf(step)))
  return key
}

async function hmacKey(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<HmacKey> {
  return await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

/** One byte per character: what these texts hold. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
