import { z } from 'zod'
import { namespaceText } from './names.ts'
import { ownerName } from './warehouse-entry.ts'

/** Namespace in a document of `headgate apply`. */
export interface NamespaceEntry {
  /** Name of the namespace with its warehouse: `WAREHOUSE/NAME.NAME`. */
  readonly name: string
  readonly owner?: string | undefined
  readonly properties?: Readonly<Record<string, string>> | undefined
  readonly protected?: boolean | undefined
  readonly locations?: readonly string[] | undefined
}

export const namespaceEntry: z.ZodType<NamespaceEntry> = z
  .strictObject({
    name: namespaceText,
    owner: ownerName,
    properties: z
      .record(z.string().min(1), z.string({ error: 'must be text: enclose it in quotes' }))
      .optional()
      .describe('Properties to set. Other properties remain.'),
    protected: z.boolean().optional().describe('It cannot be dropped.'),
    locations: z
      .array(z.string().min(1).max(4096))
      .optional()
      .describe('Locations with files that tables and views of the namespace may use.'),
  })
  .meta({ id: 'Namespace' })
