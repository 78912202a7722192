import type { HeadgateError } from '@headgate/errors'

/**
 * Returns `WWW-Authenticate` of a 401 (RFC 6750 section 3, RFC 9728 section 5.1): the address where a client learns how to
 * get a token and, when it sent one, the error of its token.
 *
 * @param metadataUrl URL of this server's RFC 9728 document
 * @param sent whether the request had an Authorization header; without one the challenge contains no error
 */
export function challenge(
  metadataUrl: string,
  { message }: Pick<HeadgateError, 'message'>,
  sent: boolean,
): string {
  const parameters = ['realm="headgate"', `resource_metadata="${metadataUrl}"`]
  if (sent) parameters.push('error="invalid_token"', `error_description="${quotable(message)}"`)
  return `Bearer ${parameters.join(', ')}`
}

/** Replaces characters that RFC 6750 does not allow: quotes, backslashes, and all but printable ASCII. */
function quotable(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/[^ -~]|\\/g, '?')
}
