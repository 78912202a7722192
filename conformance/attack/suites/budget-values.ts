import { gzipSync } from 'node:zlib'
import { namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { sendRaw } from '../../refresh/s3-request.ts'
import { createBody } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence } from '../attack.ts'
import { wrongForm } from '../error-form.ts'
import { withHealthChecks } from '../health-watch.ts'
import type { Fixture } from '../fixture.ts'
import { operatorIn, withoutOperator as unavailable } from '../operator.ts'
import type { Random } from '../random.ts'
import { budget } from '../server-settings.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const MiB = 1024 * 1024

/** Request that exceeds one limit of the server, and that would succeed if the limit did not exist. */
interface OverBudget {
  readonly about: string
  readonly path: string
  readonly body: string
  readonly status: 400 | 413
  /** Path to load after the request, and a text that the response contains only if the request took effect. */
  readonly effect: { readonly path: string; readonly text: string }
}

const list = (element: string, count: number): string => Array.from({ length: count }, () => element).join()

/**
 * Returns a JSON member that makes a request body exceed one limit of the server: its size, its depth or its number of
 * values.
 */
function excess(random: Random): Pick<OverBudget, 'about' | 'status'> & { readonly member: string } {
  const values = budget.values + 1 + random.int(5_000)
  const levels = budget.depth + random.int(1_000)
  return random.pick([
    { about: `${values} numbers`, status: 413, member: `"x":[${list('1', values)}]` },
    { about: `${values} empty lists`, status: 413, member: `"x":[${list('[]', values)}]` },
    { about: `${values} texts`, status: 413, member: `"x":[${list('"a"', values)}]` },
    {
      about: `${values} members`,
      status: 413,
      member: `"x":{${Array.from({ length: values }, (_, i) => `"k${i}":null`).join()}}`,
    },
    { about: `${levels} levels`, status: 400, member: `"x":${'['.repeat(levels)}${']'.repeat(levels)}` },
    {
      about: `${levels} levels of objects`,
      status: 400,
      member: `"x":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
    },
    { about: 'a long text', status: 413, member: `"x":"${'a'.repeat(budget.bytes)}"` },
    { about: 'spaces', status: 413, member: `"x":${' '.repeat(budget.bytes)}1` },
  ])
}

function withMember(body: object, member: string): string {
  return `{${member},${JSON.stringify(body).slice(1)}`
}

/** Returns a request that Mallory has the right to send, and that exceeds one limit of the server. */
function overBudget(fixture: Fixture, random: Random): OverBudget {
  const { as, namespace, own } = fixture
  const { mallory } = as
  const name = `ob${fixture.count()}`
  const { about, status, member } = excess(random)
  const table = tablePath(mallory, namespace, own.name)
  const set = { requirements: [], updates: [{ action: 'set-properties', updates: { [name]: 'set' } }] }
  const identifier = { namespace, name: own.name }
  const large = { namespace: [name], properties: { pad: 'x'.repeat(MiB) } }
  return random.pick<OverBudget>([
    {
      about: `a table with ${about}`,
      path: `${namespacePath(mallory, namespace)}/tables`,
      body: withMember(createBody(name), member),
      status,
      effect: { path: tablePath(mallory, namespace, name), text: name },
    },
    {
      about: `a commit with ${about}`,
      path: table,
      body: withMember(set, member),
      status,
      effect: { path: table, text: name },
    },
    {
      about: `a transaction with ${about}`,
      path: `${mallory.root}transactions/commit`,
      body: withMember({ 'table-changes': [{ identifier, ...set }] }, member),
      status,
      effect: { path: table, text: name },
    },
    {
      about: 'a namespace of more than a megabyte',
      path: `${mallory.root}namespaces`,
      body: JSON.stringify(large),
      status: 413,
      effect: { path: namespacePath(mallory, [name]), text: name },
    },
  ])
}

async function exceed(fixture: Fixture, random: Random): Promise<Evidence> {
  const { origin, people } = operatorIn(fixture)
  const { mallory } = fixture.as
  const { about, path, body, status, effect } = overBudget(fixture, random)
  const isCompressed = random.chance(0.4)
  const bytes = isCompressed ? gzipSync(body) : Buffer.from(body)
  const headers = Object.entries({
    host: new URL(origin).host,
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    ...people.mallory,
  })
  const { result, held } = await withHealthChecks(origin, () =>
    sendRaw(origin, 'POST', `/${path}`, headers, bytes),
  )
  const form = wrongForm('iceberg', result)
  const after = await mallory.send('GET', effect.path)
  const found = [
    ...(result.status === status ? [] : [`status ${result.status} instead of ${status}`]),
    ...(form === undefined ? [] : [form]),
    ...(held === undefined ? [] : [held]),
    ...(after.status === 200 && after.text.includes(effect.text) ? ['the request had an effect'] : []),
  ]
  return {
    what: `${about}, ${bytes.length} bytes${isCompressed ? ' compressed' : ''}`,
    seen: [{ status: result.status, text: result.text }],
    mustFail: true,
    escape: found.join('; ') || undefined,
  }
}

export const budgetValues: readonly AttackSuite[] = [
  { name: 'budget-json', modes, makesTables: true, unavailable, attack: exceed },
]
