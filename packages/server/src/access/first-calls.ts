import { HeadgateError } from '@headgate/errors'
import type { EngineLimits } from './engine-limits.ts'
import type { Policy } from './policy.ts'

/**
 * Refuses a call without a user unless the engine's entry allows it.
 *
 * @param needsNoUser the operation belongs to starting up, or carries its user in something sealed
 * @throws HeadgateError `forbidden`, with what to change
 */
export function checkFirstCall({ engine }: Policy, needsNoUser: boolean): void {
  if (engine === null || !engine.alone || engine.firstCalls === 'service') return
  if (engine.firstCalls === 'config-only' && needsNoUser) return
  throw new HeadgateError('forbidden', toldTo(engine))
}

/** Returns true when an engine calls without a user, for the audit event. */
export function isWithoutUser({ engine }: Policy): boolean {
  return engine?.alone === true
}

function toldTo({ name, firstCalls }: EngineLimits): string {
  const may = firstCalls === 'deny' ? 'nothing' : 'only ask for the configuration'
  return (
    `The engine ${name} calls without a user, and its entry allows ${may} then (first_calls: ${firstCalls}). ` +
    'Let the engine pass on its user by token exchange (in Trino: iceberg.rest-catalog.session=USER). ' +
    `If it shall work as itself: headgate engine set ${name} --first-calls service`
  )
}
