import { mkdir, writeFile } from 'node:fs/promises'
import { privilegesPage } from '../access/privileges-page.ts'
import type { ManagementParts } from './administer.ts'
import { lakeOperations } from './lake-routes.ts'
import type { LakeParts } from './lake-parts.ts'
import { openapiDocument } from './openapi.ts'
import { managementOperations } from './routes.ts'

/**
 * Writes what is generated from the code into `docs/`. Run after a change of operations or privileges:
 *
 *     node --conditions=x-source packages/server/src/management/write-docs.ts
 */
const docs = new URL('../../../../docs/', import.meta.url)
// Only what the operations declare is read; none is called.
const operations = [...managementOperations({} as ManagementParts), ...lakeOperations({} as LakeParts)]
await mkdir(new URL('generated/', docs), { recursive: true })
await writeFile(
  new URL('generated/management-openapi.json', docs),
  `${JSON.stringify(openapiDocument(operations), null, 2)}\n`,
)
await writeFile(new URL('privileges.md', docs), privilegesPage())
