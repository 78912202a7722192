import type { OperationPrivileges } from './operation-privileges.ts'

/** Requirements of the operations of the Iceberg REST catalog API. */
export const icebergPrivileges: Readonly<Record<string, OperationPrivileges>> = {
  // Configuration and namespaces
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

  // Tables
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

  // Views
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
}
