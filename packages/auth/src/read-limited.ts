import { BodyTooLongError, readBody } from '@headgate/http'
import { AuthError } from './auth-error.ts'

/**
 * Reads the text of a response.
 *
 * @param server names the server in error messages
 * @throws {AuthError} malformed, as soon as the text exceeds `maxBytes`
 */
export async function readLimited(
  response: Response,
  maxBytes: number,
  server: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return new TextDecoder().decode(await readBody(response, { maxBytes, signal }))
  } catch (cause) {
    if (!(cause instanceof BodyTooLongError)) throw cause
    throw new AuthError('malformed', `${server} sent a response of more than ${maxBytes >> 10} KiB`)
  }
}
