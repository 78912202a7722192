import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultNameLimits } from '@headgate/iceberg/rest'
import { pino } from 'pino'
import { MetadataTextCache } from '../../src/catalog/metadata-text-cache.ts'
import { GroupCommit } from '../../src/catalog/commit/group-commit.ts'
import { DecodedMetadataCache } from '../../src/catalog/decoded-metadata-cache.ts'
import { openWarehouseStorage } from '../../src/catalog/open-storage.ts'
import { Upstreams } from '../../src/upstream/upstreams.ts'
import { Warehouses } from '../../src/catalog/warehouses.ts'
import type { Operation } from '../../src/operation/operation.ts'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { EndpointGuard, type EndpointRules, StorageRegistry } from '@headgate/storage'
import { warehouseApiOperations } from '../../src/management/warehouse-routes.ts'
import { managementRoutes } from '../../src/management/routes.ts'
import type { WarehouseApiDeps } from '../../src/management/warehouse-deps.ts'
import { type Reply, testManagement, type TestManagement } from './management.ts'

/** Management API without HTTP, with warehouses that store files in a directory. */
export interface TestWarehouseManagement extends AsyncDisposable {
  readonly server: TestManagement
  readonly deps: WarehouseApiDeps
  /** Location of a directory in which tests may create warehouses. */
  readonly folder: string
  /** Returns how many times operations have woken the background jobs. */
  readonly woken: () => number
  as(who: ProvenIdentity, line: string, body?: unknown): Promise<Reply>
  /** Creates a principal with these privileges. */
  principal(...grants: readonly Readonly<Record<string, unknown>>[]): Promise<ProvenIdentity>
  grant(who: ProvenIdentity, privilege: string, on: unknown): Promise<void>
}

export async function testWarehouseManagement(
  rules: EndpointRules = { named: ['127.0.0.0/8'], loopback: false },
): Promise<TestWarehouseManagement> {
  await using stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'headgate-management-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const server = stack.use(await testManagement())
  const { sql } = server.store
  const endpoints = new EndpointGuard(rules)
  const registry = stack.use(new StorageRegistry({ guard: endpoints }))
  const { master } = server
  const openStorage = (
    row: Parameters<typeof openWarehouseStorage>[0],
  ): ReturnType<typeof openWarehouseStorage> => openWarehouseStorage(row, { master, registry })
  const warehouses = stack.use(await Warehouses.open({ sql, openStorage, maxAgeMs: 10_000 }))
  let woken = 0
  const deps: WarehouseApiDeps = {
    sql,
    master,
    warehouses,
    upstreams: stack.use(
      new Upstreams({
        master,
        guard: endpoints,
        assertions: { sql, master, ring: server.ring, publicUrl: 'https://headgate.test', groupAges: {} },
      }),
    ),
    nameLimits: defaultNameLimits,
    namespaceSeparator: '%1F',
    policies: server.deps.policies,
    endpoints,
    pageTokens: server.deps.pageTokens,
    fileRoots: [`file://${directory}`],
    wakeJobs: () => (woken += 1),
    groupCommit: new GroupCommit(sql),
    metadataTexts: new MetadataTextCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 }),
    decodedTables: new DecodedMetadataCache(1_000_000),
    decodedViews: new DecodedMetadataCache(1_000_000),
    log: pino({ level: 'silent' }),
    rowLimitBytes: 1_000_000,
    maxMetadataBytes: 1_000_000,
    now: Date.now,
  }
  // `call` finds operations in this list, so the operations are added to the same array.
  ;(server.operations as Operation[]).push(...managementRoutes(server.deps, warehouseApiOperations(deps)))

  const { as } = server
  async function grant(who: ProvenIdentity, privilege: string, on: unknown): Promise<void> {
    const { status, body } = await as(server.admin, 'POST /grants', {
      privilege,
      on,
      to: { principal: who.principal.id },
    })
    if (status !== 200) throw new Error(JSON.stringify(body))
  }
  const owned = stack.move()
  return {
    server,
    deps,
    folder: `file://${directory}`,
    woken: () => woken,
    as,
    grant,
    async principal(...grants) {
      const { who } = await server.principal()
      for (const { privilege, on } of grants) await grant(who, String(privilege), on)
      return who
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
