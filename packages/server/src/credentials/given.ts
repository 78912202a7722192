import { type CallerCache, callerCache, callerKey, type CallerKey } from '../cache.ts'
import type { Principal } from '../identity/identity.ts'
import type { Entitled, HandedOut } from './hand-out.ts'
import type { StorageCredential } from './vending.ts'

/** What somebody was given, and what that depends on beside what they are entitled to. */
export interface Giving {
  /** Of the keys that tokens are sealed with. */
  readonly generation: number
  /** Epoch ms: the end of all renewals. */
  readonly cap: number
  /** Epoch ms: the end of those by the engine alone. */
  readonly sessionEndsAt: number | null
  readonly credential: StorageCredential
  readonly handedOut: HandedOut
}

const maxKept = 10_000

/**
 * What each caller was given last for a table and a right. It is found again only by who is entitled to exactly the same:
 * the same caller, query, warehouse configuration, name, places, views, policy version and moment of revocation.
 */
export class Given {
  readonly #kept: CallerCache<Giving & { readonly entitled: Entitled }> = callerCache({ max: maxKept })

  keep(entitled: Entitled, giving: Giving): void {
    // What is only being created is asked for once.
    if (!entitled.relation.staged) this.#kept.set(keyOf(entitled), { ...giving, entitled })
  }

  of(entitled: Entitled): Giving | null {
    const kept = this.#kept.get(keyOf(entitled))
    return kept !== undefined && isSame(kept.entitled, entitled) ? kept : null
  }
}

function keyOf({ identity, relation, access }: Entitled): CallerKey {
  return callerKey(identity.principal.id, identity.actors[0]?.id ?? '-', relation.id, access)
}

function isSame(a: Entitled, b: Entitled): boolean {
  return (
    // Made anew whenever its row may have changed, and so stands for all of it.
    a.warehouse === b.warehouse &&
    a.relation.id === b.relation.id &&
    a.relation.staged === b.relation.staged &&
    a.relation.namespaceId === b.relation.namespaceId &&
    a.identifier.name === b.identifier.name &&
    areSame(a.identifier.namespace, b.identifier.namespace) &&
    a.location === b.location &&
    areSame(a.prefixes, b.prefixes) &&
    a.access === b.access &&
    isSameParty(a.identity.principal, b.identity.principal) &&
    isSameParty(a.identity.actors[0], b.identity.actors[0]) &&
    a.identity.queryId === b.identity.queryId &&
    areSame(a.through, b.through) &&
    a.ground.policyVersion === b.ground.policyVersion &&
    a.ground.notBefore === b.ground.notBefore
  )
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((item, at) => item === b[at]))
}

function isSameParty(a: Principal | undefined, b: Principal | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return a.id === b.id && a.issuer === b.issuer && a.subject === b.subject && a.name === b.name
}
