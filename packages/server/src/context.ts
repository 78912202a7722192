import type { IncomingMessage, ServerResponse } from 'node:http'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import type { Registry } from 'prom-client'
import { Warehouses } from './catalog/warehouses.ts'
import type { ContextOptions } from './context-options.ts'
import { openAccess } from './context/open-access.ts'
import { openApis, openConsoleCalls } from './context/open-apis.ts'
import { openCatalog } from './context/open-catalog.ts'
import { openCredentials } from './context/open-credentials.ts'
import { openEvents } from './context/open-events.ts'
import { openGateway } from './context/open-gateway.ts'
import { openIdentity } from './context/open-identity.ts'
import { openPlanning, planGate } from './context/open-planning.ts'
import { startJobs } from './context/start-jobs.ts'
import { clientAddressBehind } from './operation/client-address.ts'
import { RequestMetrics } from './http/metrics.ts'
import { createPipeline } from './http/pipeline.ts'
import { Router } from './http/router.ts'
import type { IcebergDeps } from './iceberg/deps.ts'
import { lanceErrorForm } from './lance/error-form.ts'
import type { ProvenIdentity } from './proven-identity.ts'
import { KeyRing } from './keys/key-ring.ts'
import { LoopTurns } from './concurrency/loop-turns.ts'
import { resourceMetadataUrl } from './oauth/discovery.ts'
import { Upstreams } from './upstream/upstreams.ts'
import { policyVersion } from './store/policies.ts'

/**
 * All objects of a server except its listening sockets. Its disposal writes the queued audit events, and closes
 * all resources that `openContext` opened.
 */
export interface Context extends AsyncDisposable {
  readonly deps: IcebergDeps
  /** Metrics of this process. */
  readonly metrics: Registry
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Handles a request to the storage gateway. */
  handleS3(request: IncomingMessage, response: ServerResponse): void
}

/** Creates all objects of a server and connects them. No other function assembles a server. */
export async function openContext(options: ContextOptions): Promise<Context> {
  const { sql, master, log, limits, openStorage, policyMaxAgeMs: maxAgeMs } = options
  await using stack = new AsyncDisposableStack()
  const onError = (err: unknown): void => log.warn({ err }, 'the key ring could not be reloaded')
  const ring = stack.use(await KeyRing.open({ sql, master, onError }))
  const metrics = new RequestMetrics()
  const { registry } = metrics
  const { policies, groupAges } = await openAccess(options, stack, registry)
  const warehouses = stack.use(await Warehouses.open({ sql, openStorage, maxAgeMs }))
  const audit = openEvents(options, stack)
  const assertions = { sql, master, ring, publicUrl: options.publicUrl, groupAges }
  const upstreams = stack.use(new Upstreams({ master, guard: options.endpoints, assertions }))
  const opened = openCredentials(options, stack, { ring, policies, registry, upstreams })
  const wakeJobs = (): void => jobs.wake()
  const loopTurns = new LoopTurns()
  const planning = openPlanning(options, ring, loopTurns)
  const catalog = await openCatalog(options, stack, {
    ...opened,
    policies,
    warehouses,
    upstreams,
    planning,
    wakeJobs,
  })
  const jobs = stack.use(startJobs(options, catalog))
  const identity = openIdentity(options, { ring, policies })
  const { authenticator, signedRequests } = identity
  const resolveAddress = clientAddressBehind(options.trustedProxies)
  const operations = openApis(options, {
    ring,
    audit,
    metrics,
    resolveAddress,
    identity,
    groupAges,
    opened,
    catalog,
  })
  const handle = createPipeline({
    router: new Router(operations),
    authenticator,
    signedRequests,
    findConsoleCall: openConsoleCalls(options, identity),
    resourceMetadataUrl: resourceMetadataUrl(options.publicUrl),
    policies,
    currentPolicy: async (caller: ProvenIdentity) => policies.get(caller, await policyVersion(sql)),
    audit,
    metrics,
    log,
    limits,
    loopTurns,
    corsOrigins: options.corsOrigins,
    errorForms: [lanceErrorForm],
    resolveAddress,
  })
  const handleS3 = openGateway(options, {
    ring,
    audit,
    resolveAddress,
    metrics,
    loopTurns,
    policies,
    warehouses,
    upstreams,
    plans: planGate(catalog),
    accessLog: opened.accessLog,
  })
  const owned = stack.move()
  return {
    deps: catalog,
    metrics: registry,
    handle,
    handleS3,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
