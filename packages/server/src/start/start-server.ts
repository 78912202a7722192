import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import { announcement } from './announce.ts'
import { announcedFacts } from './announced-facts.ts'
import { openServer } from './open-server.ts'
import { prepareServer } from './prepare-server.ts'

/** Running server. Disposal finishes acknowledged work, then stops all that it started. */
export interface RunningServer extends AsyncDisposable {
  /** Facts for people and programs, see `announce.ts`. */
  readonly announcement: string
  /** Settles when a part has failed that the server needs. */
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
