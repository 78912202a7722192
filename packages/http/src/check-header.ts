import { HeadgateError } from '@headgate/errors'

/**
 * Checks that a header can be sent. The name of the header must be in lower case.
 *
 * @throws {HeadgateError} bad-request; the message does not contain the value, which may be a secret
 *
 * @example
 * ```ts
 * checkHeader('x-team', 'core')
 * ```
 */
export function checkHeader(name: string, value: string): void {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
    throw new HeadgateError('bad-request', `Invalid header name ${JSON.stringify(name)}`)
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw new HeadgateError(
      'bad-request',
      `Invalid value of header ${name}: it must be one line of Latin characters`,
    )
}
