import { expect, it } from 'vitest'
import { aRequest, create, messageOf } from '../../test/context.ts'

it('sends what is configured, in the place of what is there', async () => {
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

it('refuses to have nothing to send', async () => {
  expect(await messageOf(create({ 'rest.auth.type': 'headers' }))).toContain('Set the headers to send')
})

it.each([
  ['a b', 'x', 'rest.auth.headers.a b must name a header'],
  ['X-A', 'a\nb', 'rest.auth.headers.X-A must be visible ASCII characters on one line'],
])('refuses %j: %j', async (name, value, message) => {
  const properties = { 'rest.auth.type': 'headers', [`rest.auth.headers.${name}`]: value }
  expect(await messageOf(create(properties))).toBe(message)
})
