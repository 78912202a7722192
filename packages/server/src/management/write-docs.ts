import { writeFile } from 'node:fs/promises'
import { privilegesByOperation } from '../access/privileges-by-operation.ts'
import { privilegesPage } from '../access/privileges-page.ts'
import type { ManagementDeps } from './administer.ts'
import { warehouseApiOperations } from './warehouse-routes.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { openapiDocument } from './openapi.ts'
import { managementPage } from './reference/management-page.ts'
import { managementOperations } from './routes.ts'

/**
 * Writes the documents in `docs/reference/` that are generated from the code. Run it after a change of
 * operations or privileges:
 *
 * node --conditions=x-source packages/server/src/management/write-docs.ts
 */
const docs = new URL('../../../../docs/reference/', import.meta.url)
// Only the declarations of the operations are read, so no operation is called.
const operations = [
  ...managementOperations({} as ManagementDeps),
  ...warehouseApiOperations({} as WarehouseApiDeps),
]
const document = openapiDocument(operations)
await writeFile(new URL('management-openapi.json', docs), `${JSON.stringify(document, null, 2)}\n`)
await writeFile(new URL('management-api.md', docs), managementPage(document, privilegesByOperation))
await writeFile(new URL('privileges.md', docs), privilegesPage())
