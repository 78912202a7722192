import type { IncomingMessage } from 'node:http'
import { hash, randomUUID } from 'node:crypto'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { AuditLog } from '../events/audit-log.ts'
import { plainText } from '../events/redact.ts'
import { peek } from '../identity/peek.ts'
import { readBody } from '../http/body.ts'
import type { Aside, OpenOperation } from '../http/open-operation.ts'
import type { CallLimits } from '../http/request-call.ts'
import type { Answer } from '../http/operation.ts'
import { type ClientAddress, peerAddress } from '../http/client-address.ts'
import { partyOf } from '../http/forwarded.ts'
import { AttemptLimiter, type AttemptSource } from './attempt-limiter.ts'
import { type ClientProof, clientProofOf } from './client-authentication.ts'
import { parseForm } from './form.ts'
import type { Grant, Granted, TokenRequest } from './grant.ts'
import { FairQueue } from '../fair-queue.ts'
import { isGuess, tokenErrorAnswer, tokenHeaders } from './token-errors.ts'

const maxBodyBytes = 64 * 1024

export interface TokenEndpointParts {
  /** Grants by `grant_type`. */
  readonly grants: ReadonlyMap<string, Grant>
  readonly audit: AuditLog
  readonly limiter?: AttemptLimiter
  readonly lane?: FairQueue
  /** Default: the peer of the connection. */
  readonly addressOf?: ClientAddress
  /** Gets what is no fault of the request. */
  readonly onError?: (error: unknown) => void
}

/** What is learnt about a request on its way, for the audit event. */
interface Trail {
  readonly requestId: string
  readonly startedAt: number
  readonly address: string
  client?: string
  grantType?: string
  /** What the grant told. */
  facts: Readonly<Record<string, unknown>>
}

/**
 * The token endpoint (RFC 6749 section 3.2): clients exchange what they can prove for an access token. All answers,
 * refusals too, are OAuth's and must not be cached. It is at `/v1/oauth/tokens`, where Iceberg clients look for it (Iceberg
 * REST `getToken`), and at `/oauth/token`, which does not go away with that.
 */
export function createTokenEndpoint(parts: TokenEndpointParts): readonly OpenOperation[] {
  const limiter = parts.limiter ?? new AttemptLimiter()
  const lane = parts.lane ?? new FairQueue()
  const addressOf = parts.addressOf ?? peerAddress

  async function answerTo(request: IncomingMessage, trail: Trail, aside: Aside): Promise<Granted> {
    const body = await aside(readBody(request, { maxBytes: maxBodyBytes, setting: null }))
    const form = parseForm(request.headers['content-type'], body)
    const proof = clientProofOf(request.headers.authorization, form)
    const name = nameOf(proof, form.get('assertion'))
    trail.client = plainText(name === '' ? '(no id)' : name, 256)
    const grantType = form.get('grant_type')
    trail.grantType = plainText(grantType ?? '(none)', 128)
    const grant = grantOf(parts.grants, grantType)
    const secret = proof?.kind === 'secret' ? hash('sha256', proof.secret, 'base64url') : null
    const source: AttemptSource = { address: partyOf(trail.address), client: name, secret }
    const note = (facts: Readonly<Record<string, unknown>>): void => {
      trail.facts = { ...trail.facts, ...facts }
    }
    return attempt(grant, { form, proof, note }, source)
  }

  /** Sources with many failures behind them are held up: what they get wrong then is all one, what is right is good. */
  async function attempt(grant: Grant, request: TokenRequest, source: AttemptSource): Promise<Granted> {
    const wait = limiter.secondsToWait(source)
    const leave = wait > 0 ? await lane.enter(source.address) : null
    if (wait > 0 && leave === null) throw heldUp(wait, new Error('no place in the lane'))
    try {
      const granted = await grant(request)
      limiter.succeeded(source)
      return granted
    } catch (error) {
      if (!isGuess(error)) throw error
      limiter.failed(source)
      throw wait > 0 ? heldUp(wait, error.cause) : error
    } finally {
      leave?.()
    }
  }

  function record(
    request: IncomingMessage,
    trail: Trail,
    result: { readonly granted?: Granted; readonly failure?: HeadgateError },
    status: number,
  ): void {
    const { failure, granted } = result
    const why = failure !== undefined && toldInAudit.has(failure.code)
    const cause = why && failure.cause instanceof Error ? `: ${failure.cause.message}` : ''
    parts.audit.record({
      draft: {
        operation: 'getToken',
        address: trail.address,
        ...(failure ? { reason: failure.code + cause } : {}),
        // A client that was refused is only a name somebody gave.
        detail: {
          grantType: trail.grantType,
          client: trail.client,
          ...trail.facts,
          ...(granted ? { expiresAt: granted.token.expiresAt, jti: granted.token.id } : {}),
        },
      },
      identity: granted?.identity ?? null,
      requestId: trail.requestId,
      status,
      milliseconds: performance.now() - trail.startedAt,
      failure: failure ?? null,
      userAgent: request.headers['user-agent'],
    })
  }

  async function open(
    request: IncomingMessage,
    _limits: CallLimits,
    aside: Aside = (arriving) => arriving,
  ): Promise<Answer> {
    const trail: Trail = {
      requestId: requestIdOf(request),
      startedAt: performance.now(),
      address: addressOf(request),
      facts: {},
    }
    try {
      const granted = await answerTo(request, trail, aside)
      record(request, trail, { granted }, 200)
      return grantedAnswer(granted)
    } catch (error) {
      const failure = toldError(error, parts.onError)
      record(request, trail, { failure }, failure.kind.status)
      return tokenErrorAnswer(failure)
    }
  }

  return ['/v1/oauth/tokens', '/oauth/token'].map((path) => ({ id: 'getToken', method: 'POST', path, open }))
}

