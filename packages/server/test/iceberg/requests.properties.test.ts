import { afterAll, beforeAll, expect, test } from 'vitest'
import { properties as commits, type TwoReplicas } from './commits-properties.ts'
import { properties as names } from './names-properties.ts'
import { twoReplicas } from './replicas.ts'

let replicas: TwoReplicas
beforeAll(async () => {
  replicas = await twoReplicas()
})
afterAll(() => replicas[Symbol.asyncDispose]())

const bounded = { runs: 300, milliseconds: 1_000 }

test.each(Object.entries(names))('%s', async (_, makeProperty) => {
  expect(await makeProperty(replicas.server)(bounded)).toBeGreaterThan(0)
})

test.each(Object.entries(commits))('%s', async (_, makeProperty) => {
  expect(await makeProperty(replicas)({ ...bounded, milliseconds: 2_000 })).toBeGreaterThan(0)
})
