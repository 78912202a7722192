import type { ProvenIdentity, Proof } from '../proven-identity.ts'
import { isStated, provenBy } from '../proven-identity.ts'
import { admits } from './subject-rules.ts'
import type { FirstCalls } from '../store/engines.ts'
import type { PolicyEngine, PolicyRow } from '../store/policies.ts'
import { joinBits, holds, privilegeBits } from './privilege-bits.ts'
import { serverId } from '../reserved-ids.ts'

/**
 * Compiled limits of an engine entry (the registration of an engine). They apply to calls that the engine makes for
 * itself and for users.
 */
export interface EngineLimits {
  /** Name of the engine, for messages. */
  readonly name: string
  /** Client id of the engine, or `ISSUER#SUBJECT` for an engine that authenticates with tokens of another issuer. */
  readonly client: string
  /** True when the engine calls without a user. */
  readonly alone: boolean
  readonly firstCalls: FirstCalls
  /**
   * Ids of the warehouses that callers behind the engine may use. Null when they may use all warehouses and the server
   * itself.
   */
  readonly warehouses: ReadonlySet<string> | null
  /**
   * Privileges that callers behind the engine may use, as bits (see `privilegeBits`) with implied privileges. An entry
   * without limits allows all privileges except `administer-storage`, which must be listed explicitly.
   */
  readonly bits: number
  readonly administers: boolean
  readonly refreshes: boolean
  readonly viewChains: boolean
  /** True when the engine is trusted to enforce the restrictions of grants. */
  readonly enforcesRestrictions: boolean
  /**
   * True when the user administers the server and the entry does not allow the engine to name such users. The user must
   * then authenticate with a token.
   */
  readonly mustBeProven: boolean
  /** Methods by which the engine may name the user without a token of the user. */
  readonly states: ReadonlySet<Proof>
  /** Time of the last change of the entry, in epoch ms. */
  readonly changedAt: number
}

/**
 * Compiles the limits of an engine entry for the principal of the row. `alone` is true when the engine itself is that
 * principal.
 */
export function compileLimits(row: PolicyRow, engine: PolicyEngine, alone: boolean): EngineLimits {
  const allowed = engine.privileges === null ? privilegeBits.manage : joinBits(engine.privileges)
  return {
    name: engine.name,
    client: engine.client,
    alone,
    firstCalls: engine.firstCalls,
    warehouses: engine.warehouses === null ? null : new Set(engine.warehouses),
    // An engine without a user gets its granted rights only if its entry has `first_calls: service`.
    bits: alone && engine.firstCalls !== 'service' ? 0 : allowed,
    administers: engine.administers,
    refreshes: engine.refreshes,
    viewChains: engine.viewChains,
    enforcesRestrictions: engine.enforcesRestrictions,
    mustBeProven: !alone && !engine.namesAdministrators && administersServer(row),
    states: allowedProofs(row, engine),
    changedAt: engine.changedAt,
  }
}

/** Tolerated difference between the clocks of the database and of the server that issued a token, in ms. */
const clockToleranceMs = 60_000

/**
 * Returns true when the entry of the engine allows the method by which the user was authenticated. When the entry no
 * longer allows the engine to name users, access that was issued for users named earlier is refused too.
 *
 * Older tokens do not record the method, so the engine may only have named their user. Such a token is accepted only
 * when the entry has not changed since the token was issued, and when `mustBeProven` is false.
 */
export function allowsProvenance(limits: EngineLimits, identity: ProvenIdentity): boolean {
  const proof = provenBy(identity)
  if (proof !== null) return !isStated(proof) || (!limits.mustBeProven && limits.states.has(proof))
  if (limits.alone) return true
  const { issuedAt = 0 } = identity
  return !limits.mustBeProven && limits.changedAt + clockToleranceMs < issuedAt
}

/** Returns true when the entry allows the engine to act for the principal of the row. */
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
