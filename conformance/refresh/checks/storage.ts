import { readSecrets } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import type { S3Response } from '../s3-request.ts'
import { type StorageKeys, readStorageKeys, toTarget, useKeys } from '../storage-keys.ts'
import type { Staged } from '../fixture.ts'

export const storage: readonly Check[] = [
  {
    name: 'keys-work',
    about: 'refreshed keys write, read and delete at the location of the table',
    async run(fixture) {
      const staged = await fixture.stage()
      readKeys(staged)
      const fresh = await fixture.renewed(staged, staged.token)
      const keys = readKeys({ ...staged, credential: fresh })
      const target = toTarget(`${staged.location}/data/probe`)
      const put = await reached(useKeys(keys, 'PUT', target, 'probe'))
      demand(put.status === 200, `PUT: ${shown(put)}`)
      const got = await useKeys(keys, 'GET', target)
      demand(got.status === 200 && got.text === 'probe', `GET: ${shown(got)}`)
      const gone = await useKeys(keys, 'DELETE', target)
      demand(gone.status === 204 || gone.status === 200, `DELETE: ${shown(gone)}`)
      return readSecrets(fresh) === readSecrets(staged.credential)
        ? 'with the same keys again'
        : 'with new keys'
    },
  },
  {
    name: 'keys-stay-inside',
    about: 'refreshed keys have no access to the location of another table, nor next to their own location',
    async run(fixture) {
      const mine = await fixture.stage()
      const theirs = await fixture.stage()
      const keys = readKeys({ ...mine, credential: await fixture.renewed(mine, mine.token) })
      if (theirs.location === mine.location) notApplicable('both tables have one location')
      const places = [`${theirs.location}/data/probe`, `${mine.location}2/probe`, `${mine.location}-x/probe`]
      for (const place of places) {
        const put = await reached(useKeys(keys, 'PUT', toTarget(place), 'probe'))
        demand(put.status === 403, `PUT outside: ${shown(put)}`)
        const got = await useKeys(keys, 'GET', toTarget(place))
        demand(got.status === 403, `GET outside: ${shown(got)}`)
      }
      return undefined
    },
  },
]

function readKeys({ credential, location }: Pick<Staged, 'credential' | 'location'>): StorageKeys {
  if (!/^s3a?:/.test(location)) notApplicable(`not a location of S3: ${location.split(':')[0] ?? ''}`)
  return readStorageKeys(credential) ?? notApplicable('the credential has no S3 keys')
}

async function reached(sending: Promise<S3Response>): Promise<S3Response> {
  return sending.catch((error: unknown) => notApplicable(`the store was not reached: ${String(error)}`))
}

function shown({ status, text }: S3Response): string {
  return `${status} ${/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? ''}`.trimEnd()
}
