import type { OperationPrivileges } from './operation-privileges.ts'

const manageWarehouse = {
  needs: [{ privilege: 'manage', on: 'warehouse', object: 'the warehouse' }],
} as const
const administerWarehouseStorage = {
  needs: [{ privilege: 'administer-storage', on: 'warehouse', object: 'the warehouse' }],
} as const
const createOnServer = { needs: [{ privilege: 'create', on: 'server', object: 'the server' }] } as const
const manageServer = { needs: [{ privilege: 'manage', on: 'server', object: 'the server' }] } as const
const administerNamespaceStorage = {
  needs: [{ privilege: 'administer-storage', on: 'namespace', object: 'the namespace' }],
} as const
const manageDropped = { privilege: 'manage', on: 'relation', object: 'the dropped table or view' } as const
/**
 * Note in the privilege reference for operations on a warehouse that uses the storage keys of the machine
 * (`credentials: "default-chain"`): such a warehouse can access all storage that the machine can access.
 */
const ofTheMachine =
  'A warehouse with the storage keys of the machine (default-chain) also needs administer-storage on the server.'
const seesStorage = 'administer-storage on the warehouse is sufficient too.'

/** Requirements of the operations in `warehouseApiOperations`. */
export const warehousePrivileges: Readonly<Record<string, OperationPrivileges>> = {
  createWarehouse: {
    ...createOnServer,
    note: `The caller owns the warehouse and is granted administer-storage on it. A request that names another owner also needs manage on the server. ${ofTheMachine} So does a warehouse that vends access with the identity of the machine, the server or its users.`,
  },
  validateStorage: { ...createOnServer, note: ofTheMachine },
  listWarehouses: {
    needs: [{ privilege: 'use', on: 'warehouse', object: 'each warehouse', passage: true }],
    note: 'Shows the warehouses that the caller may use, or in which it may use an object.',
  },
  getWarehouse: { ...manageWarehouse, note: seesStorage },
  updateWarehouse: {
    needs: [
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'retentionSeconds or protected changes',
      },
      {
        privilege: 'administer-storage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'store, storageKeys, fileMode, vending, allowedLocations, defaults or overrides change',
      },
    ],
    note: 'A change of the store name needs administer-storage on every warehouse with the same endpoint. If other warehouses already use the new store name, it also needs administer-storage on one of them. Adding allowed locations to a warehouse with the keys of the machine needs administer-storage on the server, and so does vending access with the identity of the machine, the server or its users.',
  },
  validateWarehouse: { ...manageWarehouse, note: seesStorage },
  checkWarehouse: { ...manageWarehouse, note: seesStorage },
  deleteWarehouse: manageWarehouse,
  createOwnedNamespace: manageServer,
  getNamespaceDetails: { needs: [{ privilege: 'manage', on: 'namespace', object: 'the namespace' }] },
  listNamespaceLocations: { needs: [{ privilege: 'use', on: 'namespace', object: 'the namespace' }] },
  grantNamespaceLocation: administerNamespaceStorage,
  revokeNamespaceLocation: administerNamespaceStorage,
  getRelationDetails: { needs: [{ privilege: 'manage', on: 'relation', object: 'the table or view' }] },
  setProtection: {
    needs: [
      { privilege: 'manage', on: 'warehouse', object: 'the warehouse', when: 'a warehouse is protected' },
      { privilege: 'manage', on: 'namespace', object: 'the namespace', when: 'a namespace is protected' },
      {
        privilege: 'manage',
        on: 'relation',
        object: 'the table or view',
        when: 'a table or view is protected',
      },
    ],
  },
  setScanPlanning: { needs: [{ privilege: 'manage', on: 'relation', object: 'the table' }] },
  listDropped: {
    needs: [{ ...manageDropped, object: 'each dropped table or view' }],
    note: 'Shows the relations that the caller manages. If their namespace was dropped too, the list contains the relations that the caller owns or was granted, and all of a warehouse that it manages.',
  },
  restoreDropped: {
    needs: [
      manageDropped,
      { privilege: 'create', on: 'namespace', object: 'the namespace into which it is restored' },
    ],
  },
  purgeDropped: { needs: [manageDropped] },
  listAbandonedCreates: manageWarehouse,
  clearAbandonedCreate: manageWarehouse,
  listRetiredPlaces: administerWarehouseStorage,
  releaseRetiredPlaces: administerWarehouseStorage,
  listStorageOverlaps: administerWarehouseStorage,
  revokeAccess: {
    needs: [
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'the request names the whole warehouse',
      },
      { privilege: 'manage', on: 'relation', object: 'the table', when: 'the request names a table' },
    ],
  },
  listKeys: manageServer,
  addKey: manageServer,
  promoteKey: manageServer,
  retireKey: manageServer,
  resealKeys: manageServer,
  searchNames: { needs: [], note: 'Shows only what the caller may see.' },
  countObjects: {
    needs: [
      {
        privilege: 'manage',
        on: 'namespace',
        object: 'the namespace',
        when: 'the request names a namespace',
      },
      {
        privilege: 'manage',
        on: 'warehouse',
        object: 'the warehouse',
        when: 'the request names no namespace',
      },
    ],
  },
  listMetricsReports: { needs: [{ privilege: 'manage', on: 'relation', object: 'the table' }] },
  listRelationHistory: { needs: [{ privilege: 'manage', on: 'relation', object: 'the table or view' }] },
}
