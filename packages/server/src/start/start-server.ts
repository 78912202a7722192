import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import { announcement } from './announce.ts'
import { announcedFacts } from './announced-facts.ts'
import { openServer } from './open-server.ts'
import { prepareServer } from './prepare-server.ts'

/**
 * Running server. Disposal finishes running requests and acknowledged background work, then stops all processes and
 * connections of the server.
 */
export interface RunningServer extends AsyncDisposable {
  /** Text that the server prints to standard output after its start, see `announce.ts`. */
  readonly announcement: string
  /** Resolves with the reason when a component that the server needs has failed, so that the server must stop. */
  readonly failed: Promise<string>
}

/** Starts a server with one process. */
export async function startServer(config: Config, log: Log): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack()
  const prepared = stack.use(await prepareServer(config, log))
  const opened = stack.use(
    await openServer({ config, log, databaseUrl: prepared.databaseUrl, early: 'refuse' }),
  )
  const owned = stack.move()
  return {
    announcement: announcement(announcedFacts(config, prepared, opened.addresses)),
    failed: prepared.failed,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
