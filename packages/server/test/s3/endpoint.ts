import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { HeadgateError } from '@headgate/errors'
import type { Warehouse } from '../../src/catalog/warehouses.ts'
import {
  mintS3Session,
  type S3Session,
  type S3SessionClaims,
  type S3SessionKeys,
} from '../../src/credentials/s3-session.ts'
import { AuditLog } from '../../src/events/audit-log.ts'
import { Listener } from '../../src/http/listener.ts'
import { RequestMetrics } from '../../src/http/metrics.ts'
import { KeyRing } from '../../src/keys/key-ring.ts'
import { masterKeyFrom } from '../../src/keys/master-key.ts'
import { FileStorage, Relabelled, type Storage } from '@headgate/storage'
import type { Sql } from '../../src/store/sql.ts'
import { testStore } from '../store/database.ts'
import { createS3Endpoint } from '../../src/s3/endpoint.ts'
import type { S3EndpointDeps, S3Limits } from '../../src/s3/deps.ts'

export const region = 'eu-central-1'
export const bucket = 'lakehouse'

const principal = {
  id: 'b6ff9f0a-0000-4000-8000-000000000001',
  issuer: 'headgate',
  subject: 'ada',
  name: 'ada',
}

export interface TestEndpoint extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly ring: KeyRing
  readonly sql: Sql
  readonly master: ReturnType<typeof masterKeyFrom>
  /** Lists the paths of complete and unfinished files in the bucket. */
  files(): Promise<string[]>
  readonly directory: string
  /** Audit events and log lines since the start of the endpoint. */
  readonly events: Record<string, unknown>[]
  readonly lines: string[]
  /** Sessions that the endpoint refuses as revoked. */
  readonly revoked: Set<string>
  /** Number of authorizations by access key. */
  readonly asked: Map<string, number>
  mint(claims?: Partial<S3SessionClaims>): S3SessionKeys
  metrics(): Promise<string>
}

export interface TestEndpointOptions {
  readonly limits?: Partial<S3Limits>
  readonly hostSuffix?: string
  /** Wraps the storage that the endpoint uses. */
  readonly around?: (storage: Storage) => Storage
  readonly now?: () => number
  readonly patienceMs?: number
  readonly recheckMs?: number
}

/** Starts an S3 endpoint on its own port, with a key ring in a database and a warehouse in a directory. */
export async function testEndpoint(options: TestEndpointOptions = {}): Promise<TestEndpoint> {
  const store = await testStore()
  const directory = await mkdtemp(join(tmpdir(), 'headgate-s3-'))
  const master = masterKeyFrom(randomBytes(32))
  const ring = await KeyRing.open({ sql: store.sql, master })
  const to = `${pathToFileURL(directory).href}/`
  const files = new Relabelled({
    storage: new FileStorage({ roots: [to] }),
    from: `s3://${bucket}/`,
    to,
  })
  const warehouse = makeWarehouse(options.around?.(files) ?? files)
  const events: Record<string, unknown>[] = []
  const lines: string[] = []
  const revoked = new Set<string>()
  const asked = new Map<string, number>()
  const metrics = new RequestMetrics()
  const parts: S3EndpointDeps = {
    ring,
    authorizer: {
      authorize: ({ accessKeyId }: S3Session) => {
        asked.set(accessKeyId, (asked.get(accessKeyId) ?? 0) + 1)
        return revoked.has(accessKeyId)
          ? Promise.reject(new HeadgateError('forbidden', 'The privilege was revoked.'))
          : Promise.resolve(warehouse)
      },
    },
    regions: [region],
    hostSuffix: options.hostSuffix ?? null,
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    audit: new AuditLog({
      mode: 'log',
      write: (line) => void events.push(JSON.parse(line) as Record<string, unknown>),
    }),
    metrics,
    limits: {
      maxConcurrentRequests: 100,
      maxObjectPartBytes: 8 * 1024 ** 3,
      requestTimeoutMs: 20_000,
      ...options.limits,
    },
    now: options.now ?? Date.now,
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
    ...(options.recheckMs === undefined ? {} : { recheckMs: options.recheckMs }),
  }
  const listener = await Listener.open(
    {
      host: '127.0.0.1',
      port: 0,
      tls: null,
      maxHeaderBytes: 32_768,
      requestTimeoutMs: 0,
      asksFirst: true,
      endsWithClient: true,
    },
    createS3Endpoint(parts),
  )
  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    ring,
    sql: store.sql,
    master,
    directory,
    events,
    lines,
    revoked,
    asked,
    async files() {
      const found = await readdir(directory, { recursive: true, withFileTypes: true })
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
        .toSorted()
    },
    mint: (claims = {}) => mintS3Session(ring, { ...makeClaims(), ...claims }),
    metrics: () => metrics.registry.metrics(),
    async [Symbol.asyncDispose]() {
      await listener.close(0)
      await ring[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export function makeClaims(): S3SessionClaims {
  return {
    warehouseId: 'b6ff9f0a-0000-4000-8000-000000000002',
    relationId: 'b6ff9f0a-0000-4000-8000-000000000003',
    staged: false,
    relay: false,
    prefixes: [`s3://${bucket}/wh/t1/`],
    permission: 'read-write',
    principal,
    actor: null,
    statedBy: null,
    provenBy: 'client-secret',
    viewIds: [],
    plan: null,
    role: null,
    restriction: null,
    sessionBegan: null,
    issuedAt: Date.now() - 1000,
    expiresAt: Date.now() + 3_600_000,
  }
}

function makeWarehouse(storage: Storage): Warehouse {
  return {
    id: 'b6ff9f0a-0000-4000-8000-000000000002',
    name: 'lakehouse',
    storage,
    root: `s3://${bucket}/`,
    hints: {},
  } as Warehouse
}
