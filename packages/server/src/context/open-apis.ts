import type { ContextOptions } from '../context-options.ts'
import type { AuditLog } from '../events/audit-log.ts'
import { healthOperations } from '../http/health.ts'
import type { RequestMetrics } from '../http/metrics.ts'
import type { FindConsoleCall } from '../operation/console-calls.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Operation } from '../operation/operation.ts'
import { consoleCalls } from '../console/calls.ts'
import { sessionCookie, signInCookie } from '../console/cookie.ts'
import { consoleOperations } from '../console/routes.ts'
import type { ClientAddress } from '../operation/client-address.ts'
import { startPageOperations } from '../http/start-page.ts'
import type { IcebergDeps } from '../iceberg/deps.ts'
import { icebergOperations } from '../iceberg/routes.ts'
import { lanceOperations } from '../lance/routes.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { createPageTokens } from '../keys/page-tokens.ts'
import { vendingCheck } from '../management/check-vended.ts'
import { warehouseApiOperations } from '../management/warehouse-routes.ts'
import type { ManagementDeps } from '../management/administer.ts'
import type { IssuerSummary } from '../management/issuer-summary.ts'
import { managementApi } from '../management/routes.ts'
import { assertionDiscovery } from '../oauth/assertion-discovery.ts'
import { Attempts } from '../oauth/attempts.ts'
import { backchannelLogout } from '../oauth/backchannel-logout.ts'
import { discoveryOperations } from '../oauth/discovery.ts'
import { allGrants } from '../oauth/grants.ts'
import { createTokenEndpoint } from '../oauth/token-endpoint.ts'
import { findConsoleIdentity } from '../sessions/console-sessions.ts'
import type { GroupAges } from '../store/policies.ts'
import { discoverObject } from '../upstream/discover.ts'
import type { OpenedCredentials } from './open-credentials.ts'
import type { OpenedIdentity } from './open-identity.ts'

/** Dependencies of the APIs that other modules provide. */
export interface ApiDeps {
  readonly ring: KeyRing
  readonly audit: AuditLog
  readonly metrics: RequestMetrics
  readonly resolveAddress: ClientAddress
  readonly identity: OpenedIdentity
  readonly groupAges: GroupAges
  readonly opened: OpenedCredentials
  readonly catalog: IcebergDeps
}

type Operations = readonly (Operation | OpenOperation)[]

/** Returns the operations of all HTTP APIs, for the router. */
export function openApis(options: ContextOptions, deps: ApiDeps): Operations {
  const attempts = new Attempts()
  return [
    ...openHealth(options, deps),
    ...startPageOperations({ hasConsole: options.console }),
    ...openOAuth(options, deps, attempts),
    ...(options.console ? openConsole(options, deps, attempts) : []),
    ...icebergOperations(deps.catalog),
    ...lanceOperations(deps.catalog),
    ...openManagement(options, deps),
  ]
}

function openHealth({ log, wholeMetrics }: ContextOptions, { catalog, metrics }: ApiDeps): Operations {
  return healthOperations({
    checks: () => readinessChecks(catalog),
    onChange: (check, err) => {
      if (err === null) log.info({ check }, 'a check found that the server is ready again')
      else log.warn({ check, err }, 'a check found that the server is not ready')
    },
    contentType: metrics.registry.contentType,
    metrics: wholeMetrics ?? (() => metrics.registry.metrics()),
  })
}

function readinessChecks(deps: IcebergDeps): [string, (signal: AbortSignal) => Promise<void>][] {
  return [
    ['database', (signal) => deps.sql.ping(signal)],
    [
      'storage',
      async (signal) => {
        const warehouse = await deps.warehouses.get(deps.defaultWarehouse)
        await warehouse?.storage.check(signal)
      },
    ],
  ]
}

