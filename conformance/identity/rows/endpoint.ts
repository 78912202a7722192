import { decodeClaims, decodeHeader, unsigned } from '../../lib/jwt.ts'
import { readMember } from '../../refresh/catalog-client.ts'
import { demand } from '../../lib/outcome.ts'
import { type Check, notChecked, notOffered } from '../check.ts'
import { basic, bearer, grantTypes, tokenTypes } from '../token-endpoint.ts'
import { toCredential, granted, refused } from '../fixture.ts'

const metadataPath = '.well-known/oauth-authorization-server'

function self(token: string): { readonly subject_token: string; readonly subject_token_type: string } {
  return { subject_token: token, subject_token_type: tokenTypes.accessToken }
}

/** Checks of the token endpoint that apply to all clients. */
export const endpoint: readonly Check[] = [
  {
    row: 'S4',
    name: 'own-token',
    about:
      'tokens of the server are at+jwt with an asymmetric signature, an aud and an expiry time; an unsigned token is refused',
    async run(fixture) {
      const token = await fixture.own(fixture.client())
      if (token.split('.').length !== 3) notChecked('tokens that are JWTs')
      const [header, claims] = [decodeHeader(token), decodeClaims(token)]
      demand(/^(?:ES|RS|PS)\d+$|^Ed/.test(String(header['alg'])), `alg ${String(header['alg'])}`)
      demand(
        /^(?:application\/)?at\+jwt$/.test(String(header['typ'])),
        `typ ${String(header['typ'])}, not at+jwt`,
      )
      for (const name of ['iss', 'aud', 'sub', 'exp', 'iat', 'jti', 'client_id'])
        demand(claims[name] !== undefined, `no ${name} (RFC 9068 section 2.2)`)
      await fixture.refuses(
        `${unsigned({ ...header, alg: 'none' }, claims)}.`,
        'a token with the algorithm none',
      )
      return undefined
    },
  },
  {
    row: 'S10',
    name: 'client-credentials',
    about:
      'a client gets a token for its secret in the header or in the body; no cache may store it, and the catalog accepts it',
    async run(fixture) {
      const client = fixture.client()
      const form = { grant_type: grantTypes.clientCredentials, scope: fixture.options.scope }
      const response = await fixture.token(form, basic(client.id, client.secret))
      const token = granted(response, 'Basic')
      demand(String(response.json['token_type']).toLowerCase() === 'bearer', 'token_type is not bearer')
      demand(Number(response.json['expires_in']) > 0, 'no expires_in')
      demand(String(response.headers['cache-control']).includes('no-store'), 'no Cache-Control: no-store')
      await fixture.own(client)
      const { status } = await fixture.config(bearer(token))
      demand(status === 200, `the catalog refuses the token: ${status}`)
      return undefined
    },
  },
  {
    row: 'S10',
    name: 'errors',
    about: 'refusals have the error codes of RFC 6749, and are equal for unknown clients and wrong secrets',
    async run(fixture) {
      const { id, secret } = fixture.client()
      const grant_type = grantTypes.clientCredentials
      const wrong = await fixture.token({ grant_type, client_id: id, client_secret: `${secret}x` })
      refused(wrong, 'a wrong secret', 'invalid_client')
      const unknown = await fixture.token({ grant_type, client_id: `${id}x`, client_secret: secret })
      demand(
        unknown.status === wrong.status && unknown.text === wrong.text,
        'an unknown client gets another response',
      )
      demand(!wrong.text.includes(secret), 'the response contains the secret')
      refused(
        await fixture.token({ grant_type: 'magic' }, basic(id, secret)),
        'a token request with an unknown grant_type',
        'unsupported_grant_type',
      )
      refused(
        await fixture.token(`grant_type=${grant_type}&client_id=${id}&client_id=${id}&client_secret=x`),
        'a repeated parameter',
        'invalid_request',
      )
      return undefined
    },
  },
  {
    row: 'S12',
    name: 'renewal',
    about: 'a token is renewed by an exchange for the same principal, and only with authentication',
    async run(fixture) {
      const token = await fixture.own(fixture.client())
      const response = await fixture.exchange(self(token), bearer(token))
      if (response.json['error'] === 'unsupported_grant_type') notOffered('no token exchange')
      const next = granted(response, 'a renewal')
      demand(
        decodeClaims(next)['sub'] === decodeClaims(token)['sub'],
        'the renewed token belongs to another principal',
      )
      refused(await fixture.exchange(self(token), {}), 'a token exchange without client authentication')
      return undefined
    },
  },
  {
    row: 'S12',
    name: 'renewal-cap',
    about: 'no number of renewals extends a token beyond the end of the user’s session',
    async run(fixture) {
      const user = await fixture.lab().client(fixture.name())
      const engine = await fixture.registered({ tokenSeconds: 60, sessionSeconds: 60 })
      const began = Date.now() / 1_000
      let token = granted(
        await fixture.exchange(self(await fixture.own(toCredential(user))), engine.basic),
        'an exchange',
      )
      for (let i = 0; i < 3; i += 1) {
        token = granted(await fixture.exchange(self(token), bearer(token)), 'a renewal')
        demand(
          Number(decodeClaims(token)['exp']) <= began + 61,
          'the renewed token expires after the end of the session',
        )
      }
      return undefined
    },
  },
  {
    row: 'S15',
    name: 'narrower',
    about: 'a scope or target that the server does not know is refused, not ignored',
    async run(fixture) {
      const { id, secret } = fixture.client()
      const form = { grant_type: grantTypes.clientCredentials, scope: 'session:role:nobody-knows' }
      refused(
        await fixture.token(form, basic(id, secret)),
        'a token request with an unknown scope',
        'invalid_scope',
      )
      const token = await fixture.own({ id, secret })
      refused(
        await fixture.exchange({ ...self(token), audience: 'https://other.example' }, bearer(token)),
        'another target',
        'invalid_target',
        'invalid_request',
      )
      return undefined
    },
  },
  {
    row: 'S18',
    name: 'server-metadata',
    about: 'the metadata of RFC 8414 contain the token endpoint and the keys that verify its tokens',
    async run(fixture) {
      const { status, value } = await fixture.json(metadataPath)
      if (status !== 200) notOffered(`${metadataPath} answers ${status}`)
      const [issuer, keysUri, tokenUri] = ['issuer', 'jwks_uri', 'token_endpoint'].map((name) =>
        String(readMember(value, name)),
      )
      demand(issuer === fixture.uri, `the issuer in the metadata is ${issuer}, not ${fixture.uri}`)
      demand(URL.canParse(tokenUri ?? ''), 'the metadata contain no token_endpoint')
      const keys = readMember(
        await (await fetch(keysUri ?? '', { signal: AbortSignal.timeout(10_000) })).json(),
        'keys',
      )
      const kid = decodeHeader(await fixture.own(fixture.client()))['kid']
      demand(
        Array.isArray(keys) && keys.some((key) => readMember(key, 'kid') === kid),
        'the key that signs is not published',
      )
      return undefined
    },
  },
  {
    row: 'S18',
    name: 'resource-metadata',
    about: 'a 401 contains the URL of a document that describes how to get a token (RFC 9728)',
    async run(fixture) {
      const { headers, status } = await fixture.config({})
      demand(status === 401, `without a token: expected 401, got ${status}`)
      const url = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate') ?? '')?.[1]
      if (url === undefined) notOffered('the challenge contains no resource_metadata')
      const document: unknown = await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).json()
      demand(
        readMember(document, 'resource') === fixture.uri,
        'the metadata document describes another resource',
      )
      demand(
        Array.isArray(readMember(document, 'authorization_servers')),
        'the document contains no authorization_servers',
      )
      return undefined
    },
  },
  {
    row: 'S19',
    name: 'bound-tokens',
    about:
      'tokens are bound to a key of the client (DPoP, mutual TLS) if the metadata of the server offer this',
    async run(fixture) {
      const { value } = await fixture.json(metadataPath)
      const token = await fixture.own(fixture.client())
      const { status } = await fixture.config({ authorization: `DPoP ${token}` })
      demand(status === 401, `a bearer token sent as DPoP without a proof: expected 401, got ${status}`)
      const names = ['dpop_signing_alg_values_supported', 'tls_client_certificate_bound_access_tokens']
      if (names.every((name) => readMember(value, name) === undefined))
        notOffered('the metadata contain neither')
      notChecked('a client that creates proofs')
    },
  },
  {
    row: 'S19',
    name: 'bound-token-as-bearer',
    about: 'a token that is bound to a key of its client (cnf) is refused without a proof of that key',
    async run(fixture) {
      const [issuer, { audience }] = [fixture.issuer(), fixture.lab()]
      const engine = await fixture.registered({ subjects: [{ issuer: issuer.issuer }] })
      for (const cnf of [{ jkt: 'x'.repeat(43) }, { 'x5t#S256': 'x'.repeat(43) }, { jwk: issuer.key.jwk }]) {
        const token = issuer.sign({ sub: 'dora', client_id: 'app', aud: audience, cnf })
        await fixture.refuses(token, `a token that is bound to a key by ${Object.keys(cnf).join()}`)
        refused(await fixture.exchange(self(token), engine.basic), 'its exchange', 'invalid_grant')
      }
      return undefined
    },
  },
  {
    row: 'S25',
    name: 'guessing',
    about: 'a client that guesses secrets is limited, and other clients are not',
    async run(fixture) {
      if (!fixture.options.mayGuess)
        notChecked('--guess: the server may refuse all requests of this machine for some time')
      const { id, secret } = fixture.client()
      const own = fixture.options.lab !== undefined && process.platform === 'linux'
      const from = own ? '127.77.77.77' : undefined
      const form = { grant_type: grantTypes.clientCredentials, client_id: id, client_secret: 'wrong' }
      for (let tries = 1; tries <= 200; tries += 1) {
        const { status, headers } = await fixture.token(form, {}, from)
        if (status !== 429) continue
        demand(Number(headers['retry-after']) > 0, 'the 429 has no Retry-After')
        const right = { ...form, client_secret: secret }
        if (own) {
          granted(await fixture.token(right), 'the client, from another address')
          // The attacker may share the address of the client, so the server must accept the correct secret from an
          // address with failed attempts.
          granted(await fixture.token(right, {}, from), 'the client, from the same address')
        }
        return `after ${tries} tries`
      }
      return demandFailed()
    },
  },
]

function demandFailed(): never {
  demand(false, 'none of 200 wrong secrets in a row resulted in 429')
  throw new Error('unreachable')
}
