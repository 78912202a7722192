import { invalid } from '../../field-error.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Checks that a text is a UUID, and returns it.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function decodeUuid(text: string): string {
  if (!UUID.test(text)) throw invalid(`Invalid UUID: ${text}`, `not a UUID: ${text}`)
  return text
}
