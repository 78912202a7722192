import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { operation, operations } from './operations.ts'

const specification = new URL('../../../../spec/iceberg/rest-catalog-open-api.yaml', import.meta.url)

/** Returns path, method and operationId of every operation of the specification, found by indentation. */
function specified(): readonly string[] {
  const found: string[] = []
  let path = ''
  let method = ''
  for (const line of readFileSync(specification, 'utf8').split('\n')) {
    path = /^ {2}(\/\S*):$/.exec(line)?.[1] ?? path
    method = /^ {4}(get|put|post|delete|options|head|patch|trace):$/.exec(line)?.[1] ?? method
    const operationId = /^ {6}operationId: (\S+)$/.exec(line)?.[1]
    if (operationId !== undefined) found.push(`${operationId}: ${method.toUpperCase()} ${path}`)
  }
  return found
}

test('the list of operations equals that of the pinned Iceberg specification', () => {
  const ours = operations.map(({ operationId, method, path }) => `${operationId}: ${method} ${path}`)
  expect(ours).toEqual(specified())
  expect(ours).toHaveLength(35)
})

test('the endpoint of an operation is its method and its path template', () => {
  expect(operation('loadCredentials').endpoint).toBe(
    'GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials',
  )
  expect(new Set(operations.map(({ endpoint }) => endpoint)).size).toBe(operations.length)
})
