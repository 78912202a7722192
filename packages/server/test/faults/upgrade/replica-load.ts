import { expect } from 'vitest'
import { schema } from '../../iceberg/tables.ts'
import { appender, mover } from '../writers.ts'
import { clientWith, requestToken, toPath } from './client.ts'
import { pages, Repeated, repeatedCommit, rights, sessions, storageAccess } from './crossings.ts'
import type { UpgradeFixture } from './fixture.ts'
import { requireSuccess } from './make-content.ts'
import type { Replicas, RotatingClient } from './replicas.ts'

/** Clients that work at all replicas of a data set until they are stopped. */
export interface ReplicaLoad {
  /** Resolves when each client has completed several requests from now on. Throws when one has failed. */
  everyClientWorks(): Promise<void>
  stop(): Promise<void>
  /** Compares the state of the servers with the changes that they acknowledged. */
  check(): Promise<void>
}

export async function connect(
  replicas: Replicas,
  { secrets }: UpgradeFixture,
  id: string,
): Promise<RotatingClient> {
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secrets[id] ?? '' }
  return replicas.client(await requestToken(replicas.client('').nextUrl(), { ...form, scope: 'catalog' }))
}

export async function startLoad(replicas: Replicas, fixture: UpgradeFixture): Promise<ReplicaLoad> {
  const [alice, mallory] = [
    await connect(replicas, fixture, 'alice'),
    await connect(replicas, fixture, 'mallory'),
  ]
  const must = requireSuccess(clientWith(alice.nextUrl(), alice.token))
  await must('POST', '/v1/lakehouse/namespaces', { namespace: ['w'] })
  for (const name of ['a', 'b', 'c1', 'c2', 'd', 'e'])
    await must('POST', toPath('lakehouse', ['w'], 'tables'), { name, schema })

  const sales = toPath('lakehouse', ['sales'], 'tables')
  const names = Object.keys(fixture.loads)
    .filter((path) => path.startsWith(`${sales}/`))
    .map((path) => decodeURIComponent(path.slice(sales.length + 1)))
  const client = (): RotatingClient => replicas.client(alice.token)
  const crossings = [
    new Repeated(storageAccess(client(), 'd')),
    new Repeated(sessions(client(), fixture.secrets, `${sales}/small`)),
    // Commits start again when the policy has changed meanwhile, and fail when it changes all the time.
    new Repeated(rights(client(), mallory, 'e'), 250),
    new Repeated(pages(client(), sales, names)),
    new Repeated(repeatedCommit(client(), 'd')),
  ]
  const writers = [
    appender(client(), ['a'], true),
    appender(client(), ['b'], false),
    appender(client(), ['c1', 'c2'], true),
    mover(client(), 'm'),
  ]

  let over = false
  const work = Promise.all([...crossings, ...writers].map((each) => each.work(() => over)))
  // The next step of the test awaits this promise and reports the error of a failed client. Until then, the error must
  // not be an unhandled rejection.
  work.catch(() => undefined)
  const count = (): number[] => [
    ...crossings.map(({ rounds }) => rounds),
    ...writers.map(({ acknowledged }) => acknowledged),
  ]
  return {
    async everyClientWorks() {
      const before = count()
      const advanced = (): boolean => count().every((now, at) => now >= (before[at] ?? 0) + 3)
      await Promise.race([work, expect.poll(advanced).toBe(true)])
    },
    async stop() {
      over = true
      await work
    },
    async check() {
      expect(replicas.failures).toEqual([])
      expect(writers.flatMap(({ complaints }) => complaints)).toEqual([])
      for (const writer of writers) await writer.check()
    },
  }
}
