import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forgetFinishedJobs, insertJob } from '../store/jobs.ts'
import { statement } from '../store/sql.ts'
import { type TestStore, testStore } from '../../test/store/database.ts'
import { housekeepingSweep } from './housekeeping.ts'
import type { JobRun } from './job-run.ts'
import { Jobs, type JobHandler, type JobsOptions } from './jobs.ts'
import { jobsFor, until } from '../../test/jobs/jobs.ts'

let store: TestStore
beforeEach(async () => {
  store = await testStore()
})
afterEach(() => store[Symbol.asyncDispose]())

function start(handler: JobHandler, options: Partial<JobsOptions> = {}): Jobs {
  const { sql } = store
  const log = pino({ level: 'silent' })
  return Jobs.start({
    sql,
    log,
    handlers: new Map([['test', handler]]),
    sweeps: [],
    intervalMs: 40,
    ...options,
  })
}

async function enqueue(): Promise<string> {
  const subjectId = randomUUID()
  await insertJob(store.sql, {
    id: randomUUID(),
    kind: 'test',
    subjectId,
    payload: { exact: 9_007_199_254_740_993n },
  })
  return subjectId
}

const expireLeases = statement(
  'test_expire_leases',
  `update job set leased_until = now() - interval '1 second' where finished_at is null`,
)
const makeDue = statement('test_make_due', `update job set run_at = now() where finished_at is null`)

