import type { Config } from '../../config/config.ts'
import type { Log } from '../../log.ts'
import { announcement } from '../announce.ts'
import { announcedFacts } from '../announced-facts.ts'
import { prepareServer } from '../prepare-server.ts'
import type { RunningServer } from '../start-server.ts'
import { WorkerKeeper } from './worker-keeper.ts'

/** For what a worker does after its last request, and a moment for the process to go. */
const patienceMs = 20_000

/**
 * Starts a server of several processes: this one, the primary, does what is done once and keeps the workers, which
 * answer.
 *
 * @param args the flags that the configuration was read from, for the workers to read them too
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
