import { join } from 'node:path'
import { authorizationHeaders } from '../../conformance/lib/access-token.ts'
import { freePort } from '../../conformance/lib/free-port.ts'
import { type HeadgateServer, startHeadgate } from '../../conformance/lib/headgate-server.ts'
import { installMinio, startMinio } from '../../conformance/lib/minio.ts'
import { startNessie } from '../../conformance/lib/nessie.ts'
import { administrator, prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { gatewayWarehouse } from '../lasting/gateway-warehouse.ts'
import type { ServerFixture } from '../lasting/server-fixture.ts'
import { startDelayed } from '../lasting/delayed.ts'
import type { CatalogBehind } from '../lib/warehouse-fixture.ts'
import type { Target } from '../target.ts'
import { openUsers } from '../users/open-users.ts'
import { fileRoots } from './between-headgates.ts'

/** Audience of tokens that the upstream catalog accepts. */
const audience = 'upstream'
/** Users of the forwarding server that also have rights at the upstream catalog. */
const known = ['admin', 'alice', 'bob']

/** Name of the engine that acts for the users. */
const engine = 'trino'

/** Warehouse that asserts its users to its upstream catalog, and this catalog. */
interface Asserted {
  readonly access: Awaited<ReturnType<typeof gatewayWarehouse>>
  readonly behind: CatalogBehind
}

/**
 * Opens the catalogs of the storage `users`, with a warehouse in the identity mode `assert`, which forwards requests
 * with the identity of each user. The upstream catalog, a second Headgate server or Nessie, trusts only the issuer of
 * this warehouse, and has no service account for it.
 */
export async function openUpstreamUsers(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
  kind: 'headgate' | 'nessie',
): Promise<Target> {
  const found: CatalogBehind[] = []
  const dataDir = join(folder, 'upstream-data')
  const target = await openUsers(keeper, folder, say, {
    env: fileRoots({ dataDir }),
    makeWarehouse: async (fixture, name, lifetimeSeconds) => {
      const options = { fixture, name, folder, lifetimeSeconds }
      const { access, behind } =
        kind === 'headgate'
          ? await assertToHeadgate(keeper, { ...options, dataDir })
          : await assertToNessie(keeper, options, say)
      found.push(behind)
      return access
    },
  })
  const [behind = null] = found
  return { ...target, fixture: target.fixture === null ? null : { ...target.fixture, behind } }
}

interface AssertedOptions {
  readonly fixture: ServerFixture
  readonly name: string
  readonly folder: string
  readonly lifetimeSeconds: number
}

async function assertToHeadgate(
  keeper: ProcessKeeper,
  { fixture, name, folder, lifetimeSeconds, dataDir }: AssertedOptions & { readonly dataDir: string },
): Promise<Asserted> {
  const ports = { catalog: await freePort(), s3: await freePort() }
  const storage = { kind: 'file', root: join(dataDir, 'warehouses', name) } as const
  const access = await prepareWarehouse(fixture.server, {
    name,
    storage,
    bucket: name,
    vending: { mode: 'gateway', lifetimeSeconds },
    upstream: {
      uri: `http://127.0.0.1:${ports.catalog}`,
      warehouse: name,
      identity: { mode: 'assert', audience },
    },
  })
  const issuer = await assertionIssuer(fixture, name)
  const upstream = await startHeadgate(keeper, {
    dataDir,
    log: join(folder, 'upstream.log'),
    env: {
      HEADGATE_ISSUERS: JSON.stringify([{ issuer, audience, tokenType: 'any', makesPrincipals: false }]),
      HEADGATE_AUDIT_READS: 'store',
    },
    ports,
  })
  await prepareWarehouse(upstream, { name, storage, bucket: name, vending: { mode: 'none' } })
  for (const subject of known) {
    await manage(upstream, 'POST', '/principals/register', { issuer, subject })
    const to = { principal: `${issuer}#${subject}` }
    await manage(upstream, 'POST', '/grants', { privilege: 'manage', on: { warehouse: name }, to })
  }
  await registerEngine(upstream, issuer, name)
  return {
    access: {
      ...access,
      storage: {
        kind: 'vended',
        endpoint: fixture.server.s3Url,
        region: 'us-east-1',
        ask: 'vended-credentials',
      },
    },
    behind: {
      authors: async () => {
        const { events } = (await manage(upstream, 'GET', '/audit?pageSize=500&operation=updateTable')) as {
          readonly events: readonly { readonly principal: string; readonly outcome: string }[]
        }
        return events
          .filter(({ outcome }) => outcome === 'allowed')
          .map(({ principal }) => toSubject(principal))
      },
      statusOf: (token) => statusOf(`${upstream.origin}/v1/config?warehouse=${name}`, token),
    },
  }
}

async function assertToNessie(
  keeper: ProcessKeeper,
  { fixture, name, folder, lifetimeSeconds }: AssertedOptions,
  say: (line: string) => void,
): Promise<Asserted> {
  const binary = await installMinio(keeper, say)
  const minio = await startMinio(keeper, { binary, folder: join(folder, 'minio'), buckets: ['lake'] })
  const storage = minio.storage('lake')
  const port = await freePort()
  const nessie = `http://127.0.0.1:${port}`
  // Nessie returns its history only to callers with a token, so the proxy stores the last token that it has received.
  let lastToken = ''
  const front = await startDelayed(nessie, {
    delay: ({ headers }) => {
      lastToken = headers.authorization?.replace('Bearer ', '') ?? ''
      return Promise.resolve()
    },
  })
  const access = await prepareWarehouse(fixture.server, {
    name,
    storage,
    vending: { mode: 'gateway', lifetimeSeconds },
    upstream: { uri: `${front}/iceberg`, identity: { mode: 'assert', audience } },
  })
  await startNessie(keeper, {
    storage,
    warehouse: name,
    folder: join(folder, 'nessie'),
    port,
    properties: {
      'nessie.server.authentication.enabled': 'true',
      'quarkus.oidc.tenant-enabled': 'true',
      'quarkus.oidc.auth-server-url': await assertionIssuer(fixture, name),
      'quarkus.oidc.client-id': 'nessie',
      'quarkus.oidc.application-type': 'service',
      'quarkus.oidc.token.audience': audience,
    },
  })
  const authors = async (): Promise<readonly string[]> => {
    const response = await fetch(`${nessie}/api/v2/trees/main/history`, {
      headers: { authorization: `Bearer ${lastToken}` },
      signal: AbortSignal.timeout(10_000),
    })
    const { logEntries } = (await response.json()) as {
      readonly logEntries: readonly { readonly commitMeta: { readonly committer: string } }[]
    }
    return logEntries.map(({ commitMeta }) => commitMeta.committer)
  }
  return {
    access: {
      ...access,
      storage: {
        kind: 'vended',
        endpoint: fixture.server.s3Url,
        region: storage.region,
        ask: 'vended-credentials',
      },
    },
    behind: { authors, statusOf: (token) => statusOf(`${nessie}/iceberg/v1/config`, token) },
  }
}

/**
 * Registers the engine of the forwarding server at the upstream, with all rights. Assertions name this engine as their
 * actor.
 */
async function registerEngine(upstream: HeadgateServer, issuer: string, warehouse: string): Promise<void> {
  await manage(upstream, 'POST', '/principals', { name: engine })
  await manage(upstream, 'POST', `/principals/${engine}/federations`, { issuer, subject: engine })
  const subjects = [{ issuer, pattern: '*' }]
  await manage(upstream, 'POST', '/engines', { principal: engine, subjects })
  const to = { principal: engine }
  await manage(upstream, 'POST', '/grants', { privilege: 'manage', on: { warehouse }, to })
}

/** Returns the issuer identifier in the assertions of a warehouse. */
async function assertionIssuer(fixture: ServerFixture, warehouse: string): Promise<string> {
  const { id } = (await fixture.send('GET', `/management/v1/warehouses/${warehouse}`)) as {
    readonly id: string
  }
  return `${fixture.publicUrl}/assertions/${id}`
}

/** Returns the subject in the name of a user, which audit events write as `ISSUER#SUBJECT`. */
function toSubject(principal: string): string {
  return principal.slice(principal.indexOf('#') + 1)
}

async function statusOf(url: string, token: string): Promise<number> {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) })
  await response.body?.cancel()
  return response.status
}

async function manage(
  server: HeadgateServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${server.origin}/management/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(await authorizationHeaders(administrator(server))) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
  return text === '' ? null : JSON.parse(text)
}
