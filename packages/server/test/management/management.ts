import { randomBytes } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import { Policies } from '../../src/access/policies.ts'
import type { Policy } from '../../src/access/policy.ts'
import type { Call, Operation } from '../../src/operation/operation.ts'
import { checkClientSecret } from '../../src/identity/client-secret.ts'
import { bootstrapAdministrator } from '../../src/identity/bootstrap.ts'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { KeyRing } from '../../src/keys/key-ring.ts'
import { type MasterKey, masterKeyFrom } from '../../src/keys/master-key.ts'
import { createPageTokens } from '../../src/keys/page-tokens.ts'
import { policyVersion } from '../../src/store/policies.ts'
import { testStore, type TestStore } from '../store/database.ts'
import type { ManagementDeps } from '../../src/management/administer.ts'
import { managementRoutes } from '../../src/management/routes.ts'
import type { ReplyBody } from './reply.ts'

export interface Reply {
  readonly status: number
  readonly body: ReplyBody
}

/** A principal that a test created through the API, with its credentials and its identity as a caller. */
export interface TestPrincipal {
  readonly who: ProvenIdentity
  readonly clientId: string
  readonly clientSecret: string
  readonly id: string
}

/**
 * Thrown when an operation would repeat its attempt with a newer policy although the test passed a fixed
 * policy.
 */
export class PolicyReloaded extends Error {
  override readonly name = 'PolicyReloaded'
}

/** Management API over a separate store, called without HTTP. */
export interface TestManagement extends AsyncDisposable {
  readonly store: TestStore
  readonly deps: ManagementDeps
  readonly operations: readonly Operation[]
  readonly admin: ProvenIdentity
  readonly adminSecret: string
  /** Calls `call` with a path below the prefix: `GET /roles`. */
  as(who: ProvenIdentity, line: string, body?: unknown): Promise<Reply>
  /** Returns a name that no other call returned. */
  name(): string
  principal(): Promise<TestPrincipal>
  /**
   * Calls an operation by method and path, as a principal. Errors become responses, as in the HTTP module.
   * With `policy`, the operation uses this policy, and rejects with `PolicyReloaded` when it would repeat its
   * attempt with a newer policy.
   */
  call(as: ProvenIdentity, line: string, body?: unknown, policy?: Policy): Promise<Reply>
  /** Calls an operation that is not in `operations`. */
  run(
    as: ProvenIdentity,
    operation: Operation,
    body?: unknown,
    params?: Readonly<Record<string, string>>,
  ): Promise<Reply>
  readonly ring: KeyRing
  /** Master key that seals the keys of the key ring. */
  readonly master: MasterKey
}

/** Issuer whose tokens the server accepts. */
export const testIssuer = 'https://idp.example'

/** Prefix of all paths of the API. */
export const managementRoot = '/management/v1'

export async function testManagement(): Promise<TestManagement> {
  const store = await testStore()
  const { sql } = store
  const master = masterKeyFrom(randomBytes(32))
  const ring = await KeyRing.open({ sql, master })
  const policies = await Policies.open({ sql })
  const deps: ManagementDeps = {
    sql,
    policies,
    pageTokens: createPageTokens(ring),
    issuers: new Set([testIssuer]),
    master,
  }
  const operations = managementRoutes(deps)
  const made = await bootstrapAdministrator({ sql })
  const adminSecret = made.created ? made.clientSecret : ''
  const check = await checkClientSecret(sql, 'admin', adminSecret, Date.now())
  if (!check.ok) throw new Error(check.reason)

  async function handle(
    as: ProvenIdentity,
    operation: Operation,
    input: Omit<Call, 'policy' | 'reloadPolicy'>,
    fixed?: Policy,
  ): Promise<Reply> {
    const currentPolicy = async (): Promise<Policy> => policies.get(as, await policyVersion(sql))
    let policy = fixed ?? (await currentPolicy())
    try {
      const { status, body } = await operation.handle({
        ...input,
        get policy() {
          return policy
        },
        async reloadPolicy() {
          if (fixed !== undefined) throw new PolicyReloaded()
          policy = await currentPolicy()
        },
      })
      return { status, body: (typeof body === 'string' ? JSON.parse(body) : null) as ReplyBody }
    } catch (error) {
      if (isHeadgateError(error)) {
        const { kind, message, code } = error
        return { status: kind.status, body: { error: { message, code } } as ReplyBody }
      }
      throw error
    }
  }

  function call(as: ProvenIdentity, line: string, body?: unknown, policy?: Policy): Promise<Reply> {
    const [method = '', target = ''] = line.split(' ')
    const url = new URL(target, 'http://management')
    const [operation, params] = find(operations, method, url.pathname)
    return send(as, operation, { params, query: url.searchParams }, body, policy)
  }

  function send(
    as: ProvenIdentity,
    operation: Operation,
    { params, query }: Pick<Call, 'params' | 'query'>,
    body: unknown,
    policy?: Policy,
  ): Promise<Reply> {
    const bytes = body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body))
    const input = {
      requestId: 'test',
      method: operation.method,
      params,
      query,
      search: query.toString(),
      identity: as,
      externalToken: null,
      isFromConsole: false,
      signal: AbortSignal.timeout(10_000),
      audit: { operation: operation.id },
      header: (name: string) =>
        new Map([
          ['content-type', 'application/json'],
          ['user-agent', 'test'],
        ]).get(name),
      begin: () => undefined,
      bytes: () => Promise.resolve(bytes),
      json: () => Promise.resolve(body === undefined ? null : (JSON.parse(JSON.stringify(body)) as never)),
    }
    return handle(as, operation, input, policy)
  }

  const as: TestManagement['as'] = (who, line, body) =>
    call(who, line.replace(' /', ` ${managementRoot}/`), body)
  const admin: ProvenIdentity = { ...check.identity, method: 'session-token' }
  let names = 0
  const name = (): string => `n${(names += 1)}`

  return {
    store,
    deps,
    operations,
    admin,
    adminSecret,
    call,
    run: (who, operation, body, params = {}) =>
      send(who, operation, { params, query: new URLSearchParams() }, body),
    master,
    ring,
    as,
    name,
    async principal() {
      const { clientId, clientSecret } = (await as(admin, 'POST /principals', { name: name() })).body.secret
      const signedIn = await checkClientSecret(sql, clientId, clientSecret, Date.now())
      if (!signedIn.ok) throw new Error(signedIn.reason)
      return { who: signedIn.identity, clientId, clientSecret, id: signedIn.identity.principal.id }
    },
    async [Symbol.asyncDispose]() {
      await policies[Symbol.asyncDispose]()
      await ring[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

function find(
  operations: readonly Operation[],
  method: string,
  path: string,
): [Operation, Record<string, string>] {
  for (const operation of operations) {
    if (operation.method !== method) continue
    const match = new RegExp(`^${operation.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(path)
    if (match) return [operation, { ...match.groups }]
  }
  throw new Error(`no operation for ${method} ${path}`)
}
