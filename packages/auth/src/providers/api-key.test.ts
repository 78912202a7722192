import { expect, it } from 'vitest'
import { create, headerAfter, messageOf } from '../../test/context.ts'

const properties = { 'rest.auth.type': 'api-key', 'rest.auth.api-key.key': 'sk_1' }

it('sends the key in the header of LanceDB', async () => {
  expect(await headerAfter(await create(properties), 'x-api-key')).toBe('sk_1')
})

it('sends it in another header', async () => {
  const auth = await create({ ...properties, 'rest.auth.api-key.header': 'X-Gateway-Key' })
  expect(await headerAfter(auth, 'x-gateway-key')).toBe('sk_1')
  expect(await headerAfter(auth, 'x-api-key')).toBeUndefined()
})

it('lets an Authorization header be configured beside it, but not its own', async () => {
  await create({ ...properties, 'header.Authorization': 'Basic x' })
  expect(await messageOf(create({ ...properties, 'header.X-API-Key': 'other' }))).toContain(
    'header.X-API-Key is set beside rest.auth.type=api-key',
  )
})

it('refuses what is no header name', async () => {
  expect(await messageOf(create({ ...properties, 'rest.auth.api-key.header': 'a b' }))).toBe(
    'rest.auth.api-key.header must name a header',
  )
})
