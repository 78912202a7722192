import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { parseJson } from './response.ts'

const icebergBody = z.object({ error: z.object({ message: z.string(), type: z.string() }) })
const oauthBody = z.object({ error: z.string(), error_description: z.string().optional() })

/**
 * Converts a response whose status is not 2xx to an error with the message of the server, and with advice for the user
 * that depends on the status.
 */
export function toRefusal(status: number, text: string, retryAfter: string | null): CliError {
  const json = parseJson(text)
  const iceberg = icebergBody.safeParse(json)
  if (iceberg.success) {
    const { message, type } = iceberg.data.error
    return refuse(status, message, type, retryAfter)
  }
  const oauth = oauthBody.safeParse(json)
  if (oauth.success) {
    const { error, error_description: description } = oauth.data
    return refuse(status, description ?? error, error, retryAfter)
  }
  return new CliError(
    status >= 500 ? exitCode.failed : exitCode.unreachable,
    `The response with status ${status} was not sent by a Headgate server.`,
    { next: 'Check that --url (or HEADGATE_URL) is the URL of the server itself, with its base path.' },
  )
}

function refuse(status: number, message: string, type: string, retryAfter: string | null): CliError {
  return new CliError(toExitCode(status), message, {
    next: adviseOn(status, retryAfter),
    refusal: { type, status },
  })
}

function toExitCode(status: number): ExitCode {
  if (status === 401) return exitCode.credential
  return status >= 500 || status === 429 ? exitCode.failed : exitCode.refused
}

function adviseOn(status: number, retryAfter: string | null): string | undefined {
  if (status === 429 || status === 503)
    return retryAfter === null ? 'Try again later.' : `Try again in ${retryAfter} seconds.`
  if (status >= 500)
    return 'Check whether the change was made before you repeat the command. The log of the server has more details.'
  if (status === 401) return '`headgate config show` shows which credential is used and where it comes from.'
  return undefined
}
