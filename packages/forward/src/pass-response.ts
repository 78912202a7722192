import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { AdvertisedUrls } from './advertised-url.ts'
import { configMembers, rewriteMember, type LeftOutReason } from './advertised-members.ts'
import { responseHeaders } from './response-headers.ts'
import { MemberSplicer } from './member-splicer.ts'
import type { PassedProperties } from './passed-properties.ts'
import type { Protocol } from './protocol.ts'
import type { UpstreamResponse } from './upstream-connection.ts'

export interface Passing {
  readonly protocol: Protocol
  readonly method: string
  /** Signal that is aborted when the client disconnects. */
  readonly signal: AbortSignal
  /** Host of the upstream, for error messages. */
  readonly host: string
  readonly urls: AdvertisedUrls
  /** Maximum size of one member with client configuration in a response, in bytes. */
  readonly rewriteLimit: number
  /** Configuration properties that clients may receive. */
  readonly properties: PassedProperties
  /** Called with the name of each removed property. */
  readonly leftOut: (name: string, reason: LeftOutReason) => void
}

/**
 * Forwards a response while it is received. Rewrites the configuration for clients in Iceberg responses ({@link
 * rewriteMember}); Lance responses contain no configuration and are not changed.
 *
 * @throws HeadgateError `bad-gateway` when the response cannot be forwarded. The proxy can still send this error to
 *   the client if it has not sent the head of the response
 */
export async function passResponse(
  upstream: UpstreamResponse,
  response: ServerResponse,
  passing: Passing,
): Promise<void> {
  const { protocol, method, signal, host, urls } = passing
  const { status } = upstream
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  const rewrites = protocol === 'iceberg' && status >= 200 && status < 300
  const { headers, leadsElsewhere } = responseHeaders(upstream.headerList, {
    urls,
    bodyChanges: protocol === 'iceberg' && (rewrites || isGzip(upstream)),
  })
  if (leadsElsewhere) {
    upstream.body.destroy()
    const why = `The upstream ${host} redirects its clients to another server (status ${status})`
    throw new HeadgateError(
      'bad-gateway',
      `${why}, to which the proxy does not forward. Check that --upstream is the complete URL.`,
    )
  }
  if (headers.some(([name]) => name.toLowerCase() === 'date')) response.sendDate = false
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(status, upstream.reason, headers.flat())
  }
  if (bodiless) {
    upstream.body.resume()
    begin()
    response.end()
    return
  }
  const { body } = upstream
  const readable = protocol === 'iceberg' ? decoderFor(upstream) : undefined
  // The head is sent only together with the first bytes of the body. If the body cannot be parsed, the proxy can
  // still send an error instead.
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

function isGzip({ headers }: UpstreamResponse): boolean {
  return /^(x-)?gzip$/i.test(headers.get('content-encoding')?.trim() ?? '')
}

function decoderFor(upstream: UpstreamResponse): Gunzip | undefined {
  if (isGzip(upstream)) return createGunzip()
  const encoding = upstream.headers.get('content-encoding')?.trim() ?? ''
  if (encoding === '' || encoding.toLowerCase() === 'identity') return undefined
  upstream.body.destroy()
  throw new HeadgateError(
    'bad-gateway',
    'The catalog sent a response with a content encoding that the proxy did not request and cannot decode.',
  )
}
