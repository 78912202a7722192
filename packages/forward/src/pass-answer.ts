import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { AdvertisedUrls } from './advertised-url.ts'
import { configMembers, rewriteMember, type LeftOutReason } from './advertised-members.ts'
import { answerHeaders } from './answer-headers.ts'
import { MemberSplicer } from './member-splicer.ts'
import type { PassedProperties } from './passed-properties.ts'
import type { Protocol } from './protocol.ts'
import type { UpstreamAnswer } from './upstream-connection.ts'

export interface Passing {
  readonly protocol: Protocol
  readonly method: string
  /** Fires when the client disconnects. */
  readonly signal: AbortSignal
  /** Host of the upstream, for messages. */
  readonly host: string
  readonly urls: AdvertisedUrls
  /** Largest configuration in one response, in bytes. */
  readonly rewriteLimit: number
  /** Properties of the configuration that clients may receive. */
  readonly properties: PassedProperties
  /** Receives the name of each removed property. */
  readonly leftOut: (name: string, reason: LeftOutReason) => void
}

/**
 * Forwards a response while it is received. Rewrites the configuration for clients in Iceberg responses
 * ({@link rewriteMember}); Lance responses have none and are not changed.
 *
 * @throws HeadgateError `bad-gateway`; the client can still receive it if no head was sent
 */
export async function passAnswer(
  answer: UpstreamAnswer,
  response: ServerResponse,
  passing: Passing,
): Promise<void> {
  const { protocol, method, signal, host, urls } = passing
  const { status } = answer
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  const rewrites = protocol === 'iceberg' && status >= 200 && status < 300
  const { headers, leadsElsewhere } = answerHeaders(answer.headerList, {
    urls,
    bodyChanges: protocol === 'iceberg' && (rewrites || isGzip(answer)),
  })
  if (leadsElsewhere) {
    answer.body.destroy()
    const why = `${host} redirects its clients to another server (${status})`
    throw new HeadgateError(
      'bad-gateway',
      `${why}, to which the proxy does not forward. Is --upstream complete?`,
    )
  }
  if (headers.some(([name]) => name.toLowerCase() === 'date')) response.sendDate = false
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(status, answer.reason, headers.flat())
  }
  if (bodiless) {
    answer.body.resume()
    begin()
    response.end()
    return
  }
  const { body } = answer
  const readable = protocol === 'iceberg' ? decoderFor(answer) : undefined
  // The head is sent with the first bytes, so that the client receives an error for a response that cannot be parsed.
  const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      begin()
      if (!response.write(chunk)) await once(response, 'drain', { signal })
    }
  }
  try {
    if (rewrites) await pipeline(body, readable ?? new PassThrough(), splicer(passing), write, { signal })
    else if (readable !== undefined) await pipeline(body, readable, write, { signal })
    else await pipeline(body, write, { signal })
    begin()
    response.end()
  } catch (error) {
    if (isHeadgateError(error)) throw error
    throw new HeadgateError('bad-gateway', `The response of ${host} was truncated.`, {
      cause: error,
    })
  }
}

function splicer({ urls, rewriteLimit, properties, leftOut }: Passing): MemberSplicer {
  return new MemberSplicer({
    members: configMembers,
    limit: rewriteLimit,
    rewrite: (name, value) => rewriteMember(name, value, { urls, properties, leftOut }),
  })
}

function isGzip({ headers }: UpstreamAnswer): boolean {
  return /^(x-)?gzip$/i.test(headers.get('content-encoding')?.trim() ?? '')
}

function decoderFor(answer: UpstreamAnswer): Gunzip | undefined {
  if (isGzip(answer)) return createGunzip()
  const encoding = answer.headers.get('content-encoding')?.trim() ?? ''
  if (encoding === '' || encoding.toLowerCase() === 'identity') return undefined
  answer.body.destroy()
  throw new HeadgateError(
    'bad-gateway',
    'The catalog responded in a content encoding that was not requested.',
  )
}
