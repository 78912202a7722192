import type { OperationPrivileges } from './privileges-by-operation.ts'

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
/** Such a storage reaches whatever the machine may reach. */
const ofTheMachine = 'With the keys of the machine (default-chain): administer-storage on the server.'
const seesStorage = 'Instead, administer-storage on the warehouse is enough.'

/** What the operations of `lakeOperations` need, in the terms of `privileges-by-operation.ts`. */
export const lakePrivileges: Readonly<Record<string, OperationPrivileges>> = {
  createWarehouse: {
    ...createOnServer,
    note: `The caller owns what is created, and is granted administer-storage on it. ${ofTheMachine} To hand out access in the name of the machine, the server or its users, too.`,
  },
  validateStorage: { ...createOnServer, note: ofTheMachine },
  listWarehouses: {
    needs: [{ privilege: 'use', on: 'warehouse', object: 'each warehouse', passage: true }],
    note: 'Shows the warehouses the caller may use or pass through.',
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
        when: 'storageKeys, fileMode, vending, allowedLocations, defaults or overrides change',
      },
    ],
    note: 'Further places of one with the keys of the machine, and handing out access in the name of the machine, the server or its users, need administer-storage on the server.',
  },
  validateWarehouse: { ...manageWarehouse, note: seesStorage },
  checkWarehouse: { ...manageWarehouse, note: seesStorage },
  deleteWarehouse: manageWarehouse,
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
  listDropped: {
    needs: [{ ...manageDropped, object: 'each dropped table or view' }],
    note: 'Shows those the caller manages. When the namespace is gone: those owned, granted, or in a warehouse the caller manages.',
  },
  restoreDropped: {
    needs: [manageDropped, { privilege: 'create', on: 'namespace', object: 'the namespace it goes to' }],
  },
  purgeDropped: { needs: [manageDropped] },
  listAbandonedCreates: manageWarehouse,
  clearAbandonedCreate: manageWarehouse,
  listRetiredPlaces: administerWarehouseStorage,
  releaseRetiredPlaces: administerWarehouseStorage,
  listStorageOverlaps: administerWarehouseStorage,
  revokeAccess: {
    needs: [
      { privilege: 'manage', on: 'warehouse', object: 'the warehouse', when: 'all of a warehouse is meant' },
      { privilege: 'manage', on: 'relation', object: 'the table', when: 'a table is named' },
    ],
  },
  listKeys: manageServer,
  addKey: manageServer,
  promoteKey: manageServer,
  retireKey: manageServer,
  resealKeys: manageServer,
}
