import { claimsOf } from '../../lib/jwt.ts'
import { bearer, type Form, grantTypes, type Headers, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Evidence, Family, Seen } from '../family.ts'
import { call, token } from '../slots.ts'

/** From the user of a session to the engine behind it: what iceberg#17600 does by itself. */
export const laundered: Family = {
  name: 'laundering',
  about:
    'a session of a user turned into one of the engine: Basic and the user’s token, and the engine’s own token instead',
  weight: 2,
  async attack(scene, random): Promise<Evidence> {
    const { tokens, clients } = scene
    if (random.chance(0.5)) {
      // What clients send that were told not to exchange: the engine has every right here, and must not use one.
      const name = random.pick(['trino', 'denied'] as const)
      const fresh = await token(scene, {
        grant_type: grantTypes.clientCredentials,
        client_id: clients[name].name,
        client_secret: clients[name].secret,
        scope: 'catalog',
      })
      const own = textIn(fresh, 'access_token')
      if (own === null)
        return { what: 'client_credentials', seen: [], broken: `no token for ${name}: ${fresh.text}` }
      const seen = await call(scene, random, bearer(own))
      // Configuration alone is allowed to an engine without a user, unless its entry says `deny`.
      const isConfig = name === 'trino' && seen.status === 200 && seen.text.includes('"overrides"')
      return { what: `the engine’s own token under ${name}`, seen: isConfig ? [] : [seen] }
    }
    const user = random.pick([tokens.aliceByTrino, tokens.bobByTrino])
    const [what, form, headers] = random.pick<readonly [string, Form, Headers]>([
      ['of another engine', exchangeOf(user), clients.strict.basic],
      ['by the engine', exchangeOf(user), clients.trino.basic],
      ['by the engine’s token', exchangeOf(user), bearer(tokens.trino)],
      ['by itself', exchangeOf(user), bearer(user)],
      ['the engine as subject of itself', exchangeOf(tokens.trino), clients.strict.basic],
      ['the engine as subject for a user', exchangeOf(tokens.trino), bearer(user)],
      [
        'the engine as actor of itself',
        { ...exchangeOf(tokens.strict), actor_token: tokens.trino, actor_token_type: tokenTypes.accessToken },
        clients.trino.basic,
      ],
      ['client_credentials with a user’s bearer', { grant_type: grantTypes.clientCredentials }, bearer(user)],
    ])
    const seen = await token(scene, { scope: 'catalog', ...form }, headers)
    const given = textIn(seen, 'access_token')
    if (given === null) return { what, seen: [seen] }
    const [before, after] = [claimsOf(user), claimsOf(given)]
    const same = before['principal_id'] === after['principal_id'] && after['act'] !== undefined
    return { what, seen: [], escape: same ? undefined : `${what}: a token of ${String(after['sub'])}` }
  },
}

function exchangeOf(subject: string): Form {
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
