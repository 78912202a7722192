import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, EngineName } from '../lib/engine.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import type { ActStep } from '../lib/scenario.ts'

/** Audit event in a response of the management API. */
export interface UserEvent {
  readonly principal: string
  /** Engines that act for the principal, outermost first. */
  readonly actors: readonly string[]
  readonly operation: string
  readonly outcome: string
  readonly detail: Readonly<Record<string, unknown>> | null
}

/** Maximum time in ms until the server has recorded the audit event of a read. */
const delayMs = 1_500

/** Creates a step that runs a statement and checks the audit events of its requests. */
export function watched(
  on: EngineName,
  title: string,
  what: string,
  fixture: WarehouseFixture | null,
  act: (
    engine: Engine,
    since: () => Promise<readonly UserEvent[]>,
    server: WarehouseFixture,
  ) => Promise<string>,
): ActStep {
  return {
    title,
    on,
    what,
    act: async (engine) => {
      if (fixture === null) throw new Error('this scenario needs a server that the run started')
      const from = new Date()
      return { text: await act(engine, () => eventsFrom(fixture, from), fixture) }
    },
  }
}

async function eventsFrom(fixture: WarehouseFixture, from: Date): Promise<readonly UserEvent[]> {
  await sleep(delayMs)
  const path = `/management/v1/audit?pageSize=500&from=${from.toISOString()}`
  const events: UserEvent[] = []
  for (let token: string | null = ''; token !== null;) {
    const more = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`
    const page = (await fixture.send('GET', path + more)) as {
      readonly events: readonly UserEvent[]
      readonly nextPageToken: string | null
    }
    events.push(...page.events)
    token = page.nextPageToken
  }
  return events.filter(({ principal }) => principal !== 'admin')
}

/** Formats a user and an engine for people, such as `alice by trino`. */
export function formatCaller({ principal, actors }: Pick<UserEvent, 'principal' | 'actors'>): string {
  return [principal, ...actors].join(' by ')
}

/**
 * Counts the events of the given operations, keyed by operation, caller and outcome, such as `createTable, alice by
 * trino, allowed`.
 */
export function tally(events: readonly UserEvent[], operations: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const event of events) {
    if (!operations.includes(event.operation)) continue
    const key = `${event.operation}, ${formatCaller(event)}, ${event.outcome}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/**
 * Checks that each of the given operations has an event, and that all their events have the expected caller.
 *
 * @throws Error if there is no event of an operation, or its caller is not the expected one
 */
export function demandDoneBy(
  events: readonly UserEvent[],
  who: string,
  operations: readonly string[],
): string {
  const counts = tally(events, operations)
  for (const operation of operations)
    if (counts[`${operation}, ${who}, allowed`] === undefined)
      throw new Error(
        `the audit log contains no ${operation} of ${who}: ${JSON.stringify(
          tally(
            events,
            events.map(({ operation }) => operation),
          ),
        )}`,
      )
  const others = Object.keys(counts).filter((key) => !key.includes(`, ${who}, `))
  if (others.length > 0) throw new Error(`other callers have sent these requests: ${others.join('; ')}`)
  return Object.entries(counts)
    .map(([key, count]) => `${count} × ${key}`)
    .join('; ')
}
