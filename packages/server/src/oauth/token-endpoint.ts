import type { IncomingMessage } from 'node:http'
import { hash, randomUUID } from 'node:crypto'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { AuditLog } from '../events/audit-log.ts'
import { plainText } from '../events/redact.ts'
import { readClaimedToken } from '../identity/claimed-token.ts'
import { peek } from '../identity/peek.ts'
import { readBody } from '../operation/read-body.ts'
import type { OpenOperation, WithoutSlot } from '../operation/open-operation.ts'
import type { CallLimits, Response } from '../operation/operation.ts'
import { type ClientAddress, peerAddress } from '../operation/client-address.ts'
import { toAttemptKey } from '../operation/forwarded.ts'
import type { AttemptSource } from './attempt-limiter.ts'
import { Attempts } from './attempts.ts'
import { type ClientProof, parseClientProof } from './client-authentication.ts'
import { type Form, parseForm } from './form.ts'
import type { Grant, Granted } from './grant.ts'
import { tokenErrorResponse, tokenHeaders } from './token-errors.ts'

const maxBodyBytes = 64 * 1024

export interface TokenEndpointDeps {
  /** Grants by `grant_type`. */
  readonly grants: ReadonlyMap<string, Grant>
  readonly audit: AuditLog
  /** Limits failed attempts. Default: a new object with the default limits. */
  readonly attempts?: Attempts
  /** Returns the address of the client. Default: the peer of the connection. */
  readonly resolveAddress?: ClientAddress
  /** Called with each internal error of the server that a token request encounters. */
  readonly onError?: (error: unknown) => void
}

/** Details of a token request that the endpoint collects for the audit event. */
interface Trail {
  readonly requestId: string
  readonly startedAt: number
  readonly address: string
  client?: string
  grantType?: string
  /** Tokens in the request, by the parameter that contains them. The event of a refusal contains their claims. */
  tokens?: ReadonlyMap<string, string>
  /** Details that the grant adds by `TokenRequest.note`. */
  facts: Readonly<Record<string, unknown>>
}

/**
 * Serves the token endpoint (RFC 6749 section 3.2): clients authenticate and receive an access token. All
 * responses, including errors, have the format that OAuth defines and forbid caching. The endpoint has two
 * paths: `/v1/oauth/tokens`, which Iceberg clients expect (Iceberg REST `getToken`), and `/oauth/token`,
 * which will remain after the Iceberg specification removes its path.
 */
