import { expect, test } from 'vitest'
import type { SpecifiedOperation, Specification } from '../generate/specification.ts'
import { nameOf, readSpecification } from '../generate/specification.ts'
import { operation, operations } from './operations.ts'

const specification = await readSpecification()

/** What the document says of each operation, in the terms of `Operation`. */
function specified({ paths, components }: Specification): unknown[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method === 'get' || method === 'post')
      .map(([method, value]) => {
        const found = value as SpecifiedOperation
        const shared = Array.isArray(item['parameters']) ? item['parameters'] : []
        const query = [...shared, ...(found.parameters ?? [])]
          .map((each) => (each.$ref === undefined ? each : components.parameters[nameOf(each.$ref)]))
          .filter((each) => each?.in === 'query' && each.name !== 'delimiter')
          .map((each) => each?.name)
        return {
          operationId: found.operationId,
          method: method.toUpperCase(),
          path,
          body: bodyOf(found),
          answer: answerOf(found),
          query,
        }
      }),
  )
}

function bodyOf({ requestBody }: SpecifiedOperation): string {
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
  if (content === undefined) return 'none'
  if (type !== 'application/json') return 'arrow'
  return content.schema.$ref === undefined ? 'map' : 'json'
}

function answerOf({ responses }: SpecifiedOperation): string {
  const good = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1]
  const whole = good?.$ref === undefined ? good : specification.components.responses[nameOf(good.$ref)]
  const [type, content] = Object.entries(whole?.content ?? {})[0] ?? []
  if (content === undefined) return 'status'
  if (type !== 'application/json') return 'arrow'
  if (content.schema.$ref !== undefined) return 'json'
  return { object: 'map', integer: 'count', string: 'text' }[String(content.schema.type)] ?? 'unknown'
}

test('every operation of the pinned specification is here, and travels as it says', () => {
  expect(operations.map(({ effect: _, ...rest }) => rest)).toEqual(specified(specification))
  expect(operations).toHaveLength(54)
})

test('only what leaves everything as it is may be repeated', () => {
  const reading = operations.filter(({ effect }) => effect === 'reads').map(({ operationId }) => operationId)
  expect(
    reading.filter((id) => !/^(?:List|Describe|Get|Count|Query|Explain|Analyze)|Exists$/.test(id)),
  ).toEqual([])
  const named = operations.filter(({ operationId }) => /^(?:List|Describe|Get|Count|Query)/.test(operationId))
  expect(named.every(({ effect }) => effect === 'reads')).toBe(true)
})

test('an operation is found by its name', () => {
  expect(operation('DescribeTable')).toMatchObject({ method: 'POST', path: '/v1/table/{id}/describe' })
})
