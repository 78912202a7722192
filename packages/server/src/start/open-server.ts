import type { IncomingMessage, ServerResponse } from 'node:http'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { HeadgateError } from '@headgate/errors'
import type { Registry } from 'prom-client'
import { openWarehouseStorage } from '../catalog/open-storage.ts'
import type { Config } from '../config/config.ts'
import type { Secret } from '../config/secret.ts'
import { type Context, openContext } from '../context.ts'
import { errorResponse } from '../http/error-response.ts'
import { Listener, type ListenerOptions } from '../http/listener.ts'
import type { Log } from '../log.ts'
import { refuseBroken } from '../s3/refuse-broken.ts'
import { EndpointGuard, StorageRegistry } from '@headgate/storage'
import { openSql } from '../store/pool.ts'
import { StartupGate } from './startup-gate.ts'
import { loadMasterKey } from './master-key.ts'

/** URLs for clients and ports of a running server. */
export interface Addresses {
  readonly url: string
  readonly port: number
  /** URL and port of the storage gateway, or null when the server has no storage gateway. */
  readonly gateway: { readonly url: string; readonly port: number } | null
}

/**
 * The part of a server in one process that answers requests. Disposal finishes running requests and acknowledged
 * background work, then closes the sockets and database connections.
 */
export interface OpenServer extends AsyncDisposable {
  readonly addresses: Addresses
  /** Metrics of this process, without those of other processes of the server. */
  readonly metrics: Registry
}

export interface OpenServerOptions {
  readonly config: Config
  readonly log: Log
  /** URL of a database with the current schema (see `prepareServer`). */
  readonly databaseUrl: Secret
  /**
   * Handling of requests that arrive before the start has finished: `refuse` answers 503, `wait` delays them. Servers
   * with several processes use `wait`.
   */
  readonly early: 'refuse' | 'wait'
  /** Returns the metrics of all processes of the server (see `ContextOptions`). */
  readonly wholeMetrics?: () => Promise<string>
}

/** Opens the resources that a process needs to answer requests: database connections, sockets and the context. */
export async function openServer(options: OpenServerOptions): Promise<OpenServer> {
  const { config, log, databaseUrl, wholeMetrics } = options
  await using stack = new AsyncDisposableStack()
  const sql = stack.use(
    await openSql({
      ...config.database,
      url: databaseUrl.reveal(),
      onError: (err) => log.warn({ err }, 'a database connection was lost or refused'),
    }),
  )
  const master = await loadMasterKey(config)
  const endpoints = new EndpointGuard(config.endpoints)
  const registry = stack.use(new StorageRegistry({ guard: endpoints }))
  const gate = new StartupGate<Context>(options.early)
  const listener = await Listener.open(config.listen, (request, response) =>
    gate.use(
      (context) => context.handle(request, response),
      () => respondWhileStarting(request, response),
    ),
  )
  stack.defer(() => listener.close(config.shutdownTimeoutMs))
  const url = config.publicUrl ?? formatUrl(config.listen, listener)
  const gateway = await openGateway(config, gate)
  if (gateway !== null) stack.defer(() => gateway.listener.close(config.shutdownTimeoutMs))
  // If the start fails, refuses the waiting requests before the sockets close, because closing a socket waits for
  // pending responses.
  stack.defer(() => gate.fail())
  const opened = await openContext({
    ...config.context,
    sql,
    log,
    ...(wholeMetrics === undefined ? {} : { wholeMetrics }),
    publicUrl: url,
    gatewayUrl: gateway?.url ?? null,
    master,
    endpoints,
    openStorage: (row) => openWarehouseStorage(row, { master, registry }),
  })
  gate.open(opened)
  // From now on, the returned object disposes of the resources: first the listeners, so that running requests finish,
  // then the context.
  const owned = stack.move()
  return {
    addresses: {
      url,
      port: listener.port,
      gateway: gateway === null ? null : { url: gateway.url, port: gateway.listener.port },
    },
    metrics: opened.metrics,
    async [Symbol.asyncDispose]() {
      await Promise.all([
        listener.close(config.shutdownTimeoutMs),
        gateway?.listener.close(config.shutdownTimeoutMs),
      ])
      await opened[Symbol.asyncDispose]()
      await owned.disposeAsync()
    },
  }
}

/** Opens the socket of the storage gateway. Returns null when no storage gateway is configured. */
async function openGateway(
  { gateway }: Config,
  gate: StartupGate<Context>,
): Promise<{ readonly listener: Listener; readonly url: string } | null> {
  if (gateway === null) return null
  const listener = await Listener.open(
    { ...gateway.listen, asksFirst: true, endsWithClient: true, refuse: refuseBroken },
    (request, response) =>
      gate.use(
        (context) => context.handleS3(request, response),
        // S3 clients repeat a request after the status 503, regardless of the body.
        () => void response.writeHead(503, { 'retry-after': '1' }).end(),
      ),
  )
  return { listener, url: gateway.publicUrl ?? formatUrl(gateway.listen, listener) }
}

function formatUrl({ tls, host }: ListenerOptions, { port }: Listener): string {
  return `${tls === null ? 'http' : 'https'}://${hostInUrl(host)}:${port}`
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function respondWhileStarting(request: IncomingMessage, response: ServerResponse): void {
  const error = new HeadgateError('unavailable', 'The server is starting. Try again in a second.', {
    retryAfterSeconds: 1,
  })
  const { status, headers, body } = errorResponse(error, request.method ?? 'GET')
  response.writeHead(status, headers).end(body)
}
