import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Identity, Principal } from '../identity/identity.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import {
  type ClientView,
  credentialConfig,
  credentialPrefix,
  type RemoteSigningConfig,
  remoteSigningConfig,
  signingConfig,
  tableConfig,
  tableEndpoint,
  type WireCredential,
} from './client-config.ts'
import { Given } from './given.ts'
import { type Lives, lifetimeOf } from './lives.ts'
import { digestOfLocations, type NamedParty, type RefreshClaims } from './refresh-claims.ts'
import { sealRefreshToken } from './refresh-token.ts'
import type { Access, VendRequest } from './vendor.ts'
import type { StorageCredential, Vending } from './vending.ts'
import type { VendingGround } from './vending-key.ts'
import { type Delegation, vendingOf } from './vending-of.ts'

export interface HandOutParts {
  readonly vending: Vending
  readonly ring: KeyRing
  readonly view: ClientView
  readonly lives: Lives
  /** Epoch ms. */
  now(): number
}

/** A table whose storage somebody may use in this way: all has been decided. */
export interface Entitled {
  readonly warehouse: Warehouse
  /** The name as the client knows it. */
  readonly identifier: TableIdentifier
  readonly relation: VendRequest['relation']
  /** As the metadata says it. */
  readonly location: string
  /** Canonical prefixes of all that it may write to, each ending in `/`; checked against what the warehouse allows. */
  readonly prefixes: readonly string[]
  readonly access: Access
  readonly identity: Identity
  /** Ids of the views that the table is read through, whose definers' rights decide; none: the caller's own. */
  readonly through: readonly string[]
  readonly ground: VendingGround
}

/** A renewal: what a token says is kept, whatever else has changed. */
export interface Renewal extends Omit<Entitled, 'location'> {
  /** `prefix` of the credential. */
  readonly prefix: string
  /** Epoch ms: the end of all renewals. */
  readonly cap: number
  /** Epoch ms: the end of those by the engine alone; null: there is none but the cap. */
  readonly sessionEndsAt: number | null
  /** Epoch ms: what is handed out now ends by then. */
  readonly notAfter: number
}

/** What goes into the answer beside the metadata. */
export interface HandedOut {
  /** Goes into the table's `config`. */
  readonly config: Readonly<Record<string, string>>
  /** `storage-credentials`: one at most. */
  readonly credentials: readonly WireCredential[]
  readonly remoteSigning: RemoteSigningConfig | null
  /**
   * Changes when something else is handed out: goes into the ETag, so that a 304 never outlives a credential. It stands
   * for one minting, and so for one caller, one right, one warehouse configuration.
   */
  readonly tag: string
}

/** Callers who were proven within so many ms of each other share their tokens: ten minutes, or a tenth of a short cap. */
const longestCapStep = 600_000
/** The same for sessions that end: a minute, or a hundredth of a short cap. */
const longestEndStep = 60_000
/** A table has few names and its callers few caps; who makes up more gets what is not remembered. */
const maxRemembered = 64

/** Hands out storage access for a table: keys, or the means to have requests signed, and the tokens that renew them. */
export class HandOut {
  readonly #parts: HandOutParts
  /** What was made of a credential, by name, prefix, cap and session's end; gone when the credential is. */
  readonly #made = new WeakMap<StorageCredential, Map<string, Promise<HandedOut>>>()
  readonly #given = new Given()
  readonly #renewing = new Map<string, Promise<HandedOut>>()

  constructor(parts: HandOutParts) {
    this.#parts = parts
  }

  /** Whether this server can mint what the warehouse hands out. */
  canMint(warehouse: Warehouse): boolean {
    return this.#parts.vending.canMint(warehouse)
  }

