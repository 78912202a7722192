import { hash, randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { type CallerCache, callerKey, type CallerKey, callerCache } from '../../cache.ts'
import { auditRow } from '../../events/audit-row.ts'
import { insertAudit } from '../../store/audit.ts'
import {
  type ExternalPrincipalRow,
  findExternalPrincipal,
  findFederatedPrincipal,
  makeExternalPrincipal,
  noteLogin,
  replaceGroups,
} from '../../store/external-principals.ts'
import { bumpPolicy } from '../../store/policies.ts'
import type { Queryable, Sql } from '../../store/sql.ts'
import type { ExternalPrincipals, VerifiedExternal } from '../external.ts'
import type { Principal } from '../../proven-identity.ts'
import type { Issuer } from './issuer.ts'

export interface IssuerPrincipalsOptions {
  readonly sql: Sql
  readonly issuers: ReadonlyMap<string, Pick<Issuer, 'makesPrincipals' | 'groupsMaxAgeMs'>>
  /**
   * Receives the policy version after a change of groups, so that the same request is decided with the new
   * groups.
   */
  readonly sawPolicy?: (version: number) => void
  /**
   * Returns an object that is replaced when principals may have changed. Cache entries with an earlier object are
   * invalid.
   */
  readonly mark: () => object
  /** Maximum number of cached principals. Default 10 000. */
  readonly maxCached?: number
  /** Returns the time in epoch ms. Tests replace it. */
  readonly now?: () => number
}

interface CachedPrincipal {
  readonly principal: Principal
  readonly until: number
  readonly mark: object
}

/** Time in ms for which a cached principal is used without a query to the database. */
const cachedAgeMs = 60_000
/** Minimum time in ms between two updates of the last login time, if nothing else changed. */
const quietMs = 600_000

/**
 * Finds and creates the principals of the configured issuers, and updates their login, name and groups from
 * their tokens. Writes only changes to the database.
 */
export class IssuerPrincipals implements ExternalPrincipals {
  readonly #sql: Sql
  readonly #issuers: IssuerPrincipalsOptions['issuers']
  readonly #sawPolicy: (version: number) => void
  readonly #mark: () => object
  readonly #now: () => number
  readonly #cached: CallerCache<CachedPrincipal>
  readonly #running = new Map<CallerKey, { readonly mark: object; readonly found: Promise<Principal> }>()

  constructor(options: IssuerPrincipalsOptions) {
    const { sql, issuers, sawPolicy = () => undefined, mark, maxCached = 10_000, now = Date.now } = options
    this.#sql = sql
    this.#issuers = issuers
    this.#sawPolicy = sawPolicy
    this.#mark = mark
    this.#now = now
    this.#cached = callerCache({ max: maxCached })
  }

  async of(verified: VerifiedExternal): Promise<Principal> {
    // The key contains the facts about the subject, because tokens of several clients may contain more or less of them.
    const { issuer, subject, login, name, groups } = verified
    const digest = hash('sha256', JSON.stringify([issuer, subject, login, name, groups]), 'base64')
    const key = callerKey(digest)
    const mark = this.#mark()
    const known = this.#cached.get(key)
    if (known !== undefined && known.mark === mark && this.#now() < known.until) return known.principal
    const running = this.#running.get(key)
    if (running !== undefined && running.mark === mark) return await running.found
    const found = this.#find(verified)
    const work = { mark, found }
    this.#running.set(key, work)
    try {
      const principal = await found
      this.#cached.set(key, { principal, until: this.#now() + cachedAgeMs, mark })
      return principal
    } finally {
      if (this.#running.get(key) === work) this.#running.delete(key)
    }
  }

  async #find(verified: VerifiedExternal): Promise<Principal> {
    const { issuer, subject } = verified
    // A subject that is registered for a client of this server always results in this client, even if the
    // subject was a principal before. The issuer cannot change the name of the client.
    const client = await findFederatedPrincipal(this.#sql, issuer, subject)
    if (client !== null) return client
    const row = await findExternalPrincipal(this.#sql, issuer, subject)
    return row === null ? this.#make(verified) : this.#refresh(row, verified)
  }

  async #make(verified: VerifiedExternal): Promise<Principal> {
    const { issuer, subject, login, groups } = verified
    if (this.#issuers.get(issuer)?.makesPrincipals !== true) {
      throw new HeadgateError(
        'unauthenticated',
        'The token is valid, but no principal exists for its subject, and the server does not create principals for this issuer. Ask an administrator to create the principal.',
      )
    }
    const id = randomUUID()
    const name = verified.name ?? login ?? subject
    const at = Math.min(verified.issuedAt, this.#now())
    const principal = { id, issuer, subject, name }
    const made = await this.#sql.transaction(async (tx) => {
      if (!(await makeExternalPrincipal(tx, { ...principal, login, lastLoginAt: at }))) return false
      // No cached decision can exist for a new principal, so the policy version does not change.
      if (groups !== null) await replaceGroups(tx, { id, issuer, groups, groupsAt: at })
      await this.#audit(tx, principal, 'makePrincipal', { groups })
      return true
    })
    if (made) return principal
    const row = await findExternalPrincipal(this.#sql, issuer, subject)
    if (row === null)
      throw new HeadgateError(
        'unauthenticated',
        'The principal of the token was deleted during this request. Sign in again.',
      )
    return row
  }

  async #refresh(row: ExternalPrincipalRow, verified: VerifiedExternal): Promise<Principal> {
    const at = Math.min(verified.issuedAt, this.#now())
    const login = verified.login ?? row.login
    const name = verified.name ?? verified.login ?? row.name
    const principal = { id: row.id, issuer: row.issuer, subject: row.subject, name }
    const groups = this.#groupsToWrite(row, verified, at)
    // A token that is older than the newest known token of the principal must not overwrite newer values.
    const renamed =
      at > row.lastLoginAt && (login !== row.login || name !== row.name || at - row.lastLoginAt > quietMs)
    if (groups === null && !renamed)
      return at > row.lastLoginAt ? principal : { ...principal, name: row.name }
    const version = await this.#sql.transaction(async (tx) => {
      const moved = groups?.matters === true ? await bumpPolicy(tx) : null
      if (renamed) await noteLogin(tx, { id: row.id, name, login, lastLoginAt: at })
      if (groups === null) return moved
      const written = await replaceGroups(tx, {
        id: row.id,
        issuer: row.issuer,
        groups: groups.names,
        groupsAt: at,
      })
      if (written && groups.changed)
        await this.#audit(tx, principal, 'updateGroups', { before: row.groups, after: groups.names })
      return moved
    })
    if (version !== null) this.#sawPolicy(version)
    return principal
  }

  /**
   * Compares the groups in the token with the stored groups. Returns null if nothing must be written.
   * `matters`: the change affects decisions, so policies must be read again.
   */
  #groupsToWrite(
    row: ExternalPrincipalRow,
    { groups, issuer }: VerifiedExternal,
    at: number,
  ): { readonly names: readonly string[]; readonly changed: boolean; readonly matters: boolean } | null {
    if (groups === null || at <= row.groupsAt) return null
    const maxAge = this.#issuers.get(issuer)?.groupsMaxAgeMs ?? 0
    const changed = groups.length !== row.groups.length || groups.some((name) => !row.groups.includes(name))
    const lapsed = row.groups.length > 0 && this.#now() - row.groupsAt > maxAge
    if (!changed && !lapsed && at - row.groupsAt < Math.min(quietMs, maxAge / 4)) return null
    return { names: groups, changed, matters: changed || lapsed }
  }

  async #audit(
    tx: Queryable,
    principal: Principal,
    operation: string,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const identity = { principal, actors: [], method: 'external-token', expiresAt: null } as const
    const draft = { operation, object: principal.name, detail }
    await insertAudit(tx, [auditRow(draft, { requestId: randomUUID(), identity }, 'allowed')])
  }
}
