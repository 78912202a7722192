import { HeadgateError } from '@headgate/errors'
import type { ProvenIdentity } from '../proven-identity.ts'
import { peek } from '../identity/peek.ts'
import { type EngineRow, findEngine, findEngineOfParty } from '../directory/engines.ts'
import { authenticateClient, type Client, requireEngine } from './clients.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import type { TokenRequest } from './grant.ts'
import { checkEngine } from './issue.ts'
import { invalidClient, invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * The authenticated client of a token exchange. `kind` tells whether the request renews the session of the client
 * itself, renews the session of a user, or exchanges a subject token for an engine. `session` is the session of the
 * subject token.
 */
export type ExchangeClient =
  /**
   * The client renews its own session. `client` is null when the request contains no client authentication, so that
   * only the bearer token, which is valid and equal to the subject token, authenticates the client.
   */
  | { readonly kind: 'client-session'; readonly session: ProvenIdentity; readonly client: Client | null }
  /**
   * The request renews the session of a user for whom an engine acts: the bearer token, which is valid, is equal to the
   * subject token.
   */
  | { readonly kind: 'user-session'; readonly session: ProvenIdentity }
  /** The client is registered as an engine, and presents the subject token of its user. */
  | { readonly kind: 'engine'; readonly engine: EngineRow }

/**
 * Authenticates the client of a token exchange.
 *
 * @throws HeadgateError `invalid-client`, `invalid-grant`, `unauthorized-client`
 */
export async function resolveExchangeClient(
  deps: TokenDeps,
  { proof, form, note }: TokenRequest,
  exchange: ExchangeRequest,
): Promise<ExchangeClient> {
  if (proof?.kind === 'bearer') {
    if (proof.token === exchange.subjectToken) return resolveRenewal(deps, proof.token, exchange)
    const engine = await engineByBearer(deps, proof.token)
    if (exchange.actorToken !== null && exchange.actorToken !== proof.token)
      throw invalidRequest('The actor_token must equal the token in the Authorization header.')
    const id = form.get('client_id')
    if (id !== undefined && id !== engine.subject)
      throw invalidRequest(
        'The client_id differs from the client of the token in the Authorization header: send the id of that client, or omit the parameter client_id.',
      )
    return { kind: 'engine', engine }
  }
  const client = await authenticateClient(deps, proof)
  note({ client: client.clientId })
  // The session may have expired. The client has authenticated itself, so it starts a new session in this case.
  const session = await deps.sessions.recognize(exchange.subjectToken)
  const { id } = client.identity.principal
  if (session?.principal.id === id && session.actors.length === 0 && exchange.actorToken === null)
    return { kind: 'client-session', session, client }
  const engine = await requireEngine(deps, client)
  if (exchange.actorToken !== null) await refuseForeignActor(deps, engine, exchange.actorToken)
  return { kind: 'engine', engine }
}

/**
 * Returns the client of a request whose bearer token is also the subject token: the client or the engine that the token
 * was issued to requests the renewal of its session.
 */
async function resolveRenewal(
  deps: TokenDeps,
  token: string,
  { actorToken }: ExchangeRequest,
): Promise<ExchangeClient> {
  if (actorToken !== null && actorToken !== token)
    throw invalidRequest('The renewal of a token does not change its actor: omit the actor_token.')
  const session = await liveSession(deps, token)
  return session.actors.length === 0
    ? { kind: 'client-session', session, client: null }
    : { kind: 'user-session', session }
}

/**
 * Returns the session of a token of this server. Throws when another issuer issued the token or when it has
 * expired.
 */
async function liveSession(deps: TokenDeps, token: string): Promise<ProvenIdentity> {
  const session = await deps.sessions.recognize(token)
  if (session === null) {
    throw invalidClient(
      'the bearer token is not a token of this server',
      'The token in the Authorization header is not a token of this server: authenticate with client_id and client_secret, or a client_assertion.',
    )
  }
  if ((session.expiresAt ?? 0) > deps.now()) return session
  // An expired token was issued by this server, so it is not a guess and does not count as a failed attempt.
  const user = session.actors.length > 0
  throw invalidGrant(
    user
      ? 'The token in the Authorization header has expired, so the session of the user has ended: exchange a new token of the user.'
      : 'The token in the Authorization header has expired: authenticate with client_id and client_secret.',
    'expired',
  )
}

async function engineByBearer(deps: TokenDeps, token: string): Promise<EngineRow> {
  const issuer = peek(token)?.claims['iss']
  const external = deps.external?.tokens
  if (external !== undefined && typeof issuer === 'string' && external.issuers.has(issuer)) {
    const verified = await external.verify(token, 'bearer')
    if (!verified.ok) throw invalidClient(verified.reason, verified.message)
    const { subject, issuedAt, actor } = verified.value
    const engine = actor === null ? await findEngineOfParty(deps.sql, verified.value.issuer, subject) : null
    return requireCurrentEngine(engine, subject, issuedAt)
  }
  const session = await liveSession(deps, token)
  if (session.actors.length > 0) {
    throw invalidClient(
      'the bearer token belongs to a user',
      "The token in the Authorization header belongs to a user: only an engine's own token authenticates the engine.",
    )
  }
  const { id, subject } = session.principal
  return requireCurrentEngine(await findEngine(deps.sql, id), subject, session.issuedAt ?? 0)
}

function requireCurrentEngine(engine: EngineRow | null, subject: string, issuedAt: number): EngineRow {
  if (engine === null) {
    throw new HeadgateError(
      'unauthorized-client',
      `The client ${subject} of the bearer token is not registered as an engine, so it cannot act for users. Register it: headgate engine add ${subject}`,
    )
  }
  checkEngine(engine, issuedAt)
  return engine
}

/**
 * Refuses an actor token of another engine than the authenticated client: the server sets `act` to the
 * authenticated client, and the actor token may only name the same engine.
 */
async function refuseForeignActor(deps: TokenDeps, engine: EngineRow, token: string): Promise<void> {
  const actor = await engineByBearer(deps, token).catch((error: unknown) => {
    if (error instanceof HeadgateError) throw invalidGrant(`The actor_token is invalid: ${error.message}`)
    throw error
  })
  if (actor.id !== engine.id)
    throw invalidGrant(
      `The actor_token belongs to ${actor.name}, but the client is ${engine.name}: send the engine's own token, or omit it.`,
    )
}
