import { AuthRegistry, isAuthError } from '@headgate/auth'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { EndpointGuard } from '@headgate/storage'
import { sharedCache } from '../cache.ts'
import type { Caller } from '../catalog/caller.ts'
import { openUpstreamSecrets, type UpstreamSecrets } from '../catalog/upstream-secret.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { assertionIssuer, assertionKey } from '../keys/assertion-keys.ts'
import type { MasterKey } from '../keys/master-key.ts'
import type { UpstreamRows } from '../store/upstream-relations.ts'
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

/** Caller for whom a request is sent to the upstream. */
export type AuditedUser = UpstreamUser & Pick<Caller, 'audit'>

/** Time in ms for which requests in progress may use the connections of an upstream whose settings changed. */
const drainMs = 120_000

/** Maximum total size of the responses whose metadata is cached, in bytes. */
const metadataCacheBytes = 64 * 1024 * 1024

/** Connections to an upstream, and its settings. */
interface Connected {
  /** Number of the connections, which sessions of users belong to. */
  readonly id: number
  readonly version: number
  readonly profile: UpstreamProfile
  readonly secrets: UpstreamSecrets
  readonly client: UpstreamClient
  /** The upstream for all callers, with the service account. Null: each user has its own identity there. */
  readonly shared: Upstream | null
}

/** Opens the upstreams of warehouses, and keeps them until their settings change. */
export class Upstreams implements AsyncDisposable {
  /** Metadata of the last responses of all upstreams. */
  readonly metadata: MetadataCache = new MetadataCache(metadataCacheBytes)
  /** Queries of the rows of a name that are running now. */
  readonly rows: SingleFlight<UpstreamRows> = new SingleFlight<UpstreamRows>()
  /** Storage credentials that the upstreams vend. */
  readonly keys: RemoteKeys
  /** Storages that the gateway accesses with these credentials. */
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
   * Returns the upstream of a warehouse for a caller: with the service account, or with the identity of the caller, as the
   * warehouse is configured.
   *
   * @throws HeadgateError `forbidden` when the caller lacks what the identity mode needs, `unavailable` when the auth
   *   provider cannot be created, `internal` when the secrets cannot be decrypted
   */
  async get(warehouse: UpstreamWarehouse, caller: AuditedUser): Promise<Upstream> {
    return await this.#get(warehouse, caller, 'writer')
  }

  /**
   * Returns the upstream of a warehouse with the account for callers that may not modify the table. It is the only
   * account when the warehouse has no `authRead`. With the identity of users, it is that of the caller.
   *
   * @throws HeadgateError as `get`
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
   * Returns the upstream of a warehouse for background work, which has no caller.
   *
   * @throws HeadgateError `forbidden` when requests to the upstream have the identity of users
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
   * Creates the signing key of a warehouse whose upstream receives assertions, unless it has one, so that the upstream can
   * read the public key before the first request. Returns the issuer, or null for other warehouses.
   */
  async prepareIssuer({ id, upstream }: Pick<WarehouseRow, 'id' | 'upstream'>): Promise<string | null> {
    const { assertions } = this.#options
    if (upstream === null || identityMode(parseUpstreamProfile(upstream)) !== 'assert') return null
    await assertionKey(assertions, id)
    return assertionIssuer(assertions.publicUrl, id)
  }

  /**
   * Opens an upstream with new connections, which the caller closes.
   *
   * @param options account, and the audience of assertions instead of the configured one
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

  /** Encrypts the address at which the upstream renews the storage credentials of a staged table. */
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
    // With the identity of users, the client itself has no credentials that a request could fall back to.
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

/** Returns the names of a user and of the engine that acts for it, for messages to this user. */
function describeUser({ identity: { principal, actors } }: UpstreamUser): string {
  const [engine] = actors
  return engine === undefined ? principal.name : `${principal.name} with the engine ${engine.name}`
}

/** Returns the properties of the auth provider of an account. */
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
