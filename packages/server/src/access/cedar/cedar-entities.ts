import type { Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import { ownIssuer } from '../../store/principals.ts'
import type { Policy } from '../policy.ts'
import type { ObjectNames, Privilege } from '../privilege.ts'

/** Somebody or something as Cedar is told of it: who or what it is, and the entities that say the rest. */
export interface CedarParty {
  readonly uid: TypeAndId
  readonly entities: readonly EntityJson[]
}

/** Who asks. Null: there is no such principal. */
export function cedarPrincipal({ subject: known, roles }: Policy): CedarParty | null {
  if (known === null) return null
  const { issuer, subject, login, groups } = known
  const uid = uidOf('Principal', issuer === ownIssuer ? subject : `${issuer}#${subject}`)
  const parents = [
    ...groups.map((group) => uidOf('Group', `${issuer}#${group}`)),
    ...roles.map((role) => uidOf('Role', role)),
  ]
  return {
    uid,
    entities: [{ uid, attrs: { issuer, subject, ...(login === null ? {} : { login }) }, parents }],
  }
}

/** What is asked about, with all that it stands in. */
export function cedarResource({ warehouse, namespace, relation }: ObjectNames): CedarParty {
  const server = uidOf('Server', 'server')
  if (warehouse === null) return { uid: server, entities: [entity(server, {}, null)] }
  const place = uidOf('Warehouse', segment(warehouse))
  const entities = [entity(server, {}, null), entity(place, { name: warehouse }, server)]
  let uid = place
  for (const [index, name] of (namespace ?? []).entries()) {
    const levels = (namespace ?? []).slice(0, index + 1)
    const path = pathOf(levels)
    const parent = uid
    uid = uidOf('Namespace', `${segment(warehouse)}/${path}`)
    entities.push(entity(uid, { name, path, levels, warehouse }, parent))
  }
  if (relation === null) return { uid, entities }
  const { kind, name } = relation
  const path = pathOf(namespace ?? [])
  const own = uidOf(kind === 'table' ? 'Table' : 'View', `${segment(warehouse)}/${path}/${segment(name)}`)
  return {
    uid: own,
    entities: [
      ...entities,
      entity(own, { name, namespace: path, levels: [...(namespace ?? [])], warehouse }, uid),
    ],
  }
}

export function cedarAction(privilege: Privilege): TypeAndId {
  return uidOf('Action', privilege)
}

/** What else is known of the call: the engine, by its client id. */
export function cedarContext({ engine }: Policy): Context {
  return engine === null ? {} : { engine: engine.client }
}

function uidOf(type: string, id: string): TypeAndId {
  return { type: `Headgate::${type}`, id }
}

function entity(
  uid: TypeAndId,
  attrs: Record<string, string | string[]>,
  parent: TypeAndId | null,
): EntityJson {
  return { uid, attrs, parents: parent === null ? [] : [parent] }
}

/** No two namespaces have the same path, whatever is in their names. */
function pathOf(levels: readonly string[]): string {
  return levels.map((level) => segment(level).replaceAll('.', '%2E')).join('.')
}

function segment(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F')
}