export function createTokenEndpoint(deps: TokenEndpointDeps): readonly OpenOperation[] {
  const attempts = deps.attempts ?? new Attempts()
  const resolveAddress = deps.resolveAddress ?? peerAddress

  async function respond(request: IncomingMessage, trail: Trail, withoutSlot: WithoutSlot): Promise<Granted> {
    const body = await withoutSlot(readBody(request, { maxBytes: maxBodyBytes, setting: null }))
    const form = parseForm(request.headers['content-type'], body)
    const proof = parseClientProof(request.headers.authorization, form)
    const name = readClientName(proof, form.get('assertion'))
    trail.client = plainText(name === '' ? '(no id)' : name, 256)
    trail.tokens = findTokens(form, proof)
    const grantType = form.get('grant_type')
    trail.grantType = plainText(grantType ?? '(none)', 128)
    const grant = requireGrant(deps.grants, grantType)
    const secret = proof?.kind === 'secret' ? hash('sha256', proof.secret, 'base64url') : null
    const source: AttemptSource = { address: toAttemptKey(trail.address), client: name, secret }
    const note = (facts: Readonly<Record<string, unknown>>): void => {
      trail.facts = { ...trail.facts, ...facts }
    }
    return attempts.run(source, () => grant({ form, proof, note }))
  }

  function record(
    request: IncomingMessage,
    trail: Trail,
    result: { readonly granted?: Granted; readonly failure?: HeadgateError },
    status: number,
  ): void {
    const { failure, granted } = result
    const why = failure !== undefined && auditedCodes.has(failure.code)
    const cause = why && failure.cause instanceof Error ? `: ${failure.cause.message}` : ''
    deps.audit.record({
      draft: {
        operation: 'getToken',
        address: trail.address,
        ...(failure ? { reason: failure.code + cause } : {}),
        // For a refused request, the client name in the event is not verified.
        detail: {
          grantType: trail.grantType,
          client: trail.client,
          ...trail.facts,
          ...(why ? claimsOf(trail) : {}),
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
      requestId: readRequestId(request),
      startedAt: performance.now(),
      address: resolveAddress(request),
      facts: {},
    }
    try {
      const granted = await respond(request, trail, withoutSlot)
      record(request, trail, { granted }, 200)
      return grantedResponse(granted)
    } catch (error) {
      const failure = toTokenError(error, deps.onError)
      record(request, trail, { failure }, failure.kind.status)
      return tokenErrorResponse(failure)
    }
  }

  return ['/v1/oauth/tokens', '/oauth/token'].map((path) => ({ id: 'getToken', method: 'POST', path, open }))
}

/** Codes of the errors whose `cause` the audit event contains. */
const auditedCodes: ReadonlySet<string> = new Set([
  'invalid-client',
  'invalid-grant',
  'too-many-requests',
  'unavailable',
])

/** Parameters of a token request that contain a token. */
const tokenParameters = ['subject_token', 'actor_token', 'assertion', 'client_assertion']

function findTokens(form: Form, proof: ClientProof | null): ReadonlyMap<string, string> {
  const sent = tokenParameters.map((name) => [name, form.get(name)] as const)
  const header = ['Authorization header', proof?.kind === 'bearer' ? proof.token : undefined] as const
  return new Map([...sent, header].filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Returns the unverified claims of the tokens in a refused request, for the audit event. */
function claimsOf({ tokens = new Map() }: Trail): { readonly claimed?: readonly unknown[] } {
  const claimed = [...tokens].map(([sentAs, token]) => ({
    sentAs,
    verified: false,
    ...readClaimedToken(token),
  }))
  return claimed.length === 0 ? {} : { claimed }
}

/** Returns the unverified name of the client in a request. */
function readClientName(proof: ClientProof | null, assertion: string | undefined): string {
  // In a request without client authentication, the signature of the assertion authenticates the client,
  // whose name is in `iss`.
  if (proof === null) return assertion === undefined ? '' : readClaim(assertion, 'iss')
  // A client with a bearer token is named by the digest of the token, so that failed attempts with one token
  // do not delay requests with another token.
  if (proof.kind === 'bearer') return `bearer ${hash('sha256', proof.token, 'base64url').slice(0, 12)}`
  if (proof.id !== null || proof.kind === 'secret') return proof.id ?? ''
  return readClaim(proof.assertion, 'sub')
}

function readClaim(token: string, name: 'iss' | 'sub'): string {
  const value = peek(token)?.claims[name]
  return typeof value === 'string' ? value.slice(0, 256) : ''
}

function requireGrant(grants: ReadonlyMap<string, Grant>, grantType: string | undefined): Grant {
  if (grantType === undefined) throw new HeadgateError('bad-request', 'The parameter grant_type is missing.')
  const grant = grants.get(grantType)
  if (grant) return grant
  throw new HeadgateError(
    'unsupported-grant-type',
    `The grant_type must be ${[...grants.keys()].join(' or ')}.`,
  )
}

/**
 * Encodes a token response (RFC 6749 section 5.1), including the `issued_token_type` that Iceberg clients
 * require.
 */
function grantedResponse({ token, scope }: Granted): Response {
  const body = {
    access_token: token.token,
    token_type: 'bearer',
    expires_in: token.ttlSeconds,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    scope,
  }
  return { status: 200, headers: tokenHeaders, body: JSON.stringify(body) }
}

function readRequestId(request: IncomingMessage): string {
  const header = request.headers['x-request-id']
  return typeof header === 'string' && /^[\w.-]{1,128}$/.test(header) ? header : randomUUID()
}

function toTokenError(error: unknown, onError: ((error: unknown) => void) | undefined): HeadgateError {
  if (isHeadgateError(error)) return error
  onError?.(error)
  return new HeadgateError(
    'internal',
    'The server failed to process the request. Ask the operator of the server to check its log.',
    { cause: error },
  )
}
