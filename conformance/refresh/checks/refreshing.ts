import { setTimeout as sleep } from 'node:timers/promises'
import { type Credential, credentialsIn, errorIn, readExpiry, inShort, readSecrets } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { demandRefusal } from '../refusal.ts'

/** Maximum lifetime in ms of storage credentials whose expiry the suite waits for. */
const patienceMs = 60_000
/** Remaining lifetime in ms below which Iceberg's Java client requests new storage credentials before each use. */
const javaLeadMs = 300_000
const atOnce = 20

export const refreshing: readonly Check[] = [
  {
    name: 'exactly-one',
    about: 'a refresh returns exactly one credential, with the same prefix',
    async run(fixture) {
      const staged = await fixture.stage()
      await fixture.renewed(staged, staged.token)
      return undefined
    },
  },
  {
    name: 'same-kind',
    about: 'the refreshed credential has the same settings as the one it follows',
    async run(fixture) {
      const staged = await fixture.stage()
      const fresh = await fixture.renewed(staged, staged.token)
      demand(
        readSettings(fresh) === readSettings(staged.credential),
        `settings differ: ${readSettings(fresh)} instead of ${readSettings(staged.credential)}`,
      )
      return undefined
    },
  },
  {
    name: 'rotation',
    about: 'each refresh returns a new token',
    async run(fixture) {
      const staged = await fixture.stage()
      const second = await fixture.renewed(staged, staged.token)
      demand(second.token !== staged.token, 'the refresh returned the same token')
      const third = await fixture.renewed(staged, second.token, 'refresh with the new token')
      demand(new Set([staged.token, second.token, third.token]).size === 3, 'a token came back later')
      return undefined
    },
  },
  {
    name: 'fresh-keys',
    about: 'refreshed keys are new, or remain valid for long enough',
    async run(fixture) {
      const staged = await fixture.stage()
      const first = staged.credential
      let fresh = await fixture.renewed(staged, staged.token)
      if (readSecrets(fresh) !== readSecrets(first)) return 'new at once'
      const end = readExpiry(fresh)
      demand(end !== undefined, 'the same keys came back, and nothing says when they end')
      const left = end - Date.now()
      if (left > patienceMs) {
        demand(left >= javaLeadMs, `the same keys came back with only ${seconds(left)} left`)
        return `the same keys again while they have ${seconds(left)} left`
      }
      // Waits until shortly before the keys expire, when the server must return new keys while clients still use the
      // old ones.
      await sleep(left * 0.75)
      fresh = await fixture.renewed(staged, fresh.token, 'refresh of keys near their end')
      demand(readSecrets(fresh) !== readSecrets(first), 'keys near their end were returned again')
      demand((readExpiry(fresh) ?? 0) > end, 'the new keys end no later than the old ones')
      return `the same keys in the first part of their ${seconds(left)}, then new ones`
    },
  },
  {
    name: 'replay',
    about: 'a used token renews again, or is refused because tokens of this server can be used once',
    async run(fixture) {
      const staged = await fixture.stage()
      const fresh = await fixture.renewed(staged, staged.token)
      const again = await fixture.renew(staged.name, staged.token)
      fixture.tokensAreOneTime = again.status !== 200
      if (fixture.tokensAreOneTime) {
        demandRefusal(fixture, again, 'the used token', staged.name)
        await fixture.renewed(staged, fresh.token, 'the token that replaced it')
        return 'tokens can be used once'
      }
      demand(
        credentialsIn(again)[0]?.prefix === staged.credential.prefix,
        'the used token renews another prefix',
      )
      await fixture.renewed(staged, fresh.token, 'the token that replaced it')
      return 'tokens can be used again until they end'
    },
  },
  {
    name: 'simultaneous',
    about: 'of many concurrent requests with one token, all get credentials, or exactly one does',
    async run(fixture) {
      const staged = await fixture.stage()
      const responses = await Promise.all(
        Array.from({ length: atOnce }, () => fixture.renew(staged.name, staged.token)),
      )
      const good = responses.filter(({ status }) => status === 200)
      const odd = responses.find(
        (response) =>
          response.status !== 200 &&
          (response.status !== 404 || errorIn(response).type !== 'NoSuchTableException'),
      )
      demand(odd === undefined, `one of ${atOnce} got ${odd === undefined ? '' : inShort(odd)}`)
      for (const response of good)
        demand(credentialsIn(response).length === 1, 'one got not exactly one credential')
      const once = fixture.tokensAreOneTime === true
      demand(
        good.length === (once ? 1 : atOnce),
        `${good.length} of ${atOnce} got credentials from a server whose tokens can be used ${once ? 'once' : 'again'}`,
      )
      const minted = new Set(good.flatMap((response) => credentialsIn(response).map(readSecrets))).size
      return `${good.length} of ${atOnce} requests returned credentials, with ${minted} different keys`
    },
  },
  {
    name: 'not-kept',
    about: 'responses with keys forbid caches to store them',
    async run(fixture) {
      const staged = await fixture.stage()
      const response = await fixture.renew(staged.name, staged.token)
      const rule = response.headers.get('cache-control') ?? ''
      if (rule === '') notApplicable('no Cache-Control, and no rule of the protocol that there must be one')
      demand(/no-store|private/.test(rule), `Cache-Control is ${rule}`)
      return rule
    },
  },
]

function readSettings({ config }: Credential): string {
  return Object.keys(config).toSorted().join(', ')
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
