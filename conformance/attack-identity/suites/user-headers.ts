import { tablePath } from '../../refresh/catalog-client.ts'
import { bearer } from '../../identity/token-endpoint.ts'
import type { Suite } from '../suite.ts'
import { send } from '../slots.ts'

const userHeaders = [
  'x-forwarded-user',
  'x-forwarded-email',
  'x-forwarded-preferred-username',
  'x-forwarded-groups',
  'x-auth-request-user',
  'x-remote-user',
  'remote-user',
  'x-user',
  'x-username',
  'x-trino-user',
  'x-presto-user',
  'x-iceberg-user',
  'x-hive-user',
  'x-ms-client-principal',
  'x-ms-client-principal-name',
  'x-goog-authenticated-user-email',
  'x-amzn-oidc-identity',
  'x-amzn-oidc-data',
  'x-webauth-user',
  'x-jwt-assertion',
  'x-forwarded-access-token',
  'x-access-token',
  'x-api-key',
  'original-authorization',
  'x-original-authorization',
  'proxy-authorization',
  'x-authorization',
  'x-assume-role',
  'x-gravitino-user',
  'x-trino-extra-credential',
  'x-on-behalf-of',
  'impersonate-user',
  'doas',
  'x-forwarded-client-cert',
  'ssl-client-s-dn',
  'x-ssl-client-cn',
  'x-databricks-user',
  'x-headgate-user',
  'txn-token',
  'cookie',
  'forwarded',
] as const

export const named: Suite = {
  name: 'user-by-header',
  about: 'a user named by a header of a proxy or an engine, with and without Mallory’s own token',
  weight: 2,
  async attack(fixture, random) {
    const { catalog, namespace, clients, tokens, admin } = fixture
    const who = random.pick(['alice', 'bob', 'admin'] as const)
    const name = who === 'admin' ? admin.name : clients[who].name
    const good = tokens[who]
    const value = random.pick([
      name,
      `headgate#${name}`,
      `Bearer ${good}`,
      good,
      `user=${name}`,
      `token=${good}`,
      `for=${name}`,
      `access_token=${good}`,
      `CN=${name}`,
    ])
    const headers: Record<string, string> = {}
    for (let i = 0; i <= random.int(3); i += 1) headers[random.pick(userHeaders)] = value
    const what = `headers ${Object.keys(headers).join(', ')} with ${random.chance(0.5) ? 'no' : 'Mallory’s'} token`
    const own = what.endsWith('no token') ? {} : bearer(tokens.mallory)
    const path = tablePath(catalog, namespace, random.pick(['alices', 'bobs']))
    const query = random.pick([
      '',
      '',
      `?access_token=${good}`,
      `?user=${name}`,
      `?doas=${name}`,
      `?user.name=${name}`,
    ])
    const method = random.pick(['GET', 'GET', 'HEAD', 'DELETE'])
    if (random.chance(0.2))
      return {
        what,
        seen: [await send(fixture, 'GET', `management/v1/principals${query}`, { ...headers, ...own })],
      }
    return {
      what: `${what} ${query.split('=')[0]}`,
      seen: [await send(fixture, method, path + query, { ...headers, ...own })],
    }
  },
}
