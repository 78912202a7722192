import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { z } from 'zod'

/**
 * Parses the body of a request of the page. The content type makes browsers ask the server before a page of another site
 * can send such a request.
 *
 * @param content the expected members, for the error message
 * @throws HeadgateError `bad-request`
 */
export function parseJsonBody<T>(
  { headers }: IncomingMessage,
  body: Uint8Array,
  schema: z.ZodType<T>,
  content: string,
): T {
  if (/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    const parsed = schema.safeParse(parseJson(body))
    if (parsed.success) return parsed.data
  }
  throw new HeadgateError(
    'bad-request',
    `The body must be JSON ${content}, as Content-Type: application/json.`,
  )
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}
