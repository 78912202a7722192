import type { Random } from '../../attack/random.ts'
import { encoded, type Form, grantTypes, type Headers, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Suite } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { token } from '../slots.ts'

/** Builds token requests that different parsers read differently, for example with a repeated parameter. */
function mixed(
  fixture: Fixture,
  random: Random,
): { readonly body: string; readonly headers?: Headers; readonly query?: string; readonly what: string } {
  const { trino, strict, mallory, alice } = fixture.clients
  const good: Form = {
    grant_type: grantTypes.clientCredentials,
    client_id: trino.name,
    client_secret: trino.secret,
  }
  const exchange: Form = {
    grant_type: grantTypes.exchange,
    subject_token: fixture.tokens.alice,
    subject_token_type: tokenTypes.accessToken,
  }
  // Only `grant_type` and `client_secret` are required: the server ignores unknown parameters (RFC 6749 section 3.2),
  // and a secret identifies its client without a client id.
  const needed = random.pick(['grant_type', 'client_secret'])
  const key = random.pick(Object.keys(good))
  const other = random.pick([mallory.name, 'x', '', grantTypes.exchange])
  const json = JSON.stringify(good)
  const body = encoded(good)
  const id = encodeURIComponent(trino.name)
  return random.pick<{ body: string; headers?: Headers; query?: string; what: string }>([
    { what: `${key} twice`, body: `${body}&${key}=${encodeURIComponent(other)}` },
    { what: `${key} twice, the same`, body: `${body}&${key}=${encodeURIComponent(good[key] ?? '')}` },
    {
      what: `${key} twice, escaped`,
      body: `${body}&%${(key.codePointAt(0) ?? 0).toString(16)}${key.slice(1)}=x`,
    },
    { what: `${key} twice, empty`, body: `${body}&${key}` },
    {
      what: `${needed} in the query`,
      body: encoded({ ...good, [needed]: undefined }),
      query: `?${needed}=${encodeURIComponent(good[needed] ?? '')}`,
    },
    { what: 'all in the query', body: '', query: `?${body}` },
    { what: `${needed}[]`, body: body.replace(needed, `${needed}[]`) },
    { what: `${needed}[0]`, body: body.replace(needed, `${needed}%5B0%5D`) },
    { what: `${needed} in capitals`, body: body.replace(needed, needed.toUpperCase()) },
    { what: `${needed} with a blank`, body: body.replace(needed, `+${needed}`) },
    { what: `${needed} with NUL`, body: body.replace(needed, `${needed}%00`) },
    { what: 'semicolons', body: body.replaceAll('&', ';') },
    { what: 'JSON', body: json, headers: { 'content-type': 'application/json' } },
    { what: 'JSON as form', body: json },
    { what: 'form as text', body, headers: { 'content-type': 'text/plain' } },
    { what: 'form without a type', body, headers: { 'content-type': '' } },
    {
      what: 'form in UTF-16',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' },
    },
    {
      what: 'form in two types',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded, application/json' },
    },
    {
      what: 'multipart',
      body: `--b\r\nContent-Disposition: form-data; name="${key}"\r\n\r\nx\r\n--b--`,
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    },
    { what: 'broken escapes', body: `${body}&x=%zz` },
    { what: 'no UTF-8', body: `${body}&x=%ff%fe` },
    {
      what: 'many parameters',
      body: `${body}${Array.from({ length: 80 }, (_, i) => `&p${i}=1`).join('')}`,
    },
    { what: 'two ways of authentication', body, headers: strict.basic },
    { what: 'the same way twice', body, headers: trino.basic },
    {
      what: 'another client_id than in Basic',
      body: encoded({ grant_type: grantTypes.clientCredentials, client_id: strict.name }),
      headers: trino.basic,
    },
    {
      what: 'two subjects',
      body: `${encoded(exchange)}&subject_token=${fixture.tokens.bob}`,
      headers: strict.basic,
    },
    { what: 'two grants', body: `${encoded(exchange)}&grant_type=client_credentials`, headers: strict.basic },
    {
      what: 'a user by a parameter',
      body: encoded({ ...exchange, subject_token: undefined, requested_subject: alice.name }),
      headers: trino.basic,
    },
    {
      what: 'username and password',
      body: encoded({ grant_type: 'password', username: trino.name, password: trino.secret }),
    },
    {
      what: 'a refresh token',
      body: encoded({ grant_type: 'refresh_token', refresh_token: fixture.tokens.alice }),
      headers: trino.basic,
    },
    {
      what: 'a code',
      body: encoded({ grant_type: 'authorization_code', code: fixture.tokens.alice }),
      headers: trino.basic,
    },
    {
      what: 'an unknown or malformed grant type',
      body: body.replace(
        'client_credentials',
        random.pick([
          'Client_Credentials',
          'client_credentials%20',
          'client_credentials%00',
          '__proto__',
          'constructor',
          '%3F',
        ]),
      ),
    },
    {
      what: 'an unknown scope',
      body: encoded({
        ...good,
        scope: random.pick([
          'admin',
          'catalog admin',
          'PRINCIPAL_ROLE:admin',
          'PRINCIPAL_ROLE:ALL  admin',
          'session:role:admin',
        ]),
      }),
    },
    {
      what: 'another target',
      body: encoded({
        ...exchange,
        [random.pick(['audience', 'resource'])]: random.pick([
          'https://other.example',
          `${fixture.uri}.evil.example`,
          `${fixture.uri}@evil.example/`,
        ]),
      }),
      headers: strict.basic,
    },
    {
      what: 'another type of token',
      body: encoded({
        ...exchange,
        requested_token_type: random.pick([
          tokenTypes.idToken,
          tokenTypes.refreshToken,
          'urn:x',
          'access_token',
        ]),
      }),
      headers: strict.basic,
    },
    { what: 'a slash of the id', body: body.replace(`client_id=${id}`, `client_id=${id}%2F..%2F${id}`) },
  ])
}

export const forms: Suite = {
  name: 'form',
  about:
    'ambiguous token requests: duplicate parameters, parameters in query and body, other encodings, two clients, unusual targets',
  weight: 2,
  async attack(fixture, random) {
    const { body, headers = {}, query = '', what } = mixed(fixture, random)
    return { what, seen: [await token({ ...fixture, tokenUri: fixture.tokenUri + query }, body, headers)] }
  },
}
