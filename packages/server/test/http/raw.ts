import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'

/** HTTP response as received, without decoding of the body. */
export interface RawResponse {
  readonly status: number
  /** Headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface RawExchange {
  /**
   * Final responses, in order. The server sends more than one when it parses the bytes as several requests.
   */
  readonly responses: readonly RawResponse[]
  readonly milliseconds: number
}

export interface RawOptions {
  /** Method of the request: a response to HEAD has no body. */
  readonly method: string
  /** True when the client closes its side of the connection after the bytes, as when it aborts a request. */
  readonly hangUp?: boolean
  /** Time limit in ms. */
  readonly timeoutMs?: number
}

const patienceMs = 1_000

/**
 * Sends exactly these bytes, and returns the responses until the server closes the connection. Throws when a response
 * is not valid HTTP/1.1, differs from its announced length, or does not arrive in time.
 */
export async function exchange(port: number, bytes: Uint8Array, options: RawOptions): Promise<RawExchange> {
  const { method, hangUp = false, timeoutMs = 5_000 } = options
  const startedAt = performance.now()
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // A server that does not read the rest of a body may reset the connection after its response.
  socket.on('error', () => undefined)
  const { promise: ended, resolve } = Promise.withResolvers<true>()
  socket.once('close', () => resolve(true))
  socket.once('end', () => socket.destroy())
  if (hangUp) socket.end(bytes)
  else socket.write(bytes)
  // The server may wait for the rest of an incomplete request.
  const quiet = setTimeout(() => chunks.length === 0 && socket.end(), patienceMs)
  const timeout = new AbortController()
  const inTime = await Promise.race([
    ended,
    sleep(timeoutMs, false, { signal: timeout.signal }).catch(() => false),
  ])
  timeout.abort()
  clearTimeout(quiet)
  socket.destroy()
  const received = Buffer.concat(chunks)
  if (!inTime)
    throw new Error(
      `the connection is open after ${timeoutMs} ms, with ${JSON.stringify(received.toString('latin1'))}`,
    )
  return { responses: parseResponses(received, method), milliseconds: performance.now() - startedAt }
}

function parseResponses(received: Buffer, method: string): readonly RawResponse[] {
  const responses: RawResponse[] = []
  let rest = received
  while (rest.length > 0) {
    const [response, length] = parseResponse(rest, responses.length === 0 ? method : 'GET')
    rest = rest.subarray(length)
    if (response.status >= 200) responses.push(response)
  }
  return responses
}

function parseResponse(received: Buffer, method: string): [RawResponse, number] {
  const wrong = (why: string): Error =>
    new Error(`${why}: ${JSON.stringify(received.toString('latin1').slice(0, 500))}`)
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) throw wrong('the headers of the response have no end')
  const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n')
  const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/.exec(first)?.[1])
  if (Number.isNaN(status)) throw wrong('the response has no status line')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+): ?([\x20-\x7e\x80-\xff\t]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined)
      throw wrong(`a header is malformed: ${JSON.stringify(line)}`)
    headers[name.toLowerCase()] = value
  }
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304
  const announced = Number(headers['content-length'] ?? 0)
  if (headers['transfer-encoding'] !== undefined)
    throw wrong('the response is chunked, which this server never sends')
  // A server that cannot parse the request line does not know that the method is HEAD, so its response has a
  // body.
  const unread = method === 'HEAD' && status >= 400 && received.length === end + 4 + announced
  const length = bodiless && !unread ? 0 : announced
  const body = received.subarray(end + 4, end + 4 + length)
  if (body.length !== length) throw wrong(`the body has ${body.length} bytes instead of ${length}`)
  return [{ status, headers, body }, end + 4 + length]
}

/** Returns the decoded body as text. */
export function decodeBody({ headers, body }: RawResponse): string {
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
}
