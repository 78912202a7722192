import type { IncomingMessage } from 'node:http'
import { hash, randomUUID } from 'node:crypto'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { AuditLog } from '../events/audit-log.ts'
import { plainText } from '../events/redact.ts'
import { peek } from '../identity/peek.ts'
import { readBody } from '../operation/read-body.ts'
import type { OpenOperation, WithoutSlot } from '../operation/open-operation.ts'
import type { CallLimits, Response } from '../operation/operation.ts'
import { type ClientAddress, peerAddress } from '../operation/client-address.ts'
import { partyOf } from '../operation/forwarded.ts'
import { AttemptLimiter, type AttemptSource } from './attempt-limiter.ts'
import { type ClientProof, clientProofOf } from './client-authentication.ts'
import { parseForm } from './form.ts'
import type { Grant, Granted, TokenRequest } from './grant.ts'
import { FairQueue } from '../concurrency/fair-queue.ts'
import { isGuess, tokenErrorAnswer, tokenHeaders } from './token-errors.ts'

const maxBodyBytes = 64 * 1024

export interface TokenEndpointDeps {
  /** Grants by `grant_type`. */
  readonly grants: ReadonlyMap<string, Grant>
  readonly audit: AuditLog
  readonly limiter?: AttemptLimiter
  readonly lane?: FairQueue
  /** Returns the address of the client. Default: the peer of the connection. */
  readonly addressOf?: ClientAddress
  /** Receives errors that the request did not cause. */
  readonly onError?: (error: unknown) => void
}

/** Facts about a request that are collected for its audit event. */
interface Trail {
  readonly requestId: string
  readonly startedAt: number
  readonly address: string
  client?: string
  grantType?: string
  /** Facts that the grant adds. */
  facts: Readonly<Record<string, unknown>>
}

/**
 * Serves the token endpoint (RFC 6749 section 3.2): clients exchange a proof of identity for an access token. All
 * responses, errors too, have the form of OAuth and must not be cached. It is at `/v1/oauth/tokens`, where Iceberg clients
 * expect it (Iceberg REST `getToken`), and at `/oauth/token`, which stays when Iceberg removes its path.
 */
export function createTokenEndpoint(deps: TokenEndpointDeps): readonly OpenOperation[] {
  const limiter = deps.limiter ?? new AttemptLimiter()
  const lane = deps.lane ?? new FairQueue()
  const addressOf = deps.addressOf ?? peerAddress

  async function answerTo(
    request: IncomingMessage,
    trail: Trail,
    withoutSlot: WithoutSlot,
  ): Promise<Granted> {
    const body = await withoutSlot(readBody(request, { maxBytes: maxBodyBytes, setting: null }))
    const form = parseForm(request.headers['content-type'], body)
    const proof = clientProofOf(request.headers.authorization, form)
    const name = nameOf(proof, form.get('assertion'))
    trail.client = plainText(name === '' ? '(no id)' : name, 256)
    const grantType = form.get('grant_type')
    trail.grantType = plainText(grantType ?? '(none)', 128)
    const grant = grantOf(deps.grants, grantType)
    const secret = proof?.kind === 'secret' ? hash('sha256', proof.secret, 'base64url') : null
    const source: AttemptSource = { address: partyOf(trail.address), client: name, secret }
    const note = (facts: Readonly<Record<string, unknown>>): void => {
      trail.facts = { ...trail.facts, ...facts }
    }
    return attempt(grant, { form, proof, note }, source)
  }

  /**
   * Delays sources with many failures. While a source is delayed, all its failures get the same error; a correct proof gets
   * its token.
   */
  async function attempt(grant: Grant, request: TokenRequest, source: AttemptSource): Promise<Granted> {
    const wait = limiter.secondsToWait(source)
    const leave = wait > 0 ? await lane.enter(source.address) : null
    if (wait > 0 && leave === null) throw heldUp(wait, new Error('queue is full'))
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
    deps.audit.record({
      draft: {
        operation: 'getToken',
        address: trail.address,
        ...(failure ? { reason: failure.code + cause } : {}),
        // The name of a refused client is not verified.
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
    withoutSlot: WithoutSlot = (body) => body,
  ): Promise<Response> {
    const trail: Trail = {
      requestId: requestIdOf(request),
      startedAt: performance.now(),
      address: addressOf(request),
      facts: {},
    }
    try {
      const granted = await answerTo(request, trail, withoutSlot)
      record(request, trail, { granted }, 200)
      return grantedAnswer(granted)
    } catch (error) {
      const failure = toldError(error, deps.onError)
      record(request, trail, { failure }, failure.kind.status)
      return tokenErrorAnswer(failure)
    }
  }

  return ['/v1/oauth/tokens', '/oauth/token'].map((path) => ({ id: 'getToken', method: 'POST', path, open }))
}

/** Codes of errors whose cause is written to the audit event. */
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

/** Returns the unverified name of the client in a request. */
function nameOf(proof: ClientProof | null, assertion: string | undefined): string {
  // The signature of the assertion authenticates the client.
  if (proof === null) return assertion === undefined ? '' : claimOf(assertion, 'iss')
  // Counts each token by itself, so that invalid tokens of one client do not delay valid tokens of others.
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

/** Encodes a token response (RFC 6749 section 5.1), with the `issued_token_type` that Iceberg clients read. */
function grantedAnswer({ token, scope }: Granted): Response {
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
  return new HeadgateError(
    'internal',
    'The server failed to process the request. Ask its operator to look into the log.',
    { cause: error },
  )
}
