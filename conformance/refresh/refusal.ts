import type { Answer } from './catalog-client.ts'
import { errorIn, inShort } from './credential.ts'
import { demand } from '../lib/outcome.ts'
import type { World } from './world.ts'

/** Words that would say why a token was refused. */
const reasons =
  /\b(?:expired?|expiry|forged|tampered|signature|decrypt\w*|decod\w*|malformed|revoked|principal|another (?:user|caller|table|warehouse)|rotated|already (?:been )?used|unknown key)\b/i

/**
 * A token was refused as it must be: 404 NoSuchTableException that names storageRefreshToken, in words that are the same
 * for everybody and say nothing of the reason.
 */
export function demandRefusal(world: World, answer: Answer, what: string, table: string): void {
  demand(answer.status === 404, `${what}: expected 404, got ${inShort(answer)}`)
  const { type, message } = errorIn(answer)
  demand(type === 'NoSuchTableException', `${what}: expected NoSuchTableException, got ${type}`)
  demand(
    message.includes('storageRefreshToken'),
    `${what}: the message does not name storageRefreshToken: ${message}`,
  )
  const told = reasons.exec(message)
  demand(told === null, `${what}: the message gives the reason away ("${told?.[0] ?? ''}"): ${message}`)
  const text = message.replaceAll(table, '<table>')
  world.refusal ??= text
  demand(
    text === world.refusal,
    `${what}: another text than for other refusals: "${text}", not "${world.refusal}"`,
  )
}
