import {
  Agent as HttpAgent,
  type AgentOptions,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { sha256Hex, signRequest, SigningKeys } from '@headgate/sigv4'
import type { EndpointGuard } from './endpoint-guard.ts'
import type { S3Keys, S3Limits, S3StorageOptions } from './s3-options.ts'

const maxErrorBytes = 64 * 1024

/**
 * Puts small objects with one signed request. The client of the AWS SDK takes two to three times as long (`npm run
 * bench`, commits on an object store), and each commit waits for a put. This class supports only stores with an
 * endpoint and static keys. AWS endpoints and the default credential chain need the SDK.
 */
export class S3DirectPut {
  readonly #endpoint: URL
  readonly #bucket: string
  readonly #region: string
  readonly #pathStyle: boolean
  readonly #credentials: S3Keys
  readonly #limits: S3Limits
  readonly #agent: HttpAgent
  readonly #keys = new SigningKeys()
  /**
   * Difference between the clocks of the store and of this machine in ms, measured when the store refused a request
   * because of a wrong time.
   */
  #clockOffset = 0

  private constructor(
    options: S3StorageOptions & { readonly endpoint: string },
    keys: S3Keys,
    limits: S3Limits,
  ) {
    this.#endpoint = new URL(options.endpoint)
    this.#bucket = options.bucket
    this.#region = options.region
    this.#pathStyle = options.pathStyle ?? true
    this.#credentials = keys
    this.#limits = limits
    const agent = { keepAlive: true, maxSockets: limits.maxSockets, scheduling: 'lifo' } as const
    this.#agent = agentFor(this.#endpoint, agent, options.guard)
  }

  /** Creates the sender for a store. Returns null if the store needs the AWS SDK. */
  static for(options: S3StorageOptions, limits: S3Limits): S3DirectPut | null {
    const { endpoint, credentials } = options
    if (endpoint === undefined || credentials === 'default-chain') return null
    return new S3DirectPut({ ...options, endpoint }, credentials, limits)
  }

  /**
   * Sends a PUT request. Throws errors in the form of the AWS SDK: `name` is the error code of the store, and
   * `$metadata` contains the HTTP status.
   */
  async put(
    key: string,
    body: Uint8Array,
    contentType: string | undefined,
    signal: AbortSignal,
  ): Promise<{ etag: string | undefined }> {
    const response = await this.#send(this.#signed(key, body, contentType), body, signal)
    const status = response.statusCode ?? 0
    if (status === 200) {
      // The status and headers are complete. Reading the rest of the body releases the connection.
      response.on('error', () => undefined).resume()
      return { etag: response.headers.etag }
    }
    const text = await readText(response)
    const code = /<Code>([\w.]{1,100})<\/Code>/.exec(text)?.[1] ?? 'UnknownError'
    if (code === 'RequestTimeTooSkewed') this.#correctClock(response.headers.date)
    throw new S3ResponseError(code, status)
  }

  destroy(): void {
    this.#agent.destroy()
  }

  #signed(key: string, body: Uint8Array, contentType: string | undefined): Signed {
    const { hostname, port, host, pathname } = this.#endpoint
    const path = `/${key.split('/').map(encodeSegment).join('/')}`
    const base = pathname.replace(/\/$/, '')
    const target = this.#pathStyle ? `${base}/${this.#bucket}${path}` : `${base}${path}`
    const names = this.#pathStyle
      ? { hostname, host }
      : { hostname: `${this.#bucket}.${hostname}`, host: `${this.#bucket}.${host}` }
    const type: [string, string][] = contentType === undefined ? [] : [['content-type', contentType]]
    const requestHeaders: [string, string][] = [
      ['host', names.host],
      ['content-length', String(body.byteLength)],
      ...type,
    ]
    const { headers } = signRequest(
      { method: 'PUT', target, headers: requestHeaders },
      {
        credentials: this.#credentials,
        region: this.#region,
        service: 's3',
        date: new Date(Date.now() + this.#clockOffset),
        payloadHash: sha256Hex(body),
        keys: this.#keys,
      },
    )
    const all = [...requestHeaders, ...headers]
    return { hostname: names.hostname.replace(/^\[|\]$/g, ''), port, target, headers: all.flat() }
  }

  #send(signed: Signed, body: Uint8Array, signal: AbortSignal): Promise<IncomingMessage> {
    const { hostname, port, target, headers } = signed
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const options = { agent: this.#agent, hostname, port, path: target, method: 'PUT', headers, signal }
    const request = this.#endpoint.protocol === 'https:' ? requestHttps(options) : requestHttp(options)
    limitConnecting(request, this.#limits.connectTimeout)
    request.once('response', resolve)
    request.once('error', reject)
    request.end(body)
    return promise
  }

  #correctClock(date: string | undefined): void {
    const theirs = Date.parse(date ?? '')
    if (!Number.isNaN(theirs)) this.#clockOffset = theirs - Date.now()
  }
}

interface Signed {
  readonly hostname: string
  readonly port: string
  readonly target: string
  readonly headers: readonly string[]
}

class S3ResponseError extends Error {
  readonly $metadata: { readonly httpStatusCode: number }

  constructor(code: string, status: number) {
    super(`The store answered ${status} ${code}`)
    this.name = code
    this.$metadata = { httpStatusCode: status }
  }
}

function agentFor(endpoint: URL, options: AgentOptions, guard: EndpointGuard | undefined): HttpAgent {
  if (guard !== undefined) return guard.agentFor(endpoint, options)
  return endpoint.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
}

/** Percent-encodes all except unreserved characters (RFC 3986), as the signature requires. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Limits the time until a connection is established. The error states that nothing was sent. */
function limitConnecting(request: ClientRequest, milliseconds: number): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(() => {
      const error = new Error(`did not establish a connection within ${milliseconds} ms`)
      error.name = 'TimeoutError'
      request.destroy(error)
    }, milliseconds)
    const done = (): void => clearTimeout(timer)
    socket.once('connect', done)
    request.once('close', done)
  })
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxErrorBytes) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
