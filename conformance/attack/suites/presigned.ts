import { type S3Keys, signInQuery } from '../../refresh/s3-signature.ts'
import { sendRaw } from '../../refresh/s3-request.ts'
import type { AttackSuite } from '../attack.ts'
import type { Fixture } from '../fixture.ts'
import type { Random } from '../random.ts'
import { seenOfStore } from './gateway-paths.ts'
import { adaKeys } from './signatures.ts'

interface Presigned {
  readonly method: string
  readonly target: string
  readonly host: string
}

function presigned(
  fixture: Fixture,
  random: Random,
  more: { readonly at?: Date; readonly seconds?: number; readonly keys?: Partial<S3Keys> } = {},
): Presigned {
  const keys = { ...adaKeys(fixture), ...more.keys }
  const { host } = new URL(keys.endpoint)
  const method = random.pick(['GET', 'PUT', 'DELETE'] as const)
  const path = `/${fixture.victim.location.slice('s3://'.length)}/data/${method === 'GET' ? fixture.marks.name : 'decoy'}`
  const draft = { method, target: path, headers: [['host', host]] as const }
  const scope = { region: keys.region, ...(more.at === undefined ? {} : { at: more.at }) }
  return { method, host, target: signInQuery(draft, keys, scope, more.seconds) }
}

const minute = 60_000

const tamperings: readonly { readonly about: string; make(fixture: Fixture, random: Random): Presigned }[] = [
  {
    about: 'a longer lifetime written into the URL',
    make(fixture, random) {
      const request = presigned(fixture, random, { at: new Date(Date.now() - 10 * minute), seconds: 60 })
      return {
        ...request,
        target: request.target.replace(
          'X-Amz-Expires=60',
          `X-Amz-Expires=${random.pick(['86400', '060000', '60&X-Amz-Expires=86400', '604800'])}`,
        ),
      }
    },
  },
  {
    about: 'an expired lifetime',
    make: (fixture, random) =>
      presigned(fixture, random, { at: new Date(Date.now() - (5 + random.int(600)) * minute), seconds: 60 }),
  },
  {
    about: 'a lifetime that begins in the future',
    make: (fixture, random) =>
      presigned(fixture, random, { at: new Date(Date.now() + (16 + random.int(600)) * minute) }),
  },
  {
    about: 'a lifetime outside the allowed range',
    make: (fixture, random) =>
      presigned(fixture, random, { seconds: random.pick([604_801, 1e9, 0, -1, 1.5]) }),
  },
  {
    about: 'an additional parameter',
    make(fixture, random) {
      const request = presigned(fixture, random)
      const added = random.pick([
        '&x=1',
        '&acl',
        '&versionId=null',
        '&uploads',
        '&response-content-type=text/html',
        '&X-Amz-Date=20200101T000000Z',
        '&X-Amz-SignedHeaders=host',
        '&x-amz-acl=public-read',
        '&partNumber=1&uploadId=x',
      ])
      return { ...request, target: request.target + added }
    },
  },
  {
    about: 'a changed method',
    make(fixture, random) {
      const request = presigned(fixture, random)
      return {
        ...request,
        method: random.pick(['GET', 'PUT', 'DELETE', 'POST'].filter((method) => method !== request.method)),
      }
    },
  },
  {
    about: 'a changed path',
    make(fixture, random) {
      const request = presigned(fixture, random)
      return {
        ...request,
        target: random.pick([
          request.target.replace('/data/', '/data//'),
          request.target.replace('?', 'x?'),
          request.target.replace('/n/t2/data/', '/n/t2/'),
          request.target.replace('/data/', '/data/%2e%2e/data/'),
        ]),
      }
    },
  },
  {
    about: 'a changed or missing parameter of the signature',
    make(fixture, random) {
      const request = presigned(fixture, random)
      const name = random.pick([
        'X-Amz-Algorithm',
        'X-Amz-Credential',
        'X-Amz-Date',
        'X-Amz-Expires',
        'X-Amz-SignedHeaders',
        'X-Amz-Security-Token',
        'X-Amz-Signature',
      ])
      const found = new RegExp(`${name}=[^&]*`)
      const value = random.pick([`${name}=`, '', `${name}=x`, `${name.toLowerCase()}=x`])
      return { ...request, target: request.target.replace(found, value) }
    },
  },
  {
    about: 'an invalid signature',
    make(fixture, random) {
      const request = presigned(fixture, random)
      return {
        ...request,
        target: request.target.replace(/X-Amz-Signature=(.*)$/, (_, hex: string) =>
          `X-Amz-Signature=${Array.from(hex).toReversed().join('')}0`.slice(0, 16 + 64),
        ),
      }
    },
  },
  {
    about: 'the session token of another user',
    make(fixture, random) {
      const request = presigned(fixture, random)
      const other = encodeURIComponent(fixture.keys?.mallory.sessionToken ?? '')
      return {
        ...request,
        target: request.target.replace(/X-Amz-Security-Token=[^&]*/, `X-Amz-Security-Token=${other}`),
      }
    },
  },
  {
    about: 'an access key id and a secret key of different users',
    make: (fixture, random) =>
      presigned(fixture, random, { keys: { secretAccessKey: fixture.keys?.mallory.secretAccessKey ?? '' } }),
  },
]

export const presignedRequests: readonly AttackSuite[] = [
  {
    name: 'sigv4-presigned',
    modes: ['gateway'],
    weight: 3,
    async attack(fixture, random) {
      const { about, make } = random.pick(tamperings)
      const { method, target, host } = make(fixture, random)
      const body = method === 'PUT' ? 'by mallory' : ''
      const headers = [
        ['host', host],
        ['content-length', String(body.length)],
      ] as const
      const response = await sendRaw(adaKeys(fixture).endpoint, method, target, headers, body)
      return { what: `a presigned ${method} with ${about}`, seen: [seenOfStore(response)], mustFail: true }
    },
  },
]
