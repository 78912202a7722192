import { setTimeout as sleep } from 'node:timers/promises'
import { type Credential, credentialsIn, errorIn, expiryOf, inShort, secretsOf } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { demandRefusal } from '../refusal.ts'

/** Credentials that live no longer than this are waited for. */
const patienceMs = 60_000
/** Iceberg's Java client asks anew without pause when less than this is left. */
const javaLeadMs = 300_000
const atOnce = 20

export const refreshing: readonly Check[] = [
  {
    name: 'exactly-one',
    about: 'a refresh returns exactly one credential, with the same prefix',
    async run(world) {
      const staged = await world.stage()
      await world.renewed(staged, staged.token)
      return undefined
    },
  },
  {
    name: 'same-kind',
    about: 'the refreshed credential has the same settings as the one it follows',
    async run(world) {
      const staged = await world.stage()
      const fresh = await world.renewed(staged, staged.token)
      demand(
        settingsOf(fresh) === settingsOf(staged.credential),
        `settings differ: ${settingsOf(fresh)} instead of ${settingsOf(staged.credential)}`,
      )
      return undefined
    },
  },
  {
    name: 'rotation',
    about: 'each refresh gives a new token',
    async run(world) {
      const staged = await world.stage()
      const second = await world.renewed(staged, staged.token)
      demand(second.token !== staged.token, 'the refresh gave the same token back')
      const third = await world.renewed(staged, second.token, 'refresh with the new token')
      demand(new Set([staged.token, second.token, third.token]).size === 3, 'a token came back later')
      return undefined
    },
  },
  {
    name: 'fresh-keys',
    about: 'refreshed keys are new, or have enough life left to be handed out again',
    async run(world) {
      const staged = await world.stage()
      const first = staged.credential
      let fresh = await world.renewed(staged, staged.token)
      if (secretsOf(fresh) !== secretsOf(first)) return 'new at once'
      const end = expiryOf(fresh)
      demand(end !== undefined, 'the same keys came back, and nothing says when they end')
      const left = end - Date.now()
      if (left > patienceMs) {
        demand(left >= javaLeadMs, `the same keys came back with only ${seconds(left)} left`)
        return `the same keys again while they have ${seconds(left)} left`
      }
      // Not to their end: they must be replaced while a client still has time to use them.
      await sleep(left * 0.75)
      fresh = await world.renewed(staged, fresh.token, 'refresh of keys near their end')
      demand(secretsOf(fresh) !== secretsOf(first), 'keys near their end came back once more')
      demand((expiryOf(fresh) ?? 0) > end, 'the new keys end no later than the old ones')
      return `the same keys in the first part of their ${seconds(left)}, then new ones`
    },
  },
  {
    name: 'replay',
    about: 'a token that was used renews again, or is refused as one that can be used once',
    async run(world) {
      const staged = await world.stage()
      const fresh = await world.renewed(staged, staged.token)
      const again = await world.renew(staged.name, staged.token)
      world.tokensAreOneTime = again.status !== 200
      if (world.tokensAreOneTime) {
        demandRefusal(world, again, 'the used token', staged.name)
        await world.renewed(staged, fresh.token, 'the token that replaced it')
        return 'tokens can be used once'
      }
      demand(
        credentialsIn(again)[0]?.prefix === staged.credential.prefix,
        'the used token renews another prefix',
      )
      await world.renewed(staged, fresh.token, 'the token that replaced it')
      return 'tokens can be used again until they end'
    },
  },
  {
    name: 'simultaneous',
    about: 'many who ask with one token at once all get credentials, or exactly one does',
    async run(world) {
      const staged = await world.stage()
      const answers = await Promise.all(
        Array.from({ length: atOnce }, () => world.renew(staged.name, staged.token)),
      )
      const good = answers.filter(({ status }) => status === 200)
      const odd = answers.find(
        (answer) =>
          answer.status !== 200 && (answer.status !== 404 || errorIn(answer).type !== 'NoSuchTableException'),
      )
      demand(odd === undefined, `one of ${atOnce} got ${odd === undefined ? '' : inShort(odd)}`)
      for (const answer of good)
        demand(credentialsIn(answer).length === 1, 'one got not exactly one credential')
      const once = world.tokensAreOneTime === true
      demand(
        good.length === (once ? 1 : atOnce),
        `${good.length} of ${atOnce} got credentials from a server whose tokens can be used ${once ? 'once' : 'again'}`,
      )
      const minted = new Set(good.flatMap((answer) => credentialsIn(answer).map(secretsOf))).size
      return `${good.length} of ${atOnce} got credentials, ${minted} different keys`
    },
  },
  {
    name: 'not-kept',
    about: 'caches on the way may not keep an answer with keys',
    async run(world) {
      const staged = await world.stage()
      const answer = await world.renew(staged.name, staged.token)
      const rule = answer.headers.get('cache-control') ?? ''
      if (rule === '') notApplicable('no Cache-Control, and no rule of the protocol that there must be one')
      demand(/no-store|private/.test(rule), `Cache-Control is ${rule}`)
      return rule
    },
  },
]

function settingsOf({ config }: Credential): string {
  return Object.keys(config).toSorted().join(', ')
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
