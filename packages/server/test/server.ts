import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Json, parse, stringify } from '@headgate/json'
import { FaultProxy } from '@headgate/testkit'
import { pino } from 'pino'
import type { Privilege, Restriction, SecurableKind } from '../src/privilege.ts'
import { type Context, openContext } from '../src/context.ts'
import type { ContextOptions } from '../src/context-options.ts'
import type { CredentialLifetimes } from '../src/credentials/grant-limits.ts'
import { resolveClaims } from '../src/catalog/resolve-claims.ts'
import type { VendingProfile } from '../src/catalog/vending-profile.ts'
import type { S3Store } from '../src/catalog/warehouses.ts'
import { Listener } from '../src/http/listener.ts'
import { generateSecret, hashSecret } from '../src/identity/client-secret.ts'
import { masterKeyFrom } from '../src/keys/master-key.ts'
import { FileStorage, Relabelled, type Storage } from '@headgate/storage'
import { loopbackEndpoints } from '../../storage/test/endpoints.ts'
import { insertSecret } from '../src/store/client-secrets.ts'
import { deleteGrant, insertGrant } from '../src/store/grants.ts'
import { openSql } from '../src/store/pool.ts'
import { bumpPolicy } from '../src/store/policies.ts'
import { insertPrincipal, ownIssuer } from '../src/store/principals.ts'
import { type Sql, statement } from '../src/store/sql.ts'
import { testStore } from './store/database.ts'

export interface TestResponse {
  readonly status: number
  readonly headers: Headers
  readonly json: Json
}

/** Sends a request to a path below the warehouse's prefix or, with a leading slash, to this path. */
export type Send = (
  method: string,
  path: string,
  body?: Json,
  headers?: Readonly<Record<string, string>>,
) => Promise<TestResponse>

/** A principal with its own token. A new principal has no rights. */
export interface TestCaller {
  readonly id: string
  readonly token: string
  readonly send: Send
}

export interface TestGrant {
  readonly privilege: Privilege
  readonly on: { readonly kind: SecurableKind; readonly id: string }
  readonly to: TestCaller
  /** Restriction of a grant of `select`. */
  readonly restriction?: Restriction
}

/**
 * A complete server on a new database and directory, for tests over HTTP. Callers without a token have all
 * rights.
 */
export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly root: string
  /** URL of the storage gateway. */
  readonly gatewayUrl: string
  readonly warehouseId: string
  readonly context: Context
  /** Direct access to the database, not affected by faults. */
  readonly sql: Sql
  /** Connection string of the database, without the proxy. */
  readonly databaseUrl: string
  /** Proxy between the servers and their database, if `faultyDatabase` is set. */
  readonly database: FaultProxy | null
  readonly send: Send
  /** Starts another server on the same database and storage, and returns its `send`. */
  replica(): Promise<Send>
  /** Starts another server on the same database and storage, and returns its URL. */
  replicaUrl(): Promise<string>
  caller(name: string): Promise<TestCaller>
  grant(grant: TestGrant): Promise<void>
  revoke(grant: TestGrant): Promise<void>
}

const minute = 60_000
/** Lifetimes of credentials in the default configuration. */
const defaultLives: CredentialLifetimes = {
  minLifeMs: 15 * minute,
  tokenTtlMs: 240 * minute,
  capMs: 1_440 * minute,
}

const insertWarehouse = statement(
  'test_warehouse',
  `insert into warehouse (id, name, kind, storage, owner_id, retention_seconds, allowed_locations, vending)
   values ($1, 'lakehouse', 'managed', $2, $3, $4, $5, $6)`,
)

export interface TestServerOptions extends Partial<ContextOptions> {
  readonly retentionSeconds?: number
  readonly allowedLocations?: readonly string[]
  readonly requestTimeoutMs?: number
  readonly faultyDatabase?: boolean
  /** Connection string of the database server. Default: the server that all tests share. */
  readonly databaseServer?: string
  /**
   * Vending profile of the warehouse. When set, clients see the directory as the bucket `lakehouse`, and
   * access it through the storage gateway.
   */
  readonly vending?: VendingProfile
  /** S3 store in the configuration of the server, for vending modes that send requests to the store. */
  readonly store?: S3Store
  /** Wraps the storage of the servers. */
  wrapStorage?(storage: Storage): Storage
}

