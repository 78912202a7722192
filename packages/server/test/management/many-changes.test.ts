import { expect, test } from 'vitest'
import { testServer } from '../server.ts'

test('concurrent changes of principals, roles and grants all succeed without an error for the client', async () => {
  await using server = await testServer()
  const responses = await Promise.all(
    Array.from({ length: 300 }, (_, n) => server.send('POST', '/management/v1/roles', { name: `role-${n}` })),
  )
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 201))
}, 60_000)
