import { decodeClaims } from '../../lib/jwt.ts'
import { bearer, type Form, grantTypes, type Headers, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Evidence, Suite, Seen } from '../suite.ts'
import { call, token } from '../slots.ts'

/**
 * Suite that tries to use the rights of an engine instead of the rights of its user, as described in the issue
 * apache/iceberg#17600.
 */
export const laundered: Suite = {
  name: 'laundering',
  about:
    'a session of a user exchanged for a session of the engine: HTTP Basic together with the user’s token, and the engine’s own token',
  weight: 2,
  async attack(fixture, random): Promise<Evidence> {
    const { tokens, clients } = fixture
    if (random.chance(0.5)) {
      // Sends requests with the engine's own token, like clients that do not exchange tokens. The engine has every
      // right on the warehouse but must not use its rights without a user.
      const name = random.pick(['trino', 'denied'] as const)
      const fresh = await token(fixture, {
        grant_type: grantTypes.clientCredentials,
        client_id: clients[name].name,
        client_secret: clients[name].secret,
        scope: 'catalog',
      })
      const own = textIn(fresh, 'access_token')
      if (own === null)
        return { what: 'client_credentials', seen: [], broken: `no token for ${name}: ${fresh.text}` }
      const seen = await call(fixture, random, bearer(own))
      // Without a user, an engine may only read the configuration, unless its entry says `deny`.
      const isConfig = name === 'trino' && seen.status === 200 && seen.text.includes('"overrides"')
      return { what: `the engine’s own token under ${name}`, seen: isConfig ? [] : [seen] }
    }
    const user = random.pick([tokens.aliceByTrino, tokens.bobByTrino])
    const [what, form, headers] = random.pick<readonly [string, Form, Headers]>([
      ['of another engine', exchangeForm(user), clients.strict.basic],
      ['by the engine', exchangeForm(user), clients.trino.basic],
      ['by the engine’s token', exchangeForm(user), bearer(tokens.trino)],
      ['by itself', exchangeForm(user), bearer(user)],
      ['the engine as subject of itself', exchangeForm(tokens.trino), clients.strict.basic],
      ['the engine as subject for a user', exchangeForm(tokens.trino), bearer(user)],
      [
        'the engine as actor of itself',
        {
          ...exchangeForm(tokens.strict),
          actor_token: tokens.trino,
          actor_token_type: tokenTypes.accessToken,
        },
        clients.trino.basic,
      ],
      ['client_credentials with a user’s bearer', { grant_type: grantTypes.clientCredentials }, bearer(user)],
    ])
    const seen = await token(fixture, { scope: 'catalog', ...form }, headers)
    const issued = textIn(seen, 'access_token')
    if (issued === null) return { what, seen: [seen] }
    const [before, after] = [decodeClaims(user), decodeClaims(issued)]
    const same = before['principal_id'] === after['principal_id'] && after['act'] !== undefined
    return { what, seen: [], escape: same ? undefined : `${what}: a token of ${String(after['sub'])}` }
  },
}

function exchangeForm(subject: string): Form {
  return {
    grant_type: grantTypes.exchange,
    subject_token: subject,
    subject_token_type: tokenTypes.accessToken,
  }
}

function textIn({ text }: Seen, name: string): string | null {
  try {
    const value = (JSON.parse(text) as Readonly<Record<string, unknown>>)[name]
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}
