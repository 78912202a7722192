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

/** Answers that are kept: one for each caller, object and privilege. */
const maxKept = 100_000

/** Result of Cedar. `forbidding` is null if it permits. */
interface Response {
  readonly forbidding: readonly string[] | null
}

interface Caller extends CedarParty {
  readonly context: Context
  /** Context of all requests to Cedar. */
  readonly digest: string
}

export interface CedarCounts {
  readonly evaluations: number
  readonly hits: number
}

/**
 * Authorizer that leaves only the granted rights that a Cedar policy permits and none forbids. Answers are kept until
 * other policies are put in force. What cannot be evaluated is forbidden.
 */
export class CedarAuthorizer implements Authorizer {
  readonly narrows = true
  readonly #cedar: Cedar
  /** The evaluator's name for the policies in force; others that are put there take their place. */
  readonly #setId = randomUUID()
  readonly #onError: (message: string) => void
  readonly #answers: CallerCache<Response> = callerCache({ max: maxKept })
  readonly #callers = new WeakMap<Policy, Caller>()
  readonly #counts = { evaluations: 0, hits: 0 }

  /** @param onError Called with errors of policies that could not be evaluated */
  constructor(cedar: Cedar, policies: Record<string, string>, onError: (message: string) => void) {
    this.#cedar = cedar
    this.#onError = onError
    this.use(policies)
  }

  get counts(): CedarCounts {
    return { ...this.#counts }
  }

  /** Puts these policies in force, from the next question on. */
  use(policies: Record<string, string>): void {
    const answer = this.#cedar.preparsePolicySet(this.#setId, { staticPolicies: policies })
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '))
    this.#answers.clear()
  }

  narrow(caller: Policy, object: ObjectNames, bits: number): number {
    let left = 0
    let lost = 0
    for (const privilege of privileges) {
      if (!holds(bits, privilege)) continue
      // The weakest come first, so that what a privilege implies has been asked for.
      const gone =
        (privilegeBits[privilege] & lost) !== 0 || this.#answer(caller, object, privilege).forbidding !== null
      if (gone) lost |= ownBit[privilege]
      else left |= ownBit[privilege]
    }
    return left
  }

  forbidding(caller: Policy, object: ObjectNames, privilege: Privilege): readonly string[] | null {
    for (const each of privileges) {
      if (!holds(privilegeBits[privilege], each)) continue
      const { forbidding } = this.#answer(caller, object, each)
      if (forbidding !== null) return forbidding
    }
    return null
  }

  #answer(policy: Policy, object: ObjectNames, privilege: Privilege): Response {
    const caller = this.#callerOf(policy)
    if (caller === null) return { forbidding: [] }
    const { warehouse, namespace, relation } = object
    const named = JSON.stringify([warehouse, namespace, relation?.kind, relation?.name])
    const key = callerKey(caller.digest, privilege, named)
    const kept = this.#answers.get(key)
    if (kept !== undefined) {
      this.#counts.hits += 1
      return kept
    }
    const answer = { forbidding: this.#evaluate(caller, cedarResource(object), privilege) }
    this.#answers.set(key, answer)
    return answer
  }

  #evaluate(caller: Caller, resource: CedarParty, privilege: Privilege): readonly string[] | null {
    this.#counts.evaluations += 1
    const answer = this.#cedar.statefulIsAuthorized({
      principal: caller.uid,
      action: cedarAction(privilege),
      resource: resource.uid,
      context: caller.context,
      preparsedPolicySetId: this.#setId,
      entities: [...caller.entities, ...resource.entities],
    })
    if (answer.type === 'failure') {
      this.#onError(answer.errors.map(({ message }) => message).join('; '))
      return []
    }
    const { decision, diagnostics } = answer.response
    // Cedar passes over a policy that it cannot evaluate; here that might be the one that forbids.
    if (diagnostics.errors.length > 0) {
      this.#onError(
        diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`).join('; '),
      )
      return diagnostics.errors.map(({ policyId }) => policyId)
    }
    return decision === 'allow' ? null : diagnostics.reason
  }

  #callerOf(policy: Policy): Caller | null {
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
