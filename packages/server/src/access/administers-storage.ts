import { decide } from './decide.ts'
import type { Policy } from './policy.ts'
import type { Chain } from '../privilege.ts'

/**
 * Returns true when the caller holds `administer-storage` on an object. The caller may then use locations that already
 * contain files.
 */
export function administersStorage(policy: Policy, chain: Chain): boolean {
  return decide(policy, chain, 'administer-storage').outcome === 'allow'
}
