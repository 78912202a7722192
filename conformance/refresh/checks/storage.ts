import { secretsOf } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import type { S3Answer } from '../s3-request.ts'
import { type StorageKeys, storageKeysOf, targetOf, useKeys } from '../storage-keys.ts'
import type { Staged } from '../world.ts'

export const storage: readonly Check[] = [
  {
    name: 'keys-work',
    about: 'refreshed keys write, read and delete at the location of the table',
    async run(world) {
      const staged = await world.stage()
      keysOf(staged)
      const fresh = await world.renewed(staged, staged.token)
      const keys = keysOf({ ...staged, credential: fresh })
      const target = targetOf(`${staged.location}/data/probe`)
      const put = await reached(useKeys(keys, 'PUT', target, 'probe'))
      demand(put.status === 200, `PUT: ${shown(put)}`)
      const got = await useKeys(keys, 'GET', target)
      demand(got.status === 200 && got.text === 'probe', `GET: ${shown(got)}`)
      const gone = await useKeys(keys, 'DELETE', target)
      demand(gone.status === 204 || gone.status === 200, `DELETE: ${shown(gone)}`)
      return secretsOf(fresh) === secretsOf(staged.credential) ? 'with the same keys again' : 'with new keys'
    },
  },
  {
    name: 'keys-stay-inside',
    about: 'refreshed keys do nothing at the location of another table, nor beside their own',
    async run(world) {
      const mine = await world.stage()
      const theirs = await world.stage()
      const keys = keysOf({ ...mine, credential: await world.renewed(mine, mine.token) })
      if (theirs.location === mine.location) notApplicable('both tables have one location')
      const places = [`${theirs.location}/data/probe`, `${mine.location}2/probe`, `${mine.location}-x/probe`]
      for (const place of places) {
        const put = await reached(useKeys(keys, 'PUT', targetOf(place), 'probe'))
        demand(put.status === 403, `PUT outside: ${shown(put)}`)
        const got = await useKeys(keys, 'GET', targetOf(place))
        demand(got.status === 403, `GET outside: ${shown(got)}`)
      }
      return undefined
    },
  },
]

function keysOf({ credential, location }: Pick<Staged, 'credential' | 'location'>): StorageKeys {
  if (!/^s3a?:/.test(location)) notApplicable(`not a location of S3: ${location.split(':')[0] ?? ''}`)
  return storageKeysOf(credential) ?? notApplicable('the credential has no S3 keys')
}

async function reached(sending: Promise<S3Answer>): Promise<S3Answer> {
  return sending.catch((error: unknown) => notApplicable(`the store was not reached: ${String(error)}`))
}

function shown({ status, text }: S3Answer): string {
  return `${status} ${/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? ''}`.trimEnd()
}
