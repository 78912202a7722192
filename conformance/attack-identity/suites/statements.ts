import { inSeconds } from '../../lib/jwt.ts'
import { bearer, grantTypes, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Suite } from '../suite.ts'
import { token } from '../slots.ts'
import { statement } from '../../identity/statement.ts'

export const stated: Suite = {
  name: 'statement',
  about:
    'unsigned user names with an invented act claim, expired, of administrators, of engines, of users that the entry does not admit, and in unusual spellings',
  weight: 2,
  async attack(fixture, random) {
    const { alice, trino, strict, mallory } = fixture.clients
    const { name } = alice
    const odd = [
      ` ${name}`,
      `${name} `,
      `${name}\n`,
      `${name}\0`,
      name.toUpperCase(),
      `${name}\u200b`,
      `\u202e${name}`,
      name.replace('a', '\u0430'),
      name.replace('e', '\uff45'),
      `${name}%00`,
      '*',
      `${fixture.prefix}*`,
      '',
      'x'.repeat(400),
      `${name},admin`,
      [name],
      { name },
      null,
      0,
      true,
      `headgate#${name}`,
      alice.id,
    ]
    const [what, claims, header] = random.pick<
      readonly [string, Record<string, unknown>, Record<string, unknown>]
    >([
      ['an administrator', { sub: fixture.admin.name }, {}],
      ['an engine', { sub: random.pick([trino.name, strict.name]) }, {}],
      ['a user that no rule admits', { sub: random.pick([mallory.name, 'nobody']) }, {}],
      ['an odd name', { sub: random.pick(odd) }, {}],
      ['an act', { sub: name, act: random.pick([{ sub: 'admin' }, {}, 'x', null, [{ sub: name }]]) }, {}],
      ['a may_act', { sub: name, may_act: { sub: trino.name } }, {}],
      ['a stale one', { sub: name, iat: inSeconds(-400 - random.int(99_999)) }, {}],
      ['one of the future', { sub: name, iat: inSeconds(60 + random.int(99_999)) }, {}],
      ['no iat', { sub: name, iat: random.pick([undefined, null, 'now', '', []]) }, {}],
      ['an ended one', { sub: name, exp: inSeconds(-1 - random.int(999)) }, {}],
      ['one that has not begun', { sub: name, nbf: inSeconds(60 + random.int(999)) }, {}],
      [
        'a header with a key',
        { sub: name },
        random.pick([{ kid: 'k' }, { jku: `${fixture.trap.origin}/attacker` }, { jwk: {} }, { crit: ['x'] }]),
      ],
      [
        'an alg that is almost none',
        { sub: name },
        { alg: random.pick(['None', 'NONE', 'none ', '', null]) },
      ],
    ])
    const type = /odd|act/.test(what)
      ? tokenTypes.jwt
      : random.pick([tokenTypes.jwt, tokenTypes.jwt, tokenTypes.accessToken])
    const form = {
      grant_type: grantTypes.exchange,
      subject_token: statement(claims, header),
      subject_token_type: type,
    }
    return {
      what,
      seen: [await token(fixture, form, random.chance(0.5) ? trino.basic : bearer(fixture.tokens.trino))],
    }
  },
}
