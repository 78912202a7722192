import { once } from 'node:events'
import { type Config, loadConfig } from '../config/config.ts'
import { flagsPage } from '../config/flags-page.ts'
import { createLog, type Log } from '../log.ts'
import { explainFailure } from './explain-failure.ts'
import { scriptEnded } from './script-ended.ts'
import type { RunningServer } from './start-server.ts'

/**
 * Time in ms after which the process exits, when the server has been disposed of but requests to a storage are still
 * pending.
 */
const lingerMs = 1_000

/**
 * Runs the server until SIGINT, SIGTERM or the end of the `npm start` that started it. Prints URLs and snippets to
 * standard output, and the log and the reason for a failed start to standard error. With `--help`, only prints the
 * flags. Returns the exit code.
 *
 * @param args command line flags, as `docs/reference/configuration.md` lists them
 */
export async function runServer(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(flagsPage())
    return 0
  }
  try {
    const config = await loadConfig(environment, args)
    const log = createLog(config.log.level, config.log.format)
    const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), scriptEnded(environment)])
    const starting = start(config, log, args)
    const started = await Promise.race([starting, stop.then(() => null)])
    if (started === null) {
      log.info('stopping before the start has finished')
      return await letGo(starting, config.shutdownTimeoutMs)
    }
    const code = await serve(started, stop, log)
    // The process does not wait for pending requests to a storage that does not respond.
    setTimeout(() => process.exit(code), lingerMs).unref()
    return code
  } catch (error) {
    process.stderr.write(`headgate: ${explainFailure(error)}\n`)
  }
  return 1
}

/**
 * Waits until the server must stop: by a signal, or because a component that it needs has failed. Then disposes of
 * the server and returns the exit code.
 */
async function serve(started: RunningServer, stop: Promise<unknown>, log: Log): Promise<number> {
  await using server = started
  process.stdout.write(server.announcement)
  const reason = await Promise.race([stop.then(() => null), server.failed])
  if (reason === null) log.info('stopping: running requests are finished first')
  else log.fatal(`stopping: ${reason}`)
  return reason === null ? 0 : 1
}

/**
 * Waits until a start that cannot be aborted has finished, and then disposes of the server. Ends the process after
 * `patienceMs` even if the start has not finished; the embedded PostgreSQL detects this and stops.
 */
async function letGo(starting: Promise<RunningServer>, patienceMs: number): Promise<number> {
  setTimeout(() => process.exit(1), patienceMs).unref()
  await using _ = await starting
  return 0
}

/**
 * Starts a server with one process or with several. Imports only the modules of the chosen variant, because a primary
 * process answers no requests and does not need the modules for that.
 */
async function start(config: Config, log: Log, args: readonly string[]): Promise<RunningServer> {
  if (config.workers === 1) {
    const { startServer } = await import('./start-server.ts')
    return startServer(config, log)
  }
  const { startWorkers } = await import('./workers/start-workers.ts')
  return startWorkers(config, log, args)
}
