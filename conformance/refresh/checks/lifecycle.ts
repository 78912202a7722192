import { readMember } from '../catalog-client.ts'
import { inShort, onlyCredential } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { demandRefusal } from '../refusal.ts'
import { delegation } from '../table-requests.ts'
import type { Fixture } from '../fixture.ts'

export const lifecycle: readonly Check[] = [
  {
    name: 'not-listed',
    about: 'a staged table is in no listing, and cannot be loaded',
    async run(fixture) {
      const { name, token, credential } = await fixture.stage()
      await fixture.renewed({ name, credential }, token)
      demand(!(await listedNames(fixture)).includes(name), 'listTables shows the staged table')
      for (const method of ['GET', 'HEAD'] as const) {
        const response = await fixture.catalog.send(method, fixture.path(name))
        demand(
          response.status === 404,
          `${method} of the staged table: expected 404, got ${inShort(response)}`,
        )
      }
      return undefined
    },
  },
  {
    name: 'isolation',
    about: 'concurrent stage-creates of one name are distinguished by their tokens',
    async run(fixture) {
      const name = fixture.newName()
      const [one, two] = await Promise.all([fixture.stage(name), fixture.stage(name)])
      demand(one.token !== two.token, 'both got the same token')
      let a = await fixture.renewed(one, one.token, 'refresh of the first')
      const b = await fixture.renewed(two, two.token, 'refresh of the second')
      a = await fixture.renewed(one, a.token, 'second refresh of the first')
      await fixture.renewed(two, b.token, 'second refresh of the second')
      await fixture.renewed(one, a.token, 'third refresh of the first')
      return one.location === two.location ? 'both have the same location' : 'each has a separate location'
    },
  },
  {
    name: 'one-commits',
    about:
      'when one of two staged tables of one name is committed, its token remains valid and the token of the other becomes invalid',
    async run(fixture) {
      const name = fixture.newName()
      const winner = await fixture.stage(name)
      const loser = await fixture.stage(name)
      await fixture.commit(winner)
      await fixture.renewed(winner, winner.token, 'the token of the one that was committed')
      demandRefusal(fixture, await fixture.renew(name, loser.token), 'the token of the other', name)
      return undefined
    },
  },
  {
    name: 'after-commit',
    about: 'a token remains valid when its table is committed',
    async run(fixture) {
      const staged = await fixture.stage()
      const second = await fixture.renewed(staged, staged.token, 'before the commit')
      await fixture.commit(staged)
      const third = await fixture.renewed(staged, second.token, 'after the commit')
      await fixture.renewed(staged, third.token, 'once more')
      return undefined
    },
  },
  {
    name: 'after-rename',
    about: 'a token remains valid at its original name when its table is renamed',
    async run(fixture) {
      const staged = await fixture.stage()
      await fixture.commit(staged)
      await rename(fixture, staged.name, fixture.newName())
      await fixture.renewed(staged, staged.token, 'after the rename')
      return undefined
    },
  },
  {
    name: 'name-taken',
    about: 'a token becomes invalid when its table was renamed and another table has the name',
    async run(fixture) {
      const staged = await fixture.stage()
      await fixture.commit(staged)
      await rename(fixture, staged.name, fixture.newName())
      await fixture.create(staged.name)
      demandRefusal(fixture, await fixture.renew(staged.name, staged.token), 'the old token', staged.name)
      return undefined
    },
  },
  {
    name: 'after-drop',
    about: 'a token becomes invalid when its table is dropped, also when another table gets the name',
    async run(fixture) {
      const staged = await fixture.stage()
      await fixture.commit(staged)
      const second = await fixture.renewed(staged, staged.token)
      await fixture.drop(staged.name)
      demandRefusal(
        fixture,
        await fixture.renew(staged.name, second.token),
        'the token of a dropped table',
        staged.name,
      )
      await fixture.create(staged.name)
      demandRefusal(fixture, await fixture.renew(staged.name, second.token), 'at its successor', staged.name)
      return undefined
    },
  },
  {
    name: 'stolen-uuid',
    about: 'the token of a dropped table grants no access to a new table with the same table-uuid',
    async run(fixture) {
      const taken: string[] = []
      for (const how of ['renamed', 'dropped'] as const) {
        const staged = await fixture.stage()
        await fixture.commit(staged)
        if (how === 'renamed') await rename(fixture, staged.name, fixture.newName())
        else await fixture.drop(staged.name)
        const again = await fixture.stage(staged.name)
        const uuid = readMember(staged.response.json, 'metadata', 'table-uuid')
        const metadata = { ...(readMember(again.response.json, 'metadata') as object), 'table-uuid': uuid }
        const forged = { ...again.response, json: { metadata } }
        const committed = await fixture.commit({ name: staged.name, response: forged }).then(
          () => true,
          () => false,
        )
        if (committed) taken.push(how)
        // The token of a renamed table stays valid until another table takes its old name.
        if (!committed && how === 'renamed') continue
        demandRefusal(fixture, await fixture.renew(staged.name, staged.token), 'the old token', staged.name)
      }
      if (taken.length === 0) return 'a table-uuid that was used is refused'
      return `a new table can have the table-uuid of a ${taken.join(' or a ')} table, and tokens of that table are refused for the new table`
    },
  },
  {
    name: 'locations-changed',
    about: 'a token grants no access to locations that were added to its table later',
    async run(fixture) {
      const staged = await fixture.stage()
      await fixture.commit(staged)
      const path = `${staged.location}-elsewhere`
      const changed = await fixture.catalog.send('POST', fixture.path(staged.name), {
        body: {
          requirements: [],
          updates: [{ action: 'set-properties', updates: { 'write.data.path': path } }],
        },
      })
      if (changed.status !== 200)
        notApplicable(`this server does not take the other location: ${inShort(changed)}`)
      const response = await fixture.renew(staged.name, staged.token)
      if (response.status === 200) {
        const { prefix } = onlyCredential(response, 'refresh')
        demand(prefix === staged.credential.prefix, `the refresh returned the wider prefix ${prefix}`)
        return 'renewed for the old prefix'
      }
      demandRefusal(fixture, response, 'the token from before', staged.name)
      const loaded = await fixture.catalog.send('GET', fixture.path(staged.name), { headers: delegation })
      onlyCredential(loaded, 'a load after the change')
      return 'refused: the table has to be loaded again'
    },
  },
]

async function listedNames(fixture: Fixture): Promise<string[]> {
  const response = await fixture.catalog.send('GET', fixture.tables)
  demand(response.status === 200, `listTables: ${inShort(response)}`)
  const { identifiers } = response.json as { identifiers?: { name: string }[] }
  return (identifiers ?? []).map(({ name }) => name)
}

async function rename(fixture: Fixture, from: string, to: string): Promise<void> {
  const { catalog, namespace } = fixture
  const response = await catalog.send('POST', `${catalog.root}tables/rename`, {
    body: { source: { namespace, name: from }, destination: { namespace, name: to } },
  })
  demand(response.status === 204 || response.status === 200, `rename: ${inShort(response)}`)
}
