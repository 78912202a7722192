import { z } from 'zod'
import type { Paint } from '../../output/paint.ts'
import { table } from '../../output/table.ts'

/** A type of the Iceberg specification (appendix C): a name, or a struct, list or map. */
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

const icebergType: z.ZodType<IcebergType> = z.lazy(() =>
  z.union([
    z.string(),
    z.object({ type: z.literal('struct'), fields: z.array(field) }),
    z.object({ type: z.literal('list'), element: icebergType }),
    z.object({ type: z.literal('map'), key: icebergType, value: icebergType }),
  ]),
)

const field: z.ZodType<Field> = z.object({
  id: z.number(),
  name: z.string(),
  required: z.boolean(),
  type: icebergType,
  doc: z.string().optional(),
})

/** A schema, as far as this program shows it. */
export interface Schema {
  readonly 'schema-id'?: number | undefined
  readonly fields: readonly Field[]
}

export const schema: z.ZodType<Schema> = z.object({
  'schema-id': z.number().optional(),
  fields: z.array(field),
})

/** The type as SQL engines write it: `struct<a: int, b: list<string>>`. */
function typeText(type: IcebergType): string {
  if (typeof type === 'string') return type
  switch (type.type) {
    case 'struct':
      return `struct<${type.fields.map(({ name, type }) => `${name}: ${typeText(type)}`).join(', ')}>`
    case 'list':
      return `list<${typeText(type.element)}>`
    default:
      return `map<${typeText(type.key)}, ${typeText(type.value)}>`
  }
}

export function schemaTable(paint: Paint, { fields }: Schema): string {
  const documented = fields.some(({ doc }) => doc !== undefined)
  return table(paint, fields, [
    { heading: 'column', cell: ({ name }) => name },
    { heading: 'type', cell: ({ type, required }) => typeText(type) + (required ? ' not null' : '') },
    { heading: 'id', cell: ({ id }) => id, right: true },
    ...(documented ? [{ heading: 'comment', cell: ({ doc }: Field) => doc ?? '' }] : []),
  ])
}
