import { AuthRegistry, isAuthError } from '@headgate/auth'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { EndpointGuard } from '@headgate/storage'
import { sharedCache } from '../cache.ts'
import type { Caller } from '../catalog/caller.ts'
import { openUpstreamSecrets, type UpstreamSecrets } from '../catalog/upstream-secret.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { assertionIssuer, assertionKey } from '../keys/assertion-keys.ts'
import type { MasterKey } from '../keys/master-key.ts'
import type { WarehouseRow } from '../store/warehouses.ts'
import type { AssertionDeps } from './assertion.ts'
import { guardedFetch, UpstreamClient } from './client.ts'
import { identityMode } from './identity.ts'
import { MetadataCache } from './metadata-cache.ts'
import { parseUpstreamProfile, toLimits, type UpstreamProfile } from './profile.ts'
import { RelayStorages } from './relay-storages.ts'
import { RemoteKeys } from './remote-keys.ts'
import { findRenewal, sealStagedRenewal } from './staged-renewal.ts'
import { Upstream, type UpstreamOptions } from './upstream.ts'
import { hasReader, type UpstreamAccount, type UpstreamWarehouse } from './upstream-warehouse.ts'
import { openUserAuth, type UpstreamUser } from './user-auth.ts'
import { UserSessions } from './user-sessions.ts'
import type { VendedKeys } from './vended-keys.ts'

export interface UpstreamsOptions {
  readonly master: MasterKey
  readonly guard: EndpointGuard
  readonly assertions: AssertionDeps
}

/** Caller with whose identity a request may be sent to the upstream catalog, and its audit event. */
export type AuditedUser = UpstreamUser & Pick<Caller, 'audit'>

/**
 * Time in ms for which requests in progress may still use the connections of an upstream catalog whose
 * settings changed.
 */
const drainMs = 120_000

/** Maximum total size in bytes of the responses in the metadata cache. */
const metadataCacheBytes = 64 * 1024 * 1024

/** Connections to the upstream catalog of one version of a warehouse, and the settings of this version. */
interface Connected {
  /**
   * Number that identifies these connections. The key of a user session contains it, so a session ends when
   * the settings change.
   */
  readonly id: number
  readonly version: number
  readonly profile: UpstreamProfile
  readonly secrets: UpstreamSecrets
  readonly client: UpstreamClient
  /**
   * Connection that all callers share, with the service account. Null when each user has its own identity at
   * the upstream catalog.
   */
  readonly shared: Upstream | null
}

/**
 * Opens connections to the upstream catalogs of warehouses, and keeps them until the settings of the
 * warehouse change.
 */
