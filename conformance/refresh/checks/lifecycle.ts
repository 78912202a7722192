import { memberOf } from '../catalog-client.ts'
import { inShort, onlyCredential } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { demandRefusal } from '../refusal.ts'
import { delegation } from '../table-requests.ts'
import type { World } from '../world.ts'

export const lifecycle: readonly Check[] = [
  {
    name: 'not-listed',
    about: 'a staged table is in no listing, and cannot be loaded',
    async run(world) {
      const { name, token, credential } = await world.stage()
      await world.renewed({ name, credential }, token)
      demand(!(await listedNames(world)).includes(name), 'listTables shows the staged table')
      for (const method of ['GET', 'HEAD'] as const) {
        const answer = await world.catalog.send(method, world.path(name))
        demand(answer.status === 404, `${method} of the staged table: expected 404, got ${inShort(answer)}`)
      }
      return undefined
    },
  },
  {
    name: 'isolation',
    about: 'two stage-creates of one name at once are told apart by their tokens',
    async run(world) {
      const name = world.newName()
      const [one, two] = await Promise.all([world.stage(name), world.stage(name)])
      demand(one.token !== two.token, 'both got the same token')
      let a = await world.renewed(one, one.token, 'refresh of the first')
      const b = await world.renewed(two, two.token, 'refresh of the second')
      a = await world.renewed(one, a.token, 'second refresh of the first')
      await world.renewed(two, b.token, 'second refresh of the second')
      await world.renewed(one, a.token, 'third refresh of the first')
      return one.location === two.location
        ? 'both were given one location'
        : 'each was given a location of its own'
    },
  },
  {
    name: 'one-commits',
    about: 'when one of two is committed, its token goes on and the other one ends',
    async run(world) {
      const name = world.newName()
      const winner = await world.stage(name)
      const loser = await world.stage(name)
      await world.commit(winner)
      await world.renewed(winner, winner.token, 'the token of the one that was committed')
      demandRefusal(world, await world.renew(name, loser.token), 'the token of the other', name)
      return undefined
    },
  },
  {
    name: 'after-commit',
    about: 'a token goes on when its table is committed',
    async run(world) {
      const staged = await world.stage()
      const second = await world.renewed(staged, staged.token, 'before the commit')
      await world.commit(staged)
      const third = await world.renewed(staged, second.token, 'after the commit')
      await world.renewed(staged, third.token, 'once more')
      return undefined
    },
  },
  {
    name: 'after-rename',
    about: 'a token goes on at the name that it was made for when its table is renamed',
    async run(world) {
      const staged = await world.stage()
      await world.commit(staged)
      await rename(world, staged.name, world.newName())
      await world.renewed(staged, staged.token, 'after the rename')
      return undefined
    },
  },
  {
    name: 'name-taken',
    about: 'it ends when its table was renamed and the name given to another one',
    async run(world) {
      const staged = await world.stage()
      await world.commit(staged)
      await rename(world, staged.name, world.newName())
      await world.create(staged.name)
      demandRefusal(world, await world.renew(staged.name, staged.token), 'the old token', staged.name)
      return undefined
    },
  },
  {
    name: 'after-drop',
    about: 'it ends when its table is dropped, also when another one gets the name',
    async run(world) {
      const staged = await world.stage()
      await world.commit(staged)
      const second = await world.renewed(staged, staged.token)
      await world.drop(staged.name)
      demandRefusal(
        world,
        await world.renew(staged.name, second.token),
        'the token of a dropped table',
        staged.name,
      )
      await world.create(staged.name)
      demandRefusal(world, await world.renew(staged.name, second.token), 'at its successor', staged.name)
      return undefined
    },
  },
  {
    name: 'stolen-uuid',
    about: 'a table that was made again with the table-uuid of another gets nothing of it',
    async run(world) {
      const taken: string[] = []
      for (const how of ['renamed', 'dropped'] as const) {
        const staged = await world.stage()
        await world.commit(staged)
        if (how === 'renamed') await rename(world, staged.name, world.newName())
        else await world.drop(staged.name)
        const again = await world.stage(staged.name)
        const uuid = memberOf(staged.answer.json, 'metadata', 'table-uuid')
        const metadata = { ...(memberOf(again.answer.json, 'metadata') as object), 'table-uuid': uuid }
        const forged = { ...again.answer, json: { metadata } }
        const committed = await world.commit({ name: staged.name, answer: forged }).then(
          () => true,
          () => false,
        )
        if (committed) taken.push(how)
        // A table that was renamed away is still meant by its token, as long as nobody has the name.
        if (!committed && how === 'renamed') continue
        demandRefusal(world, await world.renew(staged.name, staged.token), 'the old token', staged.name)
      }
      if (taken.length === 0) return 'a table-uuid that was used is refused'
      return `the table-uuid of a ${taken.join(' or a ')} table can be used again, tokens do not follow it`
    },
  },
  {
    name: 'locations-changed',
    about: 'a token does not stretch to locations that came to its table later',
    async run(world) {
      const staged = await world.stage()
      await world.commit(staged)
      const path = `${staged.location}-elsewhere`
      const changed = await world.catalog.send('POST', world.path(staged.name), {
        body: {
          requirements: [],
          updates: [{ action: 'set-properties', updates: { 'write.data.path': path } }],
        },
      })
      if (changed.status !== 200)
        notApplicable(`this server does not take the other location: ${inShort(changed)}`)
      const answer = await world.renew(staged.name, staged.token)
      if (answer.status === 200) {
        const { prefix } = onlyCredential(answer, 'refresh')
        demand(prefix === staged.credential.prefix, `the refresh gave the wider prefix ${prefix}`)
        return 'renewed for the old prefix'
      }
      demandRefusal(world, answer, 'the token from before', staged.name)
      const loaded = await world.catalog.send('GET', world.path(staged.name), { headers: delegation })
      onlyCredential(loaded, 'a load after the change')
      return 'refused: the table has to be loaded again'
    },
  },
]

async function listedNames(world: World): Promise<string[]> {
  const answer = await world.catalog.send('GET', world.tables)
  demand(answer.status === 200, `listTables: ${inShort(answer)}`)
  const { identifiers } = answer.json as { identifiers?: { name: string }[] }
  return (identifiers ?? []).map(({ name }) => name)
}

async function rename(world: World, from: string, to: string): Promise<void> {
  const { catalog, namespace } = world
  const answer = await catalog.send('POST', `${catalog.root}tables/rename`, {
    body: { source: { namespace, name: from }, destination: { namespace, name: to } },
  })
  demand(answer.status === 204 || answer.status === 200, `rename: ${inShort(answer)}`)
}
