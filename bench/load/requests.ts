import { randomFillSync } from 'node:crypto'
import type { LoadPlan } from './plan.ts'

/**
 * Returns the head of the next request of one connection, as Latin-1 text. Does not include a body that
 * `createBody` returns.
 */
export type NextRequest = () => string

/**
 * Returns the function that creates the requests of one connection.
 *
 * @param connection number of the connection, from 0
 */
export function createRequests(plan: LoadPlan, connection: number): NextRequest {
  const { requests } = plan
  const head = formatHead({ host: `${plan.host}:${plan.port}`, ...plan.headers })
  switch (requests.kind) {
    case 'paths': {
      const all = requests.paths.map((path) => `GET ${path}${head}\r\n`)
      let at = connection
      return () => all[at++ % all.length] ?? ''
    }
    case 'posts': {
      const { path, contentType, body } = requests
      const length = `content-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
      const request = `POST ${path}${head}${length}\r\n${body}`
      return () => request
    }
    case 'tables': {
      const { prefix, tables, namespaces, among, skew = 1 } = requests
      const random = randomNumbers(plan.seed + connection)
      const step = Math.floor(tables / among)
      return () => {
        const n = Math.floor(among * (random() / 2 ** 32) ** skew) * step
        return `GET ${prefix}${n % namespaces}/tables/t${n}${head}\r\n`
      }
    }
    case 'commits': {
      const path = requests.paths[connection % requests.paths.length] ?? ''
      let n = 0
      return () => {
        n += 1
        const body = requests.body.replaceAll('«N»', `${Date.now()}-${connection}-${n}`)
        const length = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
        return `POST ${path}${head}${length}\r\n${body}`
      }
    }
    case 'objects': {
      const { method, objects, bodyBytes } = requests
      const length = bodyBytes === 0 ? '' : `content-length: ${bodyBytes}\r\n`
      const all = objects.map(
        ({ path, headers }) => `${method} ${path}${head}${formatHeaders(headers)}${length}\r\n`,
      )
      let at = connection - plan.connections
      return () => all[(at += plan.connections) % all.length] ?? ''
    }
    default:
      return requests satisfies never
  }
}

/**
 * Returns the body that is sent after each request head. Returns null if the requests have no separate body.
 * The body is a Buffer, because it can exceed the maximum length of a string.
 */
export function createBody({ requests }: LoadPlan): Buffer | null {
  if (requests.kind !== 'objects' || requests.bodyBytes === 0) return null
  return randomFillSync(Buffer.alloc(requests.bodyBytes))
}

function formatHead(headers: Readonly<Record<string, string>>): string {
  return ` HTTP/1.1\r\n${formatHeaders(headers)}`
}

function formatHeaders(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
}

/**
 * Returns a generator of random integers from 0 to 2^32 - 1 (xorshift, Marsaglia 2003). The same seed always
 * results in the same sequence.
 */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
