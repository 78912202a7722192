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
 * One of the processes that answer: does what the primary tells it, and stops when it is told to or the primary is gone.
 * It reads the same environment and flags as the primary.
 */
export async function runWorker(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  // Who reads this may be gone before us, and what is under way is finished all the same.
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
    // It is read before this process is gone.
    await link.stop
  }
  link.close()
}

/** For what is done after the last request: as long as background work may take to end. */
const patienceMs = 15_000

/** Null: told to stop before there was anything to do. */
async function serve(config: Config, link: PrimaryLink): Promise<OpenServer | null> {
  const orders = await Promise.race([link.orders, link.stop.then(() => null)])
  if (orders === null) return null
  const { level, format } = orders.log
  // Loaded now: what the configuration has wrong is told before.
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
