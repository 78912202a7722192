import type { HeadgateError } from '@headgate/errors'

/**
 * `WWW-Authenticate` of a 401 (RFC 6750 section 3, RFC 9728 section 5.1): where a client learns how to get a token and,
 * when it sent one, what was wrong with it.
 *
 * @param metadataUrl where our RFC 9728 document is
 * @param sent whether the request had an Authorization header: without one there is no error to tell of
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

/** Without what RFC 6750 does not allow there: quotes, backslashes, and all that is not printable ASCII. */
function quotable(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/[^ -~]|\\/g, '?')
}
