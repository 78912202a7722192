import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import { hostileBodies, type HostileBody, largeCommits, smallCommit } from './hostile-bodies.ts'
import { type PreparedRequest, s3Attacks, type StorageAccess } from './s3-attacks.ts'

/**
 * Kind of requests that the attack sends. `ordinary`: small loads and commits that succeed. `without rights`: hostile
 * bodies from a caller without rights. `with rights`: hostile bodies, and large commits that the server accepts.
 */
export type AttackKind = 'ordinary' | 'without rights' | 'with rights'

/** Input of the worker thread that sends the requests of an attack. */
export interface AttackPlan {
  readonly origin: string
  readonly token: string
  readonly warehouse: string
  readonly concurrency: number
  readonly seconds: number
  readonly kind: AttackKind
  readonly storage: StorageAccess
}

/**
 * Number of responses, keyed by interface and status, such as `catalog 403`. Also counts connections that the server
 * closed without a response.
 */
export type ResponseCounts = Readonly<Record<string, number>>

const plan = workerData as AttackPlan
const agent = new Agent({ keepAlive: true, maxSockets: plan.concurrency })
const responses: Record<string, number> = {}

const base = `/v1/${plan.warehouse}`
const table = `${base}/namespaces/a/tables/t`

function buildRequests(kind: AttackKind): PreparedRequest[] {
  if (kind === 'ordinary') return ordinaryRequests()
  const attacks = hostileRequests()
  if (kind === 'without rights') return attacks
  const commits = largeCommits().map((body) => catalogRequest(table, body))
  return attacks.flatMap((attack, index) => {
    const commit = index % 5 === 0 ? commits[(index / 5) % commits.length] : undefined
    return commit === undefined ? [attack] : [attack, commit]
  })
}

function ordinaryRequests(): PreparedRequest[] {
  const load = {
    ...catalogRequest(table, { name: 'load', bytes: Buffer.alloc(0), headers: {} }),
    method: 'GET',
  }
  return [load, load, load, catalogRequest(table, smallCommit())]
}

function hostileRequests(): PreparedRequest[] {
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
  return [
    ...hostileBodies().flatMap((body) => paths.map((path) => catalogRequest(path, body))),
    ...s3Attacks(plan.storage),
  ]
}

function catalogRequest(path: string, { bytes, headers }: HostileBody): PreparedRequest {
  const type = path.endsWith('tokens') ? 'application/x-www-form-urlencoded' : 'application/json'
  return {
    interface: 'catalog',
    method: 'POST',
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

function send({ method, url, headers, bytes }: PreparedRequest): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(url, { method, agent, headers }, (response) => {
      response.resume().once('close', () => {
        // The server may respond before it has read the whole body. The rest of the body must then not be
        // sent.
        if (!sent.writableFinished) sent.destroy()
        resolve(String(response.statusCode))
      })
    })
    sent.once('error', () => resolve('connection closed')).end(bytes)
  })
}

const all = buildRequests(plan.kind)
/**
 * Step between the indexes of consecutive attacks. As it has no common divisor with the number of attacks, the loop
 * visits all attacks and changes path and body each time.
 */
const stride = [7, 11, 13, 17].find((step) => all.length % step !== 0) ?? 1
let next = 0
async function attackInTurn(until: number): Promise<void> {
  while (performance.now() < until) {
    next = (next + stride) % all.length
    const attack = all[next]
    if (attack === undefined) return
    const response = `${attack.interface} ${await send(attack)}`
    responses[response] = (responses[response] ?? 0) + 1
  }
}

parentPort?.postMessage('ready')
if (parentPort) await once(parentPort, 'message')
const until = performance.now() + plan.seconds * 1_000
await Promise.all(Array.from({ length: plan.concurrency }, () => attackInTurn(until)))
agent.destroy()
parentPort?.postMessage(responses)
