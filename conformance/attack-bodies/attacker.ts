import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import { hostileBodies, type HostileBody, largeCommits } from './hostile-bodies.ts'
import { type PreparedRequest, s3Attacks, type StorageAccess } from './s3-attacks.ts'

/** What the thread of an attack needs. */
export interface AttackPlan {
  readonly origin: string
  readonly token: string
  readonly warehouse: string
  readonly concurrency: number
  readonly seconds: number
  /** Sends large commits that are accepted, too. */
  readonly hasRights: boolean
  readonly storage: StorageAccess
}

/** Answers by status, and connections that the server closed first. */
export type AttackAnswers = Readonly<Record<string, number>>

const plan = workerData as AttackPlan
const agent = new Agent({ keepAlive: true, maxSockets: plan.concurrency })
const answers: Record<string, number> = {}

function attacks(): PreparedRequest[] {
  const base = `/v1/${plan.warehouse}`
  const table = `${base}/namespaces/a/tables/t`
  const paths = [
    `${base}/transactions/commit`,
    `${base}/namespaces`,
    `${base}/namespaces/a/properties`,
    `${base}/namespaces/a/tables`,
    table,
    `${table}/metrics`,
    `${base}/namespaces/a/views`,
    `${base}/namespaces/a/register`,
    `${base}/tables/rename`,
    '/management/v1/principals',
    '/v1/oauth/tokens',
  ]
  const all = [
    ...hostileBodies().flatMap((body) => paths.map((path) => catalogRequest(path, body))),
    ...s3Attacks(plan.storage),
  ]
  if (!plan.hasRights) return all
  const commits = largeCommits().map((body) => catalogRequest(table, body))
  return all.flatMap((attack, index) => {
    const commit = index % 5 === 0 ? commits[(index / 5) % commits.length] : undefined
    return commit === undefined ? [attack] : [attack, commit]
  })
}

function catalogRequest(path: string, { bytes, headers }: HostileBody): PreparedRequest {
  const type = path.endsWith('tokens') ? 'application/x-www-form-urlencoded' : 'application/json'
  return {
    url: `${plan.origin}${path}`,
    headers: {
      authorization: `Bearer ${plan.token}`,
      'content-type': type,
      'content-length': bytes.length,
      ...headers,
    },
    bytes,
  }
}

function send({ url, headers, bytes }: PreparedRequest): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('close', () => {
        // The server may answer before it has read the body.
        if (!sent.writableFinished) sent.destroy()
        resolve(String(response.statusCode))
      })
    })
    sent.once('error', () => resolve('connection closed')).end(bytes)
  })
}

const all = attacks()
/** Shares no divisor with the number of attacks, and so mixes paths and bodies. */
const stride = [7, 11, 13, 17].find((step) => all.length % step !== 0) ?? 1
let next = 0
async function attackInTurn(until: number): Promise<void> {
  while (performance.now() < until) {
    next = (next + stride) % all.length
    const attack = all[next]
    if (attack === undefined) return
    const answer = await send(attack)
    answers[answer] = (answers[answer] ?? 0) + 1
  }
}

parentPort?.postMessage('ready')
if (parentPort) await once(parentPort, 'message')
const until = performance.now() + plan.seconds * 1_000
await Promise.all(Array.from({ length: plan.concurrency }, () => attackInTurn(until)))
agent.destroy()
parentPort?.postMessage(answers)