export class Upstreams implements AsyncDisposable {
  /** Cache of the metadata in the last responses of all upstream catalogs. */
  readonly metadata: MetadataCache = new MetadataCache(metadataCacheBytes)
  /** Storage credentials that the upstream catalogs vended. */
  readonly keys: RemoteKeys
  /** Storages that the storage gateway accesses with credentials in `keys`. */
  readonly relays: RelayStorages
  readonly #options: UpstreamsOptions
  readonly #connecting = new SingleFlight<Connected>()
  readonly #sessions = new UserSessions()
  readonly #registry = new AuthRegistry()
  #connections = 0
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #entries = sharedCache<Connected>({
    max: 1_000,
    dispose: ({ client }) => this.#retire(client),
  })

  constructor(options: UpstreamsOptions) {
    this.#options = options
    this.keys = new RemoteKeys(this, (id) => findRenewal(options.assertions, id))
    this.relays = new RelayStorages(this.keys, options.guard)
  }

  /**
   * Returns the connection to the upstream catalog of a warehouse: with the service account or with the
   * identity of the caller, depending on the identity mode of the warehouse.
   *
   * @throws HeadgateError `forbidden` when the caller lacks a token that the identity mode needs,
   *   `unavailable` when the auth provider cannot be created, `internal` when the secrets of the warehouse
   *   cannot be decrypted
   */
  async get(warehouse: UpstreamWarehouse, caller: AuditedUser): Promise<Upstream> {
    return await this.#get(warehouse, caller, 'writer')
  }

  /**
   * Returns the connection to the upstream catalog for a caller that may not modify the table. Uses the
   * account in `authRead`, or the account in `auth` if `authRead` is not configured. If requests have the
   * identity of users, uses the identity of the caller.
   *
   * @throws HeadgateError the same errors as `get`
   */
  async getReader(warehouse: UpstreamWarehouse, caller: AuditedUser): Promise<Upstream> {
    return await this.#get(warehouse, caller, hasReader(warehouse) ? 'reader' : 'writer')
  }

  async #get(warehouse: UpstreamWarehouse, caller: AuditedUser, account: UpstreamAccount): Promise<Upstream> {
    const connected = await this.#find(warehouse, account)
    if (connected.shared !== null) return connected.shared
    const mode = identityMode(connected.profile)
    caller.audit.detail = { ...caller.audit.detail, upstreamIdentity: mode }
    return await this.#sessions.get({ connection: connected.id, mode }, caller, () =>
      this.#openSession(warehouse, connected, caller),
    )
  }

  /**
   * Returns the connection to the upstream catalog of a warehouse for background work, which has no caller.
   *
   * @throws HeadgateError `forbidden` when the warehouse sends all requests with the identity of users
   */
  async getForService(warehouse: UpstreamWarehouse, account: UpstreamAccount = 'writer'): Promise<Upstream> {
    const { shared, profile } = await this.#find(
      warehouse,
      account === 'reader' && hasReader(warehouse) ? 'reader' : 'writer',
    )
    if (shared !== null) return shared
    throw new HeadgateError(
      'forbidden',
      `The upstream of warehouse ${warehouse.name} receives requests with the identity of users (mode ${identityMode(profile)}), so the server cannot send a request without a user: repeat the operation as a user.`,
    )
  }

  /**
   * Creates the key that signs assertions for the upstream catalog of a warehouse, unless the key exists. The
   * upstream catalog can then read the public key before the first request. Returns the issuer of the
   * assertions, or null for a warehouse that does not send assertions.
   */
  async prepareIssuer({ id, upstream }: Pick<WarehouseRow, 'id' | 'upstream'>): Promise<string | null> {
    const { assertions } = this.#options
    if (upstream === null || identityMode(parseUpstreamProfile(upstream)) !== 'assert') return null
    await assertionKey(assertions, id)
    return assertionIssuer(assertions.publicUrl, id)
  }

  /**
   * Opens a new connection to the upstream catalog of a warehouse. The caller must close it.
   *
   * @param options account, and an audience of assertions that replaces the configured one
   */
  async open(
    warehouse: UpstreamWarehouse,
    caller: UpstreamUser,
    { account = 'writer', audience }: { readonly account?: UpstreamAccount; readonly audience?: string } = {},
  ): Promise<Upstream> {
    const connected = await this.#connect(warehouse, account, audience)
    if (connected.shared !== null) return connected.shared
    try {
      return await this.#openSession(warehouse, connected, caller)
    } catch (error) {
      await connected.client[Symbol.asyncDispose]()
      throw error
    }
  }

  async #find(warehouse: UpstreamWarehouse, account: UpstreamAccount): Promise<Connected> {
    const key = `${warehouse.id} ${account}`
    const known = this.#entries.get(key)
    if (known?.version === warehouse.version) return known
    return await this.#connecting.join(`${key} ${warehouse.version}`, async () => {
      const connected = await this.#connect(warehouse, account)
      this.#entries.set(key, connected)
      return connected
    })
  }

  /** Encrypts the URL at which the upstream catalog renews the storage credentials of a staged table. */
  sealRenewal(id: string, { refreshUrl }: VendedKeys): Buffer {
    return sealStagedRenewal(this.#options.master, id, { url: refreshUrl })
  }

  async #connect(
    warehouse: UpstreamWarehouse,
    account: UpstreamAccount,
    audience?: string,
  ): Promise<Connected> {
    const { name, version } = warehouse
    const stored = parseUpstreamProfile(warehouse.upstream ?? {})
    const profile =
      audience === undefined || stored.identity === undefined
        ? stored
        : { ...stored, identity: { ...stored.identity, audience } }
    const secrets = openUpstreamSecrets(this.#options.master, warehouse)
    const isShared = identityMode(profile) === 'service'
    // If requests have the identity of users, the client must have no credentials, so that no request can use
    // them by mistake.
    const own = {
      'rest.auth.type': 'none',
      ...(isShared ? accountProperties(profile, secrets, account) : {}),
    }
    try {
      const client = await UpstreamClient.open({
        name,
        uri: profile.uri,
        limits: toLimits(profile),
        headers: Object.entries(profile.headers ?? {}),
        guard: this.#options.guard,
        createAuth: (fetch) =>
          this.#registry.create(own, { uri: profile.uri, fetch, env: {}, initialize: false }),
      })
      const shared = isShared ? new Upstream(client, toOptions(name, profile)) : null
      return { id: (this.#connections += 1), version, profile, secrets, client, shared }
    } catch (cause) {
      throw unusable(name, cause)
    }
  }

  async #openSession(
    warehouse: UpstreamWarehouse,
    { profile, secrets, client }: Connected,
    user: UpstreamUser,
  ): Promise<Upstream> {
    const { guard, assertions } = this.#options
    const fetch = guardedFetch(guard)
    try {
      const deps = { registry: this.#registry, assertions }
      const auth = await openUserAuth(deps, { warehouse, profile, secrets: secrets.auth, fetch }, user)
      return new Upstream(client, {
        ...toOptions(warehouse.name, profile),
        userAuth: auth,
        user: describeUser(user),
      })
    } catch (cause) {
      if (isHeadgateError(cause, 'forbidden') && !isAuthError(cause)) throw cause
      throw unusable(warehouse.name, cause)
    }
  }

  #retire(client: UpstreamClient): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void client[Symbol.asyncDispose]().catch(() => undefined)
    }, drainMs).unref()
    this.#timers.add(timer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#entries.values()].map(({ client }) => client)
    this.#sessions.clear()
    this.#entries.clear()
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.allSettled([this.relays, ...open].map((each) => each[Symbol.asyncDispose]()))
  }
}

/** Returns the names of a user and of the engine that acts for the user, for error messages to this user. */
function describeUser({ identity: { principal, actors } }: UpstreamUser): string {
  const [engine] = actors
  return engine === undefined ? principal.name : `${principal.name} with the engine ${engine.name}`
}

/** Returns the auth properties of an account, including secrets. */
function accountProperties(
  { auth, authRead }: UpstreamProfile,
  secrets: UpstreamSecrets,
  account: UpstreamAccount,
): Readonly<Record<string, string>> {
  return account === 'reader' ? { ...authRead, ...secrets.authRead } : { ...auth, ...secrets.auth }
}

function toOptions(name: string, profile: UpstreamProfile): UpstreamOptions {
  return { ...profile, name, remote: profile.warehouse }
}

function unusable(warehouse: string, cause: unknown): HeadgateError {
  return new HeadgateError(
    'unavailable',
    `The authentication of warehouse ${warehouse} at its upstream is not usable: an administrator can correct it with headgate warehouse update.`,
    { cause },
  )
}
