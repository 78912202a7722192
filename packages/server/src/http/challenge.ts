import type { HeadgateError } from '@headgate/errors'

/**
 * Returns the `WWW-Authenticate` header of a 401 (RFC 6750 section 3, RFC 9728 section 5.1): the URL of the
 * metadata from which a client learns how to get a token and, if the request contained a token, the reason for
 * its refusal.
 *
 * @param metadataUrl URL of this server's RFC 9728 document
 * @param sent whether the request contained a token. If false, the challenge contains no error
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