  /**
   * While a credential may be handed out again, the same request gets the same answer, tokens included.
   *
   * @param signal ends the waiting
   * @throws what `Vending.vend` throws
   */
  async give(entitled: Entitled, how: Exclude<Delegation, 'none'>, signal?: AbortSignal): Promise<HandedOut> {
    const { location, prefixes } = entitled
    const prefix = credentialPrefix(prefixes.length === 1 ? [location] : [location, ...prefixes])
    const renewal = { ...entitled, prefix, ...this.#endsOf(entitled) }
    if (how === 'sign') return this.#signing(renewal)
    const { generation } = this.#parts.vending
    const credential = await this.#credentialOf(renewal, signal)
    const handedOut = await this.#remembered(renewal, credential)
    const { cap, sessionEndsAt } = renewal
    this.#given.keep(entitled, { generation, cap, sessionEndsAt, credential, handedOut })
    return handedOut
  }

  /**
   * What `give` would give by vending, where it did so before for all the same: then there is nothing to wait for, and what
   * was checked of warehouse, places and right still holds. Null when it must be asked.
   */
  given(entitled: Entitled): HandedOut | null {
    const last = this.#given.of(entitled)
    if (last === null || last.generation !== this.#parts.vending.generation) return null
    const { cap, sessionEndsAt, notAfter } = this.#endsOf(entitled)
    if (last.cap !== cap || last.sessionEndsAt !== sessionEndsAt) return null
    return this.#parts.vending.mayGiveAgain(last.credential, notAfter) ? last.handedOut : null
  }

  #endsOf(entitled: Entitled): Pick<Renewal, 'cap' | 'sessionEndsAt' | 'notAfter'> {
    const { lives } = this.#parts
    const cap = this.#capOf(entitled)
    // The cap is for renewals: who is here now gets what the warehouse gives.
    const notAfter = Math.max(cap, this.#parts.now() + lifetimeOf(vendingOf(entitled.warehouse), lives))
    return { cap, sessionEndsAt: sessionEndOf(entitled.identity, lives), notAfter }
  }

  /**
   * The same for a token: with new tokens that nobody has seen yet.
   *
   * @throws what `Vending.vend` throws
   */
  async renew(renewal: Renewal, signal?: AbortSignal): Promise<HandedOut> {
    const credential = await this.#credentialOf(renewal, signal)
    // All executors of a job renew in the same instant: those who meet here share one answer.
    const key = JSON.stringify([credential.id, ...tokensDependOn(renewal)])
    const running = this.#renewing.get(key)
    if (running !== undefined) return running
    const renewed = this.#composed(renewal, credential).finally(() => this.#renewing.delete(key))
    this.#renewing.set(key, renewed)
    return renewed
  }

  #remembered(renewal: Renewal, credential: StorageCredential): Promise<HandedOut> {
    const made = this.#made.get(credential) ?? new Map<string, Promise<HandedOut>>()
    this.#made.set(credential, made)
    const key = JSON.stringify(tokensDependOn(renewal))
    const same = made.get(key)
    if (same !== undefined) return same
    const handedOut = this.#composed(renewal, credential)
    if (made.size < maxRemembered) made.set(key, handedOut)
    handedOut.catch(() => made.delete(key))
    return handedOut
  }

  #credentialOf(renewal: Renewal, signal: AbortSignal | undefined): Promise<StorageCredential> {
    const { warehouse, relation, prefixes, access, identity, through, ground, notAfter } = renewal
    const bearer = {
      principal: identity.principal,
      actor: identity.actors[0] ?? null,
      issuedAt: identity.issuedAt ?? null,
      through,
      ...(identity.queryId === undefined ? {} : { queryId: identity.queryId }),
    }
    const request = { warehouse, relation, scope: { prefixes, access }, bearer, notAfter }
    return this.#parts.vending.vend(request, ground, signal)
  }