function openOAuth(
  options: ContextOptions,
  { ring, audit, resolveAddress, identity, groupAges, catalog }: ApiDeps,
  attempts: Attempts,
): Operations {
  const { sql, log, publicUrl, sessionSeconds, sigV4 } = options
  const { sessions, external } = identity
  const grants = allGrants({ sql, sessions, external, groupAges, sessionSeconds, now: Date.now })
  const issuers = options.issuers.map(({ issuer }) => issuer)
  const onError = (err: unknown): void => log.error({ err }, 'a request to the token endpoint failed')
  const logout =
    external === null
      ? []
      : [
          backchannelLogout({
            sql,
            tokens: external.tokens,
            policies: catalog.policies,
            log: (reason) => log.info({ reason }, 'a logout token was refused'),
          }),
        ]
  return [
    ...createTokenEndpoint({ grants, audit, attempts, resolveAddress, onError }),
    ...logout,
    ...discoveryOperations({ issuer: publicUrl, ring, grantTypes: [...grants.keys()], issuers, sigV4 }),
    ...assertionDiscovery({ publicUrl, ring }),
  ]
}

function openConsole(
  { sql, publicUrl, sessionSeconds, anonymous }: ContextOptions,
  { ring, audit, resolveAddress, identity }: ApiDeps,
  attempts: Attempts,
): Operations {
  const tokens = {
    sql,
    sessions: identity.sessions,
    external: identity.external,
    sessionSeconds,
    now: Date.now,
  }
  const { signIns, renewal } = identity
  return consoleOperations({
    tokens,
    attempts,
    audit,
    resolveAddress,
    ring,
    signIns,
    renewal,
    publicUrl,
    anonymous,
    cookie: sessionCookie(publicUrl),
    startedCookie: signInCookie(publicUrl),
  })
}

/** Returns the function that finds requests of the web console. */
export function openConsoleCalls(
  { sql, publicUrl, console, anonymous }: ContextOptions,
  { authenticator, renewal }: OpenedIdentity,
): FindConsoleCall {
  if (!console) return () => null
  return consoleCalls({
    cookie: sessionCookie(publicUrl),
    findIdentity: (secret) => findConsoleIdentity(sql, secret, renewal),
    anonymous: anonymous ? async () => authenticator.authenticate({}) : null,
  })
}

function openManagement(options: ContextOptions, { ring, identity, opened, catalog }: ApiDeps): Operations {
  const { sql, master, fileRoots, endpoints, gatewayUrl } = options
  const { policies } = catalog
  const { credentials, storageKeys, webIdentities } = opened
  const pageTokens = createPageTokens(ring)
  const checkVending = vendingCheck({ credentials, storageKeys, gatewayUrl, endpoints })
  const issuers = identity.external?.tokens.issuers ?? new Set()
  const { routes, document } = managementApi(
    {
      sql,
      policies,
      pageTokens,
      issuers,
      issuerSummaries: options.issuers.map(toIssuerSummary),
      master,
      discover: discoverIn(catalog),
      gatewayDecisionMs: options.storageAccess.decisionMaxAgeMs,
    },
    warehouseApiOperations({
      ...catalog,
      master,
      pageTokens,
      policies,
      fileRoots,
      endpoints,
      checkVending,
      webIdentities,
    }),
  )
  return [...routes, document]
}

function discoverIn(catalog: IcebergDeps): NonNullable<ManagementDeps['discover']> {
  return async (call, name) => {
    if (name === 'server' || name.namespace === undefined) return
    const warehouse = await catalog.warehouses.get(name.warehouse)
    if (warehouse?.kind !== 'upstream') return
    const { namespace, relation } = name
    await discoverObject(catalog, call, { warehouse, namespace, relation }, call.signal)
  }
}

function toIssuerSummary(settings: ContextOptions['issuers'][number]): IssuerSummary {
  const { issuer, audiences, algorithms, actors, clients, makesPrincipals } = settings
  return {
    issuer,
    audiences,
    algorithms,
    actors: actors === null ? null : [...actors],
    clients: clients === null ? null : [...clients],
    makesPrincipals,
    introspection: settings.introspection?.tokens ?? null,
    secondLeg: settings.secondLeg?.profile ?? null,
    signsInToConsole: settings.console !== null,
    acceptsLogoutTokens: settings.logoutAudiences !== null,
  }
}
