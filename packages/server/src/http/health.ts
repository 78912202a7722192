import type { OpenOperation } from './open-operation.ts'

/** A part that must work for the server to be of use, by name. Rejects with the reason when it does not. */
export type ReadinessCheck = readonly [name: string, check: (signal: AbortSignal) => Promise<void>]

const checkTimeoutMs = 2_000

/** What is told of the server's state. */
export interface Health {
  readonly checks: () => readonly ReadinessCheck[]
  /** The metrics, and what kind of text they are. */
  readonly metrics: () => Promise<string>
  readonly contentType: string
}

/** `/health/live`, `/health/ready` and `/metrics`. They need no identity and tell no secret. */
export function healthOperations({ checks, metrics, contentType }: Health): OpenOperation[] {
  const json = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return [
    {
      id: 'live',
      method: 'GET',
      path: '/health/live',
      open: () => Promise.resolve({ status: 200, headers: json, body: '{"status":"live"}' }),
    },
    {
      id: 'ready',
      method: 'GET',
      path: '/health/ready',
      open: async () => {
        const results = await Promise.all(checks().map(run))
        const ready = results.every(([, state]) => state === 'ok')
        const body = JSON.stringify({
          status: ready ? 'ready' : 'not ready',
          checks: Object.fromEntries(results),
        })
        return { status: ready ? 200 : 503, headers: ready ? json : { ...json, 'retry-after': '1' }, body }
      },
    },
    {
      id: 'metrics',
      method: 'GET',
      path: '/metrics',
      open: async () => ({
        status: 200,
        headers: { 'content-type': contentType },
        body: await metrics(),
      }),
    },
  ]
}

async function run([name, check]: ReadinessCheck): Promise<[string, string]> {
  try {
    await check(AbortSignal.timeout(checkTimeoutMs))
    return [name, 'ok']
  } catch {
    return [name, 'failing']
  }
}
