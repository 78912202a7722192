import { HeadgateError } from '@headgate/errors'
import type { Identity } from '../identity/identity.ts'
import { peek } from '../identity/peek.ts'
import { type EngineRow, findEngine, findEngineOfParty } from '../store/engines.ts'
import { authenticateClient, type Client, engineOf } from './clients.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import type { TokenRequest } from './grant.ts'
import { refuseStopped } from './issue.ts'
import { invalidClient, invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/** Who asks for an exchange, and whether it is about what they hold already. */
export type ExchangeClient =
  /** A client renews its own token; `proven` null: by that token alone, which is live. */
  | { readonly kind: 'own-token'; readonly session: Identity; readonly proven: Client | null }
  /** A live token of a user renews itself: it is the subject and the bearer in one. */
  | { readonly kind: 'own-session'; readonly session: Identity }
  | { readonly kind: 'engine'; readonly engine: EngineRow }

/** @throws HeadgateError `invalid-client`, `invalid-grant`, `unauthorized-client` */
export async function clientOfExchange(
  parts: TokenParts,
  { proof, form, note }: TokenRequest,
  asked: ExchangeRequest,
): Promise<ExchangeClient> {
  if (proof?.kind === 'bearer') {
    if (proof.token === asked.subjectToken) return holder(parts, proof.token, asked)
    const engine = await engineByBearer(parts, proof.token)
    if (asked.actorToken !== null && asked.actorToken !== proof.token)
      throw invalidRequest('The actor_token must be the token in the Authorization header.')
    const id = form.get('client_id')
    if (id !== undefined && id !== engine.subject)
      throw invalidRequest('The client_id is not the one of the token in the Authorization header.')
    return { kind: 'engine', engine }
  }
  const client = await authenticateClient(parts, proof)
  note({ client: client.clientId })
  const session = await parts.sessions.recognize(asked.subjectToken)
  const { id } = client.identity.principal
  if (session?.principal.id === id && session.actors.length === 0 && asked.actorToken === null)
    return { kind: 'own-token', session, proven: client }
  const engine = await engineOf(parts, client)
  if (asked.actorToken !== null) await refuseForeignActor(parts, engine, asked.actorToken)
  return { kind: 'engine', engine }
}

/** The bearer asks for a renewal of the very token that it shows. */
async function holder(
  parts: TokenParts,
  token: string,
  { actorToken }: ExchangeRequest,
): Promise<ExchangeClient> {
  if (actorToken !== null && actorToken !== token)
    throw invalidRequest('A renewal keeps who acts: leave out the actor_token.')
  const session = await liveSession(parts, token)
  return session.actors.length === 0
    ? { kind: 'own-token', session, proven: null }
    : { kind: 'own-session', session }
}

/** The session of a token of ours that is not over. */
async function liveSession(parts: TokenParts, token: string): Promise<Identity> {
  const session = await parts.sessions.recognize(token)
  if (session === null) {
    throw invalidClient(
      'bearer is no token of ours',
      'The token in the Authorization header is no token of this server: authenticate with client_id and client_secret, or a client_assertion.',
    )
  }
  if ((session.expiresAt ?? 0) > parts.now()) return session
  // It was ours: nobody is guessing, so it does not count as an attempt.
  const user = session.actors.length > 0
  throw invalidGrant(
    user
      ? 'The token in the Authorization header has expired, and with it the session of the user: exchange the token of the user anew.'
      : 'The token in the Authorization header has expired: authenticate with client_id and client_secret.',
    'expired',
  )
}

async function engineByBearer(parts: TokenParts, token: string): Promise<EngineRow> {
  const issuer = peek(token)?.claims['iss']
  const external = parts.external?.tokens
  if (external !== undefined && typeof issuer === 'string' && external.issuers.has(issuer)) {
    const verified = await external.verify(token, 'bearer')
    if (!verified.ok) throw invalidClient(verified.reason, verified.told)
    const { subject, issuedAt, actor } = verified.value
    const engine = actor === null ? await findEngineOfParty(parts.sql, verified.value.issuer, subject) : null
    return standingEngine(engine, subject, issuedAt)
  }
  const session = await liveSession(parts, token)
  if (session.actors.length > 0) {
    throw invalidClient(
      'bearer is the token of a user',
      "The token in the Authorization header is one of a user: only an engine's own token authenticates it.",
    )
  }
  const { id, subject } = session.principal
  return standingEngine(await findEngine(parts.sql, id), subject, session.issuedAt ?? 0)
}

function standingEngine(engine: EngineRow | null, subject: string, issuedAt: number): EngineRow {
  if (engine === null) {
    throw new HeadgateError(
      'unauthorized-client',
      `The bearer ${subject} is not registered as an engine, so it acts for nobody: headgate engine add ${subject}`,
    )
  }
  refuseStopped(engine, issuedAt)
  return engine
}

/** `act` comes from a client that proved itself, never from text: an actor token can only repeat it. */
async function refuseForeignActor(parts: TokenParts, engine: EngineRow, token: string): Promise<void> {
  const actor = await engineByBearer(parts, token).catch((error: unknown) => {
    if (error instanceof HeadgateError) throw invalidGrant(`The actor_token is not good: ${error.message}`)
    throw error
  })
  if (actor.id !== engine.id)
    throw invalidGrant(
      `The actor_token is of ${actor.name}, but ${engine.name} asks: an engine brings its own token or none.`,
    )
}
