import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { EndpointGuard } from '@headgate/storage'
import { StsFailure } from './sts-refusal.ts'

const maxResponseBytes = 128 * 1024

/** Form that the server posts to a security token service. */
export interface StsRequest {
  readonly url: URL
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  readonly signal: AbortSignal
  /**
   * Refuses connections to addresses that endpoints of warehouses must not have. Null for the endpoint of AWS, which no
   * request can set.
   */
  readonly guard: EndpointGuard | null
}

export interface StsResponse {
  readonly status: number
  readonly text: string
}

/**
 * Posts the form and reads the response. Redirects are not followed; the redirect itself is the response.
 *
 * @throws HeadgateError `unavailable` when the guard refuses the address; StsFailure when the response is too long; any
 *   other error when the connection fails
 */
export async function postToSts({ url, headers, body, signal, guard }: StsRequest): Promise<StsResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest
  const fields = [...headers, ['content-length', String(Buffer.byteLength(body))] as const]
  send(url, {
    method: 'POST',
    headers: Object.fromEntries(fields),
    signal,
    agent: guard?.agentFor(url),
  })
    .on('response', resolve)
    .on('error', reject)
    .end(body)
  const response = await promise
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    if (length > maxResponseBytes)
      throw new StsFailure('', 'the response of the token service is too long', false)
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }
}
