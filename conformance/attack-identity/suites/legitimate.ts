import { decodeClaims } from '../../lib/jwt.ts'
import { tablePath } from '../../refresh/catalog-client.ts'
import {
  assertionType,
  bearer,
  type Form,
  grantTypes,
  type Headers,
  tokenTypes,
} from '../../identity/token-endpoint.ts'
import type { Evidence, Suite, Seen } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { send, token } from '../slots.ts'
import { statement } from '../../identity/statement.ts'
import { assertion } from './assertions.ts'

const tokensWork: Suite = {
  name: 'canary-bearer',
  about: 'valid tokens open the objects of their owner',
  legitimate: true,
  async attack(fixture, random): Promise<Evidence> {
    const { catalog, namespace, tokens, warehouse } = fixture
    const table = (name: string): string => tablePath(catalog, namespace, name)
    const [what, shown, path] = random.pick<readonly [string, string, string]>([
      ['the administrator', tokens.admin, 'management/v1/principals'],
      ['Alice', tokens.alice, table('alices')],
      ['Bob', tokens.bob, table('bobs')],
      ['Mallory', tokens.mallory, table('mallorys')],
      ['Alice behind trino', tokens.aliceByTrino, table('alices')],
      ['Bob behind trino', tokens.bobByTrino, table('bobs')],
      ['trino, for the configuration', tokens.trino, `v1/config?warehouse=${warehouse}`],
      ...(fixture.issuer === null
        ? []
        : [
            [
              'a token of the issuer',
              fixture.issuer.sign({ sub: 'somebody', client_id: 'app', aud: fixture.audience }),
              `v1/config?warehouse=${warehouse}`,
            ] as const,
          ]),
    ])
    // The server authenticates a principal without grants, but the principal finds no object. The status 403
    // or 404 therefore counts as success.
    const seen = await send(fixture, 'GET', path, bearer(shown))
    const known = what === 'a token of the issuer' && (seen.status === 403 || seen.status === 404)
    return {
      what: `${what} at ${path.split('?')[0]}`,
      seen: [known ? { ...seen, status: 200 } : seen],
    }
  },
}

/** Returns one of the ways to request a token, with the subject and the actor that the issued token must contain. */
function way(
  fixture: Fixture,
  which: number,
): readonly [what: string, form: Form, headers: Headers, sub: string, act: string | null] {
  const { trino, alice, bob, strict } = fixture.clients
  const { tokens } = fixture
  const cc = { grant_type: grantTypes.clientCredentials }
  const xc = { grant_type: grantTypes.exchange }
  const ways: readonly (readonly [string, Form, Headers, string, string | null])[] = [
    [
      'a secret in the body',
      { ...cc, client_id: trino.name, client_secret: trino.secret, scope: 'catalog' },
      {},
      trino.name,
      null,
    ],
    ['Basic', cc, trino.basic, trino.name, null],
    ['a secret alone', { ...cc, client_secret: alice.secret }, {}, alice.name, null],
    [
      'private_key_jwt',
      { ...cc, client_assertion: assertion(fixture, trino.name), client_assertion_type: assertionType },
      {},
      trino.name,
      null,
    ],
    [
      'Iceberg’s dialect',
      {
        ...xc,
        scope: 'catalog',
        subject_token: statement({ sub: alice.name }),
        subject_token_type: tokenTypes.jwt,
        actor_token: tokens.trino,
        actor_token_type: tokenTypes.accessToken,
      },
      bearer(tokens.trino),
      alice.name,
      trino.name,
    ],
    [
      'an exchange',
      { ...xc, subject_token: tokens.bob, subject_token_type: tokenTypes.accessToken },
      trino.basic,
      bob.name,
      trino.name,
    ],
    [
      'an exchange by another engine',
      { ...xc, subject_token: tokens.bob, subject_token_type: tokenTypes.accessToken },
      strict.basic,
      bob.name,
      strict.name,
    ],
    [
      'an assertion',
      { grant_type: grantTypes.jwtBearer, assertion: assertion(fixture, bob.name) },
      {},
      bob.name,
      trino.name,
    ],
    [
      'a renewal of a user',
      { ...xc, subject_token: tokens.aliceByTrino, subject_token_type: tokenTypes.accessToken },
      bearer(tokens.aliceByTrino),
      alice.name,
      trino.name,
    ],
    [
      'a renewal of an engine',
      { ...xc, subject_token: tokens.trino, subject_token_type: tokenTypes.accessToken },
      bearer(tokens.trino),
      trino.name,
      null,
    ],
    ...(fixture.issuer === null
      ? []
      : [
          [
            'an exchange of a token of the issuer',
            {
              ...xc,
              subject_token: fixture.issuer.sign({ sub: 'carol', client_id: 'app', aud: fixture.audience }),
              subject_token_type: tokenTypes.accessToken,
            },
            strict.basic,
            'carol',
            strict.name,
          ] as const,
        ]),
  ]
  return ways[which % ways.length] ?? way(fixture, 0)
}

const waysWork: Suite = {
  name: 'canary-token',
  about: 'every grant type returns a token, and the token belongs to the expected principal',
  legitimate: true,
  async attack(fixture, random): Promise<Evidence> {
    const [what, form, headers, sub, act] = way(fixture, random.int(1_000))
    const seen = await token(fixture, form, headers)
    const claims = seen.status === 200 ? decodeClaims(tokenIn(seen)) : {}
    const actor = (claims['act'] as { readonly sub?: unknown } | undefined)?.sub ?? null
    const right = seen.status !== 200 || (claims['sub'] === sub && actor === act)
    return {
      what,
      seen: [seen],
      escape: right
        ? undefined
        : `${what}: the server issued a token with sub ${String(claims['sub'])} and act ${JSON.stringify(actor)}`,
    }
  },
}

function tokenIn({ text }: Seen): string {
  return String((JSON.parse(text) as { readonly access_token?: unknown }).access_token)
}

export const legitimate: readonly Suite[] = [tokensWork, waysWork]
