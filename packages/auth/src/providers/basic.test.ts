import { expect, it } from 'vitest'
import { aRequest, create, headerAfter, messageOf } from '../../test/context.ts'

const properties = { 'rest.auth.type': 'basic', 'rest.auth.basic.username': 'Aladdin' }

it('sends name and password as RFC 7617 has it', async () => {
  const auth = await create({ ...properties, 'rest.auth.basic.password': 'open sesame' })
  expect(await headerAfter(auth, 'authorization')).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')
})

it('sends text beyond ASCII as UTF-8', async () => {
  const auth = await create({
    'rest.auth.type': 'basic',
    'auth.basic.username': 'test',
    'auth.basic.password': '123\u00a3',
  })
  expect(await headerAfter(auth, 'authorization')).toBe('Basic dGVzdDoxMjPCow==')
})

it('takes the place of an Authorization of somebody else', async () => {
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

it('refuses a name with a colon, and names the property', async () => {
  const wrong = { ...properties, 'rest.auth.basic.username': 'a:b', 'rest.auth.basic.password': 'x' }
  expect(await messageOf(create(wrong))).toContain('rest.auth.basic.username must not have a colon')
})

it('without a password says which property to set', async () => {
  expect(await messageOf(create(properties))).toBe('Set rest.auth.basic.password: the password')
})
