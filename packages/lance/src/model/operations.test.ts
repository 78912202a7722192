import { expect, test } from 'vitest'
import type { SpecifiedOperation, Specification } from '../../generate/specification.ts'
import { parseRefName, readSpecification } from '../../generate/specification.ts'
import { operation, operations } from './operations.ts'

const specification = await readSpecification()

/** Returns the operations of the specification in the form of `Operation`. */
function toOperations({ paths, components }: Specification): unknown[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method === 'get' || method === 'post')
      .map(([method, value]) => {
        const found = value as SpecifiedOperation
        const shared = Array.isArray(item['parameters']) ? item['parameters'] : []
        const query = [...shared, ...(found.parameters ?? [])]
          .map((each) => (each.$ref === undefined ? each : components.parameters[parseRefName(each.$ref)]))
          .filter((each) => each?.in === 'query' && each.name !== 'delimiter')
          .map((each) => each?.name)
        return {
          operationId: found.operationId,
          method: method.toUpperCase(),
          path,
          body: findBody(found),
          answer: findResponse(found),
          query,
        }
      }),
  )
}

function findBody({ requestBody }: SpecifiedOperation): string {
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
  if (content === undefined) return 'none'
  if (type !== 'application/json') return 'arrow'
  return content.schema.$ref === undefined ? 'map' : 'json'
}

function findResponse({ responses }: SpecifiedOperation): string {
  const good = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1]
  const whole = good?.$ref === undefined ? good : specification.components.responses[parseRefName(good.$ref)]
  const [type, content] = Object.entries(whole?.content ?? {})[0] ?? []
  if (content === undefined) return 'status'
  if (type !== 'application/json') return 'arrow'
  if (content.schema.$ref !== undefined) return 'json'
  return { object: 'map', integer: 'count', string: 'text' }[String(content.schema.type)] ?? 'unknown'
}

test('the list of operations equals that of the pinned Lance specification', () => {
  expect(operations.map(({ effect: _, ...rest }) => rest)).toEqual(toOperations(specification))
  expect(operations).toHaveLength(54)
})

test('only operations that read data have the effect `reads`', () => {
  const reading = operations.filter(({ effect }) => effect === 'reads').map(({ operationId }) => operationId)
  expect(
    reading.filter((id) => !/^(?:List|Describe|Get|Count|Query|Explain|Analyze)|Exists$/.test(id)),
  ).toEqual([])
  const named = operations.filter(({ operationId }) => /^(?:List|Describe|Get|Count|Query)/.test(operationId))
  expect(named.every(({ effect }) => effect === 'reads')).toBe(true)
})

test('the function operation returns the operation with the given name', () => {
  expect(operation('DescribeTable')).toMatchObject({ method: 'POST', path: '/v1/table/{id}/describe' })
})
