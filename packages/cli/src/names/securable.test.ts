import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SecurableName } from '../management/generated/schemas.ts'
import { formatSecurable, parseObject, parseSecurable } from './securable.ts'

describe('parseSecurable and formatSecurable', () => {
  it.each<[string, SecurableName]>([
    ['server', 'server'],
    ['warehouse:lakehouse', { warehouse: 'lakehouse' }],
    ['namespace:lakehouse/sales.eu', { warehouse: 'lakehouse', namespace: ['sales', 'eu'] }],
    ['namespace:sales', { warehouse: 'usual', namespace: ['sales'] }],
    ['table:sales.eu.orders', { warehouse: 'usual', namespace: ['sales', 'eu'], relation: 'orders' }],
    ['view:w/sales."a:b"', { warehouse: 'w', namespace: ['sales'], relation: 'a:b' }],
  ])('%s', (text, securable) => {
    expect(parseSecurable(text, 'usual')).toEqual(securable)
  })

  it.each([
    '',
    'lakehouse',
    'Server',
    'warehouse:',
    'warehouse:a/b',
    'table:orders',
    'role:a',
    ':',
    'namespace:',
  ])('refuse %j', (text) => {
    expect(() => parseSecurable(text, 'usual')).toThrow(expect.objectContaining({ exitCode: 2 }))
  })

  it('parseSecurable and formatSecurable parse a formatted object to the same object', () => {
    const levels = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 })
    const securable = fc.oneof(
      fc.constant('server' as const),
      fc.record({ warehouse: fc.constant('lake.1') }),
      fc.record({ warehouse: fc.constant('lake.1'), namespace: levels }),
      fc.record({
        warehouse: fc.constant('lake.1'),
        namespace: levels,
        relation: fc.string({ minLength: 1 }),
      }),
    )
    fc.assert(
      fc.property(securable, (object: SecurableName) => {
        expect(parseSecurable(formatSecurable(object), 'usual')).toEqual(object)
      }),
    )
  })
})

describe('parseObject', () => {
  it('parseObject accepts a table in the form of audit events, such as lake:sales.eu.orders', () => {
    const table = { warehouse: 'lake', namespace: ['sales', 'eu'], relation: 'orders' }
    expect(parseObject('lake:sales.eu.orders', 'usual')).toEqual(table)
    expect(parseObject('table:lake/sales.eu.orders', 'usual')).toEqual(table)
  })

  it.each(['lake:sales', 'role:a.b', 'principal:a.b', 'lake/x:sales.orders', ':sales.orders', 'lake'])(
    'are not %j',
    (text) => {
      expect(() => parseObject(text, 'usual')).toThrow(expect.objectContaining({ exitCode: 2 }))
    },
  )
})
