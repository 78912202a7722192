import { icebergPrivileges } from './iceberg-privileges.ts'
import { lancePrivileges } from './lance-privileges.ts'
import { managementPrivileges } from './management-privileges.ts'
import type { OperationPrivileges } from './operation-privileges.ts'
import { warehousePrivileges } from './warehouse-privileges.ts'

/** Requirements of each operation of the catalog and of the management API. */
export const privilegesByOperation: Readonly<Record<string, OperationPrivileges>> = {
  ...icebergPrivileges,
  ...lancePrivileges,
  ...managementPrivileges,
  ...warehousePrivileges,
}
