import { randomUUID } from 'node:crypto'
import { inSeconds, signJwt } from '../../lib/jwt.ts'
import { type LabClient, tokenFor } from '../../identity/lab.ts'
import { statement } from '../../identity/statement.ts'
import { bearer, type Form, grantTypes, requestToken, tokenTypes } from '../../identity/token-endpoint.ts'
import { asCaller, tablePath } from '../../refresh/catalog-client.ts'
import { onlyCredential } from '../../refresh/credential.ts'
import { readStorageKeys, toTarget, useKeys } from '../../refresh/storage-keys.ts'
import { locationIn } from '../../refresh/table-requests.ts'
import type { Evidence, Suite, Seen } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { call, send, token } from '../slots.ts'

type Proof = 'statement' | 'assertion' | 'token'

/**
 * Permissions that let an engine act for users that it names. Each has the change of the engine's entry that revokes
 * it, and the proofs of the user that need it.
 */
const losses = [
  { flag: '--unsigned-subjects', entry: { unsignedSubjects: false }, proofs: ['statement'] },
  { flag: '--assertions', entry: { assertions: false }, proofs: ['assertion'] },
  { flag: '--names-issuer', entry: { namesIssuer: 'ldap' }, proofs: ['statement', 'assertion'] },
  {
    flag: '--names-administrators',
    entry: { namesAdministrators: false },
    proofs: ['statement', 'assertion'],
  },
] as const

function tokenForm(proof: Proof, fixture: Fixture, engine: LabClient, user: LabClient, own: string): Form {
  if (proof !== 'assertion')
    return {
      grant_type: grantTypes.exchange,
      subject_token: proof === 'token' ? own : statement({ sub: user.name }),
      subject_token_type: proof === 'token' ? tokenTypes.accessToken : tokenTypes.jwt,
    }
  const claims = { iss: engine.name, sub: user.name, aud: fixture.uri, jti: randomUUID() }
  const assertion = signJwt(engine.key, { ...claims, iat: inSeconds(0), exp: inSeconds(60) })
  return { grant_type: grantTypes.jwtBearer, assertion }
}

/**
 * Suite that uses sessions, storage refresh tokens and storage keys of a user after the engine that named the user has
 * lost the permission to do so.
 */
export const changedEntries: Suite = {
  name: 'changed-entry',
  about:
    'sessions, storage refresh tokens and storage keys of users that an engine named, after the engine lost the permission to name users; also sent by another engine',
  weight: 0.25,
  async attack(fixture, random): Promise<Evidence> {
    const { flag, entry, proofs } = random.pick(losses)
    const proof: Proof = random.chance(0.2) ? 'token' : random.pick<Proof>(proofs)
    const handsOver = random.chance(0.4)
    const what = `${flag} removed from an engine that authenticated its user by ${proof}${handsOver ? ', through another engine' : ''}`
    const name = `${fixture.prefix}e${fixture.count()}`
    const user = await fixture.client(`${name}-user`)
    const settings = {
      subjects: [{ issuer: 'headgate', pattern: `${name}-user` }],
      namesIssuer: 'headgate',
      unsignedSubjects: true,
      assertions: true,
      namesAdministrators: true,
    }
    const stating = await fixture.engine(`${name}-engine`, settings)
    const acting = handsOver ? await fixture.engine(`${name}-relay`, settings) : stating
    try {
      await fixture.grant(user.name, 'modify', { namespace: fixture.namespace })
      if (flag === '--names-administrators')
        await fixture.must('POST', 'grants', {
          privilege: 'manage',
          on: 'server',
          to: { principal: user.name },
        })
      const held = await heldToken(fixture, proof, { user, stating, acting })
      const engineToken = await tokenFor(fixture, acting.name, acting.secret)
      const use = await openAccess(fixture, held)
      const before = [await use.refreshBy(engineToken), await use.put(), await use.get()]
      const failed = before.find(({ status }) => status !== 200)
      if (failed !== undefined)
        return {
          what,
          seen: [],
          broken: `the request was refused before the change of the engine entry: ${failed.status} ${failed.text.slice(0, 200)}`,
        }
      await fixture.setEngine(stating.name, entry)
      const renewal = { ...exchangeForm(held), scope: 'catalog' }
      const seen = [
        await use.refreshBy(engineToken),
        await use.refreshBy(held),
        await use.put(),
        await use.get(),
        await token(fixture, renewal, bearer(held)),
        await token(fixture, renewal, acting.basic),
      ]
      if (proof !== 'token') return { what, seen: [...seen, await call(fixture, random, bearer(held))] }
      // A user keeps access if the engine has sent the user's own token. This legitimate case proves that the server
      // does not refuse all requests.
      const lost = seen.find(({ status }) => status !== 200)
      return {
        what,
        seen: [],
        ...(lost === undefined ? {} : { broken: `a proven user was refused: ${lost.text}` }),
      }
    } finally {
      for (const { name: principal } of new Set([user, stating, acting]))
        await fixture.must('DELETE', `principals/${principal}`)
    }
  },
}

interface Parties {
  readonly user: LabClient
  readonly stating: LabClient
  readonly acting: LabClient
}

/**
 * Returns a token with which the engine `acting` acts for the user. If `stating` is another engine, it first requests
 * a token for the user, which `acting` then exchanges.
 */
async function heldToken(
  fixture: Fixture,
  proof: Proof,
  { user, stating, acting }: Parties,
): Promise<string> {
  const own = await tokenFor(fixture, user.name, user.secret)
  const stated = await requireToken(fixture, tokenForm(proof, fixture, stating, user, own), stating)
  return acting === stating ? stated : requireToken(fixture, exchangeForm(stated), acting)
}

async function requireToken(fixture: Fixture, form: Form, by: LabClient): Promise<string> {
  const headers = form['grant_type'] === grantTypes.jwtBearer ? {} : by.basic
  const response = await requestToken(fixture.tokenUri, { scope: 'catalog', ...form }, { headers })
  if (response.token === null)
    throw new Error(`The token endpoint issued no token: ${response.status} ${response.error}`)
  return response.token
}

function exchangeForm(subject: string): Form {
  return {
    grant_type: grantTypes.exchange,
    subject_token: subject,
    subject_token_type: tokenTypes.accessToken,
  }
}

interface StorageUse {
  refreshBy(bearerToken: string): Promise<Seen>
  put(): Promise<Seen>
  get(): Promise<Seen>
}

/** Loads a table with storage keys as the holder of a token. Returns functions that use the keys and refresh them. */
async function openAccess(fixture: Fixture, held: string): Promise<StorageUse> {
  const catalog = asCaller(fixture.catalog, bearer(held))
  const path = tablePath(catalog, fixture.namespace, 'mallorys')
  const loaded = await catalog.send('GET', path, {
    headers: { 'x-iceberg-access-delegation': 'vended-credentials' },
  })
  const credential = onlyCredential(loaded, 'load')
  const keys = readStorageKeys(credential)
  if (keys === undefined) throw new Error('the response to the load of the table contains no storage keys')
  const target = toTarget(`${locationIn(loaded)}/data/${randomUUID()}`)
  return {
    refreshBy: (bearerToken) =>
      send(
        fixture,
        'GET',
        credential.config['client.refresh-credentials-endpoint'] ?? '',
        bearer(bearerToken),
      ),
    put: () => timed(useKeys(keys, 'PUT', target, 'mine')),
    get: () => timed(useKeys(keys, 'GET', target)),
  }
}

async function timed(work: ReturnType<typeof useKeys>): Promise<Seen> {
  const started = performance.now()
  const { status, text } = await work
  return { status, text, ms: performance.now() - started }
}
