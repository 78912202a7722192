import { randomUUID } from 'node:crypto'
import { bearer, grantTypes, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Suite } from '../suite.ts'
import { call, token } from '../slots.ts'

export const otherCredentials: Suite = {
  name: 'other-credential',
  about:
    'storage refresh tokens, storage keys, session tokens, web identities, page tokens and secrets, sent as access tokens',
  async attack(fixture, random) {
    const { strict, trino } = fixture.clients
    const all: Readonly<Record<string, string>> = {
      ...fixture.others,
      'client secret': trino.secret,
      'client id': trino.name,
      uuid: trino.id,
      random: randomUUID(),
    }
    const what = random.pick(Object.keys(all))
    const shown = all[what] ?? ''
    const subject = { subject_token: shown, subject_token_type: random.pick(Object.values(tokenTypes)) }
    const kind = random.int(4)
    const basic = Buffer.from(
      random.pick([`:${shown}`, `${trino.name}:${shown}`, `${shown}:`, shown]),
    ).toString('base64')
    const plain = shown.replaceAll(/[^\x21-\x7e]/g, '')
    if (kind === 0) return { what: `${what} as bearer`, seen: [await call(fixture, random, bearer(plain))] }
    if (kind === 1)
      return {
        what: `${what} as subject`,
        seen: [await token(fixture, { grant_type: grantTypes.exchange, ...subject }, strict.basic)],
      }
    if (kind === 2)
      return {
        what: `${what} as Basic`,
        seen: [await call(fixture, random, { authorization: `Basic ${basic}` })],
      }
    // The server can find a client only by its secret, because some clients send a secret without a client
    // id.
    const secret =
      what === 'client secret' ? { client_id: strict.name, client_secret: shown } : { client_secret: shown }
    return {
      what: `${what} as secret`,
      seen: [await token(fixture, { grant_type: grantTypes.clientCredentials, ...secret })],
    }
  },
}
