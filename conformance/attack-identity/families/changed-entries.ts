import { randomUUID } from 'node:crypto'
import { inSeconds, signJwt } from '../../lib/jwt.ts'
import { type LabClient, tokenFor } from '../../identity/lab.ts'
import { statement } from '../../identity/statement.ts'
import { bearer, type Form, grantTypes, requestToken, tokenTypes } from '../../identity/token-endpoint.ts'
import { asCaller, tablePath } from '../../refresh/catalog-client.ts'
import { onlyCredential } from '../../refresh/credential.ts'
import { storageKeysOf, targetOf, useKeys } from '../../refresh/storage-keys.ts'
import { locationIn } from '../../refresh/table-requests.ts'
import type { Evidence, Family, Seen } from '../family.ts'
import type { Scene } from '../scene.ts'
import { call, send, token } from '../slots.ts'

type Proof = 'statement' | 'assertion' | 'token'

/** Permissions to state users, each with an entry without it. */
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

function tokenForm(proof: Proof, scene: Scene, engine: LabClient, user: LabClient, own: string): Form {
  if (proof !== 'assertion')
    return {
      grant_type: grantTypes.exchange,
      subject_token: proof === 'token' ? own : statement({ sub: user.name }),
      subject_token_type: proof === 'token' ? tokenTypes.accessToken : tokenTypes.jwt,
    }
  const claims = { iss: engine.name, sub: user.name, aud: scene.uri, jti: randomUUID() }
  const assertion = signJwt(engine.key, { ...claims, iat: inSeconds(0), exp: inSeconds(60) })
  return { grant_type: grantTypes.jwtBearer, assertion }
}

/** Sessions, storage refresh tokens and storage keys of a stated user, after the engine may not state that user any more. */
export const changedEntries: Family = {
  name: 'changed-entry',
  about:
    'sessions, refreshes and storage keys of users that an engine stated, after its entry lost the permission; also handed over to another engine',
  weight: 0.25,
  async attack(scene, random): Promise<Evidence> {
    const { flag, entry, proofs } = random.pick(losses)
    const proof: Proof = random.chance(0.2) ? 'token' : random.pick<Proof>(proofs)
    const handsOver = random.chance(0.4)
    const what = `${flag} taken away from an engine whose user came by ${proof}${handsOver ? ', handed over' : ''}`
    const name = `${scene.prefix}e${scene.count()}`
    const user = await scene.client(`${name}-user`)
    const settings = {
      subjects: [{ issuer: 'headgate', pattern: `${name}-user` }],
      namesIssuer: 'headgate',
      unsignedSubjects: true,
      assertions: true,
      namesAdministrators: true,
    }
    const stating = await scene.engine(`${name}-engine`, settings)
    const acting = handsOver ? await scene.engine(`${name}-relay`, settings) : stating
    try {
      await scene.grant(user.name, 'modify', { namespace: scene.namespace })
      if (flag === '--names-administrators')
        await scene.must('POST', 'grants', {
          privilege: 'manage',
          on: 'server',
          to: { principal: user.name },
        })
      const held = await heldToken(scene, proof, { user, stating, acting })
      const engineToken = await tokenFor(scene, acting.name, acting.secret)
      const use = await openAccess(scene, held)
      const before = [await use.refreshBy(engineToken), await use.put(), await use.get()]
      const failed = before.find(({ status }) => status !== 200)
      if (failed !== undefined)
        return {
          what,
          seen: [],
          broken: `did not work before: ${failed.status} ${failed.text.slice(0, 200)}`,
        }
      await scene.setEngine(stating.name, entry)
      const renewal = { ...exchangeOf(held), scope: 'catalog' }
      const seen = [
        await use.refreshBy(engineToken),
        await use.refreshBy(held),
        await use.put(),
        await use.get(),
        await token(scene, renewal, bearer(held)),
        await token(scene, renewal, acting.basic),
      ]
      if (proof !== 'token') return { what, seen: [...seen, await call(scene, random, bearer(held))] }
      // A user who was proven keeps access: otherwise the refusals above say nothing.
      const lost = seen.find(({ status }) => status !== 200)
      return {
        what,
        seen: [],
        ...(lost === undefined ? {} : { broken: `a proven user was refused: ${lost.text}` }),
      }
    } finally {
      for (const { name: principal } of new Set([user, stating, acting]))
        await scene.must('DELETE', `principals/${principal}`)
    }
  },
}

interface Parties {
  readonly user: LabClient
  readonly stating: LabClient
  readonly acting: LabClient
}

/** A token of the user behind `acting`; through `stating` first, if that is another engine. */
async function heldToken(scene: Scene, proof: Proof, { user, stating, acting }: Parties): Promise<string> {
  const own = await tokenFor(scene, user.name, user.secret)
  const stated = await requireToken(scene, tokenForm(proof, scene, stating, user, own), stating)
  return acting === stating ? stated : requireToken(scene, exchangeOf(stated), acting)
}

async function requireToken(scene: Scene, form: Form, by: LabClient): Promise<string> {
  const headers = form['grant_type'] === grantTypes.jwtBearer ? {} : by.basic
  const answer = await requestToken(scene.tokenUri, { scope: 'catalog', ...form }, { headers })
  if (answer.token === null) throw new Error(`no token: ${answer.status} ${answer.error}`)
  return answer.token
}

function exchangeOf(subject: string): Form {
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

/** Loads a table with its keys, and returns ways to use and refresh them. */
async function openAccess(scene: Scene, held: string): Promise<StorageUse> {
  const catalog = asCaller(scene.catalog, bearer(held))
  const path = tablePath(catalog, scene.namespace, 'mallorys')
  const loaded = await catalog.send('GET', path, {
    headers: { 'x-iceberg-access-delegation': 'vended-credentials' },
  })
  const credential = onlyCredential(loaded, 'load')
  const keys = storageKeysOf(credential)
  if (keys === undefined) throw new Error('the table came without keys')
  const target = targetOf(`${locationIn(loaded)}/data/${randomUUID()}`)
  return {
    refreshBy: (bearerToken) =>
      send(scene, 'GET', credential.config['client.refresh-credentials-endpoint'] ?? '', bearer(bearerToken)),
    put: () => timed(useKeys(keys, 'PUT', target, 'mine')),
    get: () => timed(useKeys(keys, 'GET', target)),
  }
}

async function timed(work: ReturnType<typeof useKeys>): Promise<Seen> {
  const started = performance.now()
  const { status, text } = await work
  return { status, text, ms: performance.now() - started }
}
