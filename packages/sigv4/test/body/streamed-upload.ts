import { headerPairs } from '../../src/wire-request.ts'
import { SigV4Error } from '../../src/sigv4-error.ts'
import { signed, verified } from '../signed-requests.ts'
import { collect, split } from '../streams.ts'
import type { VerifiedRequest } from '../../src/verify-signature.ts'
import { decodeBody, type BodyOptions } from '../../src/body/decode-body.ts'
import {
  encodeBody,
  streamingHeaders,
  streamingPayloadHash,
  type StreamingForm,
} from '../../src/body/encode-body.ts'

export const BODY: Buffer = Buffer.from('The quick brown fox jumps over the lazy dog, and back.')

/**
 * Signs an upload with an `aws-chunked` body, and encodes the body. `announced` is the length that the headers state.
 */
export async function upload(
  body: Buffer,
  form: StreamingForm,
  announced: number = body.length,
  target = '/bucket/key',
): Promise<{ encoded: Buffer; request: VerifiedRequest }> {
  const headers = [...headerPairs(['Host', 'localhost:9000']), ...streamingHeaders(form, announced)]
  const request = signed({ method: 'PUT', target, headers }, { payloadHash: streamingPayloadHash(form) })
  return { encoded: await collect(encodeBody([body], form, request.seed)), request: verified(request) }
}

/** Decodes the body of a signed upload. Returns the bytes, or the refusal. */
export async function decode(
  request: VerifiedRequest,
  encoded: Buffer,
  options?: BodyOptions,
): Promise<Buffer | SigV4Error> {
  try {
    return await collect(decodeBody(request, split(encoded, encoded.length), options))
  } catch (error) {
    if (error instanceof SigV4Error) return error
    throw error
  }
}

/** Returns the code of the refusal of a body, or undefined when the body is accepted. */
export async function refusal(
  request: VerifiedRequest,
  encoded: Buffer,
  options?: BodyOptions,
): Promise<string | undefined> {
  const result = await decode(request, encoded, options)
  return result instanceof SigV4Error ? result.code : undefined
}