describe('Background jobs', () => {
  it('background jobs run once, regardless of the number of replicas, and each replica runs a limited number at the same time', async () => {
    const done: string[] = []
    let running = 0
    let most = 0
    const handler: JobHandler = async (run) => {
      running += 1
      most = Math.max(most, running)
      await sleep(5)
      done.push(run.subjectId ?? '')
      running -= 1
    }
    const subjects = await Promise.all(Array.from({ length: 30 }, enqueue))
    const replicas = [start(handler, { concurrency: 3 }), start(handler, { concurrency: 3 })]
    await until(() => done.length >= 30)
    await sleep(100)
    for (const replica of replicas) await replica[Symbol.asyncDispose]()
    expect(done.toSorted()).toEqual(subjects.toSorted())
    expect(most).toBeLessThanOrEqual(6)
  })

  it('background jobs exist only once for each object until they finish', async () => {
    const subjectId = randomUUID()
    const job = (): Promise<boolean> =>
      insertJob(store.sql, { id: randomUUID(), kind: 'test', subjectId, payload: {} })
    expect([await job(), await job()]).toEqual([true, false])
    await using _ = start(() => Promise.resolve())
    await until(async () => (await jobsFor(store.sql, subjectId))[0]?.finishedAt !== null)
    expect(await job()).toBe(true)
  })

  it('background jobs start immediately after the method wake is called', async () => {
    const { promise, resolve } = Promise.withResolvers<JobRun>()
    await using jobs = start((run) => Promise.resolve(resolve(run)), { intervalMs: 3_600_000 })
    await sleep(100)
    await enqueue()
    jobs.wake()
    expect((await promise).payload).toEqual({ exact: 9_007_199_254_740_993n })
  })

  it('background jobs start after the interval without a call of the method wake', async () => {
    const { promise, resolve } = Promise.withResolvers<string | null>()
    await using _ = start((run) => Promise.resolve(resolve(run.subjectId)))
    const subject = await enqueue()
    expect(await promise).toBe(subject)
  })

  it('background jobs continue on another worker from their saved progress when their worker dies', async () => {
    const subject = await enqueue()
    const stuck = Promise.withResolvers<void>()
    const lost = Promise.withResolvers<unknown>()
    const first = start(
      async (run) => {
        await run.save({ step: 2 })
        run.signal.addEventListener('abort', () => lost.resolve(run.signal.reason))
        await stuck.promise
        run.check()
      },
      // With more than one slot, this worker would claim the lost job again.
      { leaseMs: 60_000, concurrency: 1 },
    )
    await until(async () => (await jobsFor(store.sql, subject))[0]?.progress['step'] === 2)
    await store.sql.run(expireLeases)
    const taken = Promise.withResolvers<JobRun>()
    const second = start((run) => Promise.resolve(taken.resolve(run)))
    expect((await taken.promise).progress).toEqual({ step: 2 })
    await until(async () => (await jobsFor(store.sql, subject))[0]?.finishedAt !== null)
    stuck.resolve()
    await first[Symbol.asyncDispose]()
    await second[Symbol.asyncDispose]()
    const rows = await jobsFor(store.sql, subject)
    expect(rows).toHaveLength(1)
  })

  it('background jobs detect that they have lost their lease, and then cannot save progress', async () => {
    const subject = await enqueue()
    const outcome = Promise.withResolvers<unknown>()
    await using _ = start(
      async (run) => {
        await store.sql.run(
          statement('test_steal', `update job set leased_by = 'another worker' where finished_at is null`),
        )
        await run.save({ mine: true }).catch(outcome.resolve)
        run.check()
      },
      { leaseMs: 60_000 },
    )
    expect(String(await outcome.promise)).toContain('lease')
    expect((await jobsFor(store.sql, subject))[0]?.progress).toEqual({})
  })

  it('background jobs keep their lease as long as they run', async () => {
    const subject = await enqueue()
    const leasedUntil = async (): Promise<number> => (await jobsFor(store.sql, subject))[0]?.leasedUntil ?? 0
    let runs = 0
    // The lease is renewed after a third of its duration, so the worker may miss renewals for six seconds.
    const leaseMs = 9_000
    const handler: JobHandler = async ({ signal }) => {
      runs += 1
      const first = await leasedUntil()
      await until(async () => signal.aborted || (await leasedUntil()) > first)
    }
    const replicas = [start(handler, { leaseMs }), start(handler, { leaseMs })]
    await until(async () => (await jobsFor(store.sql, subject))[0]?.finishedAt !== null)
    for (const replica of replicas) await replica[Symbol.asyncDispose]()
    expect(runs).toBe(1)
  })

  it('background jobs run again after a failure with increasing delays, and their row contains the last error', async () => {
    const subject = await enqueue()
    /** Minimum and maximum delay between the failure of each attempt and the next attempt. */
    const delays: { readonly least: number; readonly most: number }[] = []
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const before = Date.now()
      const failed = Promise.withResolvers<void>()
      const jobs = start(() => Promise.reject(new Error('storage is unavailable')), {
        intervalMs: 3_600_000,
        observe: () => failed.resolve(),
      })
      await failed.promise
      // The worker stops here, so that it does not run the job again during this test.
      await jobs[Symbol.asyncDispose]()
      const [row] = await jobsFor(store.sql, subject)
      expect(row).toMatchObject({ attempts: attempt, leasedUntil: null, lastError: 'storage is unavailable' })
      const runAt = row?.runAt ?? 0
      delays.push({ least: runAt - Date.now(), most: runAt - before })
      await store.sql.run(makeDue)
    }
    expect(delays[0]?.most).toBeGreaterThanOrEqual(1_000)
    expect(delays[0]?.least).toBeLessThanOrEqual(2_000)
    expect(delays[3]?.most).toBeGreaterThanOrEqual(8_000)
    expect(delays[3]?.least).toBeLessThanOrEqual(16_000)
  })

  it('background jobs release their lease at once when the server stops', async () => {
    const subject = await enqueue()
    const started = Promise.withResolvers<void>()
    const jobs = start(async (run) => {
      started.resolve()
      await sleep(60_000, undefined, { signal: run.signal })
    })
    await started.promise
    await jobs[Symbol.asyncDispose]()
    expect((await jobsFor(store.sql, subject))[0]).toMatchObject({
      leasedUntil: null,
      attempts: 0,
      lastError: null,
      finishedAt: null,
    })
  })

  it('background jobs continue after a cleanup fails or the database is unavailable for a moment', async () => {
    let sweeps = 0
    const sweep = {
      name: 'broken',
      everyMs: 0,
      run: () => {
        sweeps += 1
        return Promise.reject(new Error('no'))
      },
    }
    const done = Promise.withResolvers<void>()
    await using _ = start(() => Promise.resolve(done.resolve()), { sweeps: [sweep] })
    await until(() => sweeps > 2)
    await enqueue()
    await done.promise
  })

  it('background jobs and other cleanups do not wait for a slow cleanup, and the slow cleanup is aborted when the server stops', async () => {
    const began: AbortSignal[] = []
    let others = 0
    const long = {
      name: 'long',
      everyMs: 0,
      takesLong: true,
      run: (signal: AbortSignal) => {
        began.push(signal)
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    }
    const other = { name: 'other', everyMs: 0, run: () => Promise.resolve(void (others += 1)) }
    const done = Promise.withResolvers<void>()
    {
      await using _ = start(() => Promise.resolve(done.resolve()), { sweeps: [long, other] })
      await until(() => others > 2)
      await enqueue()
      await done.promise
    }
    expect(began).toHaveLength(1)
    expect(began[0]?.aborted).toBe(true)
  })
})

