import type { Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import { ownIssuer } from '../../store/principals.ts'
import type { Policy } from '../policy.ts'
import type { ObjectNames, Privilege } from '../../privilege.ts'

/** Entity of Cedar (a principal or a resource): its id, and the records of the entity and its parents. */
export interface CedarParty {
  readonly uid: TypeAndId
  readonly entities: readonly EntityJson[]
}

/**
 * Returns the Cedar entity of the caller, with its groups and roles as parents. Returns null when the principal does
 * not exist.
 */
export function cedarPrincipal({ subject: known, roles }: Policy): CedarParty | null {
  if (known === null) return null
  const { issuer, subject, login, groups } = known
  const uid = toUid('Principal', issuer === ownIssuer ? subject : `${issuer}#${subject}`)
  const parents = [
    ...groups.map((group) => toUid('Group', `${issuer}#${group}`)),
    ...roles.map((role) => toUid('Role', role)),
  ]
  return {
    uid,
    entities: [{ uid, attrs: { issuer, subject, ...(login === null ? {} : { login }) }, parents }],
  }
}

/** Returns the Cedar entity of the object, and the entities of the objects that contain it. */
export function cedarResource({ warehouse, namespace, relation }: ObjectNames): CedarParty {
  const server = toUid('Server', 'server')
  if (warehouse === null) return { uid: server, entities: [entity(server, {}, null)] }
  const place = toUid('Warehouse', segment(warehouse))
  const entities = [entity(server, {}, null), entity(place, { name: warehouse }, server)]
  let uid = place
  for (const [index, name] of (namespace ?? []).entries()) {
    const levels = (namespace ?? []).slice(0, index + 1)
    const path = toPath(levels)
    const parent = uid
    uid = toUid('Namespace', `${segment(warehouse)}/${path}`)
    entities.push(entity(uid, { name, path, levels, warehouse }, parent))
  }
  if (relation === null) return { uid, entities }
  const { kind, name } = relation
  const path = toPath(namespace ?? [])
  const own = toUid(kind === 'view' ? 'View' : 'Table', `${segment(warehouse)}/${path}/${segment(name)}`)
  return {
    uid: own,
    entities: [
      ...entities,
      entity(own, { name, namespace: path, levels: [...(namespace ?? [])], warehouse }, uid),
    ],
  }
}

export function cedarAction(privilege: Privilege): TypeAndId {
  return toUid('Action', privilege)
}

/** Returns the Cedar context of the request. It contains the client id of the engine. */
export function cedarContext({ engine }: Policy): Context {
  return engine === null ? {} : { engine: engine.client }
}

function toUid(type: string, id: string): TypeAndId {
  return { type: `Headgate::${type}`, id }
}

function entity(
  uid: TypeAndId,
  attrs: Record<string, string | string[]>,
  parent: TypeAndId | null,
): EntityJson {
  return { uid, attrs, parents: parent === null ? [] : [parent] }
}

/**
 * Returns the names of a namespace and its parents as one text. Different namespaces have different paths, even if
 * their names contain the separator.
 */
function toPath(levels: readonly string[]): string {
  return levels.map((level) => segment(level).replaceAll('.', '%2E')).join('.')
}

function segment(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F')
}
