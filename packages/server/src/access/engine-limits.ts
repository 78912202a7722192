import type { ProvenIdentity, Proof } from '../proven-identity.ts'
import { isStated, provenBy } from '../proven-identity.ts'
import { admits } from './subject-rules.ts'
import type { FirstCalls } from '../store/engines.ts'
import type { PolicyEngine, PolicyRow } from '../store/policies.ts'
import { joinBits, holds, privilegeBits } from './privilege-bits.ts'
import { serverId } from '../reserved-ids.ts'

/** The limits of an engine's entry, compiled. They apply to calls of the engine itself and for users. */
export interface EngineLimits {
  /** For messages: how to call the entry. */
  readonly name: string
  /** Its client id, or `ISSUER#SUBJECT` where another issuer vouches for it. */
  readonly client: string
  /** True: it calls for itself, without a user. */
  readonly alone: boolean
  readonly firstCalls: FirstCalls
  /** Ids; null: every warehouse, and what is above them. */
  readonly warehouses: ReadonlySet<string> | null
  /**
   * The privileges that may be used at all (see `privilegeBits`), implied ones included. An entry without a limit
   * allows all but `administer-storage`, which an entry must name.
   */
  readonly bits: number
  readonly administers: boolean
  readonly refreshes: boolean
  readonly viewChains: boolean
  /** The user administers the server, and the entry does not let the engine state such a name. */
  readonly mustBeProven: boolean
  /** In which ways the engine may name the user, who proves nothing by that. */
  readonly states: ReadonlySet<Proof>
  /** Epoch ms of the last change of the entry. */
  readonly changedAt: number
}

/** Compiles the limits of an entry for the principal of the row. `alone`: the engine is that principal. */
export function compileLimits(row: PolicyRow, engine: PolicyEngine, alone: boolean): EngineLimits {
  const allowed = engine.privileges === null ? privilegeBits.manage : joinBits(engine.privileges)
  return {
    name: engine.name,
    client: engine.client,
    alone,
    firstCalls: engine.firstCalls,
    warehouses: engine.warehouses === null ? null : new Set(engine.warehouses),
    // Without a user, an engine has its granted rights only if its entry allows it.
    bits: alone && engine.firstCalls !== 'service' ? 0 : allowed,
    administers: engine.administers,
    refreshes: engine.refreshes,
    viewChains: engine.viewChains,
    mustBeProven: !alone && !engine.namesAdministrators && administersServer(row),
    states: allowedProofs(row, engine),
    changedAt: engine.changedAt,
  }
}

/** Tolerated difference between the clocks of the database and of the server that sealed an identity, in ms. */
const clockToleranceMs = 60_000

/**
 * Returns true when the entry allows the way in which the identity was proven. An entry that loses a permission to
 * state users holds for the users that the engine has stated before.
 *
 * An identity of unknown provenance may have been stated: it needs an entry that has not changed since it was sealed,
 * and a user that the engine may state as far as administrators are concerned.
 */
export function allowsProvenance(limits: EngineLimits, identity: ProvenIdentity): boolean {
  const proof = provenBy(identity)
  if (proof !== null) return !isStated(proof) || (!limits.mustBeProven && limits.states.has(proof))
  if (limits.alone) return true
  const { issuedAt = 0 } = identity
  return !limits.mustBeProven && limits.changedAt + clockToleranceMs < issuedAt
}

/** Returns true when the entry lets the engine act for the principal of the row. */
export function actsFor({ subject }: PolicyRow, engine: PolicyEngine): boolean {
  return subject !== null && admits(engine.subjects, subject)
}

function allowedProofs({ subject }: PolicyRow, engine: PolicyEngine): ReadonlySet<Proof> {
  const states = new Set<Proof>()
  if (subject === null || subject.issuer !== engine.namesIssuer) return states
  if (engine.unsignedSubjects) states.add('statement')
  if (engine.assertions) states.add('assertion')
  return states
}

function administersServer({ grants }: PolicyRow): boolean {
  const onServer = grants.find(({ id }) => id === serverId)
  return onServer !== undefined && holds(joinBits(onServer.privileges), 'manage')
}
