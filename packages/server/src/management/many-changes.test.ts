import { expect, test } from 'vitest'
import { testServer } from '../test-server.ts'

test('of many changes of principals, roles and grants at once, each is made, and none is told to try again', async () => {
  await using server = await testServer()
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, n) => server.send('POST', '/management/v1/roles', { name: `role-${n}` })),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
}, 60_000)
