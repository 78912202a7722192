import type { Response } from './catalog-client.ts'
import { errorIn, inShort } from './credential.ts'
import { demand } from '../lib/outcome.ts'
import type { Fixture } from './fixture.ts'

/** Matches words in an error message that reveal why the server refused a token. */
const reasons =
  /\b(?:expired?|expiry|forged|tampered|signature|decrypt\w*|decod\w*|malformed|revoked|principal|another (?:user|caller|table|warehouse)|rotated|already (?:been )?used|unknown key)\b/i

/**
 * Checks that the server refused a storage refresh token correctly: with status 404 and NoSuchTableException, naming
 * storageRefreshToken, and with the same message for all callers and reasons.
 */
export function demandRefusal(fixture: Fixture, response: Response, what: string, table: string): void {
  demand(response.status === 404, `${what}: expected 404, got ${inShort(response)}`)
  const { type, message } = errorIn(response)
  demand(type === 'NoSuchTableException', `${what}: expected NoSuchTableException, got ${type}`)
  demand(
    message.includes('storageRefreshToken'),
    `${what}: the message does not name storageRefreshToken: ${message}`,
  )
  const reason = reasons.exec(message)
  demand(reason === null, `${what}: the message reveals the reason ("${reason?.[0] ?? ''}"): ${message}`)
  const text = message.replaceAll(table, '<table>')
  fixture.refusal ??= text
  demand(
    text === fixture.refusal,
    `${what}: the message differs from that of other refusals: "${text}" instead of "${fixture.refusal}"`,
  )
}
