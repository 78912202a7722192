import { setTimeout as sleep } from 'node:timers/promises'
import { tablePath } from '../catalog-client.ts'
import { errorIn, inShort } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { demandRefusal } from '../refusal.ts'
import type { World } from '../world.ts'

/** Tokens that live longer are not waited for. */
const longestWaitSeconds = 120

export const refusals: readonly Check[] = [
  {
    name: 'plan-and-token',
    about: 'planId together with storageRefreshToken is 400 BadRequestException',
    async run(world) {
      const { name, token } = await world.stage()
      const path = `${world.path(name)}/credentials?storageRefreshToken=${encodeURIComponent(token)}&planId=p`
      const answer = await world.catalog.send('GET', path)
      demand(answer.status === 400, `expected 400, got ${inShort(answer)}`)
      const { type } = errorIn(answer)
      demand(type === 'BadRequestException', `expected BadRequestException, got ${type}`)
      const forged = await world.catalog.send(
        'GET',
        `${world.path(name)}/credentials?planId=p&storageRefreshToken=x`,
      )
      demand(forged.status === 400, `with a token that is none: expected 400, got ${inShort(forged)}`)
      return undefined
    },
  },
  {
    name: 'without-token',
    about: 'a staged table without its token is 404 in a text that mentions staged tables',
    async run(world) {
      const { name } = await world.stage()
      const answer = await world.catalog.send('GET', `${world.path(name)}/credentials`)
      demand(answer.status === 404, `expected 404, got ${inShort(answer)}`)
      const { type, message } = errorIn(answer)
      demand(type === 'NoSuchTableException', `expected NoSuchTableException, got ${type}`)
      demand(/staged/i.test(message), `the message does not mention staged tables: ${message}`)
      return undefined
    },
  },
  {
    name: 'constant-text',
    about: 'without a token, a staged table and one that never was get the same answer',
    async run(world) {
      const { name } = await world.stage()
      const never = world.newName()
      const texts = await Promise.all(
        [name, never].map(async (table) => {
          const answer = await world.catalog.send('GET', `${world.path(table)}/credentials`)
          return `${answer.status} ${answer.text.replaceAll(table, '<table>')}`
        }),
      )
      demand(texts[0] === texts[1], `they can be told apart: ${texts.join(' / ')}`)
      return undefined
    },
  },
  {
    name: 'forged',
    about: 'a token that was made up or changed is refused, always in the same words',
    async run(world) {
      const staged = await world.stage()
      const { name, token } = staged
      const cases = forgeries(token)
      for (const [what, forged] of cases)
        demandRefusal(world, await world.renew(name, forged), `a token that is ${what}`, name)
      await world.renewed(staged, token, 'the true token, afterwards')
      return `${cases.length} forgeries`
    },
  },
  {
    name: 'other-table',
    about: 'the token of one table does not open another, staged or there',
    async run(world) {
      const one = await world.stage()
      const two = await world.stage()
      demandRefusal(world, await world.renew(two.name, one.token), 'at another staged table', two.name)
      const there = await world.create()
      demandRefusal(world, await world.renew(there.name, one.token), 'at a table that is there', there.name)
      const never = world.newName()
      demandRefusal(world, await world.renew(never, one.token), 'at a name that never was', never)
      return undefined
    },
  },
  {
    name: 'other-warehouse',
    about: 'a token does not open a table of the same name in another warehouse',
    async run(world) {
      const { otherWarehouse } = world.options
      if (otherWarehouse === undefined) notApplicable('only one warehouse was given: see --other-warehouse')
      const { name, token } = await world.stage()
      await world.stage(name, otherWarehouse)
      demandRefusal(world, await world.renew(name, token, otherWarehouse), 'in another warehouse', name)
      return undefined
    },
  },
  {
    name: 'other-principal',
    about: 'the token of one principal is worth nothing to another, who may do the same',
    async run(world) {
      const { second } = world.options
      if (second === undefined) notApplicable('no second principal was given: see --second-token')
      const mine = await world.stage()
      const theirs = await world.stage(world.newName(), second)
      demandRefusal(world, await world.renew(mine.name, mine.token, second), 'a stolen token', mine.name)
      demandRefusal(
        world,
        await world.renew(theirs.name, theirs.token),
        'a token stolen from them',
        theirs.name,
      )
      await world.renewed(mine, mine.token, 'the owner, afterwards')
      await world.commit(mine)
      const staged = await world.stage()
      await world.commit(staged)
      demandRefusal(
        world,
        await world.renew(staged.name, staged.token, second),
        'a stolen token of a table that is there',
        staged.name,
      )
      return undefined
    },
  },
  {
    name: 'no-authentication',
    about: 'a token alone opens nothing: who sends it must say who they are',
    async run(world) {
      if (!world.options.authenticates) notApplicable('this server was used without authentication')
      const { name, token } = await world.stage()
      const answer = await world.renew(name, token, world.stranger)
      demand(answer.status === 401 || answer.status === 403, `expected 401 or 403, got ${inShort(answer)}`)
      return undefined
    },
  },
  {
    name: 'right-taken-away',
    about: 'the right is decided again at each refresh',
    async run(world) {
      const { revocation } = world.options
      if (revocation === undefined) notApplicable('rights can be taken away only from a server of our own')
      const { name, token, credential } = await world.stage()
      await revocation.revoke()
      try {
        const answer = await world.renew(name, token)
        demand([403, 404].includes(answer.status), `expected 403 or 404, got ${inShort(answer)}`)
      } finally {
        await revocation.restore()
      }
      await world.renewed({ name, credential }, token, 'with the right given back')
      return undefined
    },
  },
]

/** A token that is used when its time is over; made at the start of the suite, looked at in the end. */
export async function expiredToken(world: World): Promise<Check> {
  const life = world.options.tokenLifeSeconds
  const name = 'expired'
  const about = 'a token whose time is over is refused in the same words'
  if (life === undefined || life > longestWaitSeconds) {
    return { name, about, run: livesTooLong }
  }
  const at = Date.now()
  const staged = await world.stage().catch(() => undefined)
  return {
    name,
    about,
    async run() {
      if (staged === undefined) notApplicable('there is no token')
      const left = at + life * 1000 + 1500 - Date.now()
      if (left > 0) await sleep(left)
      demandRefusal(world, await world.renew(staged.name, staged.token), 'an expired token', staged.name)
      const gone = tablePath(world.catalog, world.namespace, staged.name)
      const plain = await world.catalog.send('GET', gone)
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
