import type { LoadPlan } from './plan.ts'

/** Gives the bytes (as Latin-1 text) of the next request of one connection. */
export type NextRequest = () => string

/** @param connection its number, from 0 */
export function requestsOf(plan: LoadPlan, connection: number): NextRequest {
  const { requests } = plan
  const lines = Object.entries({ host: `${plan.host}:${plan.port}`, ...plan.headers })
  const head = ` HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`
  switch (requests.kind) {
    case 'paths': {
      const all = requests.paths.map((path) => `GET ${path}${head}\r\n`)
      let at = connection
      return () => all[at++ % all.length] ?? ''
    }
    case 'tables': {
      const { prefix, tables, namespaces, among } = requests
      const random = randomNumbers(plan.seed + connection)
      const step = Math.floor(tables / among)
      return () => {
        const n = (random() % among) * step
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
    default:
      return requests satisfies never
  }
}

/** Whole numbers from 0 to 2^32 - 1 (xorshift, Marsaglia 2003): the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
