import type { HeaderDraftOptions } from './draft.ts'
import { EMPTY_SHA256, UNSIGNED_PAYLOAD } from './payload-hashes.ts'
import type { Header, WireRequest } from './wire-request.ts'

/** Options of `signFetch`. */
export interface SignFetchOptions extends Omit<HeaderDraftOptions, 'date' | 'payloadHash' | 'credentials'> {
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly region: string
  /** Time of the signature. Default: now. */
  readonly date?: Date
  /** Payload hash to sign. Default: the SHA-256 of the body, or `UNSIGNED-PAYLOAD` for a stream. */
  readonly payloadHash?: string
}

/** Functions to hash and sign, which differ between `node:crypto` and Web Crypto. */
export interface FetchSigner {
  readonly sign: (
    request: WireRequest,
    options: Omit<SignFetchOptions, 'date'> & HeaderDraftOptions,
  ) => Promise<readonly Header[]>
  readonly sha256Hex: (data: Uint8Array<ArrayBuffer>) => Promise<string>
}

/** Creates a request from the arguments of `fetch`, and signs it. Derives host, date and the hash of the body. */
export async function signWith(
  signer: FetchSigner,
  input: string | URL | Request,
  init: RequestInit | undefined,
  options: SignFetchOptions,
): Promise<Request> {
  const streams = init?.body instanceof ReadableStream
  const request = new Request(input, streams ? { ...init, duplex: 'half' } : init)
  const { host, pathname, search } = new URL(request.url)
  const body = streams || request.body === null ? null : new Uint8Array(await request.clone().arrayBuffer())
  const payloadHash =
    options.payloadHash ??
    (streams ? UNSIGNED_PAYLOAD : body === null ? EMPTY_SHA256 : await signer.sha256Hex(body))
  const headers = await signer.sign(
    { method: request.method, target: pathname + search, headers: [['host', host], ...request.headers] },
    { ...options, date: options.date ?? new Date(), payloadHash },
  )
  for (const [name, value] of headers) request.headers.set(name, value)
  return request
}