/** Refusals whose cause is in the audit event. */
const toldInAudit: ReadonlySet<string> = new Set([
  'invalid-client',
  'invalid-grant',
  'too-many-requests',
  'unavailable',
])

function heldUp(seconds: number, cause: unknown): HeadgateError {
  return new HeadgateError(
    'too-many-requests',
    `Too many failed attempts: try again in ${seconds} seconds.`,
    {
      retryAfterSeconds: seconds,
      cause,
    },
  )
}

/** Which client it says it is, as far as that stands outside of what must be verified. */
function nameOf(proof: ClientProof | null, assertion: string | undefined): string {
  // Its signature is the authentication then.
  if (proof === null) return assertion === undefined ? '' : claimOf(assertion, 'iss')
  // Each token counts for itself: whoever shows bad ones keeps nobody else from showing good ones.
  if (proof.kind === 'bearer') return `bearer ${hash('sha256', proof.token, 'base64url').slice(0, 12)}`
  if (proof.id !== null || proof.kind === 'secret') return proof.id ?? ''
  return claimOf(proof.assertion, 'sub')
}

function claimOf(token: string, name: 'iss' | 'sub'): string {
  const value = peek(token)?.claims[name]
  return typeof value === 'string' ? value.slice(0, 256) : ''
}

function grantOf(grants: ReadonlyMap<string, Grant>, grantType: string | undefined): Grant {
  if (grantType === undefined) throw new HeadgateError('bad-request', 'The parameter grant_type is missing.')
  const grant = grants.get(grantType)
  if (grant) return grant
  throw new HeadgateError(
    'unsupported-grant-type',
    `The grant_type must be ${[...grants.keys()].join(' or ')}.`,
  )
}

/** RFC 6749 section 5.1, with the `issued_token_type` that Iceberg clients read. */
function grantedAnswer({ token, scope }: Granted): Answer {
  const body = {
    access_token: token.token,
    token_type: 'bearer',
    expires_in: token.ttlSeconds,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    scope,
  }
  return { status: 200, headers: tokenHeaders, body: JSON.stringify(body) }
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID()
}

function toldError(error: unknown, onError: ((error: unknown) => void) | undefined): HeadgateError {
  if (isHeadgateError(error)) return error
  onError?.(error)
  return new HeadgateError('internal', 'The server failed: ask its operator.', { cause: error })
}
