import type { IncomingMessage, ServerResponse } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { Registry } from 'prom-client'
import { openStorageOf } from '../catalog/open-storage.ts'
import type { Config } from '../config/config.ts'
import type { Secret } from '../config/secret.ts'
import { type Context, openContext } from '../context.ts'
import { errorAnswer } from '../http/error-answer.ts'
import { Listener, type ListenerOptions } from '../http/listener.ts'
import type { Log } from '../log.ts'
import { refuseBroken } from '../s3/refuse-broken.ts'
import { EndpointGuard, StorageRegistry } from '@headgate/storage'
import { openSql } from '../store/pool.ts'
import { StartupGate } from './startup-gate.ts'
import { masterKeyOf } from './master-key.ts'

/** URLs of a server for clients, and its ports. */
export interface Addresses {
  readonly url: string
  readonly port: number
  /** Storage gateway. Null: there is none. */
  readonly gateway: { readonly url: string; readonly port: number } | null
}

/** Process that answers requests. Disposal finishes acknowledged work, then releases all that it opened. */
export interface OpenServer extends AsyncDisposable {
  readonly addresses: Addresses
  /** Metrics of this process only. */
  readonly metrics: Registry
}

export interface OpenServerOptions {
  readonly config: Config
  readonly log: Log
  /** URL of a prepared database. */
  readonly databaseUrl: Secret
  /** Treatment of requests before the start has finished: `refuse` answers 503; `wait` is for servers with several processes. */
  readonly early: 'refuse' | 'wait'
  /** See `ContextOptions`. */
  readonly wholeMetrics?: () => Promise<string>
}

/** Opens what each process needs to answer requests: connections to the database, the sockets, the context. */
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
  const master = await masterKeyOf(config)
  const endpoints = new EndpointGuard(config.endpoints)
  const registry = stack.use(new StorageRegistry({ guard: endpoints }))
  const gate = new StartupGate<Context>(options.early)
  const listener = await Listener.open(config.listen, (request, response) =>
    gate.use(
      (context) => context.handle(request, response),
      () => answerStarting(request, response),
    ),
  )
  stack.defer(() => listener.close(config.shutdownTimeoutMs))
  const url = config.publicUrl ?? urlOf(config.listen, listener)
  const gateway = await openGateway(config, gate)
  if (gateway !== null) stack.defer(() => gateway.listener.close(config.shutdownTimeoutMs))
  // Before the sockets close, because they wait for pending responses.
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
    openStorage: (row) => openStorageOf(row, { master, registry }),
  })
  gate.open(opened)
  // After the listener, so that running requests finish before the context is disposed.
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

/** Opens the socket of the storage gateway. Null: clients could not reach it. */
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
        // S3 clients repeat the request on this status, for any body.
        () => void response.writeHead(503, { 'retry-after': '1' }).end(),
      ),
  )
  return { listener, url: gateway.publicUrl ?? urlOf(gateway.listen, listener) }
}

function urlOf({ tls, host }: ListenerOptions, { port }: Listener): string {
  return `${tls === null ? 'http' : 'https'}://${hostInUrl(host)}:${port}`
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function answerStarting(request: IncomingMessage, response: ServerResponse): void {
  const error = new HeadgateError('unavailable', 'The server is starting. Try again in a second.', {
    retryAfterSeconds: 1,
  })
  const { status, headers, body } = errorAnswer(error, request.method ?? 'GET')
  response.writeHead(status, headers).end(body)
}
