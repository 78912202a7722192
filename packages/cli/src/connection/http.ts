import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { type Answer, parseJson } from './answer.ts'
import { refusal } from './refusal.ts'

/** Far above any answer; it bounds what a stranger at that address could make us hold. */
const maxAnswerBytes = 512 * 1024 * 1024

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
}

/**
 * Sends one request and reads its whole answer. Redirects are not followed: a credential goes nowhere but to the server
 * that was named.
 *
 * @throws CliError when there is no answer, or it is not 2xx
 */
export async function sendHttp(request: HttpRequest): Promise<Answer> {
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
    text = await readText(response)
  } catch (error) {
    throw error instanceof CliError ? error : unreachable(error, request)
  }
  if (status < 200 || status > 299) throw refusal(status, text, retryAfter)
  const json = parseJson(text)
  if (json === undefined) {
    throw new CliError(exitCode.unreachable, `What answers at ${url.origin} does not answer in JSON.`, {
      next: 'Does --url (or HEADGATE_URL) name a Headgate server?',
    })
  }
  return { status, text, json }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxAnswerBytes) throw new CliError(exitCode.unreachable, 'The answer is larger than 512 MiB.')
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function unreachable(error: unknown, { url, method, timeoutMs }: HttpRequest): CliError {
  const asked = method === 'GET' || method === 'HEAD'
  const look = asked ? '' : ' Look whether it was done before you repeat it.'
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new CliError(
      exitCode.unreachable,
      `No answer from ${url.origin} within ${timeoutMs / 1000} seconds.`,
      {
        next: `--timeout SECONDS waits longer.${look}`,
        cause: error,
      },
    )
  }
  const code = codeOf(error)
  const reason = reasons[code] ?? code
  return new CliError(exitCode.unreachable, `The server at ${url.origin} cannot be reached: ${reason}.`, {
    next: `\`headgate serve\` starts one on this machine; --url or HEADGATE_URL says where it is.${
      code === 'ECONNREFUSED' || code === 'ENOTFOUND' ? '' : look
    }`,
    cause: error,
  })
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  EHOSTUNREACH: 'there is no way to that host',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted (NODE_EXTRA_CA_CERTS names further authorities)',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is not trusted (NODE_EXTRA_CA_CERTS names further authorities)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is not trusted (NODE_EXTRA_CA_CERTS names further authorities)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: is it http?',
}

/** Node wraps the code of a failed `fetch` in causes, and several addresses that failed in an aggregate. */
function codeOf(error: unknown): string {
  let last = 'no connection'
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    last = at.message || last
    at = at instanceof AggregateError ? at.errors[0] : at.cause
  }
  return last
}
