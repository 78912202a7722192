import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Policies } from '../../src/access/policies.ts'
import type { Privilege } from '../../src/privilege.ts'
import {
  addNamespace,
  addPrincipal,
  grant,
  registerEngine,
  type TestObject,
} from '../access/access-fixture.ts'
import { openWarehouseStorage } from '../../src/catalog/open-storage.ts'
import { sealProfile } from '../../src/catalog/storage-secret.ts'
import { type Warehouse, warehouseChain, Warehouses } from '../../src/catalog/warehouses.ts'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { KeyRing } from '../../src/keys/key-ring.ts'
import { type MasterKey, masterKeyFrom } from '../../src/keys/master-key.ts'
import { type StorageProfile, StorageRegistry } from '@headgate/storage'
import type { EngineSettings } from '../../src/store/engines.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import type { Sql } from '../../src/store/sql.ts'
import { testStore } from '../store/database.ts'
import { CredentialCache } from '../../src/credentials/credential-cache.ts'
import { CredentialIssuer } from '../../src/credentials/credential-issuer.ts'
import type { CredentialLifetimes } from '../../src/credentials/grant-limits.ts'
import { refreshCredential, type RefreshDeps } from '../../src/credentials/refresh.ts'
import type { StorageGrant, StoragePermission } from '../../src/credentials/storage-grant.ts'
import { TableStates } from '../../src/credentials/table-state.ts'
import {
  type Change,
  changeStatement,
  deleteGrants,
  insertStaged,
  insertTable,
  insertWarehouse,
} from './fixture-statements.ts'
import { GatewayVendor } from '../../src/credentials/vendors/gateway.ts'
import { clientPrefix, type StorageAccessResponse } from '../../src/credentials/wire-form.ts'
import type { VendingProfile } from '../../src/catalog/vending-profile.ts'

const minute = 60_000
export const testLives: CredentialLifetimes = {
  minLifeMs: 15 * minute,
  tokenTtlMs: 240 * minute,
  capMs: 1440 * minute,
}
export const publicUrl = 'https://lake.example'

/** Committed or staged table of the test warehouse. */
export interface TestTable {
  readonly id: string
  readonly name: string
  readonly staged: boolean
  readonly prefixes: readonly string[]
}

export interface CredentialFixtureOptions {
  readonly storage?: StorageProfile
  readonly vending?: VendingProfile
  readonly lives?: CredentialLifetimes
  readonly master?: MasterKey
}

/**
 * Warehouse with the namespace `ns` in a real database, and the components that issue storage credentials for
 * it. Tests set the clock.
 */
export class CredentialFixture implements AsyncDisposable {
  readonly sql: Sql
  readonly ring: KeyRing
  readonly states: TableStates
  readonly policies: Policies
  readonly warehouses: Warehouses
  readonly credentials: CredentialCache
  readonly issuer: CredentialIssuer
  readonly lives: CredentialLifetimes
  readonly warehouseName: string
  readonly namespace: TestObject
  /** URL of the storage gateway. */
  gatewayUrl = 'https://s3.lake.example'
  /** Current time of all components, in epoch ms. */
  now: number = Date.now()
  readonly #stack: AsyncDisposableStack

  private constructor(
    deps: Pick<
      CredentialFixture,
      'sql' | 'ring' | 'policies' | 'warehouses' | 'warehouseName' | 'namespace' | 'lives'
    >,
    stack: AsyncDisposableStack,
  ) {
    this.sql = deps.sql
    this.states = new TableStates(deps.sql)
    this.ring = deps.ring
    this.policies = deps.policies
    this.warehouses = deps.warehouses
    this.warehouseName = deps.warehouseName
    this.namespace = deps.namespace
    this.lives = deps.lives
    this.#stack = stack
    const now = (): number => this.now
    const gateway = new GatewayVendor({
      ring: this.ring,
      endpoint: () => this.gatewayUrl,
      region: 'us-east-1',
      now,
    })
    this.credentials = new CredentialCache({
      vendors: { gateway },
      minLifeMs: this.lives.minLifeMs,
      generation: () => this.ring.generation,
      now,
    })
    this.issuer = new CredentialIssuer({
      credentials: this.credentials,
      ring: this.ring,
      catalog: { publicUrl, namespaceSeparator: '%1F' },
      lifetimes: this.lives,
      now,
    })
  }

  static async open(options: CredentialFixtureOptions = {}): Promise<CredentialFixture> {
    await using stack = new AsyncDisposableStack()
    const store = stack.use(await testStore())
    const { sql } = store
    const directory = await mkdtemp(join(tmpdir(), 'headgate-credentials-'))
    stack.defer(() => rm(directory, { recursive: true }))
    const master = options.master ?? masterKeyFrom(randomBytes(32))
    const registry = stack.use(new StorageRegistry())
    const ring = stack.use(await KeyRing.open({ sql, master, unknownKeyCooldownMs: 0 }))
    const policies = stack.use(await Policies.open({ sql }))
    const warehouses = stack.use(
      await Warehouses.open({
        sql,
        openStorage: (row) => openWarehouseStorage(row, { master, registry }),
        maxAgeMs: 10_000,
      }),
    )
    const id = randomUUID()
    const profile = options.storage ?? { type: 'file', root: `file://${directory}`, bucket: 'lake' }
    const { storage, storageSecret } = sealProfile(master, id, profile)
    const vending = options.vending ?? { mode: 'gateway' }
    const owner = randomUUID()
    const values = [id, 'wh', JSON.stringify(storage), storageSecret, JSON.stringify(vending), owner]
    await sql.run(insertWarehouse, values)
    const warehouse: TestObject = {
      kind: 'warehouse',
      id,
      owner,
      chain: warehouseChain({ id, ownerId: owner, name: 'wh' }),
    }
    const namespace = await addNamespace(sql, warehouse, 'ns')
    const deps = { sql, ring, policies, warehouses, warehouseName: 'wh', namespace }
    return new CredentialFixture({ ...deps, lives: options.lives ?? testLives }, stack.move())
  }

