import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { privilegesPage } from '../access/privileges-page.ts'
import type { ManagementDeps } from './administer.ts'
import { warehouseApiOperations } from './warehouse-routes.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { openapiDocument } from './openapi.ts'
import { managementOperations, managementRoutes } from './routes.ts'

// The document is generated from the declarations of the operations, so no operation is called and no dependency is
// needed.
const deps = {} as ManagementDeps
const warehouseOperations = warehouseApiOperations({} as WarehouseApiDeps)
const document = openapiDocument([...managementOperations(deps), ...warehouseOperations])
const docs = new URL('../../../../docs/reference/', import.meta.url)

test('docs/reference/management-openapi.json is current (npm run docs)', async () => {
  expect(`${JSON.stringify(document, null, 2)}\n`).toBe(
    await readFile(new URL('management-openapi.json', docs), 'utf8'),
  )
})

test('docs/reference/privileges.md is current (npm run docs)', async () => {
  expect(privilegesPage()).toBe(await readFile(new URL('privileges.md', docs), 'utf8'))
})

test('in the OpenAPI document, the target of every reference exists, and every path parameter has a description', () => {
  const text = JSON.stringify(document)
  const named = new Set(
    Object.keys((document.components as { schemas: object }).schemas).map(
      (name) => `#/components/schemas/${name}`,
    ),
  )
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? '')
  expect(
    references.filter((reference) => !named.has(reference) && reference !== '#/components/responses/Error'),
  ).toEqual([])
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of Object.values(item) as { parameters: { name: string; in: string }[] }[]) {
      const described = operation.parameters
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => parameter.name)
      expect(described).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
    }
  }
})

test('operation ids and request lines of the management API are unique, and the server returns the OpenAPI document', async () => {
  const routes = managementRoutes(deps, warehouseOperations)
  expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length)
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length)
  const response = await routes.at(-1)?.handle({} as never)
  expect(JSON.parse(String(response?.body))).toEqual(JSON.parse(JSON.stringify(document)))
})
