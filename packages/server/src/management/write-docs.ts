import { writeFile } from 'node:fs/promises'
import { privilegesPage } from '../access/privileges-page.ts'
import type { ManagementDeps } from './administer.ts'
import { warehouseApiOperations } from './warehouse-routes.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { openapiDocument } from './openapi.ts'
import { managementOperations } from './routes.ts'

/**
 * Writes what is generated from the code into `docs/reference/`. Run after a change of operations or privileges:
 *
 *     node --conditions=x-source packages/server/src/management/write-docs.ts
 */
const docs = new URL('../../../../docs/reference/', import.meta.url)
// Only what the operations declare is read; none is called.
const operations = [
  ...managementOperations({} as ManagementDeps),
  ...warehouseApiOperations({} as WarehouseApiDeps),
]
await writeFile(
  new URL('management-openapi.json', docs),
  `${JSON.stringify(openapiDocument(operations), null, 2)}\n`,
)
await writeFile(new URL('privileges.md', docs), privilegesPage())
