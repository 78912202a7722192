import { EndpointGuard } from '@headgate/storage'
import { describe, expect, it } from 'vitest'
import { checkUpstream } from './check-profile.ts'

const uri = 'https://203.0.113.7/catalog'
const guard = new EndpointGuard({ named: ['203.0.113.0/24'], loopback: false })

function check(
  profile: { readonly uri?: string; readonly auth?: Readonly<Record<string, string>> },
  secrets: Readonly<Record<string, string>> = {},
): Promise<void> {
  return checkUpstream({ uri, ...profile }, { auth: secrets, authRead: {} }, guard, { mayUseLoopback: true })
}

describe('checkUpstream', () => {
  it.each([
    [{}, {}],
    [{ 'rest.auth.type': 'bearer' }, { 'rest.auth.bearer.token': 't' }],
    [
      {
        'rest.auth.type': 'oauth2',
        'rest.auth.oauth2.token-endpoint': 'https://203.0.113.8/token',
        'rest.auth.oauth2.client-id': 'c',
      },
      { 'rest.auth.oauth2.client-secret': 's' },
    ],
    [
      { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.region': 'r', 'rest.auth.sigv4.access-key-id': 'k' },
      { 'rest.auth.sigv4.secret-access-key': 's' },
    ],
  ])('accepts %j', async (auth, secrets) => {
    await expect(check({ auth }, secrets)).resolves.toBeUndefined()
  })

  it.each([
    ['command', 'rest.auth.command.line', 'rest.auth.type is command'],
    ['login', 'rest.auth.login.target', 'rest.auth.type is login'],
    ['bearer', 'rest.auth.bearer.token-file', 'token-file is not allowed'],
    ['oauth2', 'rest.auth.oauth2.client-secret-file', 'client-secret-file is not allowed'],
    ['oauth2', 'rest.auth.package', 'rest.auth.package is not allowed'],
    ['sigv4', 'rest.auth.sigv4.profile', 'profile is not allowed'],
    ['sigv4', 'rest.auth.sigv4.credentials', 'credentials is not allowed'],
    ['sigv4', 'rest.auth.sigv4.web-identity-token-file', 'web-identity-token-file is not allowed'],
    ['sigv4', 'rest.auth.sigv4.region', 'access-key-id is missing'],
    ['oauth2', 'rest.auth.oauth2.client-secret', 'move it to upstream.secrets'],
    ['none', 'header.Authorization', 'header.Authorization is not allowed'],
    ['bearer', 'token', 'upstream.auth.token is not allowed'],
    ['__proto__', 'a', 'rest.auth.type is __proto__'],
    ['constructor', 'a', 'rest.auth.type is constructor'],
  ])('checkUpstream refuses the auth provider %s with the property %s', async (type, property, message) => {
    await expect(check({ auth: { 'rest.auth.type': type, [property]: 'x' } })).rejects.toThrow(message)
  })

  it('checkUpstream refuses a secret that belongs to another auth provider', async () => {
    const secrets = { 'rest.auth.basic.password': 'x' }
    await expect(check({ auth: { 'rest.auth.type': 'bearer' } }, secrets)).rejects.toThrow('is not allowed')
  })

  it.each([
    'http://127.0.0.1:8181/',
    'http://localhost/',
    'http://[::1]/',
    'http://169.254.169.254/latest',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://[fd00::1]/',
    'http://0.0.0.0/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:127.0.0.1]/',
  ])('checkUpstream refuses the address %s for the upstream and for token endpoints', async (address) => {
    await expect(check({ uri: address })).rejects.toThrow('is refused')
    const auth = { 'rest.auth.type': 'oauth2', 'rest.auth.oauth2.token-endpoint': address }
    await expect(check({ auth })).rejects.toThrow('is refused')
  })

  it('checkUpstream refuses a region that would change the host of the token service', async () => {
    const keys = { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.access-key-id': 'k' }
    for (const region of ['x.attacker.example/#', 'x@attacker.example', 'eu-central-1\n'])
      await expect(check({ auth: { ...keys, 'rest.auth.sigv4.region': region } })).rejects.toThrow(
        'region must',
      )
  })

  it.each([
    'ftp://203.0.113.7/',
    'file:///etc/passwd',
    'https://user:pw@203.0.113.7/',
    'nonsense',
    ' https://203.0.113.7/',
    'https://203.0.113.7/\t',
    'ht\ntps://203.0.113.7/',
    'https:\\\\203.0.113.7\\',
  ])('checkUpstream refuses %s, which is not the address of a catalog', async (address) => {
    await expect(check({ uri: address })).rejects.toThrow('must be a URL')
  })

  it.each(['https://203.0.113.7/a?b=c', 'https://203.0.113.7/#x'])(
    'checkUpstream refuses the URI %s, which has a query or a fragment',
    async (address) => {
      await expect(check({ uri: address })).rejects.toThrow('no query')
    },
  )
})
