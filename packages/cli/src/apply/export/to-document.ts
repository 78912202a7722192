import type { Json } from '@headgate/json'
import type { Engine, Grant, Grantee, Vending, Warehouse } from '../../management/generated/schemas.ts'
import { formatSecurable } from '../../names/securable.ts'
import { formatLevels } from '../../names/dotted.ts'
import type { Document } from '../document/document.ts'
import type { EngineEntry } from '../document/engine-entry.ts'
import type { GrantEntry } from '../document/grant-entry.ts'
import type { NamespaceEntry } from '../document/namespace-entry.ts'
import type { PrincipalEntry } from '../document/principal-entry.ts'
import type { RoleEntry } from '../document/role-entry.ts'
import type { StorageEntry, WarehouseEntry } from '../document/warehouse-entry.ts'
import { withoutEndSlash } from '../plan/same-location.ts'
import { createPlaceholderNames, type Placeholder, type PlaceholderNames } from './placeholder-names.ts'
import { ordered } from './ordered.ts'
import { isOwn, principalName } from './principal-name.ts'
import type { NamespaceSnapshot, PrincipalSnapshot, RoleSnapshot, ServerSnapshot } from './server-snapshot.ts'

/** Exported document, with the environment variables of the secrets that the server does not return. */
export interface ExportedDocument {
  readonly document: Document
  readonly secrets: readonly Placeholder[]
}

/**
 * Converts the objects of a server to a document. The order of entries depends only on names, so that two exports can
 * be compared.
 */
export function toDocument(snapshot: ServerSnapshot): ExportedDocument {
  const placeholders = createPlaceholderNames()
  const document: Document = {
    version: 1,
    principals: byName(snapshot.principals.map((each) => toPrincipal(each, placeholders))),
    roles: byName(snapshot.roles.map((each) => toRole(each, snapshot))),
    warehouses: byName(snapshot.warehouses.map((each) => toWarehouse(each, placeholders))),
    namespaces: byName(snapshot.namespaces.map(toNamespace)),
    engines: snapshot.engines.map(toEngine).toSorted((one, other) => compare(one.principal, other.principal)),
    grants: toGrants(snapshot),
  }
  const filled = Object.entries(document).filter(([, value]) => !Array.isArray(value) || value.length > 0)
  return { document: Object.fromEntries(filled) as unknown as Document, secrets: placeholders.all }
}

function toPrincipal(
  { principal, hasSecret, keys, federations }: PrincipalSnapshot,
  names: PlaceholderNames,
): PrincipalEntry {
  const name = principalName(principal)
  return {
    name,
    ...(isOwn(principal) || principal.name === principal.subject ? {} : { displayName: principal.name }),
    ...(principal.enabled ? {} : { enabled: false }),
    ...(hasSecret ? { secret: { env: names.add('CLIENT_SECRET', name, `client secret of ${name}`) } } : {}),
    ...(keys.length === 0
      ? {}
      : { keys: keys.map(({ id, jwk }) => ordered({ ...jwk, kid: id }, ['kid', 'kty'])) }),
    ...(federations.length === 0
      ? {}
      : { federations: federations.map(({ issuer, subject }) => ({ issuer, subject })) }),
  }
}

function toRole({ role, members }: RoleSnapshot, snapshot: ServerSnapshot): RoleEntry {
  const names = members.flatMap((member) => toGranteeText(member, snapshot) ?? [])
  return { name: role.name, ...(names.length === 0 ? {} : { members: names.toSorted(compare) }) }
}

/** Returns a grantee as text for a document, such as `role:analysts`, or undefined if the grantee was deleted. */
function toGranteeText({ kind, id, name }: Grantee, { principalNames }: ServerSnapshot): string | undefined {
  // For a user, the list of grants contains the name from its tokens, which is not unique. The document therefore
  // contains the unique name of the principal.
  const text = kind === 'principal' ? principalNames.get(id) : (name ?? undefined)
  return text === undefined ? undefined : `${kind}:${text}`
}