  async warehouse(): Promise<Warehouse> {
    const warehouse = await this.warehouses.get(this.warehouseName)
    if (warehouse === null) throw new Error('the warehouse does not exist')
    return warehouse
  }

  async principal(name: string): Promise<ProvenIdentity> {
    return { ...(await addPrincipal(this.sql, name)), issuedAt: this.now - 1_000 }
  }

  /** Registers an engine that may act for every principal of the server. */
  async engine(name: string, settings: Partial<EngineSettings> = {}): Promise<ProvenIdentity> {
    const engine = await this.principal(name)
    this.policies.saw(await registerEngine(this.sql, engine.principal.id, settings))
    return engine
  }

  /** Grants privileges on the table, or on the namespace. */
  async grant(privilege: Privilege, to: ProvenIdentity, table: TestTable | null = null): Promise<void> {
    const on: TestObject =
      table === null
        ? this.namespace
        : {
            kind: 'relation',
            id: table.id,
            owner: '',
            chain: { ...this.namespace.chain, ids: [], owners: [] },
          }
    this.policies.saw(await grant(this.sql, privilege, on, 'principal', to.principal.id))
  }

  async change(what: Change, id: string, value?: unknown): Promise<void> {
    await this.sql.run(changeStatement(what), value === undefined ? [id] : [id, value])
    this.policies.saw(await this.sql.transaction((tx) => bumpPolicy(tx)))
    this.warehouses.forget()
  }

  async revokeAll(from: ProvenIdentity): Promise<void> {
    await this.sql.run(deleteGrants, [from.principal.id])
    this.policies.saw(await this.sql.transaction((tx) => bumpPolicy(tx)))
  }

  async table(
    name: string,
    prefixes: readonly string[] = [`s3://lake/${name}/`],
    id: string = randomUUID(),
  ): Promise<TestTable> {
    const warehouse = this.namespace.chain.ids.at(-1)
    const nullUserId = randomUUID()
    await this.sql.run(insertTable, [
      id,
      warehouse,
      this.namespace.id,
      name,
      'table',
      prefixes[0],
      nullUserId,
      prefixes,
    ])
    return { id, name, staged: false, prefixes }
  }

  async staged(
    name: string,
    by: ProvenIdentity,
    prefixes: readonly string[] = [`s3://lake/${name}/`],
  ): Promise<TestTable> {
    const id = randomUUID()
    const warehouse = this.namespace.chain.ids.at(-1)
    const values = [id, warehouse, name, prefixes[0], by.principal.id, prefixes, this.namespace.id]
    await this.sql.run(insertStaged, values)
    return { id, name, staged: true, prefixes }
  }

  /** Commits the staged table. */
  async commit(table: TestTable): Promise<TestTable> {
    await this.change('forget', table.id)
    return this.table(table.name, table.prefixes, table.id)
  }

  async grantFor(
    table: TestTable,
    identity: ProvenIdentity,
    permission: StoragePermission = 'read-write',
  ): Promise<StorageGrant> {
    const policy = await this.policies.get(identity)
    const warehouse = await this.warehouse()
    const { id, staged, name, prefixes } = table
    return {
      warehouse,
      table: { id, staged, namespaceId: this.namespace.id },
      identifier: { namespace: ['ns'], name },
      clientPrefix: clientPrefix(prefixes.length === 0 ? [''] : prefixes),
      prefixes,
      permission,
      identity,
      viewIds: [],
      policyVersion: policy.version,
      revokedBefore: 0,
      limits: this.issuer.limitsFor(identity, warehouse),
      plan: null,
      role: null,
      restriction: null,
      omitsEndpoint: false,
    }
  }

  async load(
    table: TestTable,
    identity: ProvenIdentity,
    access: StoragePermission = 'read-write',
  ): Promise<StorageAccessResponse> {
    return this.issuer.issue(await this.grantFor(table, identity, access))
  }

  get refreshDeps(): RefreshDeps {
    const { ring, states, policies, issuer, lives: lifetimes } = this
    return { ring, states, policies, issuer, publicUrl, lifetimes, now: () => this.now }
  }

  async refresh(
    token: string,
    identity: ProvenIdentity,
    name: string,
    deps: Partial<RefreshDeps> = {},
  ): Promise<StorageAccessResponse & { readonly grant: StorageGrant }> {
    const request = {
      kind: 'refresh-token' as const,
      token,
      identity,
      warehouse: await this.warehouse(),
      identifier: { namespace: ['ns'], name },
    }
    const { grant, response } = await refreshCredential({ ...this.refreshDeps, ...deps }, request)
    return { ...response, grant }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

/** Returns the refresh token in the `storage-refresh-token` field of the only credential. */
export function readToken({ credentials }: Pick<StorageAccessResponse, 'credentials'>): string {
  const token = credentials[0]?.['storage-refresh-token']
  if (token === undefined) throw new Error('the credential has no token')
  return token
}

/** Returns the refresh token in the refresh endpoint of the only credential. */
export function readLastingToken({ credentials }: Pick<StorageAccessResponse, 'credentials'>): string {
  const endpoint = credentials[0]?.config['client.refresh-credentials-endpoint'] ?? ''
  return new URL(endpoint, 'https://any.example').searchParams.get('storageRefreshToken') ?? ''
}
