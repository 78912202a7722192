import { expect, test } from 'vitest'
import type { Service } from './project.ts'
import { findStartOrder } from './start-order.ts'

function after(...names: readonly string[]): Service {
  const entries = names.map((name) => [name, { condition: 'service_started' }] as const)
  return { image: 'a', command: null, entrypoint: null, depends_on: Object.fromEntries(entries) }
}

test('a service starts after the services that it depends on', () => {
  const services = { engine: after('setup'), setup: after('server'), server: after('store', 'database') }
  const order = findStartOrder({ ...services, database: after(), store: after() })
  expect(order).toEqual(['store', 'database', 'server', 'setup', 'engine'])
})

test('findStartOrder refuses services that depend on each other in a cycle', () => {
  expect(() => findStartOrder({ a: after('b'), b: after('c'), c: after('b') })).toThrow(/b, c, b/)
})
