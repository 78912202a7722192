import { HeadgateError } from '@headgate/errors'
import type { ProvenIdentity } from '../proven-identity.ts'
import { peek } from '../identity/peek.ts'
import { type EngineRow, findEngine, findEngineOfParty } from '../directory/engines.ts'
import { authenticateClient, type Client, requireEngine } from './clients.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import type { TokenRequest } from './grant.ts'
import { refuseStopped } from './issue.ts'
import { invalidClient, invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * The authenticated client of a token exchange. `kind` tells whether the client renews its own token, renews
 * the token of a user, or acts as an engine for the subject token.
 */
export type ExchangeClient =
  /**
   * A client renews its own token. `proven` is null when the valid token itself is the only authentication in
   * the request.
   */
  | { readonly kind: 'own-token'; readonly session: ProvenIdentity; readonly proven: Client | null }
  /**
   * The request renews the token of a user: the same valid token is the subject token and the bearer token.
   */
  | { readonly kind: 'own-session'; readonly session: ProvenIdentity }
  | { readonly kind: 'engine'; readonly engine: EngineRow }

/**
 * Authenticates the client of a token exchange.
 *
 * @throws HeadgateError `invalid-client`, `invalid-grant`, `unauthorized-client`
 */
export async function clientOfExchange(
  deps: TokenDeps,
  { proof, form, note }: TokenRequest,
  asked: ExchangeRequest,
): Promise<ExchangeClient> {
  if (proof?.kind === 'bearer') {
    if (proof.token === asked.subjectToken) return holder(deps, proof.token, asked)
    const engine = await engineByBearer(deps, proof.token)
    if (asked.actorToken !== null && asked.actorToken !== proof.token)
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
  const session = await deps.sessions.recognize(asked.subjectToken)
  const { id } = client.identity.principal
  if (session?.principal.id === id && session.actors.length === 0 && asked.actorToken === null)
    return { kind: 'own-token', session, proven: client }
  const engine = await requireEngine(deps, client)
  if (asked.actorToken !== null) await refuseForeignActor(deps, engine, asked.actorToken)
  return { kind: 'engine', engine }
}

/**
 * Handles a request whose bearer token is also the subject token: the client requests the renewal of this
 * token.
 */
async function holder(
  deps: TokenDeps,
  token: string,
  { actorToken }: ExchangeRequest,
): Promise<ExchangeClient> {
  if (actorToken !== null && actorToken !== token)
    throw invalidRequest('The renewal of a token does not change its actor: omit the actor_token.')
  const session = await liveSession(deps, token)
  return session.actors.length === 0
    ? { kind: 'own-token', session, proven: null }
    : { kind: 'own-session', session }
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
  refuseStopped(engine, issuedAt)
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
