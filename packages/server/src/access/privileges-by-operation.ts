import type { Privilege, SecurableKind } from '../privilege.ts'

/**
 * Requirement of an operation: a privilege on one object. A caller must meet all requirements of an operation.
 * `docs/reference/privileges.md` is generated from this table; the code of each operation enforces its requirements.
 */
export interface Requirement {
  readonly privilege: Privilege
  readonly on: SecurableKind
  /** Name of the object, for operations with several objects of the same kind. */
  readonly object: string
  /**
   * True when `use` on an object below is also sufficient (`decidePassage`). The response then contains only what the
   * caller may see.
   */
  readonly passage?: true
  /** Condition under which the requirement applies. Absent when it always applies. */
  readonly when?: string
}

export interface OperationPrivileges {
  readonly needs: readonly Requirement[]
  readonly note?: string
}

/** Requirements of each operation of the catalog and of the management API. */
export const privilegesByOperation = {
  // Iceberg REST: configuration and namespaces
  getConfig: { needs: [{ privilege: 'use', on: 'warehouse', object: 'the warehouse', passage: true }] },
  listNamespaces: {
    needs: [
      {
        privilege: 'use',
        on: 'namespace',
        object: 'the parent',
        passage: true,
        when: 'the request names a parent',
      },
      {
        privilege: 'use',
        on: 'warehouse',
        object: 'the warehouse',
        passage: true,
        when: 'the request names no parent',
      },
    ],
    note: 'Shows the namespaces that the caller may use, or below which it may use an object.',
  },
  createNamespace: {
    needs: [
      { privilege: 'create', on: 'namespace', object: 'the parent', when: 'the namespace has a parent' },
      { privilege: 'create', on: 'warehouse', object: 'the warehouse', when: 'the namespace has no parent' },
    ],
    note: 'The caller owns the created namespace.',
  },
  loadNamespaceMetadata: { needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace' }] },
  namespaceExists: { needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace', passage: true }] },
  updateProperties: { needs: [{ privilege: 'modify', on: 'namespace', object: 'the namespace' }] },
  dropNamespace: { needs: [{ privilege: 'manage', on: 'namespace', object: 'the namespace' }] },

  // Iceberg REST: tables
  listTables: {
    needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace', passage: true }],
    note: 'Lists only the tables that the caller may use.',
  },
  createTable: {
    needs: [{ privilege: 'create', on: 'namespace', object: 'the namespace' }],
    note: 'The same privilege is needed for a staged table. The caller owns the table.',
  },
  registerTable: {
    needs: [
      { privilege: 'create', on: 'namespace', object: 'the namespace' },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table that is replaced',
        when: 'overwrite is requested and the table exists',
      },
    ],
    note: 'The caller owns the registered table.',
  },
  loadTable: {
    needs: [{ privilege: 'select', on: 'relation', object: 'the table' }],
    note: 'With referenced-by, behind an engine with viewChains, the caller needs select on the outermost view instead. The definer of each view needs select on the next view, and the definer of the last view needs select on the table.',
  },
  tableExists: { needs: [{ privilege: 'use', on: 'relation', object: 'the table' }] },
  planTableScan: {
    needs: [{ privilege: 'select', on: 'relation', object: 'the table' }],
    note: 'For reads through views, see loadTable. A restricted grant of select is sufficient if it can be enforced.',
  },
  fetchPlanningResult: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  cancelPlanning: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  fetchScanTasks: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  loadCredentials: {
    needs: [{ privilege: 'select', on: 'relation', object: 'the table' }],
    note: 'The credentials can write when the caller also has modify. For reads through views, see loadTable. A request with a storage refresh token for a table that is being created needs create on the namespace instead.',
  },
  signRequest: {
    needs: [
      { privilege: 'select', on: 'relation', object: 'the table' },
      { privilege: 'modify', on: 'relation', object: 'the table', when: 'the request writes or deletes' },
    ],
    note: 'A request with a storage refresh token for a table that is being created needs create on the namespace instead.',
  },
  updateTable: {
    needs: [
      { privilege: 'modify', on: 'relation', object: 'the table', when: 'the table exists' },
      { privilege: 'create', on: 'namespace', object: 'the namespace', when: 'the commit creates the table' },
    ],
  },
  dropTable: {
    needs: [{ privilege: 'manage', on: 'relation', object: 'the table' }],
    note: 'A drop with purgeRequested needs the same privilege.',
  },
  unregisterTable: { needs: [{ privilege: 'manage', on: 'relation', object: 'the table' }] },
  renameTable: {
    needs: [
      { privilege: 'manage', on: 'relation', object: 'the table' },
      { privilege: 'create', on: 'namespace', object: 'the new namespace of the table' },
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

  // Lance Namespace
  lanceCreateNamespace: {
    needs: [
      { privilege: 'create', on: 'namespace', object: 'the parent', when: 'the namespace has a parent' },
      { privilege: 'create', on: 'warehouse', object: 'the warehouse', when: 'the namespace has no parent' },
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'the mode is Overwrite and the namespace exists',
      },
    ],
    note: 'The caller owns the created namespace.',
  },
  lanceListNamespaces: {
    needs: [
      { privilege: 'use', on: 'namespace', object: 'the parent', passage: true, when: 'it is not the root' },
      { privilege: 'use', on: 'warehouse', object: 'the warehouse', passage: true, when: 'it is the root' },
    ],
    note: 'Lists only the namespaces that the caller may use, or below which it may use an object.',
  },
  lanceDescribeNamespace: { needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace' }] },
  lanceNamespaceExists: {
    needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace', passage: true }],
  },
  lanceDropNamespace: {
    needs: [{ privilege: 'manage', on: 'namespace', object: 'the namespace' }],
    note: 'Cascade needs the same privilege, which applies to everything below the namespace.',
  },
  lanceListTables: {
    needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace', passage: true }],
    note: 'Lists only the tables that the caller may use.',
  },
  lanceListAllTables: {
    needs: [{ privilege: 'use', on: 'warehouse', object: 'the warehouse', passage: true }],
    note: 'Lists only the tables that the caller may use.',
  },
  lanceDeclareTable: {
    needs: [{ privilege: 'create', on: 'namespace', object: 'the namespace' }],
    note: 'The caller owns the table. The first table of the root needs create on the warehouse, because it creates the namespace default.',
  },
  lanceRegisterTable: {
    needs: [
      { privilege: 'create', on: 'namespace', object: 'the namespace' },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table that is replaced',
        when: 'the mode is Overwrite and the table exists',
      },
    ],
    note: 'The location must be granted to the namespace, or the caller needs administer-storage.',
  },
  lanceDescribeTable: {
    needs: [{ privilege: 'select', on: 'relation', object: 'the table' }],
    note: 'The credentials can write when the caller also has modify.',
  },
  lanceTableExists: {
    needs: [
      { privilege: 'use', on: 'relation', object: 'the table', when: 'the request names no version' },
      { privilege: 'select', on: 'relation', object: 'the table', when: 'the request names a version' },
    ],
  },
  lanceDropTable: { needs: [{ privilege: 'manage', on: 'relation', object: 'the table' }] },
  lanceDeregisterTable: { needs: [{ privilege: 'manage', on: 'relation', object: 'the table' }] },
  lanceRenameTable: {
    needs: [
      { privilege: 'manage', on: 'relation', object: 'the table' },
      { privilege: 'create', on: 'namespace', object: 'the new namespace of the table' },
    ],
  },
  lanceListTableVersions: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  lanceDescribeTableVersion: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  lanceCreateTableVersion: { needs: [{ privilege: 'modify', on: 'relation', object: 'the table' }] },
  lanceBatchCreateTableVersions: { needs: [{ privilege: 'modify', on: 'relation', object: 'each table' }] },
  lanceBatchDeleteTableVersions: { needs: [{ privilege: 'modify', on: 'relation', object: 'the table' }] },
  lanceBatchCommitTables: {
    needs: [
      {
        privilege: 'modify',
        on: 'relation',
        object: 'each table',
        when: 'the operation commits or deletes versions',
      },
      { privilege: 'manage', on: 'relation', object: 'each table', when: 'the operation deregisters it' },
      {
        privilege: 'create',
        on: 'namespace',
        object: 'the namespace of each table',
        when: 'the operation declares it',
      },
    ],
  },
  lanceGetTableStats: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  lanceCountTableRows: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  lanceListTableIndices: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  lanceListTableTags: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  lanceGetTableTagVersion: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },
  lanceCreateTableTag: { needs: [{ privilege: 'modify', on: 'relation', object: 'the table' }] },
  lanceUpdateTableTag: { needs: [{ privilege: 'modify', on: 'relation', object: 'the table' }] },
  lanceDeleteTableTag: { needs: [{ privilege: 'modify', on: 'relation', object: 'the table' }] },
  lanceListTableBranches: { needs: [{ privilege: 'select', on: 'relation', object: 'the table' }] },

  // Iceberg REST: views
  listViews: {
    needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace', passage: true }],
    note: 'Lists only the views that the caller may use.',
  },
  createView: {
    needs: [{ privilege: 'create', on: 'namespace', object: 'the namespace' }],
    note: 'The caller owns the view and is its definer. Behind an engine whose limits lack select, the view has no definer.',
  },
  registerView: {
    needs: [{ privilege: 'create', on: 'namespace', object: 'the namespace' }],
    note: 'The caller owns the view and is its definer. Behind an engine whose limits lack select, the view has no definer.',
  },
  loadView: {
    needs: [{ privilege: 'select', on: 'relation', object: 'the view' }],
    note: 'For reads through views with referenced-by, see loadTable.',
  },
  viewExists: { needs: [{ privilege: 'use', on: 'relation', object: 'the view' }] },
  replaceView: {
    needs: [{ privilege: 'modify', on: 'relation', object: 'the view' }],
    note: 'A caller that changes the version of the view becomes its definer.',
  },
  dropView: { needs: [{ privilege: 'manage', on: 'relation', object: 'the view' }] },
  renameView: {
    needs: [
      { privilege: 'manage', on: 'relation', object: 'the view' },
      { privilege: 'create', on: 'namespace', object: 'the new namespace of the view' },
    ],
  },

  // Management
  createPrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  registerPrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listPrincipals: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  getPrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  enablePrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  disablePrincipal: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  stopSessions: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  addSecret: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  importSecret: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  dropOldSecret: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  addClientKey: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listClientKeys: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  removeClientKey: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  addAccessKey: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listAccessKeys: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  removeAccessKey: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
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
  listIssuers: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listJobs: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listGroups: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  getRole: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  deleteRole: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listRoleMembers: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  addRoleMember: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  removeRoleMember: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  listStorageAccess: {
    needs: [
      { privilege: 'manage', on: 'relation', object: 'the table', when: 'the request names a table' },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'the request names only a warehouse',
      },
      {
        privilege: 'manage',
        on: 'server',
        object: 'the server',
        when: 'the request names neither of them, or another principal or an engine',
      },
    ],
    note: 'Every principal may list its own credentials.',
  },
  revokeStorageAccess: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
  explainEvent: { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] },
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
  previewGrant: {
    needs: [
      { privilege: 'manage', on: 'server', object: 'the server', when: 'the grant is on the server' },
      { privilege: 'manage', on: 'warehouse', object: 'the warehouse', when: 'the grant is on a warehouse' },
      { privilege: 'manage', on: 'namespace', object: 'the namespace', when: 'the grant is on a namespace' },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'the grant is on a table or view',
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
        when: 'all grants, those of another grantee, or those on the server are listed',
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
    note: 'Every caller may list the grants to itself.',
  },
  createConsoleCode: {
    needs: [],
    note: 'Every caller without an engine may create a code for itself, on the machine of the server.',
  },
  listConsoleSessions: {
    needs: [],
    note: 'Callers without manage on the server see only their own sessions.',
  },
  endConsoleSession: {
    needs: [
      {
        privilege: 'manage',
        on: 'server',
        object: 'the server',
        when: 'the session is of another principal',
      },
    ],
  },
  whoAmI: {
    needs: [],
    note: 'Every caller may call this operation. An engine without a user may call it unless its entry denies first calls.',
  },
  explainAccess: {
    needs: [
      {
        privilege: 'manage',
        on: 'server',
        object: 'the server',
        when: 'the rights of another principal are requested, on the server',
      },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'the rights of another principal are requested, on a warehouse',
      },
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'the rights of another principal are requested, on a namespace',
      },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'the rights of another principal are requested, on a table or view',
      },
    ],
    note: 'Every caller may ask about its own rights. For objects that the caller may not see, the response is that of a missing object. A caller without manage on the server may ask about principals that own, or are named in grants on, the objects that it manages. The response then does not show whether these principals are disabled or engines. Names of server administrators are shown only to holders of manage on the server.',
  },
  checkAccess: {
    needs: [
      {
        privilege: 'manage',
        on: 'server',
        object: 'the server',
        when: 'the rights of another principal are requested, on the server',
      },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'the rights of another principal are requested, on a warehouse',
      },
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'the rights of another principal are requested, on a namespace',
      },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'the rights of another principal are requested, on a table or view',
      },
    ],
    note: 'Every caller may ask about its own rights. For objects that the caller may not see, the response is that of a missing object. For other principals, see explainAccess.',
  },
  whoCan: {
    needs: [
      { privilege: 'manage', on: 'server', object: 'the server', when: 'the request is about the server' },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'the request is about a warehouse',
      },
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'the request is about a namespace',
      },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'the request is about a table or view',
      },
    ],
    note: 'Callers with manage on the server see every holder. Other callers see the principals that own, or are named in grants on, the objects that they manage.',
  },
} as const
