import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { authorizationHeaders } from '../../conformance/lib/access-token.ts'
import { freePort } from '../../conformance/lib/free-port.ts'
import { startHeadgate, type HeadgateServer } from '../../conformance/lib/headgate-server.ts'
import { administrator } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { AuditEvent, WarehouseFixture, StoreRequest } from '../lib/warehouse-fixture.ts'
import { addUsage, nothingUsed, readUsage, type Usage } from '../lib/usage.ts'
import { startDelayed } from './delayed.ts'

/** Headgate server that this run has started, with the functions by which scenarios observe and change it. */
export interface ServerFixture extends WarehouseFixture {
  /** Running server. It has the same addresses after a restart. */
  readonly server: HeadgateServer
  /** URL of the catalog for clients. It is the URL of a proxy that delays some responses. */
  readonly publicUrl: string
}

/**
 * Delay in ms of responses to requests for storage credentials. Iceberg's Java client sends such requests continuously
 * while its credentials are valid for less than five minutes, and leaves a connection open each time. Without the
 * delay, it would run out of file descriptors.
 */
const distance = 250

export async function startServerFixture(
  keeper: ProcessKeeper,
  options: {
    readonly folder: string
    readonly lifetimeMs: number
    readonly env: Readonly<Record<string, string>>
    /** Returns the requests that the store has received. Undefined if the store is the S3 endpoint of the server. */
    readonly storeRequests?: () => readonly StoreRequest[]
  },
): Promise<ServerFixture> {
  const { folder, lifetimeMs, env } = options
  const log = join(folder, 'headgate.log')
  const ports = { catalog: await freePort(), s3: await freePort() }
  const publicUrl = await startDelayed(`http://127.0.0.1:${ports.catalog}`, {
    patienceMs: 30_000,
    delay: async ({ url }) => {
      if (/\/credentials(\?|$)/.test(url ?? '')) await sleep(distance)
    },
  })
  const start = {
    dataDir: join(folder, 'data'),
    log,
    env: { ...env, HEADGATE_PUBLIC_URL: publicUrl },
    ports,
  }
  const server = await startHeadgate(keeper, start)
  let running = server.process
  // The counters of the server start at zero after a restart, so their previous values are added.
  let usedBefore = nothingUsed
  const usage = async (): Promise<Usage> => addUsage(usedBefore, await readUsage(server.origin))
  const events = async (): Promise<AuditEvent[]> => {
    // The server writes the audit event of a request shortly after the response.
    await sleep(500)
    return eventsIn(await readFile(log, 'utf8'))
  }
  return {
    server,
    publicUrl,
    lifetimeMs,
    usage,
    events,
    storeRequests: async () => options.storeRequests?.() ?? gatewayRequests(await events()),
    send: async (method, path, body) => {
      const response = await fetch(`${server.origin}${path}`, {
        method,
        headers: {
          ...(await authorizationHeaders(administrator(server))),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
      return text === '' ? null : (JSON.parse(text) as unknown)
    },
    restart: async () => {
      const began = Date.now()
      usedBefore = await usage()
      await running.stop(30_000)
      running = (await startHeadgate(keeper, start)).process
      return Date.now() - began
    },
  }
}

/** Returns the requests to the S3 endpoint of a server, which its log contains. */
export function readGatewayRequests(log: string): StoreRequest[] {
  return gatewayRequests(eventsIn(log))
}

function gatewayRequests(events: readonly AuditEvent[]): StoreRequest[] {
  return events.flatMap(({ operation, status, detail }) =>
    operation.startsWith('s3.') && typeof detail?.['session'] === 'string'
      ? [{ credential: detail['session'], status }]
      : [],
  )
}

function eventsIn(log: string): AuditEvent[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{"audit":true'))
    .map((line) => JSON.parse(line) as AuditEvent)
}
