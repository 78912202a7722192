import { expect, test } from 'vitest'
import { testServer } from '../server.ts'

test('concurrent changes of principals, roles and grants all succeed without an error for the client', async () => {
  await using server = await testServer()
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, n) => server.send('POST', '/management/v1/roles', { name: `role-${n}` })),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
}, 60_000)
