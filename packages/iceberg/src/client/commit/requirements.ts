import type { TableRequirement } from '../../metadata/requirement/types.ts'
import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'

/**
 * What must still hold of a table so that updates that were made for it mean what they were meant to: what Iceberg for
 * Java requires (`UpdateRequirements.forUpdateTable`). Without duplicates.
 */
export function requirementsFor(
  base: TableMetadata,
  updates: readonly TableUpdate[],
): readonly TableRequirement[] {
  const uuid = base['table-uuid']
  const own: readonly TableRequirement[] = uuid === undefined ? [] : [{ type: 'assert-table-uuid', uuid }]
  return unique([...own, ...updates.flatMap((update) => requirementsOf(base, update))])
}

/** The same list without those that are said twice. */
export function unique(requirements: readonly TableRequirement[]): readonly TableRequirement[] {
  return [...new Map(requirements.map((each) => [keyOf(each), each])).values()]
}

/** What it says, as text. */
const keyOf = (requirement: TableRequirement): string => Object.values(requirement).map(String).join(' ')

function requirementsOf(base: TableMetadata, update: TableUpdate): readonly TableRequirement[] {
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
      return [currentSchema(base), ...otherBranches(base)]
    case 'remove-partition-specs':
      return [defaultSpec(base), ...otherBranches(base)]
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

/** Somebody may write to them with what is to be removed. */
const otherBranches = (base: TableMetadata): readonly TableRequirement[] =>
  Object.entries(base.refs)
    .filter(([name, { type }]) => type === 'branch' && name !== 'main')
    .map(([name]) => refSnapshot(base, name))
