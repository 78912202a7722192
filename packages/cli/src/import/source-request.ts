import { createFetch } from '@headgate/auth'
import { CliError } from '../cli-error.ts'
import { readText } from '../connection/read-text.ts'
import { exitCode } from '../exit-code.ts'
import type { Source } from './connect-source.ts'
import { toImportError } from './side.ts'

/** Maximum size of a response of the source's management API, in bytes. */
const maxResponseBytes = 64 * 1024 * 1024

export interface SourceResponse {
  readonly status: number
  readonly text: string
  readonly retryAfter: string | null
}

/**
 * Sends a request without a body to the source catalog, with the credential for this catalog. Does not follow
 * redirects.
 */
export type SourceRequest = (url: URL, method: string) => Promise<SourceResponse>

/**
 * Creates the function that sends requests to the management API of a source.
 *
 * @param timeoutMs time limit for the head of a response, and for its body
 * @throws CliError when the source does not respond in time, or its response is too large
 */
export function createSourceRequest(
  source: Pick<Source, 'role' | 'url' | 'auth'>,
  timeoutMs: number,
): SourceRequest {
  const send = createFetch(source.auth, { timeoutMs, maxRetries: 5 })
  return async (url, method) => {
    try {
      const response = await send(url, { method, headers: { accept: 'application/json' } })
      const signal = AbortSignal.timeout(timeoutMs)
      const text = await readText(response, { maxBytes: maxResponseBytes, signal })
      return { status: response.status, text, retryAfter: response.headers.get('retry-after') }
    } catch (error) {
      const converted = toImportError(source, error)
      if (converted instanceof CliError) throw converted
      throw new CliError(
        exitCode.unreachable,
        `The response of the source to ${method} ${url.pathname} could not be read.`,
        {
          next: 'Check the network, then run the command again. --timeout changes the time limit.',
          cause: error,
        },
      )
    }
  }
}
