import { once } from 'node:events'
import { type Config, readConfig } from '../config/config.ts'
import { flagsPage } from '../config/flags-page.ts'
import { createLog, type Log } from '../log.ts'
import { explainFailure } from './explain-failure.ts'
import { scriptEnded } from './script-ended.ts'
import type { RunningServer } from './start-server.ts'

/** Time limit in ms for output that is pending when everything else has been disposed. */
const lingerMs = 1_000

/**
 * Runs the server as a program until SIGINT, SIGTERM or the end of its `npm start`. Prints facts for people to standard
 * output, and the log to standard error, also the reason for a failed start. With `--help` it prints the flags and ends.
 * Returns the exit code.
 *
 * @param args command line flags, as `docs/reference/configuration.md` lists them
 */
export async function runServer(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(flagsPage())
    return 0
  }
  try {
    const config = readConfig(environment, args)
    const log = createLog(config.log.level, config.log.format)
    const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), scriptEnded(environment)])
    const starting = start(config, log, args)
    const started = await Promise.race([starting, stop.then(() => null)])
    if (started === null) {
      log.info('stopping before the server serves')
      return await letGo(starting, config.shutdownTimeoutMs)
    }
    const code = await serve(started, stop, log)
    // Requests to a storage that does not respond may be pending. The process does not wait for them.
    setTimeout(() => process.exit(code), lingerMs).unref()
    return code
  } catch (error) {
    process.stderr.write(`headgate: ${explainFailure(error)}\n`)
  }
  return 1
}

/** Runs until it is stopped, or a part that it needs has failed. Returns the exit code. */
async function serve(started: RunningServer, stop: Promise<unknown>, log: Log): Promise<number> {
  await using server = started
  process.stdout.write(server.announcement)
  const reason = await Promise.race([stop.then(() => null), server.failed])
  if (reason === null) log.info('stopping: running requests are finished first')
  else log.fatal(`stopping: ${reason}`)
  return reason === null ? 0 : 1
}

/**
 * Waits for a start that cannot be aborted: it releases what it opened when it has finished, or the process ends without
 * that, as it may at any time. The embedded PostgreSQL notices this and stops, too.
 */
async function letGo(starting: Promise<RunningServer>, patienceMs: number): Promise<number> {
  setTimeout(() => process.exit(1), patienceMs).unref()
  await using _ = await starting
  return 0
}

/** Imports only the needed modules: a primary answers no requests, so it does not need their modules. */
async function start(config: Config, log: Log, args: readonly string[]): Promise<RunningServer> {
  if (config.workers === 1) {
    const { startServer } = await import('./start-server.ts')
    return startServer(config, log)
  }
  const { startWorkers } = await import('./workers/start-workers.ts')
  return startWorkers(config, log, args)
}
