import { HeadgateError } from '@headgate/errors'
import type { Int64 } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import type { TableMetadata } from '../types.ts'
import type { TableRequirement } from './types.ts'

/**
 * Checks the requirements of a commit, in order, against the current metadata of its table. The metadata is null if
 * the table does not exist. `assert-create` must be the only requirement. Clients and test suites depend on the texts
 * of the error messages.
 *
 * Source: Iceberg REST specification, updateTable.
 *
 * @throws {HeadgateError} commit-failed for the first requirement that does not hold; bad-request when
 *   `assert-create` is combined with other requirements
 */
export function checkTableRequirements(
  base: TableMetadata | null,
  requirements: readonly TableRequirement[],
): void {
  if (requirements.some((it) => it.type === 'assert-create')) {
    const others = requirements.filter((it) => it.type !== 'assert-create').map((it) => it.type)
    if (others.length > 0) throw invalid(`Invalid create requirements: [${others.join(', ')}]`)
  }
  for (const requirement of requirements) {
    if (base === null) checkMissing(requirement)
    else check(base, requirement)
  }
}

function failed(message: string): HeadgateError {
  return new HeadgateError('commit-failed', `Requirement failed: ${message}`)
}

function checkMissing(requirement: TableRequirement): void {
  switch (requirement.type) {
    case 'assert-create':
    case 'assert-last-assigned-field-id':
    case 'assert-last-assigned-partition-id':
      return
    default:
      throw failed('table does not exist')
  }
}

function check(base: TableMetadata, requirement: TableRequirement): void {
  switch (requirement.type) {
    case 'assert-create':
      throw failed('table already exists')
    case 'assert-table-uuid':
      return checkUuid(base['table-uuid'], requirement.uuid)
    case 'assert-ref-snapshot-id':
      return checkRef(base, requirement.ref, requirement['snapshot-id'])
    case 'assert-last-assigned-field-id':
      return checkId('last assigned field id', requirement['last-assigned-field-id'], base['last-column-id'])
    case 'assert-current-schema-id':
      return checkId('current schema', requirement['current-schema-id'], base['current-schema-id'])
    case 'assert-last-assigned-partition-id':
      return checkId(
        'last assigned partition id',
        requirement['last-assigned-partition-id'],
        base['last-partition-id'],
      )
    case 'assert-default-spec-id':
      return checkId('default partition spec', requirement['default-spec-id'], base['default-spec-id'])
    case 'assert-default-sort-order-id':
      return checkId(
        'default sort order',
        requirement['default-sort-order-id'],
        base['default-sort-order-id'],
      )
  }
}

function checkId(what: string, expected: number, actual: number): void {
  if (expected === actual) return
  throw failed(`${what} changed: expected id ${expected} != ${actual}`)
}

function checkUuid(actual: string | undefined, required: string): void {
  if (actual?.toLowerCase() === required.toLowerCase()) return
  throw failed(`UUID does not match: expected ${actual ?? null} != ${required}`)
}

function checkRef(base: TableMetadata, name: string, expected: Int64 | null): void {
  const ref = Object.hasOwn(base.refs, name) ? base.refs[name] : undefined
  if (ref === undefined) {
    if (expected === null) return
    throw failed(`branch or tag ${name} is missing, expected ${expected}`)
  }
  if (expected === null) throw failed(`${ref.type} ${name} was created concurrently`)
  const actual = ref['snapshot-id']
  if (expected !== actual)
    throw failed(`${ref.type} ${name} has changed: expected id ${expected} != ${actual}`)
}
