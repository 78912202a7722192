import { setTimeout as sleep } from 'node:timers/promises'
import { tablePath } from '../catalog-client.ts'
import { errorIn, inShort } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { demandRefusal } from '../refusal.ts'
import type { Fixture } from '../fixture.ts'

/** Maximum lifetime in s of storage refresh tokens whose expiry the suite waits for. */
const longestWaitSeconds = 120

export const refusals: readonly Check[] = [
  {
    name: 'plan-and-token',
    about: 'planId together with storageRefreshToken is 400 BadRequestException',
    async run(fixture) {
      const { name, token } = await fixture.stage()
      const path = `${fixture.path(name)}/credentials?storageRefreshToken=${encodeURIComponent(token)}&planId=p`
      const response = await fixture.catalog.send('GET', path)
      demand(response.status === 400, `expected 400, got ${inShort(response)}`)
      const { type } = errorIn(response)
      demand(type === 'BadRequestException', `expected BadRequestException, got ${type}`)
      const forged = await fixture.catalog.send(
        'GET',
        `${fixture.path(name)}/credentials?planId=p&storageRefreshToken=x`,
      )
      demand(forged.status === 400, `with a token that is none: expected 400, got ${inShort(forged)}`)
      return undefined
    },
  },
  {
    name: 'without-token',
    about: 'a request for a staged table without its token gets 404, and the message mentions staged tables',
    async run(fixture) {
      const { name } = await fixture.stage()
      const response = await fixture.catalog.send('GET', `${fixture.path(name)}/credentials`)
      demand(response.status === 404, `expected 404, got ${inShort(response)}`)
      const { type, message } = errorIn(response)
      demand(type === 'NoSuchTableException', `expected NoSuchTableException, got ${type}`)
      demand(/staged/i.test(message), `the message does not mention staged tables: ${message}`)
      return undefined
    },
  },
  {
    name: 'constant-text',
    about: 'without a token, a staged table and a name that was never used get the same response',
    async run(fixture) {
      const { name } = await fixture.stage()
      const never = fixture.newName()
      const texts = await Promise.all(
        [name, never].map(async (table) => {
          const response = await fixture.catalog.send('GET', `${fixture.path(table)}/credentials`)
          return `${response.status} ${response.text.replaceAll(table, '<table>')}`
        }),
      )
      demand(texts[0] === texts[1], `the refusals differ: ${texts.join(' / ')}`)
      return undefined
    },
  },
  {
    name: 'forged',
    about: 'invented and changed tokens are refused with the same message',
    async run(fixture) {
      const staged = await fixture.stage()
      const { name, token } = staged
      const cases = forgeries(token)
      for (const [what, forged] of cases)
        demandRefusal(fixture, await fixture.renew(name, forged), `a token that is ${what}`, name)
      await fixture.renewed(staged, token, 'the true token, afterwards')
      return `${cases.length} forgeries`
    },
  },
  {
    name: 'other-table',
    about: 'the token of one table grants no access to another table, staged or existing',
    async run(fixture) {
      const one = await fixture.stage()
      const two = await fixture.stage()
      demandRefusal(fixture, await fixture.renew(two.name, one.token), 'at another staged table', two.name)
      const there = await fixture.create()
      demandRefusal(fixture, await fixture.renew(there.name, one.token), 'at an existing table', there.name)
      const never = fixture.newName()
      demandRefusal(fixture, await fixture.renew(never, one.token), 'at a name that never was', never)
      return undefined
    },
  },
  {
    name: 'other-warehouse',
    about: 'a token grants no access to a table of the same name in another warehouse',
    async run(fixture) {
      const { otherWarehouse } = fixture.options
      if (otherWarehouse === undefined)
        notApplicable('the options name only one warehouse: see --other-warehouse')
      const { name, token } = await fixture.stage()
      await fixture.stage(name, otherWarehouse)
      demandRefusal(fixture, await fixture.renew(name, token, otherWarehouse), 'in another warehouse', name)
      return undefined
    },
  },
  {
    name: 'other-principal',
    about: 'the token of one principal is refused for another principal with the same rights',
    async run(fixture) {
      const { second } = fixture.options
      if (second === undefined) notApplicable('the options name no second principal: see --second-token')
      const mine = await fixture.stage()
      const theirs = await fixture.stage(fixture.newName(), second)
      demandRefusal(fixture, await fixture.renew(mine.name, mine.token, second), 'a stolen token', mine.name)
      demandRefusal(
        fixture,
        await fixture.renew(theirs.name, theirs.token),
        'a token stolen from them',
        theirs.name,
      )
      await fixture.renewed(mine, mine.token, 'the owner, afterwards')
      await fixture.commit(mine)
      const staged = await fixture.stage()
      await fixture.commit(staged)
      demandRefusal(
        fixture,
        await fixture.renew(staged.name, staged.token, second),
        'a stolen token of an existing table',
        staged.name,
      )
      return undefined
    },
  },
  {
    name: 'no-authentication',
    about: 'a request with a token must also be authenticated',
    async run(fixture) {
      if (!fixture.options.authenticates) notApplicable('this server was used without authentication')
      const { name, token } = await fixture.stage()
      const response = await fixture.renew(name, token, fixture.stranger)
      demand(
        response.status === 401 || response.status === 403,
        `expected 401 or 403, got ${inShort(response)}`,
      )
      return undefined
    },
  },
  {
    name: 'right-taken-away',
    about: 'each refresh checks the rights of the caller again',
    async run(fixture) {
      const { revocation } = fixture.options
      if (revocation === undefined)
        notApplicable('rights can be revoked only on a server that the suite starts')
      const { name, token, credential } = await fixture.stage()
      await revocation.revoke()
      try {
        const response = await fixture.renew(name, token)
        demand([403, 404].includes(response.status), `expected 403 or 404, got ${inShort(response)}`)
      } finally {
        await revocation.restore()
      }
      await fixture.renewed({ name, credential }, token, 'with the right granted again')
      return undefined
    },
  },
]

