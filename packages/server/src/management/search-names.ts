import { z } from 'zod'
import { findNames, type NameMatch } from '../catalog/search-names.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { id } from './schemas.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'

const maxMatches = 100

const match = z
  .strictObject({
    id,
    kind: z.enum(['namespace', 'table', 'view', 'lance-table']),
    warehouse: z.string(),
    namespace: z.array(z.string()).describe('Levels of the namespace, outermost first.'),
    name: z.string().nullable().describe('Name of the table or view. Null for a namespace.'),
  })
  .meta({ id: 'NameMatch' })

/** Returns the operation that searches names over all warehouses. */
export function searchOperations({ sql }: WarehouseApiDeps): readonly ManagementOperation[] {
  return [
    defineOperation({
      id: 'searchNames',
      method: 'GET',
      path: '/management/v1/search',
      subject: 'search',
      summary:
        'Finds namespaces, tables and views whose names begin with a text, in upper or lower case, over all warehouses.',
      query: z.strictObject({
        text: z
          .string()
          .min(1)
          .max(255)
          .describe('Beginning of the name of a table or view, or of the last level of a namespace.'),
        warehouse: z.string().optional().describe('Searches only this warehouse.'),
        limit: z.coerce.number().int().min(1).max(maxMatches).default(20),
      }),
      response: {
        status: 200,
        schema: z.strictObject({
          matches: z.array(match).describe('Matches that the caller may see, by name.'),
          more: z
            .boolean()
            .describe('True: there are further matches, or the search ended early. Search a longer text.'),
        }),
        description: 'The matches.',
      },
      async run({ query: { text, warehouse = null, limit } }, call) {
        const search = { prefix: text, warehouse }
        const { matches, more } = await findNames(sql, call.policy, search, limit, call.signal)
        return { matches: matches.map(toView), more }
      },
    }),
  ]
}

function toView({ id, kind, warehouse, namespace, relation }: NameMatch): z.input<typeof match> {
  return { id, kind, warehouse, namespace: [...namespace], name: relation }
}
