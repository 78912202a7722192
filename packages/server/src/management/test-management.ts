import { randomBytes } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import { Stale } from '../catalog/stale.ts'
import type { Call, Operation } from '../http/operation.ts'
import { checkClientSecret } from '../identity/client-secret.ts'
import { bootstrapAdministrator } from '../identity/bootstrap.ts'
import type { Identity } from '../identity/identity.ts'
import { KeyRing } from '../keys/key-ring.ts'
import { type MasterKey, masterKeyFrom } from '../keys/master-key.ts'
import { createPageTokens } from '../keys/page-tokens.ts'
import { policyVersion } from '../store/policies.ts'
import { testStore, type TestStore } from '../store/test-database.ts'
import type { ManagementParts } from './administer.ts'
import { managementRoutes } from './routes.ts'
import type { ReplyBody } from './test-reply.ts'

export interface Reply {
  readonly status: number
  readonly body: ReplyBody
}

/** A principal made through the interface: how it signs in, and it as a caller. */
export interface TestPrincipal {
  readonly who: Identity
  readonly clientId: string
  readonly clientSecret: string
  readonly id: string
}

/** The management interface over a store of its own, called without HTTP. */
export interface TestManagement extends AsyncDisposable {
  readonly store: TestStore
  readonly parts: ManagementParts
  readonly operations: readonly Operation[]
  readonly admin: Identity
  readonly adminSecret: string
  /** `call` with a path below the interface's own: `GET /roles`. */
  as(who: Identity, line: string, body?: unknown): Promise<Reply>
  /** One that was not given before. */
  name(): string
  principal(): Promise<TestPrincipal>
  /**
   * Calls an operation by method and path, as somebody. Errors become answers, as the HTTP room makes them, and what is
   * stale runs again; not so with a `policy` of the caller's own choice.
   */
  call(as: Identity, line: string, body?: unknown, policy?: Policy): Promise<Reply>
  /** Calls an operation that is not one of this interface's own. */
  run(
    as: Identity,
    operation: Operation,
    body?: unknown,
    params?: Readonly<Record<string, string>>,
  ): Promise<Reply>
  /** Seals the key ring. */
  readonly master: MasterKey
}

/** An issuer whose tokens are taken. */
export const testIssuer = 'https://idp.example'

/** What is in front of every path of the interface. */
export const managementRoot = '/management/v1'

export async function testManagement(): Promise<TestManagement> {
  const store = await testStore()
  const { sql } = store
  const master = masterKeyFrom(randomBytes(32))
  const ring = await KeyRing.open({ sql, master })
  const policies = await Policies.open({ sql })
  const parts: ManagementParts = {
    sql,
    policies,
    pageTokens: createPageTokens(ring),
    issuers: new Set([testIssuer]),
  }
  const operations = managementRoutes(parts)
  const made = await bootstrapAdministrator({ sql })
  const adminSecret = made.created ? made.clientSecret : ''
  const check = await checkClientSecret(sql, 'admin', adminSecret, Date.now())
  if (!check.ok) throw new Error(check.reason)

  async function handle(
    as: Identity,
    operation: Operation,
    given: Omit<Call, 'policy'>,
    fixed?: Policy,
  ): Promise<Reply> {
    for (;;) {
      const policy = fixed ?? (await policies.get(as, await policyVersion(sql)))
      try {
        const { status, body } = await operation.handle({ ...given, policy })
        return { status, body: (typeof body === 'string' ? JSON.parse(body) : null) as ReplyBody }
      } catch (error) {
        if (error instanceof Stale && !fixed) continue
        if (isHeadgateError(error)) {
          const { kind, message, code } = error
          return { status: kind.status, body: { error: { message, code } } as ReplyBody }
        }
        throw error
      }
    }
  }

  function call(as: Identity, line: string, body?: unknown, policy?: Policy): Promise<Reply> {
    const [method = '', target = ''] = line.split(' ')
    const url = new URL(target, 'http://management')
    const [operation, params] = find(operations, method, url.pathname)
    return send(as, operation, { params, query: url.searchParams }, body, policy)
  }

  function send(
    as: Identity,
    operation: Operation,
    { params, query }: Pick<Call, 'params' | 'query'>,
    body: unknown,
    policy?: Policy,
  ): Promise<Reply> {
    const bytes = body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body))
    const given = {
      requestId: 'test',
      method: operation.method,
      params,
      query,
      search: query.toString(),
      identity: as,
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
    return handle(as, operation, given, policy)
  }

  const as: TestManagement['as'] = (who, line, body) =>
    call(who, line.replace(' /', ` ${managementRoot}/`), body)
  const admin: Identity = { ...check.identity, method: 'session-token' }
  let names = 0
  const name = (): string => `n${(names += 1)}`

  return {
    store,
    parts,
    operations,
    admin,
    adminSecret,
    call,
    run: (who, operation, body, params = {}) =>
      send(who, operation, { params, query: new URLSearchParams() }, body),
    master,
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
