import { HeadgateError } from '@headgate/errors'

/**
 * Parses a member of a request that selects a mode, such as `mode` or `behavior`. The protocol accepts each value in
 * PascalCase and in snake_case, and ignores the case.
 *
 * @param name name of the member, for the error message
 * @param sent value in the request
 * @param values accepted values in lower case without `_`; the first one is the default
 * @throws HeadgateError `bad-request` for any other value
 */
export function readMode<const Value extends string>(
  name: string,
  sent: string | null | undefined,
  values: readonly [Value, ...Value[]],
): Value {
  if (sent === undefined || sent === null) return values[0]
  const wanted = sent.toLowerCase().replaceAll('_', '')
  const found = values.find((value) => value === wanted)
  if (found === undefined)
    throw new HeadgateError('bad-request', `The member ${name} must be one of ${values.join(', ')}.`)
  return found
}
