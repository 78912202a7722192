import { z } from 'zod'
import type { Paint } from '../../output/paint.ts'
import { table } from '../../output/table.ts'

/** Type of the Iceberg specification (appendix C): a name, or a struct, list or map. */
type IcebergType =
  | string
  | { readonly type: 'struct'; readonly fields: readonly Field[] }
  | { readonly type: 'list'; readonly element: IcebergType }
  | { readonly type: 'map'; readonly key: IcebergType; readonly value: IcebergType }

interface Field {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: IcebergType
  readonly doc?: string | undefined
}

const typeDecoder: z.ZodType<IcebergType> = z.lazy(() =>
  z.union([
    z.string(),
    z.object({ type: z.literal('struct'), fields: z.array(fieldDecoder) }),
    z.object({ type: z.literal('list'), element: typeDecoder }),
    z.object({ type: z.literal('map'), key: typeDecoder, value: typeDecoder }),
  ]),
)

const fieldDecoder: z.ZodType<Field> = z.object({
  id: z.number(),
  name: z.string(),
  required: z.boolean(),
  type: typeDecoder,
  doc: z.string().optional(),
})

/** Members of an Iceberg schema that the output shows. */
export interface Schema {
  readonly 'schema-id'?: number | undefined
  readonly fields: readonly Field[]
}

export const schemaDecoder: z.ZodType<Schema> = z.object({
  'schema-id': z.number().optional(),
  fields: z.array(fieldDecoder),
})

/** Formats a type as SQL engines write it: `struct<a: int, b: list<string>>`. */
function formatType(type: IcebergType): string {
  if (typeof type === 'string') return type
  switch (type.type) {
    case 'struct':
      return `struct<${type.fields.map(({ name, type }) => `${name}: ${formatType(type)}`).join(', ')}>`
    case 'list':
      return `list<${formatType(type.element)}>`
    default:
      return `map<${formatType(type.key)}, ${formatType(type.value)}>`
  }
}

export function schemaTable(paint: Paint, { fields }: Schema): string {
  const documented = fields.some(({ doc }) => doc !== undefined)
  return table(paint, fields, [
    { heading: 'column', cell: ({ name }) => name },
    { heading: 'type', cell: ({ type, required }) => formatType(type) + (required ? ' not null' : '') },
    { heading: 'id', cell: ({ id }) => id, right: true },
    ...(documented ? [{ heading: 'comment', cell: ({ doc }: Field) => doc ?? '' }] : []),
  ])
}
