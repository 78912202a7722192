import { afterAll, beforeAll, expect, test } from 'vitest'
import { idempotencyKey, schema } from '../iceberg/tables.ts'
import { statement } from '../../src/store/sql.ts'
import type { Request } from './attempts.ts'
import { create, done, load, tables } from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { FaultFixture } from './fault-fixture.ts'

const countReports = statement('fault_reports', 'select count(*)::int as count from metrics_report')

let fixture: FaultFixture
beforeAll(async () => {
  fixture = await FaultFixture.open()
  await done(fixture.server, { method: 'POST', path: 'namespaces', body: { namespace: ['k'] } })
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Sends these requests to a server that pauses each one at its `step`, and then kills the server. */
async function killAt(
  held: readonly { readonly request: Request; readonly key: string; readonly step: string }[],
): Promise<void> {
  const responses = []
  for (const { request, key, step } of held) {
    const headers = { 'idempotency-key': key, 'x-request-id': key, 'x-test-stop': step }
    responses.push(fixture.server.send(request.method, request.path, request.body, headers))
    await fixture.server.reached(key)
  }
  await fixture.killAndRestart()
  expect(await Promise.all(responses)).toEqual(held.map(() => null))
}

test('after the server is killed during a refused request, a repetition returns the stored refusal, or is decided again when none was stored', async () => {
  const held = ['idempotency_keep:before', 'idempotency_keep:after', 'answer'].map((step, index) => ({
    step,
    key: idempotencyKey(),
    name: `refused_${index}`,
    request: { method: 'POST', path: tables, body: { name: `refused_${index}`, schema } },
  }))
  for (const { name } of held) await create(fixture.client, name)
  await killAt(held)
  for (const { step, key, name, request } of held) {
    await done(fixture.client, { method: 'DELETE', path: `${tables}/${name}` })
    const kept = step !== 'idempotency_keep:before'
    for (const time of ['first', 'second']) {
      const response = await fixture.client.send(request.method, request.path, request.body, {
        'idempotency-key': key,
      })
      expect(response?.status, `${step}, ${time} repetition`).toBe(kept ? 409 : 200)
    }
    expect((await load(fixture.client, name)) === null, step).toBe(kept)
  }
  await checkLeftovers(fixture.place)
}, 60_000)

test('a metrics report is stored completely if it was acknowledged, at whichever step its server is killed', async () => {
  const name = 'reported'
  await create(fixture.client, name)
  const body = {
    'report-type': 'commit-report',
    'table-name': name,
    'snapshot-id': 1,
    'sequence-number': 1,
    operation: 'append',
    metrics: {},
  }
  const request = { method: 'POST', path: `${tables}/${name}/metrics`, body }
  const reports = async (): Promise<unknown> => (await fixture.place.sql.run(countReports))[0]
  const steps = ['metrics_report_insert:before', 'metrics_report_insert:after', 'answer']
  await killAt(steps.map((step) => ({ request, key: idempotencyKey(), step })))
  expect(await reports()).toEqual({ count: 2 })
  await done(fixture.client, request)
  expect(await reports()).toEqual({ count: 3 })
}, 60_000)
