import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { saveResponses, startRawHttp } from '../baselines/start.ts'
import { call } from '../data/catalog.ts'
import { type Case, type Entry, loadEntry } from '../lib/case.ts'
import { type HeadgateOptions, startBenchHeadgate } from '../lib/headgate.ts'
import type { Started } from '../lib/ready.ts'
import { grantChanges } from '../load/grant-changes.ts'
import { type LoadShape, measure } from '../load/load.ts'
import { type Lab, poolSize } from './lab.ts'
import { watched } from './watched.ts'

const connections = 64
const preload = fileURLToPath(new URL('../baselines/without-refusal-log.ts', import.meta.url))

/**
 * Load of requests to several operations, all with an invalid token, so that the server refuses them with
 * 401.
 */
const storm: Omit<LoadShape, 'seed'> = {
  connections,
  headers: { authorization: 'Bearer not-a-token' },
  expects: 401,
  requests: {
    kind: 'paths',
    paths: Array.from({ length: 50 }, (_, n) => [
      `/v1/config?warehouse=w${n}`,
      `/v1/w${n}/namespaces`,
      `/v1/w/namespaces/n/tables/t${n}`,
      `/management/v1/grants?on=w${n}`,
    ]).flat(),
  },
}

/**
 * Returns cases that measure refused requests with and without the record of refusals, and the duration of
 * grant changes while other requests are refused.
 */
export async function refusalCases(lab: Lab): Promise<Case[]> {
  const recording = await open(lab, 'refusals')
  const silent = await open(lab, 'refusals_without', { preload })
  const bare = watched(lab, 'node:http that answers 401', await startBare(lab, recording.server))
  const without = watched(lab, 'Headgate without its refusal log', silent.server)
  const headgate = watched(lab, 'Headgate', recording.server)
  const other =
    lab.against === undefined ? null : await open(lab, 'refusals_other', { checkout: lab.against })
  return [
    {
      id: 'refusals-401',
      title: `401 for an invalid token, 200 requests of four operations, ${connections} clients`,
      notes: ['The server records equal refusals within a minute as one database row with a count.'],
      entries: [
        loadEntry(lab.run, bare, storm, []),
        loadEntry(lab.run, without, storm, [bare.name]),
        loadEntry(lab.run, headgate, storm, [bare.name, without.name]),
        ...(other === null
          ? []
          : [loadEntry(lab.run, watched(lab, 'Headgate, other checkout', other.server), storm, [bare.name])]),
      ],
    },
    {
      id: 'refusals-grants',
      title: `Adding and revoking a grant while ${connections} clients receive 401 without pause`,
      notes: [
        'Each change begins after the previous one. The run fails if the audit event of a change is not in the database when the response to the change arrives.',
      ],
      entries: [
        changes(lab, 'no refusals', recording, []),
        stormyChanges(lab, 'during 401 responses, without the refusal log', silent),
        stormyChanges(lab, 'during 401s', recording, ['during 401 responses, without the refusal log']),
        ...(other === null ? [] : [stormyChanges(lab, 'during 401s, other checkout', other)]),
      ],
    },
  ]
}

interface Contender {
  readonly server: Started
  readonly databaseUrl: string
  readonly principal: string
}

/** Starts a server with its own empty database. */
async function open(
  { run, postgres }: Lab,
  database: string,
  options: Pick<HeadgateOptions, 'preload' | 'checkout'> = {},
): Promise<Contender> {
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const databaseUrl = postgres.url(database)
  const server = await startBenchHeadgate(run, {
    name: `headgate-${database}`,
    dataDir: join(run.folder, database),
    databaseUrl,
    ...options,
    // Without HEADGATE_AUDIT_READS=off, each refusal would also write a line to the server log.
    env: { HEADGATE_DATABASE_POOL_SIZE: String(poolSize), HEADGATE_AUDIT_READS: 'off' },
  })
  const principal = `bench-${randomUUID()}`
  const management = { origin: server.origin, prefix: '', headers: {} }
  await call(management, 'POST', '/management/v1/principals', { name: principal })
  return { server, databaseUrl, principal }
}

/** Starts a baseline that answers every request with the same bytes as a refusal of Headgate. */
async function startBare({ run }: Lab, { origin }: Started): Promise<Started> {
  const response = await fetch(`${origin}/v1/config`, { headers: storm.headers })
  if (response.status !== storm.expects)
    throw new Error(`The response has the status ${response.status}, although this case measures refusals.`)
  const body = Buffer.from(await response.arrayBuffer())
  return startRawHttp(run, 'raw-refusals', saveResponses(run, 'refusal', body, body), storm.expects)
}

function changes(
  { run }: Lab,
  label: string,
  { server, databaseUrl, principal }: Contender,
  against: readonly string[],
): Entry {
  const { durationMs } = run
  return {
    label,
    against,
    measure: () => grantChanges({ origin: server.origin, databaseUrl, principal, durationMs }),
  }
}

function stormyChanges(lab: Lab, label: string, at: Contender, against: readonly string[] = []): Entry {
  const { run } = lab
  const quiet = changes(lab, label, at, against)
  return {
    label,
    against,
    measure: async (round) => {
      const contestant = watched(lab, label, at.server)
      // The load of refused requests takes longer than all grant changes, so that each grant change happens
      // during the load.
      const times = { warmUpMs: 0, durationMs: run.warmUpMs + run.durationMs + 1_000 }
      const storming = measure(run, contestant, { ...storm, seed: round }, times)
      const waited = new Promise((resolve) => setTimeout(resolve, run.warmUpMs))
      const [measured] = await Promise.all([waited.then(() => quiet.measure(round)), storming])
      return measured
    },
  }
}
