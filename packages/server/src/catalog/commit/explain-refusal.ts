import { HeadgateError } from '@headgate/errors'
import type { RelationKind } from '../../store/relations.ts'
import { isViolation } from '../../store/violation.ts'
import { missingNamespace, uuidTakenError } from '../existing.ts'
import { moved, type Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'

/**
 * Converts the violation of a database constraint in an outcome to the error that the client must receive.
 */
export function explainRefusal(
  outcome: Extract<Outcome<never>, { type: 'moved' | 'refused' }>,
  plans: readonly (Pick<Plan<unknown>, 'write' | 'identifier'> & {
    readonly model: { readonly kind: RelationKind }
  })[],
): Outcome<never> {
  if (outcome.type === 'moved') return outcome
  const { error } = outcome
  const created = plans.find(({ write }) => write.type === 'create')
  if (isViolation(error, 'relation_warehouse_id_uuid_key')) {
    const [first] = plans
    const kind = first?.model.kind ?? 'table'
    return created === undefined
      ? { type: 'refused', error: cannotAssignUuidError(kind) }
      : { type: 'refused', error: uuidTakenError(kind, created.identifier) }
  }
  if (created === undefined) return outcome
  // Another request took the name after the plan was computed. The next attempt finds the relation that has
  // the name.
  if (isViolation(error, 'relation_name')) return moved
  // Another request has already created the staged table, so a relation with the reserved id exists.
  if (isViolation(error, 'relation_pkey')) return moved
  if (isViolation(error, 'relation_namespace_id_fkey'))
    return { type: 'refused', error: missingNamespace(created.identifier.namespace) }
  return outcome
}

/** Returns the error for a commit that assigns the UUID of another relation to an existing relation. */
function cannotAssignUuidError(kind: RelationKind): HeadgateError {
  return new HeadgateError(
    'bad-request',
    `Cannot assign this uuid, because another ${kind} of the warehouse has it. Remove the update, or choose another uuid.`,
  )
}
