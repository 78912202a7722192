import { credentialsIn, inShort, onlyCredential, readSecrets } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { delegation } from '../table-requests.ts'

export const loading: readonly Check[] = [
  {
    name: 'load-ignores-it',
    about: 'loadTable does not read storageRefreshToken: only loadCredentials does',
    async run(fixture) {
      const { name } = await fixture.create()
      for (const token of ['', 'made-up']) {
        const response = await fixture.catalog.send(
          'GET',
          `${fixture.path(name)}?storageRefreshToken=${token}`,
        )
        demand(response.status === 200, `a load with a token that is none: ${inShort(response)}`)
      }
      const staged = await fixture.stage()
      const path = `${fixture.path(staged.name)}?storageRefreshToken=${encodeURIComponent(staged.token)}`
      const response = await fixture.catalog.send('GET', path, { headers: delegation })
      demand(response.status === 404, `a load of a staged table with its token: ${inShort(response)}`)
      return undefined
    },
  },
  {
    name: 'loaded-table',
    about: 'a token in the response to loadTable renews its credential',
    async run(fixture) {
      const { name } = await fixture.create()
      const loaded = await fixture.catalog.send('GET', fixture.path(name), { headers: delegation })
      const list = credentialsIn(loaded)
      const credential = list.find(({ token }) => token !== undefined)
      if (credential?.token === undefined) notApplicable('no token comes with a loaded table')
      await fixture.renewed({ name, credential }, credential.token)
      return `${list.length} credential(s) with the table`
    },
  },
  {
    name: 'plain-request',
    about: 'loadCredentials without a token still works for existing tables',
    async run(fixture) {
      const { name } = await fixture.create()
      const response = await fixture.catalog.send('GET', `${fixture.path(name)}/credentials`)
      demand(response.status === 200, `expected 200, got ${inShort(response)}`)
      const list = credentialsIn(response)
      demand(
        list.every((credential) => readSecrets(credential) !== ''),
        'a credential has no keys',
      )
      return `${list.length} credential(s)`
    },
  },
  {
    name: 'created-at-once',
    about: 'a create that is not staged succeeds, and a token in its response works',
    async run(fixture) {
      const { name, response } = await fixture.create()
      const credential = credentialsIn(response).find(({ token }) => token !== undefined)
      if (credential?.token === undefined) return 'no token comes with it'
      onlyCredential(await fixture.renew(name, credential.token), 'refresh')
      return 'a token comes with it'
    },
  },
]
