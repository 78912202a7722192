import type { OperationPrivileges } from './operation-privileges.ts'

/** Requirements of the operations of the Lance Namespace API. */
export const lancePrivileges: Readonly<Record<string, OperationPrivileges>> = {
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
}
