import { decide } from './decide.ts'
import type { Policy } from './policy.ts'
import type { Chain } from '../privilege.ts'

/** Returns true when the caller administers the storage of an object: it may use places that hold files. */
export function administersStorage(policy: Policy, chain: Chain): boolean {
  return decide(policy, chain, 'administer-storage').outcome === 'allow'
}
