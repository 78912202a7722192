import { expect, it } from 'vitest'
import { aRequest, create, headerAfter, catchMessage } from '../../test/context.ts'

const properties = { 'rest.auth.type': 'basic', 'rest.auth.basic.username': 'Aladdin' }

it('the basic provider sends name and password in the form of RFC 7617', async () => {
  const auth = await create({ ...properties, 'rest.auth.basic.password': 'open sesame' })
  expect(await headerAfter(auth, 'authorization')).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')
})

it('the basic provider encodes other characters than ASCII as UTF-8', async () => {
  const auth = await create({
    'rest.auth.type': 'basic',
    'auth.basic.username': 'test',
    'auth.basic.password': '123\u00a3',
  })
  expect(await headerAfter(auth, 'authorization')).toBe('Basic dGVzdDoxMjPCow==')
})

it('the basic provider replaces an Authorization header of the request', async () => {
  const auth = await create({ ...properties, 'rest.auth.basic.password': 'x' })
  const request = aRequest({
    headers: [
      ['AUTHORIZATION', 'Bearer other'],
      ['Accept', '*/*'],
    ],
  })
  const { headers } = await auth.authenticate(request)
  expect(headers.map(([name]) => name)).toEqual(['Accept', 'Authorization'])
})

it('the basic provider refuses a name with a colon and names the property', async () => {
  const wrong = { ...properties, 'rest.auth.basic.username': 'a:b', 'rest.auth.basic.password': 'x' }
  expect(await catchMessage(create(wrong))).toContain('rest.auth.basic.username must not contain a colon')
})

it('the basic provider names the property of a missing password', async () => {
  expect(await catchMessage(create(properties))).toBe('Set rest.auth.basic.password: the password')
})
