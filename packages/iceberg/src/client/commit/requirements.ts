import type { TableRequirement } from '../../metadata/requirement/types.ts'
import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'

/**
 * Derives the requirements of a commit from its updates and from the table metadata that the updates were made for,
 * as in Iceberg for Java (`UpdateRequirements.forUpdateTable`). If the table has changed, the updates are valid only
 * if the requirements hold. The result contains no duplicates.
 */
export function deriveRequirements(
  base: TableMetadata,
  updates: readonly TableUpdate[],
): readonly TableRequirement[] {
  const uuid = base['table-uuid']
  const sameTable: readonly TableRequirement[] =
    uuid === undefined ? [] : [{ type: 'assert-table-uuid', uuid }]
  return dropDuplicates([...sameTable, ...updates.flatMap((update) => deriveForUpdate(base, update))])
}

/** Removes duplicate requirements. */
export function dropDuplicates(requirements: readonly TableRequirement[]): readonly TableRequirement[] {
  return [...new Map(requirements.map((each) => [toKey(each), each])).values()]
}

/** Returns a string that is equal for equal requirements. */
const toKey = (requirement: TableRequirement): string => Object.values(requirement).map(String).join(' ')

function deriveForUpdate(base: TableMetadata, update: TableUpdate): readonly TableRequirement[] {
  switch (update.action) {
    case 'add-schema':
      return [{ type: 'assert-last-assigned-field-id', 'last-assigned-field-id': base['last-column-id'] }]
    case 'set-current-schema':
      return [currentSchema(base)]
    case 'add-spec':
      return [
        {
          type: 'assert-last-assigned-partition-id',
          'last-assigned-partition-id': base['last-partition-id'],
        },
      ]
    case 'set-default-spec':
      return [defaultSpec(base)]
    case 'set-default-sort-order':
      return [
        { type: 'assert-default-sort-order-id', 'default-sort-order-id': base['default-sort-order-id'] },
      ]
    case 'set-snapshot-ref':
    case 'remove-snapshot-ref':
      return [refSnapshot(base, update['ref-name'])]
    case 'remove-schemas':
      return [currentSchema(base), ...otherBranchSnapshots(base)]
    case 'remove-partition-specs':
      return [defaultSpec(base), ...otherBranchSnapshots(base)]
    default:
      return []
  }
}

const currentSchema = (base: TableMetadata): TableRequirement => ({
  type: 'assert-current-schema-id',
  'current-schema-id': base['current-schema-id'],
})

const defaultSpec = (base: TableMetadata): TableRequirement => ({
  type: 'assert-default-spec-id',
  'default-spec-id': base['default-spec-id'],
})

function refSnapshot({ refs }: TableMetadata, ref: string): TableRequirement {
  const current = Object.hasOwn(refs, ref) ? refs[ref] : undefined
  return { type: 'assert-ref-snapshot-id', ref, 'snapshot-id': current?.['snapshot-id'] ?? null }
}

/**
 * Requires that all branches other than `main` are unchanged, because a concurrent commit to such a branch may use
 * the schema or spec that this commit removes.
 */
const otherBranchSnapshots = (base: TableMetadata): readonly TableRequirement[] =>
  Object.entries(base.refs)
    .filter(([name, { type }]) => type === 'branch' && name !== 'main')
    .map(([name]) => refSnapshot(base, name))
