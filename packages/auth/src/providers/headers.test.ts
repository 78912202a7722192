import { expect, it } from 'vitest'
import { aRequest, create, catchMessage } from '../../test/context.ts'

it('the headers provider replaces headers of the request with the configured headers', async () => {
  const auth = await create({
    'rest.auth.type': 'headers',
    'rest.auth.headers.Authorization': 'Custom abc',
    'rest.auth.headers.X-Tenant': 'acme',
  })
  const { headers } = await auth.authenticate(aRequest({ headers: [['x-tenant', 'other']] }))
  expect(headers).toEqual([
    ['Authorization', 'Custom abc'],
    ['X-Tenant', 'acme'],
  ])
})

it('the headers provider refuses a configuration without headers', async () => {
  expect(await catchMessage(create({ 'rest.auth.type': 'headers' }))).toContain('Set at least one header')
})

it.each([
  ['a b', 'x', 'rest.auth.headers.a b must be a valid header name (RFC 9110 section 5.1)'],
  ['X-A', 'a\nb', 'rest.auth.headers.X-A must be one line of visible ASCII characters'],
])('the headers provider refuses the header %j with the value %j', async (name, value, message) => {
  const properties = { 'rest.auth.type': 'headers', [`rest.auth.headers.${name}`]: value }
  expect(await catchMessage(create(properties))).toBe(message)
})
