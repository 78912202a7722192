import type { SigningRules, WireRequest } from '@headgate/sigv4/web'
import {
  type HeaderList,
  type HttpRequest,
  type ResponseHead,
  headerValue,
  withHeaders,
} from '@headgate/http'
import type { AuthProvider } from '../auth-provider.ts'
import { AuthError } from '../auth-error.ts'
import type { AwsCredentials } from '../aws/aws-credentials.ts'
import type { Memoized } from '../memoize.ts'
import { relocate } from './relocate.ts'
import { strictQuery } from './strict-query.ts'
import type { SignatureOptions, Signer } from './signer.ts'

/** How requests are signed. */
export interface SigningSettings {
  /** One region, or a set of them for Version 4A. */
  readonly region: string
  readonly service: string
  readonly form: 'header' | 'query'
  readonly rules: SigningRules
  readonly payload: 'signed' | 'unsigned'
  /** How `x-amz-content-sha256` is written, or `none` for leaving it out where that is allowed. */
  readonly payloadHeader: 'hex' | 'base64' | 'none'
  readonly expiresSeconds: number
  readonly unsignedHeaders: readonly string[]
}

export interface SigningParts {
  readonly settings: SigningSettings
  readonly credentials: Memoized<AwsCredentials>
  readonly signer: Signer
  /** Whose identity travels below the signature. */
  readonly delegate: AuthProvider
  readonly now: () => number
}

const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Clocks that differ by less are right enough: signatures are good for five minutes at least. */
const SKEW_MS = 60_000

interface Sent {
  readonly delegated: HttpRequest
  readonly credentials: AwsCredentials
  readonly offset: number
}

/** Signs requests, on top of what another provider makes of them. */
export function signingAuth(parts: SigningParts): AuthProvider {
  const { settings, credentials, signer, delegate, now } = parts
  const sent = new WeakMap<HttpRequest, Sent>()
  /** Milliseconds that the server's clock is ahead of ours. */
  let offset = 0
  return {
    initialize: async (wait) => void (await credentials.get(wait)),
    authenticate: async (request, wait) => {
      const delegated = await delegate.authenticate(request, wait)
      const keys = await credentials.get(wait)
      const signed = await signedRequest(delegated, keys, new Date(now() + offset))
      sent.set(signed, { delegated, credentials: keys, offset })
      return signed
    },
    onResponse: async (response, request, wait) => {
      const before = sent.get(request)
      if (before === undefined) return undefined
      if ((await delegate.onResponse?.(response, before.delegated, wait)) === 'retry') return 'retry'
      const ahead = clockOf(response, now())
      if (ahead !== undefined && Math.abs(ahead - before.offset) >= SKEW_MS) {
        offset = ahead
        return 'retry'
      }
      if (!saysExpired(response) || !credentials.invalidate(before.credentials)) return undefined
      try {
        return (await credentials.get(wait)).accessKeyId === before.credentials.accessKeyId
          ? undefined
          : 'retry'
      } catch {
        return undefined
      }
    },
    ...(delegate.token === undefined ? {} : { token: delegate.token.bind(delegate) }),
    ...(delegate.provenance === undefined ? {} : { provenance: delegate.provenance }),
    signsBody: settings.payload === 'signed' || delegate.signsBody === true,
    setsHeaders: ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'],
    [Symbol.asyncDispose]: async () => await credentials[Symbol.asyncDispose](),
  }

  async function signedRequest(request: HttpRequest, keys: AwsCredentials, date: Date): Promise<HttpRequest> {
    const { origin, target, host } = partsOf(request.url)
    const headers = relocate(request.headers)
    const hash = await payloadHash(request)
    const header = payloadHeader(hash)
    const given: HeaderList =
      header === undefined ? headers : withHeaders(headers, [['x-amz-content-sha256', header]])
    const wire: WireRequest = {
      method: request.method,
      target,
      headers: headerValue(given, 'host') === undefined ? [...given, ['host', host]] : given,
    }
    const options: SignatureOptions = {
      credentials: revealed(keys),
      region: settings.region,
      service: settings.service,
      date,
      rules: settings.rules,
      payloadHash: hash,
      unsignedHeaders: settings.unsignedHeaders,
    }
    try {
      if (settings.form === 'header') {
        const added = await signer.sign(wire, { ...options, payloadHeader: false })
        return { ...request, url: `${origin}${target}`, headers: [...given, ...added] }
      }
      const presigned = await signer.presign(wire, { ...options, expiresSeconds: settings.expiresSeconds })
      return { ...request, url: `${origin}${presigned}`, headers: given }
    } catch (cause) {
      if (!(cause instanceof Error) || cause.name !== 'SigV4Error') throw cause
      throw new AuthError('unsupported', `The request cannot be signed: ${cause.message}`, { cause })
    }
  }

  async function payloadHash(request: HttpRequest): Promise<string> {
    if (settings.payload === 'unsigned') return UNSIGNED_PAYLOAD
    const { body } = request
    if (body === null) return EMPTY_SHA256
    if (body instanceof Uint8Array) return await signer.sha256Hex(body)
    if (body.sha256 !== undefined) return body.sha256
    throw new AuthError(
      'unsupported',
      'The body is a stream without a hash, so it cannot be signed: give its SHA-256, or set payload=unsigned where the service takes that',
    )
  }

  function payloadHeader(hash: string): string | undefined {
    if (settings.payloadHeader === 'none') return undefined
    if (settings.payloadHeader === 'hex' || hash === UNSIGNED_PAYLOAD) return hash
    return hash === EMPTY_SHA256 ? hash : base64OfHex(hash)
  }
}

function revealed({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: AwsCredentials): SignatureOptions['credentials'] {
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  }
}

/** An absolute URL in pieces, its query spelled so that there is one way to sign it. */
function partsOf(url: string): { origin: string; target: string; host: string } {
  const [, origin = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^#]*)/i.exec(url) ?? []
  return { origin, target: strictQuery(rest.startsWith('/') ? rest : `/${rest}`), host: new URL(url).host }
}

/** How far the server's clock is ahead, if the answer may be about that. An answer from a cache has an old date. */
function clockOf(response: ResponseHead, now: number): number | undefined {
  if (![400, 401, 403].includes(response.status) || response.headers.get('age') !== null) return undefined
  const date = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : date - now
}

/** AWS names the error in a header; what stands in the body is for the caller. */
function saysExpired(response: ResponseHead): boolean {
  if (response.status === 401) return true
  const type = response.headers.get('x-amzn-errortype') ?? ''
  return /ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId/i.test(type)
}

function base64OfHex(hex: string): string {
  return btoa((hex.match(/../g) ?? []).map((digits) => String.fromCharCode(parseInt(digits, 16))).join(''))
}