/**
 * Creates a check that uses a storage refresh token after its expiry. The token is issued now, and the check runs at
 * the end of the suite.
 */
export async function expiredToken(fixture: Fixture): Promise<Check> {
  const life = fixture.options.tokenLifeSeconds
  const name = 'expired'
  const about = 'an expired token is refused with the same message'
  if (life === undefined || life > longestWaitSeconds) {
    return { name, about, run: livesTooLong }
  }
  const at = Date.now()
  const staged = await fixture.stage().catch(() => undefined)
  return {
    name,
    about,
    async run() {
      if (staged === undefined) notApplicable('there is no token')
      const left = at + life * 1000 + 1500 - Date.now()
      if (left > 0) await sleep(left)
      demandRefusal(fixture, await fixture.renew(staged.name, staged.token), 'an expired token', staged.name)
      const gone = tablePath(fixture.catalog, fixture.namespace, staged.name)
      const plain = await fixture.catalog.send('GET', gone)
      demand(plain.status === 404, `the table itself: expected 404, got ${inShort(plain)}`)
      return `waited ${Math.max(0, Math.round(left / 1000))} s`
    },
  }
}

async function livesTooLong(): Promise<undefined> {
  return notApplicable('tokens live too long here, or were not to be waited for: see --token-life')
}

function forgeries(token: string): [what: string, token: string][] {
  const middle = Math.floor(token.length / 2)
  const flip = (at: number): string =>
    token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  return [
    ['empty', ''],
    ['one letter', 'x'],
    ['cut short', token.slice(0, -8)],
    ['cut in half', token.slice(0, middle)],
    ['one letter longer', `${token}A`],
    ['changed at its beginning', flip(0)],
    ['changed in the middle', flip(middle)],
    ['changed near its end', flip(token.length - 4)],
    ['doubled', token + token],
    ['turned around', Array.from(token).toReversed().join('')],
    ['made of five empty parts', '....'],
    ['an unsigned JWT', `${encoded('{"alg":"none"}')}.${encoded('{"sub":"admin"}')}.`],
    ['a UUID', crypto.randomUUID()],
    ['not ASCII', 'tökén'],
    ['long', 'A'.repeat(4_000)],
  ]
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url')
}