function toWarehouse(warehouse: Warehouse, names: PlaceholderNames): WarehouseEntry {
  const { name, owner, allowedLocations, defaults, overrides, vending, retentionSeconds } = warehouse
  return {
    name,
    ...(owner === null ? {} : { owner }),
    storage: toStorage(warehouse, names),
    vending: ordered(vending, ['mode']) as unknown as Vending,
    retentionSeconds,
    ...(allowedLocations.length === 0 ? {} : { allowedLocations }),
    ...(isEmpty(defaults) ? {} : { defaults: ordered(defaults) }),
    ...(isEmpty(overrides) ? {} : { overrides: ordered(overrides) }),
    ...(warehouse.protected ? { protected: true } : {}),
  }
}

const storageOrder = ['type', 'root', 'bucket', 'prefix', 'endpoint', 'region', 'store']

function toStorage({ name, storage, hasSecret }: Warehouse, names: PlaceholderNames): StorageEntry {
  const reference = (): { readonly env: string } => ({
    env: names.add('STORAGE_SECRET', name, `secretAccessKey of the storage of warehouse ${name}`),
  })
  return {
    ...ordered(storage, storageOrder),
    ...(hasSecret ? { secretAccessKey: reference() } : {}),
  } as unknown as StorageEntry
}

function toNamespace({ warehouse, namespace, locations }: NamespaceSnapshot): NamespaceEntry {
  const { owner, properties } = namespace
  return {
    name: `${warehouse}/${formatLevels(namespace.namespace)}`,
    ...(owner === null ? {} : { owner }),
    ...(isEmpty(properties) ? {} : { properties: ordered(properties) }),
    ...(namespace.protected ? { protected: true } : {}),
    ...(locations.length === 0 ? {} : { locations: locations.map(withoutEndSlash).toSorted(compare) }),
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function toEngine(engine: Engine): EngineEntry {
  const {
    id: _,
    name: __,
    issuer,
    subject,
    enabled: ___,
    createdAt: ____,
    updatedAt: _____,
    ...settings
  } = engine
  // The server lists a deleted warehouse by its id. The document omits it, because no engine can use it.
  const warehouses = settings.warehouses?.filter((name) => !uuid.test(name)) ?? null
  return { principal: principalName({ issuer, subject }), ...settings, warehouses }
}

const privilegeOrder = ['use', 'select', 'modify', 'create', 'manage', 'administer-storage']

function rankOf(privilege: string): number {
  return privilegeOrder.indexOf(privilege)
}

function toGrants(snapshot: ServerSnapshot): readonly GrantEntry[] {
  const entries = snapshot.grants.flatMap((grant) => toGrant(grant, snapshot) ?? [])
  const groups = Map.groupBy(entries, ({ on, to, rows, columns }) => JSON.stringify([on, to, rows, columns]))
  return [...groups]
    .toSorted(([one], [other]) => compare(one, other))
    .flatMap(([, group]) => {
      const [first] = group
      const privileges = group.flatMap(({ privileges }) => privileges)
      return first === undefined
        ? []
        : [{ ...first, privileges: privileges.toSorted((a, b) => rankOf(a) - rankOf(b)) }]
    })
}

/** Returns a grant as documents contain it, or undefined if its object or grantee was deleted or its table was dropped. */
function toGrant(
  { on, to, privilege, restriction, dropped }: Grant,
  snapshot: ServerSnapshot,
): GrantEntry | undefined {
  const grantee = toGranteeText(to, snapshot)
  if (on === null || dropped === true || grantee === undefined) return undefined
  const { rows = null, columns = null } = restriction ?? {}
  return {
    on: formatSecurable(on),
    to: grantee,
    privileges: [privilege],
    ...(rows === null ? {} : { rows }),
    ...(columns === null ? {} : { columns }),
  }
}

function isEmpty(map: Readonly<Record<string, Json>>): boolean {
  return Object.keys(map).length === 0
}

function byName<Entry extends { readonly name: string }>(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((one, other) => compare(one.name, other.name))
}

/** Compares texts by their code units, so that the order does not depend on the locale of the machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
