import { toObjectPlace } from '../api/catalog.ts'
import type { Grantee, SecurableName } from '../api/generated/management.ts'
import { place } from '../router.tsx'
import { t } from '../text.ts'

/** Returns the query parameters that name an object in the management API. */
export function toQuery(on: SecurableName): string {
  if (on === 'server') return 'server=true'
  const { warehouse, namespace = [], relation } = on
  return new URLSearchParams([
    ['warehouse', warehouse],
    ...namespace.map((part) => ['namespace', part]),
    ...(relation === undefined ? [] : [['relation', relation]]),
  ]).toString()
}

/** Returns the display name of an object, such as `warehouse:namespace.table`. */
export function nameObject(on: SecurableName): string {
  if (on === 'server') return t('the server')
  const { warehouse, namespace = [], relation } = on
  const path = [...namespace, ...(relation === undefined ? [] : [relation])].join('.')
  return path === '' ? warehouse : `${warehouse}:${path}`
}

/**
 * Parses the display name of an object, such as `warehouse:namespace.table`. A period after the warehouse is accepted,
 * too. A single name after the warehouse is a namespace; of several names, the last is a table or view. An empty text
 * is the server.
 */
export function parseObject(text: string): SecurableName {
  const [warehouse = '', ...rest] = text.trim().split(/[:.]/)
  if (warehouse === '') return 'server'
  if (rest.length === 0) return { warehouse }
  if (rest.length === 1) return { warehouse, namespace: rest }
  return { warehouse, namespace: rest.slice(0, -1), relation: rest.at(-1) }
}

/**
 * Returns the console path of the page that shows an object, or null for the server. For a table or view, this is the
 * page of its namespace, because the name does not state which of the two it is.
 */
export function toSecurablePlace(on: SecurableName): string | null {
  return on === 'server' ? null : toObjectPlace(on.warehouse, on.namespace)
}

/** Returns the display name of a grantee. A deleted grantee has only an id. */
export function nameGrantee({ name, id }: Pick<Grantee, 'id' | 'name'>): string {
  return name ?? t('deleted ({id})', { id })
}

/** Returns the console path of the page of a principal or role, or null for a group, which has no page. */
export function toGranteePlace({ kind, id }: Pick<Grantee, 'kind' | 'id'>): string | null {
  if (kind === 'principal') return place`/principals/${id}`
  return kind === 'role' ? place`/roles/${id}` : null
}

/** Privileges that can be granted, in ascending order, each with a description of what it allows. */
export const privileges: readonly (readonly [name: string, about: string])[] = [
  ['use', t('See that it exists')],
  ['select', t('Read')],
  ['modify', t('Read and write')],
  ['create', t('Create objects in it')],
  ['manage', t('Everything, including grants')],
]
