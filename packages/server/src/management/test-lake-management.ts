import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { BodyCache } from '../catalog/body-cache.ts'
import { GroupCommit } from '../catalog/group-commit.ts'
import { ModelCache } from '../catalog/model-cache.ts'
import { openStorageOf } from '../catalog/open-storage.ts'
import { Resolver } from '../catalog/resolver.ts'
import { Warehouses } from '../catalog/warehouses.ts'
import type { Operation } from '../http/operation.ts'
import type { Identity } from '../identity/identity.ts'
import { EndpointGuard, type EndpointRules } from '../storage/endpoint-guard.ts'
import { StorageRegistry } from '../storage/registry.ts'
import { lakeOperations } from './lake-routes.ts'
import type { LakeParts } from './lake-parts.ts'
import { type Reply, testManagement, type TestManagement } from './test-management.ts'

/** The management interface with warehouses that really keep files. */
export interface TestLakeManagement extends AsyncDisposable {
  readonly server: TestManagement
  readonly parts: LakeParts
  /** Directory as a location; warehouses may lie below it. */
  readonly folder: string
  /** How often the jobs were woken. */
  readonly woken: () => number
  as(who: Identity, line: string, body?: unknown): Promise<Reply>
  /** A new principal with these privileges. */
  principal(...grants: readonly Readonly<Record<string, unknown>>[]): Promise<Identity>
  grant(who: Identity, privilege: string, on: unknown): Promise<void>
}

export async function testLakeManagement(
  rules: EndpointRules = { named: ['127.0.0.0/8'], loopback: false },
): Promise<TestLakeManagement> {
  await using stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'headgate-management-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const server = stack.use(await testManagement())
  const { sql } = server.store
  const endpoints = new EndpointGuard(rules)
  const registry = stack.use(new StorageRegistry({ guard: endpoints }))
  const { master } = server
  const openStorage = (row: Parameters<typeof openStorageOf>[0]): ReturnType<typeof openStorageOf> =>
    openStorageOf(row, { master, registry })
  const warehouses = stack.use(await Warehouses.open({ sql, openStorage, maxAgeMs: 10_000 }))
  let woken = 0
  const parts: LakeParts = {
    sql,
    master,
    warehouses,
    policies: server.parts.policies,
    endpoints,
    pageTokens: server.parts.pageTokens,
    fileRoots: [`file://${directory}`],
    wakeJobs: () => (woken += 1),
    resolver: new Resolver(sql),
    groupCommit: new GroupCommit(sql),
    bodies: new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 }),
    tableModels: new ModelCache(1_000_000),
    viewModels: new ModelCache(1_000_000),
    log: pino({ level: 'silent' }),
    rowLimitBytes: 1_000_000,
    maxMetadataBytes: 1_000_000,
    now: Date.now,
  }
  // The caller of operations in there finds by this very list.
  ;(server.operations as Operation[]).push(...lakeOperations(parts))

  const { as } = server
  async function grant(who: Identity, privilege: string, on: unknown): Promise<void> {
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
    parts,
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
