import { HeadgateError } from '@headgate/errors'
import type { ProvenIdentity } from '../proven-identity.ts'
import { peek } from '../identity/peek.ts'
import { type EngineRow, findEngine, findEngineOfParty } from '../directory/engines.ts'
import { authenticateClient, type Client, engineOf } from './clients.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import type { TokenRequest } from './grant.ts'
import { refuseStopped } from './issue.ts'
import { invalidClient, invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/** The client of an exchange, and whether it exchanges a token that it already holds. */
export type ExchangeClient =
  /** A client renews its own token. `proven` null: that valid token is its only authentication. */
  | { readonly kind: 'own-token'; readonly session: ProvenIdentity; readonly proven: Client | null }
  /** A valid token of a user renews itself: it is both the subject and the bearer token. */
  | { readonly kind: 'own-session'; readonly session: ProvenIdentity }
  | { readonly kind: 'engine'; readonly engine: EngineRow }

/** @throws HeadgateError `invalid-client`, `invalid-grant`, `unauthorized-client` */
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
        'The client_id differs from the one of the token in the Authorization header: send the same one, or omit it.',
      )
    return { kind: 'engine', engine }
  }
  const client = await authenticateClient(deps, proof)
  note({ client: client.clientId })
  const session = await deps.sessions.recognize(asked.subjectToken)
  const { id } = client.identity.principal
  if (session?.principal.id === id && session.actors.length === 0 && asked.actorToken === null)
    return { kind: 'own-token', session, proven: client }
  const engine = await engineOf(deps, client)
  if (asked.actorToken !== null) await refuseForeignActor(deps, engine, asked.actorToken)
  return { kind: 'engine', engine }
}

/** Handles a bearer token that is also the subject token: the client requests its renewal. */
async function holder(
  deps: TokenDeps,
  token: string,
  { actorToken }: ExchangeRequest,
): Promise<ExchangeClient> {
  if (actorToken !== null && actorToken !== token)
    throw invalidRequest('A renewal does not change the actor: omit the actor_token.')
  const session = await liveSession(deps, token)
  return session.actors.length === 0
    ? { kind: 'own-token', session, proven: null }
    : { kind: 'own-session', session }
}

/** Returns the session of a valid token of this server. */
async function liveSession(deps: TokenDeps, token: string): Promise<ProvenIdentity> {
  const session = await deps.sessions.recognize(token)
  if (session === null) {
    throw invalidClient(
      'bearer is not a token of this server',
      'The token in the Authorization header is not a token of this server: authenticate with client_id and client_secret, or a client_assertion.',
    )
  }
  if ((session.expiresAt ?? 0) > deps.now()) return session
  // The token was valid once, so this is not a guess and does not count as a failed attempt.
  const user = session.actors.length > 0
  throw invalidGrant(
    user
      ? 'The token in the Authorization header has expired, and with it the session of the user: exchange a new token of the user.'
      : 'The token in the Authorization header has expired: authenticate with client_id and client_secret.',
    'expired',
  )
}

async function engineByBearer(deps: TokenDeps, token: string): Promise<EngineRow> {
  const issuer = peek(token)?.claims['iss']
  const external = deps.external?.tokens
  if (external !== undefined && typeof issuer === 'string' && external.issuers.has(issuer)) {
    const verified = await external.verify(token, 'bearer')
    if (!verified.ok) throw invalidClient(verified.reason, verified.told)
    const { subject, issuedAt, actor } = verified.value
    const engine = actor === null ? await findEngineOfParty(deps.sql, verified.value.issuer, subject) : null
    return standingEngine(engine, subject, issuedAt)
  }
  const session = await liveSession(deps, token)
  if (session.actors.length > 0) {
    throw invalidClient(
      'bearer is the token of a user',
      "The token in the Authorization header belongs to a user: only an engine's own token authenticates the engine.",
    )
  }
  const { id, subject } = session.principal
  return standingEngine(await findEngine(deps.sql, id), subject, session.issuedAt ?? 0)
}

function standingEngine(engine: EngineRow | null, subject: string, issuedAt: number): EngineRow {
  if (engine === null) {
    throw new HeadgateError(
      'unauthorized-client',
      `The bearer ${subject} is not registered as an engine, so it cannot act for users. Register it: headgate engine add ${subject}`,
    )
  }
  refuseStopped(engine, issuedAt)
  return engine
}

/** Refuses another actor: `act` always comes from the authenticated client, and an actor token can only repeat it. */
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
