import cluster from 'node:cluster'
import { isHeadgateError } from '@headgate/errors'
import { type Config, loadConfig } from '../../config/config.ts'
import { Secret } from '../../config/secret.ts'
import { createLog } from '../../log.ts'
import { explainFailure } from '../explain-failure.ts'
import type { OpenServer } from '../open-server.ts'
import type { Ports } from './messages.ts'
import { PrimaryLink } from './primary-link.ts'

/**
 * Runs a worker, which is one of the processes that answer requests, until the primary requests its stop or has
 * ended. The worker reads the same environment and flags as the primary, and receives the rest of its configuration
 * from the primary.
 */
export async function runWorker(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  // Ignores write errors, because the primary, which reads the output, may have ended before. The worker finishes its
  // work nevertheless.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const link = PrimaryLink.open()
  try {
    const config = await loadConfig(environment, args)
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
    // Waits until the primary has received the message, because its next message or its end stops the worker.
    await link.stop
  }
  link.close()
}

/** Time limit in ms for background work after the last request has finished. */
const patienceMs = 15_000

/**
 * Waits for the configuration and starts to answer requests. Returns null when the worker was stopped before it
 * received its configuration.
 */
async function serve(config: Config, link: PrimaryLink): Promise<OpenServer | null> {
  const orders = await Promise.race([link.orders, link.stop.then(() => null)])
  if (orders === null) return null
  const { level, format } = orders.log
  // Imports the modules of the server only now, so that a configuration error is reported without delay.
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
