import { HeadgateError } from '@headgate/errors'
import type { EngineLimits } from './engine-limits.ts'
import type { Policy } from './policy.ts'

/**
 * Refuses a call without a user unless the engine's entry allows it.
 *
 * @param needsNoUser true for an operation that engines call when they start, or whose sealed token contains the user
 * @throws HeadgateError `forbidden`; the message contains the necessary change
 */
export function checkFirstCall({ engine }: Policy, needsNoUser: boolean): void {
  if (engine === null || !engine.alone || engine.firstCalls === 'service') return
  if (engine.firstCalls === 'config-only' && needsNoUser) return
  throw new HeadgateError('forbidden', describeRemedy(engine))
}

/** Returns true when an engine calls without a user. Audit events record this. */
export function isWithoutUser({ engine }: Policy): boolean {
  return engine?.alone === true
}

function describeRemedy({ name, firstCalls }: EngineLimits): string {
  const may = firstCalls === 'deny' ? 'nothing' : 'only requests for the configuration'
  return (
    `The engine ${name} calls without a user. Without a user, its entry allows ${may} (first_calls: ${firstCalls}). ` +
    'Configure the engine to exchange the token of its user (in Trino: iceberg.rest-catalog.session=USER). ' +
    `To let the engine call with its own rights, run:  headgate engine set ${name} --first-calls service`
  )
}
