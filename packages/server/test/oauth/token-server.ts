import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuditLog } from '../../src/events/audit-log.ts'
import { generateSecret, hashSecret } from '../../src/identity/client-secret.ts'
import type { ExternalIdentities } from '../../src/identity/external.ts'
import { clientAddressBehind, type TrustedProxies } from '../../src/operation/client-address.ts'
import { KeyRing } from '../../src/keys/key-ring.ts'
import { masterKeyFrom } from '../../src/keys/master-key.ts'
import { Sessions } from '../../src/sessions/sessions.ts'
import { insertSecret } from '../../src/store/client-secrets.ts'
import { insertPrincipal, ownIssuer, setPrincipalEnabled } from '../../src/store/principals.ts'
import type { Sql } from '../../src/store/sql.ts'
import { testStore } from '../store/database.ts'
import { Attempts } from '../../src/oauth/attempts.ts'
import { AttemptLimiter } from '../../src/oauth/attempt-limiter.ts'
import { allGrants } from '../../src/oauth/grants.ts'
import { FairQueue } from '../../src/concurrency/fair-queue.ts'
import { createTokenEndpoint } from '../../src/oauth/token-endpoint.ts'

export const secrets: Readonly<Record<'first' | 'second' | 'disabled', string>> = {
  first: generateSecret(),
  second: generateSecret(),
  disabled: generateSecret(),
}

/** A valid request of the client `etl`; tests change one parameter to make it wrong. */
export const goodRequest: Readonly<Record<'grant_type' | 'client_id' | 'client_secret' | 'scope', string>> = {
  grant_type: 'client_credentials',
  client_id: 'etl',
  client_secret: secrets.first,
  scope: 'catalog',
}

/** Encodes the body of a token request. */
export function form(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString()
}

/** Returns the Basic header of a client (RFC 6749 section 2.3.1). */
export function basic(id: string, secret: string): { authorization: string } {
  const pair = [id, secret].map(encodeURIComponent).join(':')
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

const noProxies: TrustedProxies = { networks: [], header: 'x-forwarded-for' }

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

/** A token endpoint on a port, with the client `etl` (two secrets) and the disabled client `off`. */
export interface TestTokenServer extends AsyncDisposable {
  readonly sql: Sql
  /** Issuer and audience of its tokens. */
  readonly issuer: string
  readonly sessions: Sessions
  /** Audit lines that the endpoint has written. */
  readonly lines: string[]
  /** Response bodies that the endpoint has sent. */
  readonly logged: string[]
  addClient(name: string, ...secrets: string[]): Promise<string>
  post(body: string | Buffer, headers?: Readonly<Record<string, string>>): Promise<Reply>
  /**
   * Resets the fixture: deletes failed attempts, lets the database work again, and sets the clock of the
   * attempt limiter to 0.
   */
  reset(): void
  setClock(ms: number): void
  trust(proxies: TrustedProxies): void
  /** Makes the database fail until the next reset. */
  breakStore(): void
  /** Moves the clock for tokens forward by this many ms. */
  advance(ms: number): void
}

export async function testTokenServer(
  options: { readonly external?: (sql: Sql) => ExternalIdentities } = {},
): Promise<TestTokenServer> {
  const store = await testStore()
  const ring = await KeyRing.open({ sql: store.sql, master: masterKeyFrom(randomBytes(32)) })
  const issuer = 'https://catalog.example'
  let ahead = 0
  const clock = (): number => Date.now() + ahead
  const sessions = new Sessions({ ring, issuer, audience: issuer, ttlSeconds: 900, now: clock })
  const lines: string[] = []
  const logged: string[] = []
  let [now, broken] = [0, false]
  let resolveAddress = clientAddressBehind(noProxies)
  const newLimiter = (): AttemptLimiter =>
    new AttemptLimiter({ perClient: 5, perAddress: 1000, windowMs: 60_000 }, () => now)
  let limiter = newLimiter()
  const queue = new FairQueue()

  const brokenSql: Sql = {
    ...store.sql,
    run: () => Promise.reject(new Error(`the secret is ${secrets.first}`)),
  }
  const server = createServer((request, response) => {
    const grants = allGrants({
      sql: broken ? brokenSql : store.sql,
      sessions,
      external: options.external?.(store.sql) ?? null,
      sessionSeconds: 86_400,
      now: clock,
    })
    const audit = new AuditLog({ mode: 'log', write: (line) => lines.push(line) })
    const [endpoint] = createTokenEndpoint({
      grants,
      audit,
      attempts: new Attempts(limiter, queue),
      resolveAddress,
    })
    void endpoint
      ?.open(request, {
        maxBodyBytes: 1 << 20,
        maxJsonDepth: 10,
        maxJsonValues: 250_000,
        requestTimeoutMs: 1000,
      })
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body ?? undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/oauth/tokens`

  async function addClient(name: string, ...clientSecrets: string[]): Promise<string> {
    const id = randomUUID()
    await insertPrincipal(store.sql, { id, issuer: ownIssuer, subject: name, name, kind: 'service' })
    for (const secret of clientSecrets) await insertSecret(store.sql, id, hashSecret(secret))
    return id
  }
  await addClient('etl', secrets.first, secrets.second)
  await setPrincipalEnabled(store.sql, await addClient('off', secrets.disabled), false)

  return {
    sql: store.sql,
    issuer,
    sessions,
    lines,
    logged,
    addClient,
    async post(body, headers = {}) {
      const contentType = { 'content-type': 'application/x-www-form-urlencoded' }
      const response = await fetch(url, { method: 'POST', headers: { ...contentType, ...headers }, body })
      const text = await response.text()
      logged.push(text)
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: JSON.parse(text) as Record<string, unknown>,
      }
    },
    reset() {
      now = 0
      broken = false
      ahead = 0
      limiter = newLimiter()
      resolveAddress = clientAddressBehind(noProxies)
    },
    trust(proxies) {
      resolveAddress = clientAddressBehind(proxies)
    },
    setClock(ms) {
      now = ms
    },
    advance(ms) {
      ahead += ms
    },
    breakStore() {
      broken = true
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await ring[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
