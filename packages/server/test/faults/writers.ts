import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { append, toCreation, idempotencyKey, readMetadata, schema } from '../iceberg/tables.ts'
import type { JsonObject } from '@headgate/json'
import type { Client } from './fault-lake.ts'
import type { Answered } from './send.ts'

/** Description of an invalid state that a writer saw. */
export type Complaint = string

/** Writers of separate tables, which record the expected state at each time. */
export interface Writer {
  /** Works until `over` returns true. */
  work(over: () => boolean): Promise<void>
  /** Compares the state of the server with the acknowledged changes. */
  check(): Promise<void>
  readonly acknowledged: number
  readonly complaints: readonly Complaint[]
}

const pause = 20
const pathOf = (table: string): string => `namespaces/w/tables/${table}`

/** Returns whether a client may get this response while servers are killed and databases are unavailable. */
const passing = (answer: Answered | null): boolean =>
  answer === null || answer.status === 503 || answer.status === 500

/** Repeats a request with the same key until its outcome is certain. */
async function insist(
  client: Client,
  method: string,
  path: string,
  body: JsonObject | undefined,
): Promise<Answered> {
  const headers = { 'idempotency-key': idempotencyKey() }
  for (;;) {
    const answer = await client.send(method, path, body, headers)
    if (answer !== null && !passing(answer)) return answer
    await sleep(pause)
  }
}

/**
 * Appends to `tables`, in one transaction when there are several, each time after the current snapshot. `keyed`: a
 * commit without a response is repeated with its Idempotency-Key. Otherwise the writer reads the table to find the
 * outcome.
 */
export function appender(client: Client, tables: readonly string[], keyed: boolean): Writer {
  const paths = tables.map(pathOf)
  const acknowledged: number[] = []
  const sent = new Set<number>()
  const complaints: Complaint[] = []
  let current: number | null = null
  let length = 0

  const change = (id: number): { requirements: JsonObject[]; updates: JsonObject[] } => ({
    requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': current }],
    updates: append(id, length + 1, current ?? undefined),
  })
  const request = (id: number): [path: string, body: JsonObject] =>
    paths.length === 1
      ? [paths[0] ?? '', change(id)]
      : [
          'transactions/commit',
          {
            'table-changes': tables.map((name) => ({
              identifier: { namespace: ['w'], name },
              ...change(id),
            })),
          },
        ]

  async function historyOf(path: string): Promise<number[]> {
    for (;;) {
      const answer = await client.send('GET', path)
      if (answer?.status === 200) {
        const snapshots = (readMetadata(answer)['snapshots'] ?? []) as { 'snapshot-id': number }[]
        return snapshots.map((snapshot) => snapshot['snapshot-id'])
      }
      if (!passing(answer)) complaints.push(`${path}: loading returned ${answer?.status}`)
      await sleep(pause)
    }
  }

  async function lookAgain(): Promise<void> {
    const ids = await historyOf(paths[0] ?? '')
    current = ids.at(-1) ?? null
    length = ids.length
  }

  return {
    complaints,
    get acknowledged() {
      return acknowledged.length
    },
    async work(over) {
      await lookAgain()
      for (let id = 1_000 * (length + 1); !over(); id += 1) {
        const [path, body] = request(id)
        sent.add(id)
        const before = current
        const answer = keyed
          ? await insist(client, 'POST', path, body)
          : await client.send('POST', path, body)
        if (answer?.status === 200 || answer?.status === 204) {
          acknowledged.push(id)
          current = id
          length += 1
          continue
        }
        await lookAgain()
        if (passing(answer)) continue
        // A commit of this writer without a response may have taken effect after the writer read the table. Only in
        // this case the refusal of a later commit is correct.
        const rightly = !keyed && answer?.status === 409 && current !== before && current !== id
        if (!rightly) complaints.push(`${path}: ${answer?.status} ${JSON.stringify(answer?.json)}`)
      }
    },
    async check() {
      const histories = await Promise.all(paths.map(historyOf))
      for (const ids of histories) {
        expect(ids).toEqual(histories[0])
        expect(new Set(ids).size, 'each once').toBe(ids.length)
        expect(ids.filter((id) => !sent.has(id))).toEqual([])
        expect(
          acknowledged.filter((id) => !ids.includes(id)),
          'acknowledged and lost',
        ).toEqual([])
        // With a key, all commits are acknowledged in the end.
        if (keyed) expect(ids).toEqual(acknowledged)
      }
    },
  }
}

/** Repeatedly creates a table, directly or staged, renames it and drops it. */
export function mover(client: Client, name: string): Writer {
  const complaints: Complaint[] = []
  let acknowledged = 0
  let there: string | null = null

  async function step(method: string, to: string, body?: JsonObject): Promise<Answered> {
    const answer = await insist(client, method, to, body)
    if (answer.status >= 300)
      complaints.push(`${method} ${to}: ${answer.status} ${JSON.stringify(answer.json)}`)
    else acknowledged += 1
    return answer
  }
  return {
    complaints,
    get acknowledged() {
      return acknowledged
    },
    async work(over) {
      for (let turn = 0; !over(); turn += 1) {
        if (turn % 2 === 0) await step('POST', 'namespaces/w/tables', { name, schema })
        else {
          const staged = await step('POST', 'namespaces/w/tables', { name, schema, 'stage-create': true })
          if (staged.status === 200) await step('POST', pathOf(name), toCreation(staged))
        }
        there = name
        const [source, destination] = [name, `${name}_moved`].map((table) => ({
          namespace: ['w'],
          name: table,
        }))
        await step('POST', 'tables/rename', { source: source ?? null, destination: destination ?? null })
        there = `${name}_moved`
        await step('DELETE', pathOf(there))
        there = null
      }
    },
    async check() {
      for (const table of [name, `${name}_moved`]) {
        const answer = await client.send('HEAD', pathOf(table))
        expect(answer?.status, table).toBe(table === there ? 204 : 404)
      }
    },
  }
}
