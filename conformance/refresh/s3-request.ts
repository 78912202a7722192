import { Agent, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { HeaderPair } from './s3-signature.ts'

export interface S3Response {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const timeoutMs = 10_000
const agent = new Agent({ keepAlive: true, maxSockets: 4 })

/**
 * Sends a request with exactly the given target and headers, which `fetch` would normalize.
 *
 * @param from address of this machine from which the request is sent
 */
export function sendRaw(
  endpoint: string,
  method: string,
  target: string,
  headers: readonly HeaderPair[],
  body: string | Uint8Array = '',
  from?: string,
): Promise<S3Response> {
  const { protocol, hostname, port } = new URL(endpoint)
  const { promise, resolve, reject } = Promise.withResolvers<S3Response>()
  const secure = protocol === 'https:'
  const send = secure ? secureRequest : request
  const sent = send(
    {
      ...(secure ? {} : { agent }),
      hostname,
      port: port === '' ? (secure ? 443 : 80) : Number(port),
      method,
      path: target,
      headers: headers.flat(),
      setDefaultHeaders: false,
      timeout: timeoutMs,
      ...(from === undefined ? {} : { localAddress: from }),
    },
    (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(pieces).toString('latin1'),
          headers: response.headers,
        }),
      )
    },
  )
  sent.on('timeout', () => sent.destroy(new Error('the object store did not answer in time')))
  sent.on('error', reject)
  sent.end(body)
  return promise
}

/** Closes all connections that are kept alive, so that the process can end. */
export function hangUp(): void {
  agent.destroy()
}
