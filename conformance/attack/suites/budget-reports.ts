import { randomUUID } from 'node:crypto'
import { asCaller, type Catalog, tablePath } from '../../refresh/catalog-client.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { toSeen } from '../catalog-seen.ts'
import { wrongForm } from '../error-form.ts'
import { withHealthChecks } from '../health-watch.ts'
import type { Fixture } from '../fixture.ts'
import { type Operator, operatorIn, withoutOperator as unavailable } from '../operator.ts'
import type { Random } from '../random.ts'
import { reportQuota } from '../server-settings.ts'
import { adaPlaces } from '../set-up.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
/** Number of metrics reports that a case sends at the same time. */
const together = 10

const report = {
  'report-type': 'scan-report',
  'table-name': 'n.t',
  'snapshot-id': 1,
  'schema-id': 0,
  filter: true,
  'projected-field-ids': [1],
  'projected-field-names': ['id'],
  metrics: {},
}

const count = `select count(*)::int as kept from metrics_report m join principal p on p.id = m.principal_id where p.name = $1`

async function countKept({ database }: Operator, principal: string): Promise<number> {
  const [row] = await database.query<{ readonly kept: number }>(count, [principal])
  return row?.kept ?? 0
}

/**
 * Names of tables of the victim. They suffice to reach the quota of a principal, although the server keeps only the
 * newest 200 reports of each table.
 */
const tables = adaPlaces.map((_, i) => `a-${i}`)

/** Creates a principal that may read the given tables of the victim. */
async function newReader(fixture: Fixture, name: string, of: readonly string[]): Promise<Catalog> {
  const { as, bucket, namespace } = fixture
  const operator = operatorIn(fixture)
  const catalog = asCaller(as.ada, await operator.principal(name))
  for (const relation of of) {
    const on = { warehouse: bucket, namespace, relation }
    const body = { privilege: 'select', on, to: { principal: name } }
    const granted = await operator.manage('POST', 'grants', { body })
    if (granted.status >= 300)
      throw new Error(`granting a privilege on ${relation} failed: ${granted.status} ${granted.text}`)
  }
  return catalog
}

async function send(
  { namespace }: Fixture,
  catalog: Catalog,
  of: readonly string[],
  total: number,
): Promise<Seen[]> {
  const seen: Seen[] = []
  for (let i = 0; i < total; i += together) {
    const sent = Array.from({ length: Math.min(together, total - i) }, (_, j) =>
      catalog.send('POST', `${tablePath(catalog, namespace, of[(i + j) % of.length] ?? '')}/metrics`, {
        body: report,
      }),
    )
    seen.push(...(await Promise.all(sent)).map(toSeen))
  }
  return seen
}

/**
 * Sends more metrics reports of one reader than the server keeps. The server must respond with success to all, because
 * clients repeat refused requests.
 */
async function flood(fixture: Fixture, random: Random): Promise<Evidence> {
  const operator = operatorIn(fixture)
  const name = `reporter-${randomUUID()}`
  const isOne = random.chance(0.5)
  const of = isOne ? [random.pick(tables)] : tables
  const [total, most, limit] = isOne
    ? [230 + random.int(50), 200, 'a table']
    : [reportQuota + 20 + random.int(100), reportQuota, 'a principal']
  const catalog = await newReader(fixture, name, of)
  const { result, held } = await withHealthChecks(operator.origin, () => send(fixture, catalog, of, total))
  const kept = await countKept(operator, name)
  // Transactions that insert reports at the same time do not see each other's reports, so they may slightly
  // exceed the limit of a table.
  const found = [
    ...(kept > most + (isOne ? together : 0)
      ? [`the server kept ${kept} reports of ${limit}: the limit is ${most}`]
      : []),
    ...(held === undefined ? [] : [held]),
    ...(result.every(({ status }) => status === 204) ? [] : ['a report of a reader was refused']),
  ]
  return {
    what: `${total} metrics reports were sent for ${of.length} tables`,
    seen: result.slice(-1),
    escape: found.join('; ') || undefined,
  }
}

/** Sends metrics reports of a caller without grants. The server must refuse each of them and keep none. */
async function intrude(fixture: Fixture, random: Random): Promise<Evidence> {
  const operator = operatorIn(fixture)
  const catalog = asCaller(fixture.as.ada, operator.people.stranger)
  const of = [random.pick([...tables, fixture.own.name, 'none'])]
  const seen = await send(fixture, catalog, of, 1 + random.int(together))
  const kept = await countKept(operator, 'stranger')
  const found = [...new Set(seen.flatMap((each) => wrongForm('iceberg', each) ?? []))]
  if (kept > 0) found.push(`the server kept ${kept} reports of a stranger`)
  return {
    what: `reports of a stranger about ${of.join()}`,
    seen,
    mustFail: true,
    escape: found.join('; ') || undefined,
  }
}

/** Sends metrics reports within the quota. The server must keep all of them. */
async function within(fixture: Fixture, random: Random): Promise<Evidence> {
  const name = `reporter-${randomUUID()}`
  const of = [random.pick(tables)]
  const total = 1 + random.int(30)
  const seen = await send(fixture, await newReader(fixture, name, of), of, total)
  const kept = await countKept(operatorIn(fixture), name)
  return {
    what: `${total} reports of a reader`,
    seen:
      kept === total
        ? seen
        : [...seen, { status: 404, text: `the server kept only ${kept} of ${total} reports` }],
  }
}

export const budgetReports: readonly AttackSuite[] = [
  { name: 'budget-reports', modes, weight: 0.05, unavailable, attack: flood },
  { name: 'budget-reports-stranger', modes, weight: 0.5, unavailable, attack: intrude },
  { name: 'reports-legitimate', modes, weight: 0.1, legitimate: true, unavailable, attack: within },
]
