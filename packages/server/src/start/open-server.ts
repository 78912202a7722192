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
import { EndpointGuard } from '../storage/endpoint-guard.ts'
import { StorageRegistry } from '../storage/registry.ts'
import { openSql } from '../store/pool.ts'
import { Awaited } from './awaited.ts'
import { masterKeyOf } from './master-key.ts'

/** Where clients reach a server, and the ports that this comes from. */
export interface Addresses {
  readonly url: string
  readonly port: number
  /** The storage gateway; null: there is none. */
  readonly gateway: { readonly url: string; readonly port: number } | null
}

/** A process that answers. Disposing of it finishes what it has acknowledged, then lets go of everything it opened. */
export interface OpenServer extends AsyncDisposable {
  readonly addresses: Addresses
  /** Of this process alone. */
  readonly metrics: Registry
}

export interface OpenServerOptions {
  readonly config: Config
  readonly log: Log
  /** Of a database that was prepared. */
  readonly databaseUrl: Secret
  /** What is asked before the parts stand: gets 503 from the only process, or waits when others answer meanwhile. */
  readonly early: 'refuse' | 'wait'
  /** See `ContextOptions`. */
  readonly wholeMetrics?: () => Promise<string>
}

/** What each process that answers opens for itself: connections to the database, the sockets, the parts. */
export async function openServer(options: OpenServerOptions): Promise<OpenServer> {
  const { config, log, databaseUrl, wholeMetrics } = options
  await using stack = new AsyncDisposableStack()
  const sql = stack.use(
    await openSql({
      ...config.database,
      url: databaseUrl.reveal(),
      onError: (err) => log.warn({ err }, 'a database connection was lost, or not given'),
    }),
  )
  const master = await masterKeyOf(config)
  const endpoints = new EndpointGuard(config.endpoints)
  const registry = stack.use(new StorageRegistry({ guard: endpoints }))
  const parts = new Awaited<Context>(options.early)
  const listener = await Listener.open(config.listen, (request, response) =>
    parts.use(
      (context) => context.handle(request, response),
      () => answerStarting(request, response),
    ),
  )
  stack.defer(() => listener.close(config.shutdownTimeoutMs))
  const url = config.publicUrl ?? urlOf(config.listen, listener)
  const gateway = await openGateway(config, parts)
  if (gateway !== null) stack.defer(() => gateway.listener.close(config.shutdownTimeoutMs))
  // Before the sockets close: they wait for what is not answered.
  stack.defer(() => parts.fall())
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
  parts.stand(opened)
  // After the listener: what runs is finished before its parts go.
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

/** The socket of the storage gateway; null when clients could not reach it. */
async function openGateway(
  { gateway }: Config,
  parts: Awaited<Context>,
): Promise<{ readonly listener: Listener; readonly url: string } | null> {
  if (gateway === null) return null
  const listener = await Listener.open({ ...gateway.listen, refuse: refuseBroken }, (request, response) =>
    parts.use(
      (context) => context.handleS3(request, response),
      // S3 clients send it again on this status, whatever the body says.
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
  const error = new HeadgateError('unavailable', 'The server is starting: try again in a second.', {
    retryAfterSeconds: 1,
  })
  const { status, headers, body } = errorAnswer(error, request.method ?? 'GET')
  response.writeHead(status, headers).end(body)
}
