import {
  EMPTY_SHA256,
  generalRules,
  headerPairs,
  parseRequest,
  type ParsedRequest,
  type Result,
  type SignatureVerificationOptions,
  SigningKeys,
  verifySignature,
} from '@headgate/sigv4'
import type { ProvenIdentity } from '../../proven-identity.ts'
import type { AccessKeys } from './access-keys.ts'
import { refuseBody, refuseSignature, refuseSigned } from './refuse-signature.ts'

/** Request as it was received. Its body may not have been read yet. */
export interface SignedRequest {
  readonly method: string
  /** Path and query, as received. */
  readonly target: string
  readonly rawHeaders: readonly string[]
  /** Host of the request: that of an absolute request target, otherwise the header `Host`. */
  readonly host: string
  /** Value of the header `Original-Authorization`. */
  readonly originalAuthorization: string | undefined
  readonly hasBody: boolean
}

/** Caller of a request with a valid signature. */
export interface SignedCaller {
  readonly identity: ProvenIdentity
  /** SHA-256 that the signature covers, in hexadecimal digits. The received bytes of the body must have this hash. */
  readonly bodySha256: string
}

export interface SignedRequestsOptions {
  readonly accessKeys: Pick<AccessKeys, 'find'>
  /** Accepted names of the service in signatures. */
  readonly services: readonly string[]
  /** Accepted regions in signatures. Empty: all regions. */
  readonly regions: readonly string[]
  /** Path of the public URL, which a proxy in front of the server removes from requests. Empty: the URL has no path. */
  readonly basePath: string
  /** Returns the time in epoch ms. Tests replace it. */
  readonly now?: () => number
}

/** Maximum difference in ms between the time of a signature and the clock of the server. */
const maxSkewMs = 5 * 60_000

const signingKeysHeld = 4_096

/**
 * Headers that must be signed when they are sent, because they change what the server does. The headers `host` and
 * `x-amz-*` must always be signed.
 */
const mustBeSigned = ['content-encoding', 'idempotency-key', 'if-none-match', 'x-iceberg-access-delegation']

/** PyIceberg sends this text in `Original-Authorization` when it has no token. */
const noToken = 'Bearer None'

/** Returns true when an Authorization header contains an AWS signature, valid or not. */
export function isSigned(authorization: string | undefined): boolean {
  return authorization?.startsWith('AWS4-') === true
}

/** Verifies requests that are signed with an access key of this server (AWS Signature Version 4). */
export class SignedRequests {
  readonly #options: SignedRequestsOptions
  readonly #now: () => number
  readonly #signingKeys = new SigningKeys({ max: signingKeysHeld })

  constructor(options: SignedRequestsOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /**
   * Verifies the signature of a request. If the request contains the hash of its body, the signature is verified without
   * the body, and the code that reads the body compares it with the returned hash.
   *
   * @param hashBody reads the body and returns its SHA-256 in hexadecimal digits. It is called only for a request with a
   *   body but without its hash, such as those of PyIceberg. The caller is not known yet at this time
   * @throws HeadgateError `unauthenticated`, with the reason in `cause`
   */
  async verify(request: SignedRequest, hashBody: () => Promise<string>): Promise<SignedCaller> {
    const forms = this.#parseForms(request)
    const [{ accessKeyId, payload }] = forms
    const key = await this.#options.accessKeys.find(accessKeyId)
    const isHashSent = payload.kind === 'hashed'
    const bodySha256 = isHashSent ? payload.sha256 : request.hasBody ? await hashBody() : EMPTY_SHA256
    const keys = this.#signingKeys
    const verified = verifyAny(forms, key?.secret, isHashSent ? { keys } : { keys, bodySha256 })
    if (!verified.ok) throw refuseSignature(accessKeyId, verified.refusal)
    if (key === null) throw refuseSignature(accessKeyId)
    if (!request.hasBody && bodySha256 !== EMPTY_SHA256) throw refuseBody(accessKeyId)
    return { identity: key.identity, bodySha256 }
  }

  /**
   * Parses a request, and checks everything that needs no secret. Returns one or two forms of the request, for one of
   * which the signature must be valid. If the public URL has a path, clients sign this path, but the proxy removes it
   * from requests, so the first form contains it. The second form is that of a client which does not use the proxy.
   */
  #parseForms(request: SignedRequest): readonly [ParsedRequest, ...ParsedRequest[]] {
    refuseSecondIdentity(request)
    const { basePath } = this.#options
    const direct = this.#parse(request, request.target)
    return basePath === '' ? [direct] : [this.#parse(request, basePath + request.target), direct]
  }

  #parse({ method, rawHeaders, host }: SignedRequest, target: string): ParsedRequest {
    const { services, regions } = this.#options
    const parsed = parseRequest(
      { method, target, headers: headerPairs(rawHeaders) },
      {
        services,
        ...(regions.length === 0 ? {} : { regions }),
        now: new Date(this.#now()),
        maxSkewMs,
        forms: ['header'],
        // Clients that can only sign use these rules for every name of a service.
        rules: generalRules,
        mustBeSigned,
        host,
      },
    )
    if (!parsed.ok) throw refuseSignature(null, parsed.refusal)
    const { accessKeyId, path, payload, sessionToken } = parsed.value
    // Signatures cover the normalized path, so one signature is valid for several spellings of a path. Only the
    // normalized spelling is accepted.
    if (target.split('?', 1)[0] !== path)
      throw refuseSigned(accessKeyId, 'other path', 'The path must not contain empty or dot segments.')
    if (sessionToken !== undefined) {
      const message =
        'The request is signed with a session token. Sign it with an access key of a principal (headgate principal access-key add), without a session token.'
      throw refuseSigned(accessKeyId, 'session token', message)
    }
    if (payload.kind !== 'hashed' && payload.kind !== 'hash-not-sent') {
      const message =
        'The body of the request is not signed. Send its SHA-256 in x-amz-content-sha256, or omit this header.'
      throw refuseSigned(accessKeyId, 'unsigned payload', message)
    }
    return parsed.value
  }
}

/** Verifies the forms of a request one after the other, until the signature is valid for one of them. */
function verifyAny(
  [first, ...others]: readonly [ParsedRequest, ...ParsedRequest[]],
  secret: string | undefined,
  options: SignatureVerificationOptions,
): Result<unknown> {
  let result: Result<unknown> = verifySignature(first, secret, options)
  for (const form of others) {
    if (result.ok) return result
    result = verifySignature(form, secret, options)
  }
  return result
}

/**
 * Refuses a signed request that also contains a token in `Original-Authorization`. Iceberg's clients move their token
 * to this header when they sign, so the request would have two identities.
 */
function refuseSecondIdentity({ originalAuthorization }: SignedRequest): void {
  if (originalAuthorization === undefined || originalAuthorization === noToken) return
  const message =
    'The request has two identities: a signature, and a token in Original-Authorization. Configure the client with an access key or with a token (token, credential), but not with both.'
  throw refuseSigned(null, 'two identities', message)
}
