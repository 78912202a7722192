import type { VNode } from 'preact'
import type { IcebergField, TableMetadata } from '../api/catalog.ts'
import { t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Section } from '../ui/small.tsx'

/** Tab that shows the partition spec and the sort order of a table. */
export function PartitionTab({ metadata }: { readonly metadata: TableMetadata }): VNode {
  const specs = metadata['partition-specs'] ?? []
  const current = specs.find((spec) => spec['spec-id'] === metadata['default-spec-id'])
  const order = metadata['sort-orders']?.find(
    (each) => each['order-id'] === metadata['default-sort-order-id'],
  )
  const names = new Map(
    metadata.schemas?.flatMap(({ fields }) => fields.flatMap((field) => listNames(field, ''))),
  )
  return (
    <>
      <Section title={t('Partitioning of new files')}>
        {current === undefined || current.fields.length === 0 ? (
          <p class="muted">{t('The table is not partitioned.')}</p>
        ) : (
          <DataTable
            label={t('Partition fields')}
            rows={current.fields}
            toKey={({ name }) => name}
            columns={[
              { heading: t('Partition field'), cell: ({ name }) => <span class="strong">{name}</span> },
              { heading: t('Column'), cell: (field) => names.get(field['source-id']) ?? field['source-id'] },
              { heading: t('Transform'), cell: ({ transform }) => <code>{transform}</code> },
            ]}
          />
        )}
        {specs.length > 1 && (
          <p class="muted">
            {t('Older files use {count} earlier partition specs.', { count: specs.length - 1 })}
          </p>
        )}
      </Section>
      <Section title={t('Sort order of new files')}>
        {order === undefined || order.fields.length === 0 ? (
          <p class="muted">{t('The table has no sort order.')}</p>
        ) : (
          <DataTable
            label={t('Sort order')}
            rows={order.fields}
            toKey={(field, index) => `${index} ${field['source-id']}`}
            columns={[
              { heading: t('Column'), cell: (field) => names.get(field['source-id']) ?? field['source-id'] },
              { heading: t('Transform'), cell: ({ transform }) => <code>{transform}</code> },
              { heading: t('Direction'), cell: ({ direction }) => direction },
              { heading: t('Null values'), cell: (field) => field['null-order'] },
            ]}
          />
        )}
      </Section>
    </>
  )
}

/** Returns pairs of field id and full name for a field and, if it is a struct, for all fields in it. */
function listNames({ id, name, type }: IcebergField, above: string): readonly (readonly [number, string])[] {
  const path = above + name
  if (typeof type === 'string' || type.type !== 'struct') return [[id, path]]
  return [[id, path], ...type.fields.flatMap((field) => listNames(field, `${path}.`))]
}
