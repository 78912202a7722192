import type { Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { type HttpRequest, sendHttp } from '../connection/http.ts'
import { decode, type Response } from '../connection/response.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { inSession, type Session } from '../session.ts'

interface Options {
  readonly live?: boolean
}

const healthDecoder = z.object({
  status: z.string(),
  checks: z.record(z.string(), z.string()).optional(),
})

export function registerHealth(program: Command, io: Io): void {
  program
    .command('health')
    .description(
      'Asks whether the server is ready: its database and the storage of the default warehouse respond. Needs no credential. ' +
        'Health checks of containers can use the exit code: 0 if the server is ready, 3 or 5 if not.',
    )
    .option('--live', 'check only that the server responds')
    .action(inSession(io, health))
}

async function health({ out, settings }: Session, { live = false }: Options): Promise<void> {
  const response = await ask({
    method: 'GET',
    url: new URL(`${settings.url.value}/health/${live ? 'live' : 'ready'}`),
    headers: { accept: 'application/json' },
    timeoutMs: settings.timeoutMs,
  })
  const { status, checks = {} } = decode(healthDecoder, response)
  out.result(response, () => [status, ...Object.entries(checks).map((check) => check.join(': '))].join('\n'))
}

/**
 * Sends a request for the health of the server. Throws an error that states only that the server is not ready if the
 * status is 5xx, because such a response contains a health report and no error message.
 */
async function ask(request: HttpRequest): Promise<Response> {
  try {
    return await sendHttp(request)
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== exitCode.failed) throw error
    throw new CliError(exitCode.failed, `The server at ${request.url.origin} is not ready.`, {
      next: 'Read the log of the server for the reason.',
      cause: error,
    })
  }
}
