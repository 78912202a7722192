import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { BufferBudget } from './buffer-budget.ts'

/** The body of a request: no body, buffered bytes that can be sent again, or a stream that can be sent only once. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'stream'; readonly length: number | undefined }

export interface BodyRules {
  /** Whether the auth provider signs the body, and therefore needs all its bytes. */
  readonly signed: boolean
  /** Maximum size of a body that the proxy buffers in order to sign it, in bytes. */
  readonly limit: number
  readonly budget: BufferBudget
}

/** Maximum size of a body that the proxy always buffers, so that it can send the request again, in bytes. */
const SMALL = 64 * 1024

/**
 * Reads the body of a request, buffered or as a stream. Buffered bytes count against the budget until `release` is
 * called.
 *
 * @throws HeadgateError `payload-too-large` for a body above the limit, `unavailable` when the budget is used up, and
 * `bad-request` when the client disconnects
 */
export async function readBody(
  request: IncomingMessage,
  { signed, limit, budget }: BodyRules,
): Promise<{ readonly body: RequestBody; readonly release: () => void }> {
  const header = request.headers['content-length']
  const length = header === undefined ? undefined : Number(header)
  if (request.headers['transfer-encoding'] === undefined && !length) {
    return { body: { kind: 'none' }, release: nothing }
  }
  if (!signed && (length === undefined || length > SMALL)) {
    return { body: { kind: 'stream', length }, release: nothing }
  }
  if (length !== undefined && length > limit) throw tooLarge(limit)
  const chunks: Buffer[] = []
  let held = 0
  const release = (): void => budget.release(held)
  try {
    // The iterator must not close the connection after an error, because the client must receive the error response.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      budget.take(chunk.length)
      held += chunk.length
      if (held > limit) throw tooLarge(limit)
      chunks.push(chunk)
    }
  } catch (error) {
    release()
    if (error instanceof HeadgateError) throw error
    throw new HeadgateError('bad-request', 'The request body was truncated.', { cause: error })
  }
  return { body: { kind: 'bytes', bytes: Buffer.concat(chunks) }, release }
}

const nothing = (): void => {}

function tooLarge(limit: number): HeadgateError {
  const fix =
    'raise --buffer-limit, or set rest.auth.sigv4.payload=unsigned if the service accepts unsigned bodies'
  return new HeadgateError(
    'payload-too-large',
    `The body is larger than ${limit} bytes, and must be buffered to be signed: ${fix}.`,
  )
}
