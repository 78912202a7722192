import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { append, toCreation, idempotencyKey, readMetadata, schema } from '../iceberg/tables.ts'
import type { JsonObject } from '@headgate/json'
import type { Client } from './fault-fixture.ts'
import type { TimedResponse } from './send.ts'

/** Description of a response or state that violates a guarantee of the server. */
export type Complaint = string

/** Client that changes its own tables repeatedly, and records the state that the server must have. */
export interface Writer {
  /** Sends changes until `over` returns true. */
  work(over: () => boolean): Promise<void>
  /** Compares the state of the server with the acknowledged changes. */
  check(): Promise<void>
  readonly acknowledged: number
  readonly complaints: readonly Complaint[]
}

const pause = 20
const toPath = (table: string): string => `namespaces/w/tables/${table}`

/**
 * Returns whether a response is one that a client repeats: no response, 500 or 503, as while a server is
 * killed or a database is unavailable.
 */
const passing = (response: TimedResponse | null): boolean =>
  response === null || response.status === 503 || response.status === 500

/** Repeats a request with the same key until its outcome is certain. */
async function insist(
  client: Client,
  method: string,
  path: string,
  body: JsonObject | undefined,
): Promise<TimedResponse> {
  const headers = { 'idempotency-key': idempotencyKey() }
  for (;;) {
    const response = await client.send(method, path, body, headers)
    if (response !== null && !passing(response)) return response
    await sleep(pause)
  }
}

/**
 * Appends snapshots to `tables`, in one transaction when there are several tables. When a commit gets no
 * response, the writer repeats it with its Idempotency-Key (`keyed`), or reads the table to find the outcome.
 */
export function appender(client: Client, tables: readonly string[], keyed: boolean): Writer {
  const paths = tables.map(toPath)
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

  async function readHistory(path: string): Promise<number[]> {
    for (;;) {
      const response = await client.send('GET', path)
      if (response?.status === 200) {
        const snapshots = (readMetadata(response)['snapshots'] ?? []) as { 'snapshot-id': number }[]
        return snapshots.map((snapshot) => snapshot['snapshot-id'])
      }
      if (!passing(response)) complaints.push(`${path}: loading returned ${response?.status}`)
      await sleep(pause)
    }
  }

  async function lookAgain(): Promise<void> {
    const ids = await readHistory(paths[0] ?? '')
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
        const response = keyed
          ? await insist(client, 'POST', path, body)
          : await client.send('POST', path, body)
        if (response?.status === 200 || response?.status === 204) {
          acknowledged.push(id)
          current = id
          length += 1
          continue
        }
        await lookAgain()
        if (passing(response)) continue
        // A commit of this writer that got no response may take effect after the writer read the table. Only
        // then may the server refuse the writer's next commit.
        const rightly = !keyed && response?.status === 409 && current !== before && current !== id
        if (!rightly) complaints.push(`${path}: ${response?.status} ${JSON.stringify(response?.json)}`)
      }
    },
    async check() {
      const histories = await Promise.all(paths.map(readHistory))
      for (const ids of histories) {
        expect(ids).toEqual(histories[0])
        expect(new Set(ids).size, 'each once').toBe(ids.length)
        expect(ids.filter((id) => !sent.has(id))).toEqual([])
        expect(
          acknowledged.filter((id) => !ids.includes(id)),
          'a commit was acknowledged and lost',
        ).toEqual([])
        // With an Idempotency-Key, the writer repeats each commit until the server acknowledges it.
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

  async function step(method: string, to: string, body?: JsonObject): Promise<TimedResponse> {
    const response = await insist(client, method, to, body)
    if (response.status >= 300)
      complaints.push(`${method} ${to}: ${response.status} ${JSON.stringify(response.json)}`)
    else acknowledged += 1
    return response
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
          if (staged.status === 200) await step('POST', toPath(name), toCreation(staged))
        }
        there = name
        const [source, destination] = [name, `${name}_moved`].map((table) => ({
          namespace: ['w'],
          name: table,
        }))
        await step('POST', 'tables/rename', { source: source ?? null, destination: destination ?? null })
        there = `${name}_moved`
        await step('DELETE', toPath(there))
        there = null
      }
    },
    async check() {
      for (const table of [name, `${name}_moved`]) {
        const response = await client.send('HEAD', toPath(table))
        expect(response?.status, table).toBe(table === there ? 204 : 404)
      }
    },
  }
}
