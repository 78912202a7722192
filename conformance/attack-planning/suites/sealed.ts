import { randomBytes, randomUUID } from 'node:crypto'
import type { Random } from '../../attack/random.ts'
import { readMember } from '../../refresh/catalog-client.ts'
import { credentialsIn } from '../../refresh/credential.ts'
import { tablePath } from '../../refresh/catalog-client.ts'
import { delegation } from '../../refresh/table-requests.ts'
import { type Fixture, commitFiles, createTable } from '../fixture.ts'
import { credentials, fetchTasks, plan, planIdOf } from '../requests.ts'
import type { Outcome, Suite } from '../suite.ts'

/** Returns a sealed text with one change that makes it another text. */
function changed(text: string, random: Random, other: string): string {
  const at = random.int(text.length)
  const bit = (): string => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // Changes the first letter of a group of four base64 letters: decoders use all bits of this letter, but can ignore
    // some bits of the last letter of the text.
    const place = Math.max(text.indexOf('.') + 5, at - (at % 4))
    const now = text[place] ?? 'A'
    const letter = now === 'A' ? 'B' : 'A'
    return text.slice(0, place) + (letters.includes(now) ? letter : now) + text.slice(place + 1)
  }
  return random.pick([
    bit,
    bit,
    () => text.slice(0, at),
    () => text.slice(0, at) + other.slice(at + 1),
    () => `${text.slice(0, text.indexOf('.'))}.${other.slice(other.indexOf('.') + 1, -8)}AAAAAAAA`,
    () => randomBytes(1 + random.int(900)).toString('base64url'),
    () => randomUUID(),
    () => `${text.split('.')[0]}.${randomBytes(200).toString('base64url')}`,
    () => '.'.repeat(1 + random.int(2_000)),
    () => '',
  ])()
}

async function largeTable({ as, namespace }: Fixture): Promise<void> {
  const table = await createTable(as.ada, namespace, 'large')
  const files = Array.from({ length: 2_500 }, (_, index) => ({
    path: `${table.location}/data/us-${index}.parquet`,
    region: index % 2 === 0 ? 'us' : 'eu',
    size: 10,
    bounds: ['a', 'b'] as const,
  }))
  await commitFiles(as.ada, namespace, 'large', table, 21, files)
}

export const sealed: Suite = {
  name: 'sealed',
  about: 'plan ids and plan tasks that are forged, changed, truncated, or used as another kind of token',
  weight: 4,
  async open(fixture) {
    const { as, namespace } = fixture
    await largeTable(fixture)
    const whole = await plan(as.reader, namespace, 'large')
    const tasks = readMember(whole.json, 'plan-tasks') as readonly string[]
    const other = await plan(as.reader, namespace, 'orders', { filter: false })
    const load = await as.reader.send('GET', tablePath(as.reader, namespace, 'orders'), {
      headers: delegation,
    })
    const refresh = credentialsIn(load)[0]?.token ?? ''
    const [task = ''] = tasks
    const planId = planIdOf(whole)
    return async (random): Promise<Outcome> => {
      const send = random.pick([
        async () => ({
          what: 'a changed plan id',
          seen: [
            await credentials(as.reader, namespace, 'large', {
              planId: changed(planId, random, planIdOf(other)),
            }),
          ],
        }),
        async () => ({
          what: 'a changed plan task',
          seen: [await fetchTasks(as.reader, namespace, 'large', changed(task, random, planId))],
        }),
        async () => {
          const [kind, text] = random.pick([
            ['planId', refresh],
            ['planId', task],
            ['storageRefreshToken', planId],
            ['storageRefreshToken', task],
          ] as const)
          return {
            what: `another kind of token as ${kind}`,
            seen: [
              await credentials(as.reader, namespace, random.pick(['large', 'orders']), { [kind]: text }),
            ],
          }
        },
        async () => ({
          what: 'another kind of token as a plan task',
          seen: [
            await fetchTasks(
              as.reader,
              namespace,
              'large',
              random.pick([planId, refresh, { task }, null, 1]),
            ),
          ],
        }),
        async () => ({
          what: 'planId with storageRefreshToken',
          seen: [await credentials(as.reader, namespace, 'large', { planId, storageRefreshToken: refresh })],
        }),
      ])
      return { ...(await send()), mustFail: true }
    }
  },
}

export const swapped: Suite = {
  name: 'swapped',
  about: 'valid plan ids and plan tasks of other callers, for other tables and in other warehouses',
  weight: 2,
  async open({ as, namespace, hers }) {
    const large = await plan(as.reader, namespace, 'large')
    const orders = await plan(as.reader, namespace, 'orders')
    const [task = ''] = readMember(large.json, 'plan-tasks') as readonly string[]
    const own = await createTable(as.mallory, hers, 'own')
    await commitFiles(as.mallory, hers, 'own', own, 31, [])
    return async (random): Promise<Outcome> => {
      const thief = random.pick(['mallory', 'stranger'] as const)
      const [space, table] = random.pick([
        [namespace, 'large'],
        [namespace, 'orders'],
        [namespace, 'mixed'],
        [hers, 'own'],
        [namespace, 'missing'],
      ] as const)
      const send = random.pick([
        () => fetchTasks(as[thief], space, table, task),
        () => credentials(as[thief], space, table, { planId: planIdOf(random.pick([large, orders])) }),
        () => fetchTasks(as.reader, namespace, random.pick(['orders', 'mixed']), task),
        () => credentials(as.reader, namespace, 'mixed', { planId: planIdOf(random.pick([large, orders])) }),
      ])
      return {
        what: `a plan of the reader, by ${thief} or for another table`,
        seen: [await send()],
        mustFail: true,
      }
    }
  },
}
