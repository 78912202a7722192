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

/** Settings that determine the signature of requests. */
export interface SigningSettings {
  /** Region to sign for. For Version 4A, a set of regions. */
  readonly region: string
  readonly service: string
  readonly form: 'header' | 'query'
  readonly rules: SigningRules
  readonly payload: 'signed' | 'unsigned'
  /** Encoding of `x-amz-content-sha256`. `none` omits the header. */
  readonly payloadHeader: 'hex' | 'base64' | 'none'
  readonly expiresSeconds: number
  readonly unsignedHeaders: readonly string[]
}

export interface SigningDeps {
  readonly settings: SigningSettings
  readonly credentials: Memoized<AwsCredentials>
  readonly signer: Signer
  /** Provider that authenticates requests before they are signed. */
  readonly delegate: AuthProvider
  readonly now: () => number
}

const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/**
 * Tolerated difference between the clocks of this process and of the server, in ms. Signatures are valid for at least
 * five minutes.
 */
const SKEW_MS = 60_000

interface SentRequest {
  readonly delegated: HttpRequest
  readonly credentials: AwsCredentials
  readonly offset: number
}

/**
 * Creates a provider that signs requests after another provider has authenticated them. A response that shows a wrong
 * clock or expired credentials leads to a second attempt.
 */
export function signingAuth(deps: SigningDeps): AuthProvider {
  const { settings, credentials, signer, delegate, now } = deps
  const sent = new WeakMap<HttpRequest, SentRequest>()
  // Time of the server minus time of this process, in ms.
  let offset = 0
  return {
    initialize: async (wait) => void (await credentials.get(wait)),
    authenticate: async (request, wait) => {
      const delegated = await delegate.authenticate(request, wait)
      const keys = await credentials.get(wait)
      const signed = await signRequest(delegated, keys, new Date(now() + offset))
      sent.set(signed, { delegated, credentials: keys, offset })
      return signed
    },
    onResponse: async (response, request, wait) => {
      const before = sent.get(request)
      if (before === undefined) return undefined
      if ((await delegate.onResponse?.(response, before.delegated, wait)) === 'retry') return 'retry'
      const serverOffset = findClockOffset(response, now())
      if (serverOffset !== undefined && Math.abs(serverOffset - before.offset) >= SKEW_MS) {
        offset = serverOffset
        return 'retry'
      }
      if (!reportsInvalidKey(response) || !credentials.invalidate(before.credentials)) return undefined
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

  async function signRequest(request: HttpRequest, keys: AwsCredentials, date: Date): Promise<HttpRequest> {
    const { origin, target, host } = splitUrl(request.url)
    const headers = relocate(request.headers)
    const hash = await payloadHash(request)
    const hashHeader = encodePayloadHash(hash)
    const unsigned: HeaderList =
      hashHeader === undefined ? headers : withHeaders(headers, [['x-amz-content-sha256', hashHeader]])
    const wire: WireRequest = {
      method: request.method,
      target,
      headers: headerValue(unsigned, 'host') === undefined ? [...unsigned, ['host', host]] : unsigned,
    }
    const options: SignatureOptions = {
      credentials: revealKeys(keys),
      region: settings.region,
      service: settings.service,
      date,
      rules: settings.rules,
      payloadHash: hash,
      unsignedHeaders: settings.unsignedHeaders,
    }
    try {
      if (settings.form === 'header') {
        const signature = await signer.sign(wire, { ...options, payloadHeader: false })
        return { ...request, url: `${origin}${target}`, headers: [...unsigned, ...signature] }
      }
      const presigned = await signer.presign(wire, { ...options, expiresSeconds: settings.expiresSeconds })
      return { ...request, url: `${origin}${presigned}`, headers: unsigned }
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
      'The body is a stream without a hash, so it cannot be signed: pass its SHA-256, or set payload=unsigned if the service accepts unsigned payloads',
    )
  }

  function encodePayloadHash(hash: string): string | undefined {
    if (settings.payloadHeader === 'none') return undefined
    if (settings.payloadHeader === 'hex' || hash === UNSIGNED_PAYLOAD) return hash
    return hash === EMPTY_SHA256 ? hash : hexToBase64(hash)
  }
}

function revealKeys({
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

/** Splits an absolute URL. Normalizes the query of the URL, because verifiers do not agree on other spellings. */
function splitUrl(url: string): { origin: string; target: string; host: string } {
  const [, origin = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^#]*)/i.exec(url) ?? []
  return { origin, target: strictQuery(rest.startsWith('/') ? rest : `/${rest}`), host: new URL(url).host }
}

/**
 * Computes the difference of the clocks from the `Date` of a refusal, in ms. Returns undefined for all other responses,
 * and for responses from a cache, which have an old date.
 */
function findClockOffset(response: ResponseHead, now: number): number | undefined {
  if (![400, 401, 403].includes(response.status) || response.headers.get('age') !== null) return undefined
  const date = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : date - now
}

/** Returns whether a response reports an expired or unknown access key. AWS sends the error code in a header. */
function reportsInvalidKey(response: ResponseHead): boolean {
  if (response.status === 401) return true
  const type = response.headers.get('x-amzn-errortype') ?? ''
  return /ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId/i.test(type)
}

function hexToBase64(hex: string): string {
  return btoa((hex.match(/../g) ?? []).map((digits) => String.fromCharCode(parseInt(digits, 16))).join(''))
}
