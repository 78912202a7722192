import type { OperationPrivileges } from './operation-privileges.ts'

const manageServer = { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] } as const

/** Requirements of the operations of the management API, except those in `warehouse-privileges.ts`. */
export const managementPrivileges: Readonly<Record<string, OperationPrivileges>> = {
  createPrincipal: manageServer,
  registerPrincipal: manageServer,
  listPrincipals: manageServer,
  getPrincipal: manageServer,
  enablePrincipal: manageServer,
  disablePrincipal: manageServer,
  stopSessions: manageServer,
  addSecret: manageServer,
  importSecret: manageServer,
  dropOldSecret: manageServer,
  addClientKey: manageServer,
  listClientKeys: manageServer,
  removeClientKey: manageServer,
  addAccessKey: manageServer,
  listAccessKeys: manageServer,
  removeAccessKey: manageServer,
  addClientFederation: manageServer,
  listClientFederations: manageServer,
  removeClientFederation: manageServer,
  createEngine: manageServer,
  listEngines: manageServer,
  getEngine: manageServer,
  updateEngine: manageServer,
  deleteEngine: manageServer,
  deletePrincipal: manageServer,
  createRole: manageServer,
  listRoles: manageServer,
  listIssuers: manageServer,
  listJobs: manageServer,
  listGroups: manageServer,
  getRole: manageServer,
  deleteRole: manageServer,
  listRoleMembers: manageServer,
  addRoleMember: manageServer,
  removeRoleMember: manageServer,
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
  revokeStorageAccess: manageServer,
  explainEvent: manageServer,
  queryAudit: manageServer,
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
}
