import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '@headgate/json'
import { expect } from 'vitest'
import { idempotencyKey } from '../iceberg/test-tables.ts'
import { statement } from '../store/sql.ts'
import { checkLeftovers } from './check-leftovers.ts'
import type { Client, FaultLake } from './fault-lake.ts'
import type { Answered } from './send.ts'
import type { ServerProcess } from './server-process.ts'

const busyMs = 20_000
const eventsOf = statement('fault_events', `select from audit where request_id = $1 and outcome = 'allowed'`)

export interface Request {
  readonly method: string
  readonly path: string
  readonly body?: Json
}

/** A change that is about to be made, and how to see what became of it. */
export interface Change {
  readonly request: Request
  /** True: it is there, whole, and once. False: nothing of it is there. Throws for everything between. */
  look(): Promise<boolean>
  /** What a repetition may be answered, beside 200 and 204: where no key says that it is one, what is there is there. */
  readonly repeated?: readonly number[]
  /** Goes on from there as if nothing had happened. */
  goOn(): Promise<void>
}

/** Makes what a change needs, under names that nobody else uses. */
export type Prepare = (client: Client, name: string) => Promise<Change>

/** Where the server is killed, and whether the change outlives that. */
export interface Attempt {
  readonly step: string
  readonly survives: boolean
  readonly prepare: Prepare
}

interface Held {
  readonly label: string
  readonly id: string
  readonly attempt: Attempt
  readonly change: Change
  readonly headers: Readonly<Record<string, string>>
  readonly answer: Promise<Answered | null>
}

/** Attempts for each step of one kind of change: the ones after which nothing, and those after which all is there. */
export function steps(prepare: Prepare, at: { readonly lost: string[]; readonly kept: string[] }): Attempt[] {
  return [
    ...at.lost.map((step) => ({ step, survives: false, prepare })),
    ...at.kept.map((step) => ({ step, survives: true, prepare })),
  ]
}

/** Sends each change to a server and waits until it stands at its step; `client` is for everything else. */
export async function hold(
  server: ServerProcess,
  client: Client,
  name: string,
  attempts: readonly Attempt[],
): Promise<Held[]> {
  const held: Held[] = []
  for (const [index, attempt] of attempts.entries()) {
    const id = `${name}-${index}`
    const change = await attempt.prepare(client, id.replaceAll('-', '_'))
    expect(await change.look(), `${attempt.step}: not there before`).toBe(false)
    const headers = { 'idempotency-key': idempotencyKey(), 'x-request-id': id, 'x-test-stop': attempt.step }
    const answer = server.send(change.request.method, change.request.path, change.request.body, headers)
    await server.reached(id)
    held.push({ label: `${name} at ${attempt.step}`, id, attempt, change, headers, answer })
  }
  return held
}

/** The same client, which sends what was answered 503 again: a busy machine may take longer than a short time limit. */
export function patient(client: Client): Client {
  return {
    send: (method, path, body, headers) =>
      sendUntilServed(client, { method, path, ...(body === undefined ? {} : { body }) }, headers ?? {}),
  }
}

/** Sends a change again, as a client does that got no answer: it must be there once, and the world goes on. */
export async function repeat(client: Client, { change, headers, label }: Held): Promise<void> {
  const again = { 'idempotency-key': String(headers['idempotency-key']) }
  for (const time of ['first', 'second']) {
    const answer = await sendUntilServed(client, change.request, again)
    expect(answer?.status, `${label}: ${time} repetition ${JSON.stringify(answer?.json)}`).toBeOneOf([
      200,
      204,
      ...(change.repeated ?? []),
    ])
    expect(await change.look(), `${label}: after the ${time} repetition`).toBe(true)
  }
  await change.goOn()
}

/** 503 says that nothing happened: clients send it again, and so does this, for as long as a busy machine may need. */
async function sendUntilServed(
  client: Client,
  { method, path, body }: Request,
  headers: Readonly<Record<string, string>>,
): Promise<Answered | null> {
  for (const end = Date.now() + busyMs; ; await sleep(100)) {
    const answer = await client.send(method, path, body, headers)
    if (answer?.status !== 503 || Date.now() > end) return answer
  }
}

/** Kills one server at all of these steps at once and checks on the next one what is left. */
export async function killAt(lake: FaultLake, name: string, attempts: readonly Attempt[]): Promise<void> {
  const held = await hold(lake.server, lake.client, name, attempts)
  await lake.killAndRestart()
  await Promise.all(
    held.map(async (one) => {
      // The clean-up after a commit is not waited for; every other step comes before the answer.
      const cleaning = one.attempt.step.startsWith('delete:')
      expect((await one.answer)?.status, `${one.label}: acknowledged`).toBe(cleaning ? 200 : undefined)
      expect(await one.change.look(), `${one.label}: is there`).toBe(one.attempt.survives)
      const events = await lake.place.sql.run(eventsOf, [one.id])
      expect(events.length > 0, `${one.label}: has its audit event`).toBe(one.attempt.survives)
      await repeat(lake.client, one)
    }),
  )
}

/**
 * Divides the steps over as few lives of the server as they need, and kills it at the end of each.
 *
 * @param holding steps at which a request holds a lock that others need: one of them in each life
 */
export async function killAtEach(
  lake: FaultLake,
  name: string,
  attempts: readonly Attempt[],
  holding: RegExp,
): Promise<void> {
  const free = attempts.filter(({ step }) => !holding.test(step))
  const alone = attempts.filter(({ step }) => holding.test(step))
  for (let life = 0; life < Math.max(1, alone.length); life += 1) {
    const own = alone.slice(life, life + 1)
    await killAt(lake, `${name}-${life}`, life === 0 ? [...free, ...own] : own)
  }
  await checkLeftovers(lake.place)
}
