import type { Privilege, SecurableKind } from './privilege.ts'

/**
 * One thing an operation needs: a privilege on one of the objects it touches. All requirements of an operation must
 * be met. `docs/privileges.md` is generated from this table; the operations enforce it.
 */
export interface Requirement {
  readonly privilege: Privilege
  readonly on: SecurableKind
  /** Which object of that kind, where the operation touches several. */
  readonly object: string
  /** True: having something to use below the object is enough (`decidePassage`); what is answered is filtered. */
  readonly passage?: true
  /** When the requirement holds; absent: always. */
  readonly when?: string
}

export interface OperationPrivileges {
  readonly needs: readonly Requirement[]
  readonly note?: string
}

/** What each operation of the catalog and of the management interface needs. */
export const privilegesByOperation = {
  // Iceberg REST: configuration and namespaces
  getConfig: { needs: [{ privilege: 'use', on: 'warehouse', object: 'the warehouse', passage: true }] },
  listNamespaces: {
    needs: [
      { privilege: 'use', on: 'namespace', object: 'the parent', passage: true, when: 'a parent is given' },
      {
        privilege: 'use',
        on: 'warehouse',
        object: 'the warehouse',
        passage: true,
        when: 'no parent is given',
      },
    ],
    note: 'Shows the namespaces the caller may use or pass through.',
  },
  createNamespace: {
    needs: [
      { privilege: 'create', on: 'namespace', object: 'the parent', when: 'the namespace has a parent' },
      { privilege: 'create', on: 'warehouse', object: 'the warehouse', when: 'the namespace has no parent' },
    ],
    note: 'The caller owns what is created.',
  },
  loadNamespaceMetadata: { needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace' }] },
  namespaceExists: { needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace', passage: true }] },
  updateProperties: { needs: [{ privilege: 'modify', on: 'namespace', object: 'the namespace' }] },
  dropNamespace: { needs: [{ privilege: 'manage', on: 'namespace', object: 'the namespace' }] },

  // Iceberg REST: tables
  listTables: {
    needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace', passage: true }],
    note: 'Shows the tables the caller may use.',
  },
  createTable: {
    needs: [{ privilege: 'create', on: 'namespace', object: 'the namespace' }],
    note: 'Staged or not. The caller owns what is created.',
  },
  registerTable: {
    needs: [
      { privilege: 'create', on: 'namespace', object: 'the namespace' },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table that is replaced',
        when: 'overwrite is asked for and the table exists',
      },
    ],
    note: 'The caller owns what is created.',
  },
  loadTable: {
    needs: [{ privilege: 'select', on: 'relation', object: 'the table' }],
    note: 'With referenced-by, behind an engine that is believed: select on the outermost view; its definer on the next; the definer of the last here.',
  },
  tableExists: { needs: [{ privilege: 'use', on: 'relation', object: 'the table' }] },
  loadCredentials: {
    needs: [{ privilege: 'select', on: 'relation', object: 'the table' }],
    note: 'The credentials can write when the caller also has modify. With views as for loadTable. With a storage refresh token for a table that is being created: create on the namespace.',
  },
  signRequest: {
    needs: [
      { privilege: 'select', on: 'relation', object: 'the table' },
      { privilege: 'modify', on: 'relation', object: 'the table', when: 'the request writes or deletes' },
    ],
    note: 'With a storage refresh token for a table that is being created: create on the namespace.',
  },
  updateTable: {
    needs: [
      { privilege: 'modify', on: 'relation', object: 'the table', when: 'the table exists' },
      { privilege: 'create', on: 'namespace', object: 'the namespace', when: 'the commit creates the table' },
    ],
  },
  dropTable: {
    needs: [{ privilege: 'manage', on: 'relation', object: 'the table' }],
    note: 'Also with purgeRequested.',
  },
  unregisterTable: { needs: [{ privilege: 'manage', on: 'relation', object: 'the table' }] },
  renameTable: {
    needs: [
      { privilege: 'manage', on: 'relation', object: 'the table' },
      { privilege: 'create', on: 'namespace', object: 'the namespace it moves to' },
    ],
  },
  commitTransaction: {
    needs: [
      { privilege: 'modify', on: 'relation', object: 'each table', when: 'the table exists' },
      {
        privilege: 'create',
        on: 'namespace',
        object: 'the namespace of each table',
        when: 'the commit creates the table',
      },
    ],
  },
  reportMetrics: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },

  // Iceberg REST: views
  listViews: {
    needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace', passage: true }],
    note: 'Shows the views the caller may use.',
  },
  createView: {
    needs: [{ privilege: 'create', on: 'namespace', object: 'the namespace' }],
    note: 'The caller owns what is created, and is its definer; behind an engine whose limits lack select, nobody is.',
  },
  registerView: {
    needs: [{ privilege: 'create', on: 'namespace', object: 'the namespace' }],
    note: 'The caller owns what is created, and is its definer; behind an engine whose limits lack select, nobody is.',
  },
  loadView: {
    needs: [{ privilege: 'select', on: 'relation', object: 'the view' }],
    note: 'With referenced-by as for loadTable.',
  },
  viewExists: { needs: [{ privilege: 'use', on: 'relation', object: 'the view' }] },
  replaceView: {
    needs: [{ privilege: 'modify', on: 'relation', object: 'the view' }],
    note: 'Who changes what the view says becomes its definer.',
  },
  dropView: { needs: [{ privilege: 'manage', on: 'relation', object: 'the view' }] },
  renameView: {
    needs: [
      { privilege: 'manage', on: 'relation', object: 'the view' },
      { privilege: 'create', on: 'namespace', object: 'the namespace it moves to' },
    ],
  },

  // Management
  createPrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listPrincipals: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  getPrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  enablePrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  disablePrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  stopSessions: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  addSecret: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  dropOldSecret: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  addClientKey: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listClientKeys: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  removeClientKey: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  addClientFederation: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listClientFederations: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  removeClientFederation: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  createEngine: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listEngines: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  getEngine: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  updateEngine: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  deleteEngine: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  deletePrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  createRole: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listRoles: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listGroups: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  getRole: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  deleteRole: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listRoleMembers: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  addRoleMember: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  removeRoleMember: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  queryAudit: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  grantPrivilege: {
    needs: [
      { privilege: 'manage', on: 'server', object: 'the server', when: 'it is granted on the server' },
      { privilege: 'manage', on: 'warehouse', object: 'the warehouse', when: 'it is granted on a warehouse' },
      { privilege: 'manage', on: 'namespace', object: 'the namespace', when: 'it is granted on a namespace' },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'it is granted on a table or view',
      },
    ],
    note: 'administer-storage is granted and revoked only with administer-storage on the same object.',
  },
  revokePrivilege: {
    needs: [
      { privilege: 'manage', on: 'server', object: 'the server', when: 'it was granted on the server' },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'it was granted on a warehouse',
      },
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'it was granted on a namespace',
      },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'it was granted on a table or view',
      },
    ],
    note: 'administer-storage is granted and revoked only with administer-storage on the same object.',
  },
  listGrants: {
    needs: [
      {
        privilege: 'manage',
        on: 'server',
        object: 'the server',
        when: 'grants of another grantee, or on the server, are listed',
      },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'grants on a warehouse are listed',
      },
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'grants on a namespace are listed',
      },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'grants on a table or view are listed',
      },
    ],
    note: 'Everybody may list the grants to themselves.',
  },
  whoAmI: {
    needs: [],
    note: 'Everybody may, also an engine without a user unless its entry denies first calls.',
  },
  explainAccess: {
    needs: [
      {
        privilege: 'manage',
        on: 'server',
        object: 'the server',
        when: 'the rights of others are asked for, on the server',
      },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'the rights of others are asked for, on a warehouse',
      },
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'the rights of others are asked for, on a namespace',
      },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'the rights of others are asked for, on a table or view',
      },
    ],
    note: 'Everybody may ask about themselves: what they may not see is missing for them. Of others, callers without manage on the server ask about principals that own, or that grants name on, the objects that they manage; whether these are disabled, or engines, is not told. Administrators of the server are named to holders of manage there.',
  },
  checkAccess: {
    needs: [
      {
        privilege: 'manage',
        on: 'server',
        object: 'the server',
        when: 'the rights of others are asked for, on the server',
      },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'the rights of others are asked for, on a warehouse',
      },
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'the rights of others are asked for, on a namespace',
      },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'the rights of others are asked for, on a table or view',
      },
    ],
    note: 'Everybody may ask about themselves. What the caller may not see is answered like what is missing. About others as for explainAccess.',
  },
  whoCan: {
    needs: [
      { privilege: 'manage', on: 'server', object: 'the server', when: 'it is asked for the server' },
      { privilege: 'manage', on: 'warehouse', object: 'the warehouse', when: 'it is asked for a warehouse' },
      { privilege: 'manage', on: 'namespace', object: 'the namespace', when: 'it is asked for a namespace' },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'it is asked for a table or view',
      },
    ],
    note: 'Lists every holder for callers with manage on the server; for others, the principals that own, or that grants name on, the objects that they manage.',
  },
} as const
