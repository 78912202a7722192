import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { readText } from './read-text.ts'
import { toRefusal } from './refusal.ts'
import { parseJson, type Response as ServerResponse } from './response.ts'

/**
 * Maximum size of a response in bytes. It is far above the largest response of a Headgate server. The limit protects
 * the memory of this process if the URL is that of another server.
 */
const maxResponseBytes = 512 * 1024 * 1024

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
}

/**
 * Sends a request and reads the whole response. Does not follow redirects, so that only the server that the user named
 * receives the credential.
 *
 * @throws CliError when no response arrives, or when the status is not 2xx
 */
export async function sendHttp(request: HttpRequest): Promise<ServerResponse> {
  const { method, url, headers, body, timeoutMs } = request
  let status: number
  let retryAfter: string | null
  let text: string
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    })
    status = response.status
    retryAfter = response.headers.get('retry-after')
    text = await readText(response, { maxBytes: maxResponseBytes })
  } catch (error) {
    throw error instanceof CliError ? error : toUnreachable(error, request)
  }
  if (status < 200 || status > 299) throw toRefusal(status, text, retryAfter)
  const json = parseJson(text)
  if (json === undefined) {
    throw new CliError(exitCode.unreachable, `The response of ${url.origin} is not JSON.`, {
      next: 'Check that --url (or HEADGATE_URL) is the URL of a Headgate server.',
    })
  }
  return { status, text, json }
}

function toUnreachable(error: unknown, { url, method, timeoutMs }: HttpRequest): CliError {
  const reads = method === 'GET' || method === 'HEAD'
  const check = reads ? '' : ' Check whether the change was made before you repeat the command.'
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new CliError(
      exitCode.unreachable,
      `${url.origin} did not respond within ${timeoutMs / 1000} seconds.`,
      { next: `Increase the time limit with --timeout SECONDS.${check}`, cause: error },
    )
  }
  const code = findCode(error)
  const reason = reasons[code] ?? code
  return new CliError(exitCode.unreachable, `The server at ${url.origin} cannot be reached: ${reason}.`, {
    next: `Start one on this machine with \`headgate serve\`, or set its URL with --url or HEADGATE_URL.${
      code === 'ECONNREFUSED' || code === 'ENOTFOUND' ? '' : check
    }`,
    cause: error,
  })
}

const untrusted = 'its certificate is not trusted (NODE_EXTRA_CA_CERTS adds certificate authorities)'

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no program listens at this address',
  ENOTFOUND: 'the host does not exist',
  EAI_AGAIN: 'the name of the host cannot be resolved at the moment',
  ECONNRESET: 'the server closed the connection',
  UND_ERR_SOCKET: 'the server closed the connection',
  EHOSTUNREACH: 'there is no route to the host',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not use TLS; check whether the URL must begin with http:',
}

/**
 * Returns the system error code of a failed `fetch`. Node puts it into the cause of the error, or, after attempts with
 * several addresses, into the errors of an `AggregateError`.
 */
function findCode(error: unknown): string {
  let last = 'no connection'
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    last = at.message || last
    at = at instanceof AggregateError ? at.errors[0] : at.cause
  }
  return last
}
