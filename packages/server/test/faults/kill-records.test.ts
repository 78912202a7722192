import { afterAll, beforeAll, expect, test } from 'vitest'
import { idempotencyKey, schema } from '../iceberg/tables.ts'
import { statement } from '../../src/store/sql.ts'
import type { Request } from './attempts.ts'
import { create, done, load, tables } from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { FaultLake } from './fault-lake.ts'

const countReports = statement('fault_reports', 'select count(*)::int as count from metrics_report')

let lake: FaultLake
beforeAll(async () => {
  lake = await FaultLake.open()
  await done(lake.server, { method: 'POST', path: 'namespaces', body: { namespace: ['k'] } })
})
afterAll(() => lake[Symbol.asyncDispose]())

/** Kills the server when these requests have reached their steps. */
async function killAt(
  held: readonly { readonly request: Request; readonly key: string; readonly step: string }[],
): Promise<void> {
  const answers = []
  for (const { request, key, step } of held) {
    const headers = { 'idempotency-key': key, 'x-request-id': key, 'x-test-stop': step }
    answers.push(lake.server.send(request.method, request.path, request.body, headers))
    await lake.server.reached(key)
  }
  await lake.killAndRestart()
  expect(await Promise.all(answers)).toEqual(held.map(() => null))
}

test('a refusal whose server is killed is repeated if it was stored, and decided again otherwise', async () => {
  const held = ['idempotency_keep:before', 'idempotency_keep:after', 'answer'].map((step, index) => ({
    step,
    key: idempotencyKey(),
    name: `refused_${index}`,
    request: { method: 'POST', path: tables, body: { name: `refused_${index}`, schema } },
  }))
  for (const { name } of held) await create(lake.client, name)
  await killAt(held)
  for (const { step, key, name, request } of held) {
    await done(lake.client, { method: 'DELETE', path: `${tables}/${name}` })
    const kept = step !== 'idempotency_keep:before'
    for (const time of ['first', 'second']) {
      const answer = await lake.client.send(request.method, request.path, request.body, {
        'idempotency-key': key,
      })
      expect(answer?.status, `${step}, ${time} repetition`).toBe(kept ? 409 : 200)
    }
    expect((await load(lake.client, name)) === null, step).toBe(kept)
  }
  await checkLeftovers(lake.place)
}, 60_000)

test('a metrics report is stored completely if it was acknowledged, at whichever step its server is killed', async () => {
  const name = 'reported'
  await create(lake.client, name)
  const body = {
    'report-type': 'commit-report',
    'table-name': name,
    'snapshot-id': 1,
    'sequence-number': 1,
    operation: 'append',
    metrics: {},
  }
  const request = { method: 'POST', path: `${tables}/${name}/metrics`, body }
  const reports = async (): Promise<unknown> => (await lake.place.sql.run(countReports))[0]
  const steps = ['metrics_report_insert:before', 'metrics_report_insert:after', 'answer']
  await killAt(steps.map((step) => ({ request, key: idempotencyKey(), step })))
  expect(await reports()).toEqual({ count: 2 })
  await done(lake.client, request)
  expect(await reports()).toEqual({ count: 3 })
}, 60_000)
