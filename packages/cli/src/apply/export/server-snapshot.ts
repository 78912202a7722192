import type {
  ClientFederation,
  ClientKey,
  Engine,
  Grant,
  Grantee,
  Namespace,
  Principal,
  Role,
  Warehouse,
} from '../../management/generated/schemas.ts'

/** Principal of a server with its credentials. */
export interface PrincipalSnapshot {
  readonly principal: Principal
  readonly hasSecret: boolean
  readonly keys: readonly ClientKey[]
  readonly federations: readonly ClientFederation[]
}

export interface RoleSnapshot {
  readonly role: Role
  readonly members: readonly Grantee[]
}

export interface NamespaceSnapshot {
  readonly warehouse: string
  readonly namespace: Namespace
  readonly locations: readonly string[]
}

/** Objects of a server, as its API returned them. Sections that were not requested are empty. */
export interface ServerSnapshot {
  readonly principals: readonly PrincipalSnapshot[]
  readonly roles: readonly RoleSnapshot[]
  readonly warehouses: readonly Warehouse[]
  readonly namespaces: readonly NamespaceSnapshot[]
  readonly engines: readonly Engine[]
  readonly grants: readonly Grant[]
  /** Names of the principals in documents (client id or `ISSUER#SUBJECT`), keyed by the id of the principal. */
  readonly principalNames: ReadonlyMap<string, string>
}
