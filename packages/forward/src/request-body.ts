import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { BufferBudget } from './buffer-budget.ts'

/** The body of a request: none, bytes that can be sent twice, or a stream that can be sent once. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'stream'; readonly length: number | undefined }

export interface BodyRules {
  /** Whether the auth provider needs the bytes. */
  readonly signed: boolean
  /** Largest body that is buffered to be signed, in bytes. */
  readonly limit: number
  readonly budget: BufferBudget
}

/** Largest body that is always buffered, so that its request can be sent again, in bytes. */
const SMALL = 64 * 1024

/**
 * Reads the body of a request in the form in which it is forwarded. Buffered bytes count against the budget until
 * `release`.
 *
 * @throws HeadgateError `payload-too-large`, `unavailable`, `bad-request` when the client disconnects
 */
export async function readBody(
  request: IncomingMessage,
  { signed, limit, budget }: BodyRules,
): Promise<{ readonly body: RequestBody; readonly release: () => void }> {
  const given = request.headers['content-length']
  const length = given === undefined ? undefined : Number(given)
  if (request.headers['transfer-encoding'] === undefined && !length) {
    return { body: { kind: 'none' }, release: nothing }
  }
  if (!signed && (length === undefined || length > SMALL)) {
    return { body: { kind: 'stream', length }, release: nothing }
  }
  if (length !== undefined && length > limit) throw tooLarge(limit)
  const chunks: Buffer[] = []
  let held = 0
  const release = (): void => budget.give(held)
  try {
    // The client must stay connected to receive the error.
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
