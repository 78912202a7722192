import { z } from 'zod'
import { type EngineEntry, engineEntry } from './engine-entry.ts'
import { type GrantEntry, grantEntry } from './grant-entry.ts'
import { type NamespaceEntry, namespaceEntry } from './namespace-entry.ts'
import { type PrincipalEntry, principalEntry } from './principal-entry.ts'
import { type RoleEntry, roleEntry } from './role-entry.ts'
import { type WarehouseEntry, warehouseEntry } from './warehouse-entry.ts'

/**
 * Names of the sections of a document of `headgate apply`, in the order of dependencies: the objects of a section
 * depend only on objects of earlier sections.
 */
export const sections = ['principals', 'roles', 'warehouses', 'namespaces', 'engines', 'grants'] as const

export type Section = (typeof sections)[number]

/** Document that `headgate apply` reads and `headgate export` writes: the desired objects of a server. */
export interface Document {
  readonly version: 1
  readonly principals?: readonly PrincipalEntry[] | undefined
  readonly roles?: readonly RoleEntry[] | undefined
  readonly warehouses?: readonly WarehouseEntry[] | undefined
  readonly namespaces?: readonly NamespaceEntry[] | undefined
  readonly engines?: readonly EngineEntry[] | undefined
  readonly grants?: readonly GrantEntry[] | undefined
}

export const documentSchema: z.ZodType<Document> = z
  .strictObject({
    $schema: z.string().optional().describe('Location of this schema, for editors.'),
    version: z.literal(1, { error: 'must be 1, the version of this form of documents' }),
    principals: z.array(principalEntry).optional().describe('Clients, and users of other issuers.'),
    roles: z.array(roleEntry).optional().describe('Sets of principals, groups and roles that share grants.'),
    warehouses: z.array(warehouseEntry).optional().describe('Warehouses with their storage and settings.'),
    namespaces: z.array(namespaceEntry).optional().describe('Namespaces of warehouses.'),
    engines: z.array(engineEntry).optional().describe('Clients that act for users, with their limits.'),
    grants: z.array(grantEntry).optional().describe('Privileges on objects, and on everything below them.'),
  })
  .meta({
    title: 'Document of headgate apply',
    description:
      'Desired state of a Headgate server. Settings that a document does not contain are not changed.',
  })

/** Returns the JSON schema of documents of `headgate apply`, with which editors check and complete them. */
export function documentJsonSchema(): object {
  return z.toJSONSchema(documentSchema, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' })
}