  async #composed(renewal: Renewal, credential: StorageCredential): Promise<HandedOut> {
    const { config, expiresAt, mode, id: tag } = credential
    const { view, lives } = this.#parts
    const { prefix, cap } = renewal
    // Long-lived keys have nothing to renew.
    if (mode === 'static') return { config, credentials: [{ prefix, config }], remoteSigning: null, tag }
    const at = this.#parts.now()
    const sliding = Math.min(cap, Math.max(at + lives.tokenTtlMs, expiresAt))
    // Clients that know only the endpoint keep the first one for the whole job, so its token lives until the cap.
    const [token, lasting] = await Promise.all([
      this.#seal(renewal, mode, at, sliding),
      this.#seal(renewal, mode, at, cap),
    ])
    const endpoint = tableEndpoint(view, pathOf(renewal), 'credentials', lasting)
    const own = credentialConfig(config, endpoint)
    return {
      config: tableConfig(view, config, endpoint),
      credentials: [{ prefix, config: own, 'storage-refresh-token': token }],
      remoteSigning: null,
      tag,
    }
  }

  async #signing(renewal: Renewal): Promise<HandedOut> {
    const { warehouse, relation, access, cap, through } = renewal
    const { view } = this.#parts
    // A table that is there is found by its name; one that is being created, or read through views, by its token.
    const token =
      relation.staged || through.length > 0
        ? await this.#seal(renewal, 'remote-signing', this.#parts.now(), cap)
        : null
    return {
      config: signingConfig(view, warehouse.hints, tableEndpoint(view, pathOf(renewal), 'sign', token)),
      credentials: [],
      remoteSigning: remoteSigningConfig,
      tag: [
        'sign',
        access,
        warehouse.id,
        warehouse.version,
        ...(token === null ? [] : this.#tokenTag(renewal)),
      ].join(' '),
    }
  }

  /** What ends a token, and whose it is: a 304 must not keep one that opens nothing any more. */
  #tokenTag({ identity, through, ground, cap, sessionEndsAt }: Renewal): unknown[] {
    const { generation } = this.#parts.vending
    const [actor] = identity.actors
    return [...through, identity.principal.id, actor?.id, ground.notBefore, cap, sessionEndsAt, generation]
  }

  #seal(renewal: Renewal, mode: string, issuedAt: number, expiresAt: number): Promise<string> {
    const { warehouse, relation, identifier, identity } = renewal
    const [actor] = identity.actors
    const claims: RefreshClaims = {
      issuer: this.#parts.view.publicUrl,
      issuedAt,
      expiresAt,
      cap: renewal.cap,
      principal: partyOf(identity.principal),
      actor: actor === undefined ? null : partyOf(actor),
      sessionEndsAt: renewal.sessionEndsAt,
      warehouseId: warehouse.id,
      relationId: relation.id,
      staged: relation.staged,
      namespace: identifier.namespace,
      table: identifier.name,
      prefix: renewal.prefix,
      locations: digestOfLocations(renewal.prefixes),
      access: renewal.access,
      mode,
      ...(renewal.through.length === 0 ? {} : { through: renewal.through }),
      ...(identity.queryId === undefined ? {} : { queryId: identity.queryId }),
    }
    return sealRefreshToken(this.#parts.ring, claims)
  }

  /**
   * The end of all renewals, counted from when the user was proven, in steps. A session that is older than that was let in
   * all the same: it gets the shortest life there is.
   */
  #capOf({ identity }: Entitled): number {
    const { capMs, minLifeMs } = this.#parts.lives
    const now = this.#parts.now()
    const proven = Math.min(identity.authTime ?? identity.issuedAt ?? now, now)
    const step = Math.min(longestCapStep, capMs / 10)
    return Math.max(stepDown(proven, step) + capMs, stepDown(now + step + 2 * minLifeMs, step))
  }
}

/**
 * Until when the engine of a session may renew for its user alone, in steps as the cap: the absolute end of the session,
 * so that a job may outlive its tokens. A token of another issuer is all the session there is. Null: there is no engine.
 */
export function sessionEndOf(
  { actors, sessionEndsAt, expiresAt }: Identity,
  { capMs }: Pick<Lives, 'capMs'>,
): number | null {
  const end = sessionEndsAt ?? expiresAt
  return actors.length === 0 || end === null ? null : stepDown(end, Math.min(longestEndStep, capMs / 100))
}

/** What is in the tokens of a credential and not in the credential. */
function tokensDependOn({ identifier, prefix, cap, sessionEndsAt, identity }: Renewal): unknown[] {
  return [identifier, prefix, cap, sessionEndsAt, identity.queryId ?? null]
}

function stepDown(at: number, step: number): number {
  return at - (at % step)
}

function pathOf({ warehouse, identifier }: Renewal): { warehouse: string; identifier: TableIdentifier } {
  return { warehouse: warehouse.name, identifier }
}

function partyOf({ id, issuer, subject }: Principal): NamedParty {
  return { id, issuer, subject }
}
