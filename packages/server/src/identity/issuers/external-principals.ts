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
  /** Receives the policy version of a change of groups, so that the request with the new groups is decided by it. */
  readonly sawPolicy?: (version: number) => void
  /** Object that changes when principals may have changed; it invalidates the cache. */
  readonly mark: () => object
  /** Principals in the cache. Default 10 000. */
  readonly maxRemembered?: number
  /** Epoch ms; for tests. */
  readonly now?: () => number
}

interface Remembered {
  readonly principal: Principal
  readonly until: number
  readonly mark: object
}

/** Ms. What was found is used so long without a look at the store. */
const rememberedAgeMs = 60_000
/** Ms. When nothing changed, the time of the last log-in is written no more often. */
const quietMs = 600_000

/** Principals of the configured issuers: found, made, and kept as their tokens say they are, with few writes. */
export class IssuerPrincipals implements ExternalPrincipals {
  readonly #sql: Sql
  readonly #issuers: IssuerPrincipalsOptions['issuers']
  readonly #sawPolicy: (version: number) => void
  readonly #mark: () => object
  readonly #now: () => number
  readonly #remembered: CallerCache<Remembered>
  readonly #running = new Map<CallerKey, { readonly mark: object; readonly found: Promise<Principal> }>()

  constructor(options: IssuerPrincipalsOptions) {
    const {
      sql,
      issuers,
      sawPolicy = () => undefined,
      mark,
      maxRemembered = 10_000,
      now = Date.now,
    } = options
    this.#sql = sql
    this.#issuers = issuers
    this.#sawPolicy = sawPolicy
    this.#mark = mark
    this.#now = now
    this.#remembered = callerCache({ max: maxRemembered })
  }

  async of(verified: VerifiedExternal): Promise<Principal> {
    // The key contains the facts about the subject, because tokens of several clients may contain more or less of them.
    const { issuer, subject, login, name, groups } = verified
    const digest = hash('sha256', JSON.stringify([issuer, subject, login, name, groups]), 'base64')
    const key = callerKey(digest)
    const mark = this.#mark()
    const known = this.#remembered.get(key)
    if (known !== undefined && known.mark === mark && this.#now() < known.until) return known.principal
    const running = this.#running.get(key)
    if (running !== undefined && running.mark === mark) return await running.found
    const found = this.#find(verified)
    const work = { mark, found }
    this.#running.set(key, work)
    try {
      const principal = await found
      this.#remembered.set(key, { principal, until: this.#now() + rememberedAgeMs, mark })
      return principal
    } finally {
      if (this.#running.get(key) === work) this.#running.delete(key)
    }
  }

  async #find(verified: VerifiedExternal): Promise<Principal> {
    const { issuer, subject } = verified
    // The name of a client of this server, also if the subject was a principal before: the client is stored here, and
    // its issuer cannot change it.
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
        'The token is good, but its subject is not known here, and its issuer is not configured to make principals: ask an administrator.',
      )
    }
    const id = randomUUID()
    const name = verified.name ?? login ?? subject
    const at = Math.min(verified.issuedAt, this.#now())
    const principal = { id, issuer, subject, name }
    const made = await this.#sql.transaction(async (tx) => {
      if (!(await makeExternalPrincipal(tx, { ...principal, login, lastLoginAt: at }))) return false
      // No decision can exist for a new id, so the policy does not change.
      if (groups !== null) await replaceGroups(tx, { id, issuer, groups, groupsAt: at })
      await this.#tell(tx, principal, 'makePrincipal', { groups })
      return true
    })
    if (made) return principal
    const row = await findExternalPrincipal(this.#sql, issuer, subject)
    if (row === null)
      throw new HeadgateError('unauthenticated', 'The subject of the token was removed a moment ago.')
    return row
  }

  async #refresh(row: ExternalPrincipalRow, verified: VerifiedExternal): Promise<Principal> {
    const at = Math.min(verified.issuedAt, this.#now())
    const login = verified.login ?? row.login
    const name = verified.name ?? verified.login ?? row.name
    const principal = { id: row.id, issuer: row.issuer, subject: row.subject, name }
    const groups = this.#groupsToWrite(row, verified, at)
    // An older token than the newest that was seen has nothing new to say.
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
        await this.#tell(tx, principal, 'updateGroups', { before: row.groups, after: groups.names })
      return moved
    })
    if (version !== null) this.#sawPolicy(version)
    return principal
  }

  /** Compares groups with the stored ones. Null: no change. `matters`: the change affects decisions, so policies are read again. */
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

  async #tell(
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
