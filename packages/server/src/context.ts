import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import { SigningKeys } from '@headgate/sigv4'
import { observeCedar } from './access/cedar/cedar-metrics.ts'
import { openCedar } from './access/cedar/open-cedar.ts'
import { Policies } from './access/policies.ts'
import { BodyCache } from './catalog/body-cache.ts'
import { GroupCommit } from './catalog/group-commit.ts'
import { ModelCache } from './catalog/model-cache.ts'
import { Resolver } from './catalog/resolver.ts'
import { Serial } from './catalog/serial.ts'
import { Standings } from './catalog/standings.ts'
import { Warehouses } from './catalog/warehouses.ts'
import type { ContextOptions } from './context-options.ts'
import { CredentialCache } from './credentials/credential-cache.ts'
import { CredentialIssuer } from './credentials/credential-issuer.ts'
import { GatewayAuthorizer } from './credentials/gateway-authorizer.ts'
import { TableStates } from './credentials/table-state.ts'
import { observeVending } from './credentials/vending-metrics.ts'
import { GatewayVendor } from './credentials/vendors/gateway.ts'
import { StaticVendor } from './credentials/vendors/static.ts'
import { StorageKeys } from './credentials/vendors/storage-keys.ts'
import { StsVendor } from './credentials/vendors/sts.ts'
import { WebIdentities } from './credentials/vendors/web-identities.ts'
import { AuditLog, auditLine } from './events/audit-log.ts'
import { RefusalLog } from './events/refusal-log.ts'
import { LogLines } from './log-lines.ts'
import { LoopTurns } from './loop-turns.ts'
import { clientAddressBehind } from './http/client-address.ts'
import { healthOperations } from './http/health.ts'
import { startPageOperations } from './http/start-page.ts'
import { RequestMetrics } from './http/metrics.ts'
import type { OpenOperation } from './http/open-operation.ts'
import type { Operation } from './http/operation.ts'
import { createPipeline } from './http/pipeline.ts'
import { Router } from './http/router.ts'
import type { IcebergParts } from './iceberg/parts.ts'
import { icebergOperations } from './iceberg/routes.ts'
import { createAuthenticator } from './identity/authenticator.ts'
import { compositeBearer } from './identity/issuers/composite-bearer.ts'
import { ExternalBearer } from './identity/issuers/external-bearer.ts'
import { openExternal } from './identity/issuers/open-external.ts'
import type { Identity } from './identity/identity.ts'
import { KeyRing } from './keys/key-ring.ts'
import { backchannelLogout } from './oauth/backchannel-logout.ts'
import { discoveryOperations, resourceMetadataUrl } from './oauth/discovery.ts'
import { allGrants } from './oauth/grants.ts'
import { createTokenEndpoint } from './oauth/token-endpoint.ts'
import { expireSweep } from './jobs/expire.ts'
import { housekeepingSweep } from './jobs/housekeeping.ts'
import { Jobs } from './jobs/jobs.ts'
import { purgeHandler } from './jobs/purge/purge.ts'
import { recordDigestsHandler } from './jobs/record-digests.ts'
import { retiredPlacesSweep } from './jobs/retired-places.ts'
import { storageSweep } from './jobs/storage-sweep.ts'
import { createPageTokens } from './keys/page-tokens.ts'
import { dropRetired } from './keys/rotate.ts'
import { vendingCheck } from './management/check-vended.ts'
import { lakeOperations } from './management/lake-routes.ts'
import { managementApi } from './management/routes.ts'
import { createS3Endpoint } from './s3/endpoint.ts'
import { Sessions } from './sessions/sessions.ts'
import { purgeJob } from './store/dropped-relations.ts'
import { recordDigestsJob } from './store/metadata-digests.ts'
import { bumpPolicy, policyVersion } from './store/policies.ts'

/** A running server without its socket. Disposing of it writes down what waits and lets go of everything it opened. */
export interface Context extends AsyncDisposable {
  readonly parts: IcebergParts
  /** Metrics of this process. */
  readonly metrics: Registry
  handle(request: IncomingMessage, response: ServerResponse): void
  /** The storage gateway. */
  handleS3(request: IncomingMessage, response: ServerResponse): void
}