describe('Housekeeping', () => {
  it('the cleanup job deletes idempotency outcomes, metrics reports, jobs, audit events and refusals after the retention of each kind, and no other data', async () => {
    const id = randomUUID()
    const fill = [
      `insert into idempotency (principal_id, key, operation, digest, status, expires_at)
       select gen_random_uuid(), gen_random_uuid(), 'x', '', 200, now() + make_interval(mins => case when i <= 2500 then -1 else 1 end) from generate_series(1, 2600) i`,
      `insert into metrics_report (relation_id, principal_id, kind, report, at)
       select gen_random_uuid(), gen_random_uuid(), 'scan', '{}', now() - make_interval(days => case when i <= 5 then 31 else 29 end) from generate_series(1, 8) i`,
      `insert into job (id, kind, payload, finished_at)
       select gen_random_uuid(), 'x', '{}', case when i <= 5 then now() - interval '8 days' when i <= 7 then now() end from generate_series(1, 9) i`,
      `insert into audit (request_id, principal, operation, outcome, at)
       select '', '', 'old', 'allowed', now() - make_interval(days => case when i <= 1500 then 91 else 89 end) from generate_series(1, 1510) i`,
      `insert into audit (request_id, principal, operation, outcome, refusal_key, at)
       select '', '', 'refused', 'denied', gen_random_uuid(), now() - make_interval(days => case when i <= 5 then 8 else 6 end) from generate_series(1, 8) i`,
    ]
    for (const [index, text] of fill.entries())
      await store.sql.run(statement(`test_fill_${index}_${id}`, text))
    const day = 86_400
    let keys = 0
    const sweep = (auditSeconds: number): Promise<void> =>
      housekeepingSweep({
        sql: store.sql,
        auditSeconds,
        refusalSeconds: 7 * day,
        dropRetiredKeys: () => Promise.resolve((keys += 1)),
        forgetEndedSessions: () => Promise.resolve(0),
      }).run(new AbortController().signal)
    const events = statement('test_events', `select count(*)::int from audit where operation = 'old'`)
    await sweep(0)
    expect(await store.sql.run(events)).toEqual([{ count: 1510 }])
    await sweep(90 * day)
    expect(await store.sql.run(events)).toEqual([{ count: 10 }])
    expect(keys).toBe(2)
    const refusals = statement('test_refusals', `select count(*)::int from audit where operation = 'refused'`)
    expect(await store.sql.run(refusals)).toEqual([{ count: 3 }])
    const counts = statement(
      'test_counts',
      'select (select count(*)::int from idempotency) as a, (select count(*)::int from metrics_report) as b, (select count(*)::int from job) as c',
    )
    expect(await store.sql.run(counts)).toEqual([{ a: 100, b: 3, c: 4 }])
    expect(await forgetFinishedJobs(store.sql, 0, 1)).toBe(1)
  })
})
