import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import type { RefusedObject } from '../access/refuse.ts'
import type { SecurableKind } from '../privilege.ts'
import {
  findSecurable,
  type GrantRow,
  type SecurableName as StoredName,
  type SecurableRow,
} from '../directory/grants.ts'
import { joinLevels, splitLevels } from '../namespace-path.ts'
import type { ManagementDeps } from './administer.ts'

/** Name of an object that grants can refer to, in requests and responses. */
export type SecurableName =
  | 'server'
  | {
      readonly warehouse: string
      readonly namespace?: string[] | undefined
      readonly relation?: string | undefined
    }

const level = z
  .string()
  .min(1)
  .max(512)
  .refine((text) => !text.includes('\u001f'), 'must not contain U+001F')

export const securableName: z.ZodType<SecurableName> = z
  .union([
    z.literal('server'),
    z
      .strictObject({
        warehouse: z.string().min(1).max(512),
        namespace: z.array(level).min(1).max(64).optional().describe('The levels, outermost first.'),
        relation: level.optional().describe('The name of a table or view.'),
      })
      .refine(
        ({ namespace, relation }) => relation === undefined || namespace !== undefined,
        'relation requires namespace',
      ),
  ])
  .meta({
    id: 'SecurableName',
    description: 'Name of an object: the server, a warehouse, or a namespace, table or view in a warehouse.',
  })

/** Parses the name of an object from query parameters. Throws 400 if they are invalid. */
export function parseSecurable(value: unknown): SecurableName {
  const result = securableName.safeParse(value)
  if (result.success) return result.data
  throw new HeadgateError(
    'bad-request',
    'The parameters warehouse, namespace and relation do not name an object: relation requires namespace.',
  )
}

/** Returns the name for messages and events: `lakehouse:sales.orders`. */
export function formatSecurable(name: SecurableName): string {
  if (name === 'server') return 'server'
  const path = [...(name.namespace ?? []), ...(name.relation === undefined ? [] : [name.relation])]
  return path.length === 0 ? name.warehouse : `${name.warehouse}:${path.join('.')}`
}

export function toSecurableKind(name: SecurableName): SecurableKind {
  if (name === 'server') return 'server'
  if (name.relation !== undefined) return 'relation'
  return name.namespace === undefined ? 'warehouse' : 'namespace'
}

/**
 * Returns the object and the objects that contain it. For a missing object, throws the same 404 as for an
 * object that the caller may not see.
 */
export async function requireSecurable(
  sql: ManagementDeps['sql'],
  name: SecurableName,
): Promise<{ readonly row: SecurableRow; readonly object: RefusedObject }> {
  const object = refusedObject(name)
  const row = await findSecurable(sql, toStoredName(name))
  if (!row) throw object.missing()
  return { row, object }
}

/** Converts a name to its form in the database, in which the namespace is one text. */
export function toStoredName(name: SecurableName): StoredName {
  if (name === 'server') return {}
  const { warehouse, namespace, relation } = name
  return { warehouse, namespacePath: namespace && joinLevels(namespace), relation }
}

export function refusedObject(
  name: SecurableName,
): RefusedObject & { readonly missing: () => HeadgateError } {
  const [kind, label] = [toSecurableKind(name), formatSecurable(name)]
  const codes = {
    server: 'no-such-object',
    warehouse: 'no-such-warehouse',
    namespace: 'no-such-namespace',
    relation: 'no-such-table',
  } as const
  return { kind, name: label, missing: () => new HeadgateError(codes[kind], `There is no ${kind} ${label}.`) }
}

/** Returns the name of the object of a grant, or null if the object was deleted. */
export function toSecurableName({
  securableKind,
  warehouse,
  namespacePath,
  relation,
}: GrantRow): SecurableName | null {
  if (securableKind === 'server') return 'server'
  if (warehouse === null) return null
  if (securableKind === 'warehouse') return { warehouse }
  if (namespacePath === null) return null
  const namespace = splitLevels(namespacePath)
  if (securableKind === 'namespace') return { warehouse, namespace }
  return relation === null ? null : { warehouse, namespace, relation }
}
