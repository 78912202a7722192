import cluster from 'node:cluster'
import { isHeadgateError } from '@headgate/errors'
import { type Config, readConfig } from '../../config/config.ts'
import { Secret } from '../../config/secret.ts'
import { createLog } from '../../log.ts'
import { explainFailure } from '../explain-failure.ts'
import type { OpenServer } from '../open-server.ts'
import type { Ports } from './messages.ts'
import { PrimaryLink } from './primary-link.ts'

/**
 * Runs one of the processes that answer requests, as the primary configures it, and stops when the primary requests it or
 * has ended. It reads the same environment and flags as the primary.
 */
export async function runWorker(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  // The reader of this output may have ended before. Running work is finished nevertheless.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const link = PrimaryLink.open()
  try {
    const config = readConfig(environment, args)
    const server = await serve(config, link)
    if (server !== null) {
      await link.stop
      setTimeout(() => process.exit(1), config.shutdownTimeoutMs + patienceMs).unref()
      await server[Symbol.asyncDispose]()
    }
  } catch (error) {
    const passing = isHeadgateError(error) && error.code === 'unavailable'
    link.send({ kind: 'failed', reason: explainFailure(error), passing })
    process.exitCode = 1
    // The primary reads the message before this process ends.
    await link.stop
  }
  link.close()
}

/** Time limit in ms for work after the last request, such as background work. */
const patienceMs = 15_000

/** Opens the server of the worker. Returns null when the worker was stopped before it was configured. */
async function serve(config: Config, link: PrimaryLink): Promise<OpenServer | null> {
  const orders = await Promise.race([link.orders, link.stop.then(() => null)])
  if (orders === null) return null
  const { level, format } = orders.log
  // Imported now, so that errors of the configuration are reported first.
  const { openServer } = await import('../open-server.ts')
  const server = await openServer({
    config: withPorts(config, orders.ports),
    log: createLog(level, format, { worker: cluster.worker?.id }),
    databaseUrl: new Secret(orders.databaseUrl),
    early: 'wait',
    wholeMetrics: () => link.wholeMetrics(),
  })
  link.ownMetrics = () => server.metrics.getMetricsAsJSON()
  link.serving(server.addresses)
  return server
}

function withPorts(config: Config, ports: Ports): Config {
  const { listen, gateway } = config
  return {
    ...config,
    listen: { ...listen, port: ports.catalog },
    gateway:
      gateway === null || ports.gateway === null
        ? null
        : { ...gateway, listen: { ...gateway.listen, port: ports.gateway } },
  }
}
