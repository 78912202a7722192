import { expect, it } from 'vitest'
import { create, headerAfter, catchMessage } from '../../test/context.ts'

const properties = { 'rest.auth.type': 'api-key', 'rest.auth.api-key.key': 'sk_1' }

it('the api-key provider sends the key in the header of LanceDB', async () => {
  expect(await headerAfter(await create(properties), 'x-api-key')).toBe('sk_1')
})

it('the api-key provider sends the key in the configured header', async () => {
  const auth = await create({ ...properties, 'rest.auth.api-key.header': 'X-Gateway-Key' })
  expect(await headerAfter(auth, 'x-gateway-key')).toBe('sk_1')
  expect(await headerAfter(auth, 'x-api-key')).toBeUndefined()
})

it('the api-key provider allows a configured Authorization header and refuses a configured key header', async () => {
  await create({ ...properties, 'header.Authorization': 'Basic x' })
  expect(await catchMessage(create({ ...properties, 'header.X-API-Key': 'other' }))).toContain(
    'header.X-API-Key and rest.auth.type=api-key both set the same header',
  )
})

it('the api-key provider refuses an invalid header name', async () => {
  expect(await catchMessage(create({ ...properties, 'rest.auth.api-key.header': 'a b' }))).toBe(
    'rest.auth.api-key.header must be a valid header name (RFC 9110 section 5.1)',
  )
})
