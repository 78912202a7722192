import type { Random } from '../../attack/random.ts'
import { plan, type Body } from '../requests.ts'
import type { Outcome, Suite } from '../suite.ts'

const leaf = (random: Random): unknown =>
  random.pick([
    { type: 'eq', term: 'id', value: random.int(1_000) },
    { type: 'starts-with', term: 'secret', value: 'x'.repeat(random.int(100)) },
    { type: 'is-null', term: 'region' },
    { type: 'in', term: 'region', values: ['eu', 'us'] },
  ])

/** Returns a filter that is nested `depth` times. */
function nested(random: Random, depth: number): unknown {
  let filter = leaf(random)
  for (let level = 0; level < depth; level += 1)
    filter = random.pick([
      { type: 'not', child: filter },
      { type: 'and', left: filter, right: leaf(random) },
      { type: 'or', left: leaf(random), right: filter },
    ])
  return filter
}

/** Returns a tree of `and` and `or`, whose normal forms are exponentially large. */
function wide(random: Random, depth: number): unknown {
  if (depth === 0) return leaf(random)
  const type = depth % 2 === 0 ? 'and' : 'or'
  return { type, left: wide(random, depth - 1), right: wide(random, depth - 1) }
}

function big(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function body(random: Random): Body {
  return random.pick<() => Body>([
    () => ({ filter: nested(random, random.pick([50, 90, 200, 3_000])) }),
    () => ({ filter: { type: 'not', child: wide(random, random.pick([6, 8, 10])) } }),
    () => ({ filter: { type: 'in', term: 'id', values: big(random.pick([500, 3_000, 50_000])) } }),
    () => ({ filter: { type: 'not-in', term: 'secret', values: big(1_000).map(String) } }),
    () => ({ filter: { type: 'eq', term: 'secret', value: 'é'.repeat(random.pick([4_000, 200_000])) } }),
    () => ({ filter: { type: 'eq', term: 'id', value: random.pick([1e308, -1, '1e999999', {}, [], null]) } }),
    () => ({
      filter: {
        type: 'eq',
        term: { type: 'transform', transform: 'bucket[2147483647]', term: 'id' },
        value: 1,
      },
    }),
    () => ({
      filter: {
        type: 'eq',
        term: { type: 'transform', transform: `truncate[${'9'.repeat(300)}]`, term: 'secret' },
        value: 'a',
      },
    }),
    () => ({ filter: { type: 'lt', term: 'x'.repeat(10_000), value: 1 } }),
    () => ({ filter: { type: '__proto__', term: 'constructor' } }),
    () => ({ 'stats-fields': Array.from({ length: random.pick([100, 5_000]) }, () => 'secret') }),
    () => ({ select: big(10_000), filter: true }),
    () => ({ 'snapshot-id': random.pick([1e30, -1, '11', null]) }),
    () => ({ 'start-snapshot-id': 12, 'end-snapshot-id': 11 }),
  ])()
}

/** Maximum time of an answer in ms, on a machine whose processors other work may use. */
export const maxAnswerMs = 5_000

export const exploding: Suite = {
  name: 'exploding',
  about: 'filters and requests that are large, deep, or expensive to evaluate',
  weight: 3,
  open({ as, namespace }) {
    return Promise.resolve(async (random): Promise<Outcome> => {
      const who = random.pick(['reader', 'mallory'] as const)
      const table = random.pick(['orders', 'large'])
      const began = performance.now()
      const response = await plan(as[who], namespace, who === 'mallory' ? 'orders' : table, body(random))
      const took = performance.now() - began
      // The run searches the texts for canaries (secret texts in the table). The reader may see them, so only the text
      // of a response to Mallory is included.
      const seen = who === 'mallory' ? response : { status: response.status, text: '' }
      const slow = took > maxAnswerMs ? [{ status: 500, text: `the answer took ${Math.round(took)} ms` }] : []
      return { what: `a large request of the ${who}`, seen: [seen, ...slow] }
    })
  },
}
