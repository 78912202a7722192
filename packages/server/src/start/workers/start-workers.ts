import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import type { Config } from '../../config/config.ts'
import type { Log } from '../../log.ts'
import { announcement } from '../announce.ts'
import { announcedFacts } from '../announced-facts.ts'
import { prepareServer } from '../prepare-server.ts'
import type { RunningServer } from '../start-server.ts'
import { WorkerKeeper } from './worker-keeper.ts'

/**
 * Time in ms after the limit for running requests in which a worker must finish its background work and end its
 * process.
 */
const patienceMs = 20_000

/**
 * Starts a server with several processes. This process, the primary, prepares the database, starts the workers and
 * replaces workers that end. The workers answer requests.
 *
 * @param args the command line flags of the server, which the workers read too
 */
export async function startWorkers(
  config: Config,
  log: Log,
  args: readonly string[],
): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack()
  const prepared = stack.use(await prepareServer(config, log))
  const keeper = stack.use(
    new WorkerKeeper({
      count: config.workers,
      args,
      orders: {
        databaseUrl: prepared.databaseUrl.reveal(),
        log: config.log,
        ports: { catalog: config.listen.port, gateway: config.gateway?.listen.port ?? null },
      },
      stopTimeoutMs: config.shutdownTimeoutMs + patienceMs,
      log,
    }),
  )
  const addresses = await keeper.start()
  const owned = stack.move()
  return {
    announcement: announcement(announcedFacts(config, prepared, addresses)),
    failed: Promise.race([prepared.failed, keeper.failed]),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