/** The one place where the parts meet. */
export async function openContext(options: ContextOptions): Promise<Context> {
  const { sql, master, log, limits } = options
  await using stack = new AsyncDisposableStack()
  const ring = stack.use(
    await KeyRing.open({
      sql,
      master,
      onError: (err) => log.warn({ err }, 'the key ring could not be reloaded'),
    }),
  )
  const groupAges = Object.fromEntries(
    options.issuers.map(({ issuer, groupsMaxAgeMs }) => [issuer, groupsMaxAgeMs / 1_000]),
  )
  const cedar =
    options.cedarPolicies === null
      ? null
      : stack.use(
          await openCedar({
            path: options.cedarPolicies,
            log,
            // Every replica follows the files itself: its own old decisions are void with the version they were made under.
            onChange: async () => policies.saw(await sql.transaction((tx) => bumpPolicy(tx))),
          }),
        )
  const policies: Policies = stack.use(
    await Policies.open({
      sql,
      maxAgeMs: options.policyMaxAgeMs,
      groupAges,
      ...(cedar === null ? {} : { authorizer: cedar.authorizer }),
    }),
  )
  const warehouses = stack.use(
    await Warehouses.open({ sql, openStorage: options.openStorage, maxAgeMs: options.policyMaxAgeMs }),
  )
  const lines = stack.use(new LogLines())
  const refusals = stack.use(new RefusalLog({ sql, writeRow: (row) => lines.write(auditLine(row)) }))
  const audit = stack.use(
    new AuditLog({ mode: options.auditReads, sql, refusals, write: (line) => lines.write(line) }),
  )
  const sessions = new Sessions({
    ring,
    issuer: options.publicUrl,
    audience: options.publicUrl,
    ttlSeconds: options.tokenTtlSeconds,
  })
  const metrics = new RequestMetrics()
  const loopTurns = new LoopTurns()
  const { lives, region, hostSuffix, decisionMaxAgeMs, webIdentityTokenFile } = options.storageAccess
  const { gatewayUrl, publicUrl } = options
  const storageKeys = new StorageKeys()
  const webIdentities = new WebIdentities({ ring, issuer: publicUrl, tokenFile: webIdentityTokenFile })
  const credentials = new CredentialCache({
    vendors: {
      sts: new StsVendor({ keys: storageKeys, tokens: webIdentities, endpoints: options.endpoints }),
      static: new StaticVendor(),
      ...(gatewayUrl === null
        ? {}
        : { gateway: new GatewayVendor({ ring, endpoint: () => gatewayUrl, region }) }),
    },
    minLifeMs: lives.minLifeMs,
    generation: () => ring.generation,
  })
  observeVending(metrics.registry, credentials)
  if (cedar !== null) observeCedar(metrics.registry, cedar)
  const standings = new Standings()
  const resolver = new Resolver(sql, undefined, () => {
    standings.clear()
    policies.forget()
    warehouses.forget()
  })
  stack.use(
    await sql.listen('headgate', (payload) => {
      if (payload !== null) return
      standings.clear()
      resolver.forget()
    }),
  )
  const catalog = { publicUrl, namespaceSeparator: options.namespaceSeparator }
  const issuer = new CredentialIssuer({ credentials, ring, catalog, lifetimes: lives, now: Date.now })
  const parts: IcebergParts = {
    sql,
    resolver,
    groupCommit: new GroupCommit(sql),
    bodies: new BodyCache({ maxBytes: options.metadataCacheBytes, maxFileBytes: maxMetadataBytes }),
    tableModels: new ModelCache(options.metadataCacheBytes / 2),
    viewModels: new ModelCache(options.metadataCacheBytes / 8),
    log,
    rowLimitBytes: options.metadataRowLimitBytes,
    maxMetadataBytes,
    now: Date.now,
    warehouses,
    policies,
    issuer,
    storageKeys,
    refresh: {
      ring,
      states: new TableStates(sql),
      policies,
      issuer,
      publicUrl,
      lifetimes: lives,
      now: Date.now,
    },
    signingKeys: new SigningKeys(),
    serial: new Serial(),
    standings,
    idempotency: { sql, lifetimeSeconds: options.idempotencyLifetimeSeconds },
    nameLimits: {
      maxNameBytes: limits.maxNameBytes,
      maxNamespaceBytes: 4 * limits.maxNameBytes,
      maxLevels: 32,
    },
    namespaceSeparator: options.namespaceSeparator,
    maxPageSize: limits.maxPageSize,
    defaultWarehouse: options.defaultWarehouse,
    verifyMetadataFiles: options.verifyMetadataFiles,
    wakeJobs: () => jobs.wake(),
  }
  const jobs = stack.use(
    Jobs.start({
      sql,
      log,
      handlers: new Map([
        [purgeJob, purgeHandler(parts)],
        [recordDigestsJob, recordDigestsHandler(parts)],
      ]),
      sweeps: [
        expireSweep(sql),
        housekeepingSweep({
          sql,
          auditSeconds: options.auditRetentionSeconds,
          refusalSeconds: options.auditRefusalRetentionSeconds,
          dropRetiredKeys: () => dropRetired(sql, options.retiredKeySeconds * 1_000),
        }),
        storageSweep({ sql, warehouses, log }),
        retiredPlacesSweep({ sql, warehouses, log }),
      ],
      intervalMs: options.jobIntervalMs,
    }),
  )
  const sawPolicy = (version: number): void => policies.saw(version)
  const mark = (): object => policies.mark
  const external = openExternal({ sql, issuers: options.issuers, tokenEndpoint: publicUrl, sawPolicy, mark })
  const bearers =
    external === null
      ? sessions
      : compositeBearer({
          sessions,
          external: { bearer: new ExternalBearer({ ...external, sql, mark }), tokens: external.tokens },
        })
  const pageTokens = createPageTokens(ring)
  const grants = allGrants({
    sql,
    sessions,
    external,
    groupAges,
    sessionSeconds: options.sessionSeconds,
    now: Date.now,
  })
  const addressOf = clientAddressBehind(options.trustedProxies)
  const tokenEndpoint = createTokenEndpoint({
    grants,
    audit,
    addressOf,
    onError: (err) => log.error({ err }, 'the token endpoint failed'),
  })
  const management = managementApi(
    { sql, policies, pageTokens, issuers: external?.tokens.issuers ?? new Set() },
    lakeOperations({
      ...parts,
      master,
      pageTokens,
      policies,
      fileRoots: options.fileRoots,
      endpoints: options.endpoints,
      checkVending: vendingCheck({ credentials, storageKeys, gatewayUrl, endpoints: options.endpoints }),
      webIdentities,
    }),
  )
  const operations: (Operation | OpenOperation)[] = [
    ...healthOperations({
      checks: () => readinessChecks(parts),
      onChange: (check, err) => {
        if (err === null) log.info({ check }, 'the server is ready again, by this check')
        else log.warn({ check, err }, 'the server is not ready')
      },
      contentType: metrics.registry.contentType,
      metrics: options.wholeMetrics ?? (() => metrics.registry.metrics()),
    }),
    ...startPageOperations(),
    ...tokenEndpoint,
    ...(external === null
      ? []
      : [
          backchannelLogout({
            sql,
            tokens: external.tokens,
            sawPolicy,
            log: (reason) => log.info({ reason }, 'a logout token was refused'),
          }),
        ]),
    ...discoveryOperations({
      issuer: publicUrl,
      ring,
      grantTypes: [...grants.keys()],
      issuers: options.issuers.map(({ issuer }) => issuer),
    }),
    ...icebergOperations(parts),
    ...management.routes,
    management.document,
  ]
  const handle = createPipeline({
    router: new Router(operations),
    authenticator: createAuthenticator({ sessions: bearers, anonymous: options.anonymous }),
    resourceMetadataUrl: resourceMetadataUrl(publicUrl),
    policies,
    currentPolicy: async (identity: Identity) => policies.get(identity, await policyVersion(sql)),
    audit,
    metrics,
    log,
    limits,
    loopTurns,
    corsOrigins: options.corsOrigins,
    addressOf,
  })
  const handleS3 = createS3Endpoint({
    ring,
    sessions: new GatewayAuthorizer({
      sql,
      policies,
      warehouses,
      anonymous: options.anonymous,
      maxAgeMs: decisionMaxAgeMs,
    }),
    regions: [region],
    ...(hostSuffix === null ? {} : { hostSuffix }),
    log,
    audit,
    addressOf,
    metrics,
    loopTurns,
    limits: {
      maxConcurrentRequests: limits.maxConcurrentRequests,
      maxObjectPartBytes,
      requestTimeoutMs: limits.requestTimeoutMs,
    },
    now: Date.now,
    recheckMs: recheckInterval(decisionMaxAgeMs),
  })
  const owned = stack.move()
  return {
    parts,
    metrics: metrics.registry,
    handle,
    handleS3,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/**
 * Interval at which running requests of the storage gateway are authorized again. The authorizer renews a decision in the
 * second half of its maximum age: with four checks in this age, a running request ends within it after a revocation.
 */
function recheckInterval(decisionMaxAgeMs: number): number {
  return Math.min(Math.max(decisionMaxAgeMs / 4, 250), 30_000)
}

/** As S3 has it. */
const maxObjectPartBytes = 5 * 1024 ** 3

/** Larger metadata files are refused: 256 MiB of JSON is no table but an accident. */
const maxMetadataBytes = 256 * 1024 * 1024

function readinessChecks(parts: IcebergParts): [string, (signal: AbortSignal) => Promise<void>][] {
  return [
    ['database', (signal) => parts.sql.ping(signal)],
    [
      'storage',
      async (signal) => {
        const warehouse = await parts.warehouses.get(parts.defaultWarehouse)
        await warehouse?.storage.check(signal)
      },
    ],
  ]
}
