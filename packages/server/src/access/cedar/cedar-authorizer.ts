import { hash, randomUUID } from 'node:crypto'
import type { Context } from '@cedar-policy/cedar-wasm/nodejs'
import { type CallerCache, callerCache, callerKey } from '../../cache.ts'
import type { Authorizer } from '../policy.ts'
import type { Policy } from '../policy.ts'
import { holds, ownBit, privilegeBits, privileges } from '../privilege-bits.ts'
import type { ObjectNames, Privilege } from '../../privilege.ts'
import {
  cedarAction,
  cedarContext,
  type CedarParty,
  cedarPrincipal,
  cedarResource,
} from './cedar-entities.ts'
import type { Cedar } from './load-cedar.ts'

/** Maximum number of cached decisions. One decision is cached for each caller, object and privilege. */
const maxKept = 100_000

/**
 * Decision of Cedar. `forbidding` contains the ids of the policies that forbid the privilege, or is null if Cedar
 * permits it.
 */
interface Response {
  readonly forbidding: readonly string[] | null
}

interface Caller extends CedarParty {
  readonly context: Context
  /** Digest of the Cedar principal and of the Cedar context of this caller. It is a part of the cache key. */
  readonly digest: string
}

export interface CedarCounts {
  readonly evaluations: number
  readonly hits: number
}

/**
 * Authorizer that removes every granted privilege that no Cedar policy permits or that a Cedar policy forbids.
 * Decisions are cached until `use` replaces the policies. A policy that fails during evaluation forbids the privilege.
 */
export class CedarAuthorizer implements Authorizer {
  readonly narrows = true
  readonly #cedar: Cedar
  /** Id of the policy set in the Cedar evaluator. A new policy set with this id replaces the earlier one. */
  readonly #setId = randomUUID()
  readonly #onError: (message: string) => void
  readonly #decisions: CallerCache<Response> = callerCache({ max: maxKept })
  readonly #callers = new WeakMap<Policy, Caller>()
  readonly #counts = { evaluations: 0, hits: 0 }

  /**
   * Loads the policies into the Cedar evaluator.
   *
   * @param onError receives the errors of policies that could not be evaluated
   */
  constructor(cedar: Cedar, policies: Record<string, string>, onError: (message: string) => void) {
    this.#cedar = cedar
    this.#onError = onError
    this.use(policies)
  }

  get counts(): CedarCounts {
    return { ...this.#counts }
  }

  /** Replaces the policies. All later decisions use the new policies. */
  use(policies: Record<string, string>): void {
    const result = this.#cedar.preparsePolicySet(this.#setId, { staticPolicies: policies })
    if (result.type === 'failure') throw new Error(result.errors.map(({ message }) => message).join('; '))
    this.#decisions.clear()
  }

  narrow(caller: Policy, object: ObjectNames, bits: number): number {
    let left = 0
    let lost = 0
    for (const privilege of privileges) {
      if (!holds(bits, privilege)) continue
      // The loop starts with the weakest privileges. When it reaches a privilege, `lost` already contains the removed
      // privileges that this privilege implies.
      const gone =
        (privilegeBits[privilege] & lost) !== 0 || this.#decide(caller, object, privilege).forbidding !== null
      if (gone) lost |= ownBit[privilege]
      else left |= ownBit[privilege]
    }
    return left
  }

  forbidding(caller: Policy, object: ObjectNames, privilege: Privilege): readonly string[] | null {
    for (const each of privileges) {
      if (!holds(privilegeBits[privilege], each)) continue
      const { forbidding } = this.#decide(caller, object, each)
      if (forbidding !== null) return forbidding
    }
    return null
  }

  #decide(policy: Policy, object: ObjectNames, privilege: Privilege): Response {
    const caller = this.#resolveCaller(policy)
    if (caller === null) return { forbidding: [] }
    const { warehouse, namespace, relation } = object
    const named = JSON.stringify([warehouse, namespace, relation?.kind, relation?.name])
    const key = callerKey(caller.digest, privilege, named)
    const kept = this.#decisions.get(key)
    if (kept !== undefined) {
      this.#counts.hits += 1
      return kept
    }
    const result = { forbidding: this.#evaluate(caller, cedarResource(object), privilege) }
    this.#decisions.set(key, result)
    return result
  }

  #evaluate(caller: Caller, resource: CedarParty, privilege: Privilege): readonly string[] | null {
    this.#counts.evaluations += 1
    const result = this.#cedar.statefulIsAuthorized({
      principal: caller.uid,
      action: cedarAction(privilege),
      resource: resource.uid,
      context: caller.context,
      preparsedPolicySetId: this.#setId,
      entities: [...caller.entities, ...resource.entities],
    })
    if (result.type === 'failure') {
      this.#onError(result.errors.map(({ message }) => message).join('; '))
      return []
    }
    const { decision, diagnostics } = result.response
    // Cedar ignores a policy that it cannot evaluate. This policy may forbid the privilege, so the privilege is
    // removed.
    if (diagnostics.errors.length > 0) {
      this.#onError(
        diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`).join('; '),
      )
      return diagnostics.errors.map(({ policyId }) => policyId)
    }
    return decision === 'allow' ? null : diagnostics.reason
  }

  #resolveCaller(policy: Policy): Caller | null {
    const known = this.#callers.get(policy)
    if (known !== undefined) return known
    const principal = cedarPrincipal(policy)
    if (principal === null) return null
    const context = cedarContext(policy)
    const digest = hash('sha256', JSON.stringify([principal, context]), 'base64url')
    const caller = { ...principal, context, digest }
    this.#callers.set(policy, caller)
    return caller
  }
}
