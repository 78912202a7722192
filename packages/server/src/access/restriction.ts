import { HeadgateError } from '@headgate/errors'
import type { Chain } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import { grantedBits } from './decide.ts'
import type { HeldRestriction, Policy } from './policy.ts'
import { holds, privilegeBits } from './privilege-bits.ts'

/**
 * Returns the restriction with which a caller without `select` may read an object. Returns null when it has no restricted
 * grant, or when it has `select` itself. Restrictions do not combine. Among several ones, the caller chooses by the name
 * of a role, and gets the first restriction of the role: that of the nearest object, and there the oldest.
 *
 * @param role name of the chosen role, or null
 * @throws HeadgateError `forbidden` when the caller has several restrictions and chose none of them
 */
export function findRestriction(policy: Policy, chain: Chain, role: string | null): HeldRestriction | null {
  const { restrictions, authorizer, engine } = policy
  if (restrictions.size === 0) return null
  const bits = grantedBits(policy, chain)
  // Without `use`, the object is outside of the limits of the engine, or the principal is disabled.
  if (!holds(bits, 'use') || holds(bits, 'select')) return null
  if (engine !== null && !holds(engine.bits, 'select')) return null
  const found = [...chain.ids, serverId].flatMap((id) => restrictions.get(id) ?? [])
  if (found.length === 0 || !holds(authorizer.narrow(policy, chain.names, privilegeBits.select), 'select'))
    return null
  const [first] = role === null ? found : found.filter((each) => each.role === role)
  if (first !== undefined && (role !== null || found.length === 1)) return first
  throw new HeadgateError('forbidden', severalText(found, role))
}

function severalText(found: readonly HeldRestriction[], role: string | null): string {
  const roles = [...new Set(found.map((each) => each.role).filter((name) => name !== null))]
  const choice =
    roles.length === 0
      ? 'Ask an administrator to leave one of them.'
      : `Choose one with the header X-Headgate-Role: ${roles.join(', ')}.`
  return role === null
    ? `Several restricted grants apply to this object, and restrictions do not combine. ${choice}`
    : `The role ${JSON.stringify(role)} has no restricted grant for you on this object. ${choice}`
}