export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'headgate-test-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const place = `file://${directory}/warehouse`
  const root = options.vending === undefined ? place : 's3://lakehouse'
  const store = stack.use(await testStore({}, options.databaseServer))
  const files = stack.use(new FileStorage({ roots: [place, ...(options.allowedLocations ?? [])] }))
  const own =
    options.vending === undefined
      ? files
      : new Relabelled({ storage: files, from: 's3://lakehouse/', to: `${place}/` })
  const storage = options.wrapStorage?.(own) ?? own
  const warehouseId = randomUUID()
  await store.sql.run(insertWarehouse, [
    warehouseId,
    JSON.stringify({ type: 'file', root: place, ...(root === place ? {} : { bucket: 'lakehouse' }) }),
    randomUUID(),
    options.retentionSeconds ?? 604_800,
    options.allowedLocations ?? [],
    JSON.stringify(options.vending ?? { mode: 'none' }),
  ])
  await resolveClaims(store.sql)
  const database =
    options.faultyDatabase === true
      ? stack.use(await FaultProxy.start({ port: Number(new URL(store.url).port) }))
      : null
  const sql =
    database === null
      ? store.sql
      : stack.use(await openSql({ url: through(store.url, database.port), connectionTimeoutMs: 2_000 }))
  const requestTimeoutMs = options.requestTimeoutMs ?? 30_000
  const listening = { host: '127.0.0.1', port: 0, tls: null, maxHeaderBytes: 16_384, requestTimeoutMs }
  const master = masterKeyFrom(randomBytes(32))

  async function open(): Promise<{ url: string; gatewayUrl: string; context: Context }> {
    let context: Context | undefined
    const listener = stack.use(
      await Listener.open(listening, (request, response) => context?.handle(request, response)),
    )
    const gateway = stack.use(
      await Listener.open(
        { ...listening, requestTimeoutMs: 0, asksFirst: true, endsWithClient: true },
        (request, response) => context?.handleS3(request, response),
      ),
    )
    const url = `http://127.0.0.1:${listener.port}`
    const gatewayUrl = `http://127.0.0.1:${gateway.port}`
    context = await openContext({
      sql,
      master,
      log: pino({ level: 'silent' }),
      endpoints: loopbackEndpoints(),
      openStorage: () => Promise.resolve({ storage, root, hints: {}, store: options.store ?? null }),
      publicUrl: 'http://headgate.test',
      gatewayUrl,
      storageAccess: {
        region: 'us-east-1',
        hostSuffix: null,
        decisionMaxAgeMs: 30_000,
        webIdentityTokenFile: null,
        lives: defaultLives,
      },
      anonymous: true,
      console: true,
      sigV4: { services: ['execute-api', 'glue', 's3tables'], regions: [] },
      issuers: [],
      tokenTtlSeconds: 3_600,
      sessionSeconds: 86_400,
      policyMaxAgeMs: 10_000,
      cedarPolicies: null,
      auditReads: 'off',
      limits: {
        maxBodyBytes: 16_777_216,
        maxJsonDepth: 100,
        maxJsonValues: 250_000,
        requestTimeoutMs,
        maxConcurrentRequests: 1_000,
        maxNameBytes: 255,
        maxPageSize: 1_000,
      },
      corsOrigins: [],
      trustedProxies: { networks: [], header: 'x-forwarded-for' },
      idempotencyLifetimeSeconds: 1_800,
      metadataRowLimitBytes: 1_048_576,
      metadataCacheBytes: 67_108_864,
      namespaceSeparator: '%1F',
      defaultWarehouse: 'lakehouse',
      verifyMetadataFiles: true,
      jobIntervalMs: 60_000,
      auditRetentionSeconds: 0,
      auditRefusalRetentionSeconds: 0,
      retiredKeySeconds: 86_400,
      fileRoots: [`file://${directory}`],
      ...options,
    })
    stack.use(context)
    return { url, gatewayUrl, context }
  }

  const { url, gatewayUrl, context } = await open()
  return {
    url,
    root,
    gatewayUrl,
    warehouseId,
    context,
    sql: store.sql,
    databaseUrl: store.url,
    database,
    send: senderTo(url),
    replica: async () => senderTo((await open()).url),
    replicaUrl: async () => (await open()).url,
    async caller(name) {
      const { id, token } = await newPrincipal(store.sql, url, name)
      return { id, token, send: senderTo(url, { authorization: `Bearer ${token}` }) }
    },
    async grant({ privilege: granted, on, to, restriction }) {
      const privilege = restriction === undefined ? granted : 'select-restricted'
      await store.sql.transaction(async (tx) => {
        await bumpPolicy(tx)
        const grantee = { granteeId: to.id, granteeKind: 'principal', grantedBy: null } as const
        await insertGrant(tx, {
          securableId: on.id,
          securableKind: on.kind,
          privilege,
          ...grantee,
          ...(restriction && { restriction }),
        })
      })
    },
    async revoke({ privilege, on, to }) {
      await store.sql.transaction(async (tx) => {
        await bumpPolicy(tx)
        await deleteGrant(tx, { securableId: on.id, granteeId: to.id, privilege })
      })
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function through(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl)
  url.port = String(port)
  return url.href
}

function senderTo(url: string, always: Readonly<Record<string, string>> = {}): Send {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(path.startsWith('/') ? url + path : `${url}/v1/lakehouse/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...always,
        ...headers,
      },
      ...(body === undefined ? {} : { body: stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      json: text === '' ? null : parse(text, { maxDepth: 1000 }),
    }
  }
}

async function newPrincipal(sql: Sql, url: string, name: string): Promise<{ id: string; token: string }> {
  const id = randomUUID()
  const secret = generateSecret()
  await sql.transaction(async (tx) => {
    await bumpPolicy(tx)
    await insertPrincipal(tx, { id, issuer: ownIssuer, subject: name, name, kind: 'service' })
    await insertSecret(tx, id, hashSecret(secret))
  })
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: name,
    client_secret: secret,
  })
  const response = await fetch(`${url}/v1/oauth/tokens`, { method: 'POST', body })
  const { access_token: token } = (await response.json()) as { access_token: string }
  return { id, token }
}
