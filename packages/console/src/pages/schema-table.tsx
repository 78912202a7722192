import type { VNode } from 'preact'
import type { IcebergField, IcebergSchema, IcebergType } from '../api/catalog.ts'
import { t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Badge } from '../ui/small.tsx'
import { Empty } from '../ui/states.tsx'

interface FieldRow {
  readonly depth: number
  readonly path: string
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly doc: string
  readonly id: number | undefined
}

/** Shows the columns of a table or view. The fields of a nested type follow its column, indented. */
export function SchemaTable({ schema }: { readonly schema: IcebergSchema | undefined }): VNode {
  const rows = schema?.fields.flatMap((field) => toRows(field, 0, '')) ?? []
  if (rows.length === 0) return <Empty title={t('The schema has no columns')} />
  const keys = new Set(schema?.['identifier-field-ids'])
  const hasDocs = rows.some(({ doc }) => doc !== '')
  return (
    <DataTable
      label={t('Columns')}
      rows={rows}
      toKey={({ path }) => path}
      columns={[
        {
          heading: t('Column'),
          cell: ({ name, depth, id }) => (
            <span class={`nested depth-${Math.min(depth, 6)}`}>
              <span class="strong">{name}</span>
              {id !== undefined && keys.has(id) && <Badge>{t('identifier')}</Badge>}
            </span>
          ),
        },
        { heading: t('Type'), cell: ({ type }) => <code>{type}</code> },
        {
          heading: t('Null values'),
          kind: 'fit',
          cell: ({ required }) => <span class="muted">{required ? t('none') : t('allowed')}</span>,
        },
        ...(hasDocs ? [{ heading: t('Comment'), cell: ({ doc }: FieldRow) => doc }] : []),
        { heading: t('Id'), kind: 'number', cell: ({ id }) => <span class="muted">{id}</span> },
      ]}
    />
  )
}

function toRows(
  { id, name, type, required, doc = '' }: IcebergField,
  depth: number,
  above: string,
): FieldRow[] {
  const path = `${above}.${id}`
  const row = { depth, path, name, type: nameType(type), required, doc, id }
  return [row, ...nestedFields(type).flatMap((field) => toRows(field, depth + 1, path))]
}

/** Returns the fields of a struct, or of the structs inside a list or map. Returns no field for a primitive type. */
function nestedFields(type: IcebergType): readonly IcebergField[] {
  if (typeof type === 'string') return []
  if (type.type === 'struct') return type.fields
  if (type.type === 'list') return nestedFields(type.element)
  return [...nestedFields(type.key), ...nestedFields(type.value)]
}

function nameType(type: IcebergType): string {
  if (typeof type === 'string') return type
  if (type.type === 'struct') return 'struct'
  if (type.type === 'list') return `list<${nameType(type.element)}>`
  return `map<${nameType(type.key)}, ${nameType(type.value)}>`
}
