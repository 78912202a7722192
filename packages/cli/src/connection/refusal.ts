import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { parseJson } from './answer.ts'

const icebergBody = z.object({ error: z.object({ message: z.string(), type: z.string() }) })
const oauthBody = z.object({ error: z.string(), error_description: z.string().optional() })

/** An answer that is no success, as an error that says what to do. */
export function refusal(status: number, text: string, retryAfter: string | null): CliError {
  const json = parseJson(text)
  const iceberg = icebergBody.safeParse(json)
  if (iceberg.success) {
    const { message, type } = iceberg.data.error
    return told(status, message, type, retryAfter)
  }
  const oauth = oauthBody.safeParse(json)
  if (oauth.success) {
    const { error, error_description: description } = oauth.data
    return told(status, description ?? error, error, retryAfter)
  }
  return new CliError(
    status >= 500 ? exitCode.failed : exitCode.unreachable,
    `The answer is HTTP ${status}, and not one of a Headgate server.`,
    { next: 'Does --url (or HEADGATE_URL) name the server itself, with the path it is under?' },
  )
}

function told(status: number, message: string, type: string, retryAfter: string | null): CliError {
  return new CliError(exitCodeOf(status), message, {
    next: adviceOn(status, retryAfter),
    answer: { type, status },
  })
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401) return exitCode.credential
  return status >= 500 || status === 429 ? exitCode.failed : exitCode.refused
}

function adviceOn(status: number, retryAfter: string | null): string | undefined {
  if (status === 429 || status === 503) return `Try again in ${retryAfter ?? 'some'} seconds.`
  if (status >= 500) return 'Look whether it was done before you repeat it; the log of the server says more.'
  if (status === 401) return '`headgate config show` says which credential is used and where it comes from.'
  return undefined
}
