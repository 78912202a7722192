import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '@headgate/json'
import { expect } from 'vitest'
import { idempotencyKey } from '../iceberg/tables.ts'
import { statement } from '../../src/store/sql.ts'
import { checkLeftovers } from './check-leftovers.ts'
import type { Client, FaultFixture } from './fault-fixture.ts'
import type { TimedResponse } from './send.ts'
import type { ServerProcess } from './server-process.ts'

const busyMs = 20_000
const eventsByRequest = statement(
  'fault_events',
  `select from audit where request_id = $1 and outcome = 'allowed'`,
)

export interface Request {
  readonly method: string
  readonly path: string
  readonly body?: Json
}

/** A request that changes the state of the server, and functions that check the effect. */
export interface Change {
  readonly request: Request
  /**
   * Returns true if the change is complete and was made exactly once, false if it had no effect. Throws for all other
   * states.
   */
  look(): Promise<boolean>
  /**
   * Statuses of a repeated request that are correct in addition to 200 and 204: without an idempotency key,
   * the repeated request may find the object that the first request created.
   */
  readonly repeated?: readonly number[]
  /** Makes further changes to the same object. They must succeed. */
  goOn(): Promise<void>
}

/** Creates the objects that a change needs, under unique names. */
export type Prepare = (client: Client, name: string) => Promise<Change>

/** Step at which the server is killed, and whether the change survives. */
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
  readonly response: Promise<TimedResponse | null>
}

/**
 * Returns an attempt for each step of one kind of change: steps before which the change is lost, and steps after which
 * it is kept.
 */
export function steps(prepare: Prepare, at: { readonly lost: string[]; readonly kept: string[] }): Attempt[] {
  return [
    ...at.lost.map((step) => ({ step, survives: false, prepare })),
    ...at.kept.map((step) => ({ step, survives: true, prepare })),
  ]
}

/**
 * Sends the request of each attempt to a server, which pauses the request at the step of the attempt. Waits until each
 * request is paused. `client` sends all other requests.
 */
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
    expect(await change.look(), `${attempt.step}: has no effect before the request`).toBe(false)
    const headers = { 'idempotency-key': idempotencyKey(), 'x-request-id': id, 'x-test-stop': attempt.step }
    const response = server.send(change.request.method, change.request.path, change.request.body, headers)
    await server.reached(id)
    held.push({ label: `${name} at ${attempt.step}`, id, attempt, change, headers, response })
  }
  return held
}

/**
 * Wraps a client so that it repeats requests that get 503, because a busy machine may exceed a short time
 * limit.
 */
export function patient(client: Client): Client {
  return {
    send: (method, path, body, headers) =>
      sendUntilServed(client, { method, path, ...(body === undefined ? {} : { body }) }, headers ?? {}),
  }
}

/**
 * Repeats a change like a client that received no response. The change must have taken effect exactly once,
 * and further changes must succeed.
 */
export async function repeat(client: Client, { change, headers, label }: Held): Promise<void> {
  const again = { 'idempotency-key': String(headers['idempotency-key']) }
  for (const time of ['first', 'second']) {
    const response = await sendUntilServed(client, change.request, again)
    expect(response?.status, `${label}: ${time} repetition ${JSON.stringify(response?.json)}`).toBeOneOf([
      200,
      204,
      ...(change.repeated ?? []),
    ])
    expect(await change.look(), `${label}: after the ${time} repetition`).toBe(true)
  }
  await change.goOn()
}

/**
 * Repeats a request that gets 503, which means that it had no effect, for as long as a busy machine may need.
 */
async function sendUntilServed(
  client: Client,
  { method, path, body }: Request,
  headers: Readonly<Record<string, string>>,
): Promise<TimedResponse | null> {
  for (const end = Date.now() + busyMs; ; await sleep(100)) {
    const response = await client.send(method, path, body, headers)
    if (response?.status !== 503 || Date.now() > end) return response
  }
}

/**
 * Sends all attempts to one server, kills the server when each request is paused at the step of its attempt, and checks
 * the state through the next server.
 */
export async function killAt(
  fixture: FaultFixture,
  name: string,
  attempts: readonly Attempt[],
): Promise<void> {
  const held = await hold(fixture.server, fixture.client, name, attempts)
  await fixture.killAndRestart()
  await Promise.all(
    held.map(async (one) => {
      // The response does not wait for the clean-up after a commit. All other steps precede the response.
      const cleaning = one.attempt.step.startsWith('delete:')
      expect((await one.response)?.status, `${one.label}: acknowledged`).toBe(cleaning ? 200 : undefined)
      expect(await one.change.look(), `${one.label}: exists`).toBe(one.attempt.survives)
      const events = await fixture.place.sql.run(eventsByRequest, [one.id])
      expect(events.length > 0, `${one.label}: has its audit event`).toBe(one.attempt.survives)
      await repeat(fixture.client, one)
    }),
  )
}

/**
 * Sends the attempts to as few servers as possible, and kills each server.
 *
 * @param locking steps at which a request holds a lock that others need: each server gets at most one of them
 */
export async function killAtEach(
  fixture: FaultFixture,
  name: string,
  attempts: readonly Attempt[],
  locking: RegExp,
): Promise<void> {
  const free = attempts.filter(({ step }) => !locking.test(step))
  const alone = attempts.filter(({ step }) => locking.test(step))
  for (let life = 0; life < Math.max(1, alone.length); life += 1) {
    const own = alone.slice(life, life + 1)
    await killAt(fixture, `${name}-${life}`, life === 0 ? [...free, ...own] : own)
  }
  await checkLeftovers(fixture.place)
}
