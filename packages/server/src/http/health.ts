import type { OpenOperation } from './open-operation.ts'

/** A part that must work for the server to be of use, by name. Rejects with the reason when it does not. */
export type ReadinessCheck = readonly [name: string, check: (signal: AbortSignal) => Promise<void>]

const checkTimeoutMs = 2_000

/** What is told of the server's state. */
export interface Health {
  readonly checks: () => readonly ReadinessCheck[]
  /** Told when a check begins to fail, and why, which the answer does not say; and when it is well again (null). */
  readonly onChange: (name: string, reason: unknown) => void
  /** The metrics, and what kind of text they are. */
  readonly metrics: () => Promise<string>
  readonly contentType: string
}

/** `/health/live`, `/health/ready` and `/metrics`. They need no identity and tell no secret. */
export function healthOperations({ checks, onChange, metrics, contentType }: Health): OpenOperation[] {
  const json = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  const failing = new Set<string>()
  const run = async ([name, check]: ReadinessCheck): Promise<[string, string]> => {
    try {
      await check(AbortSignal.timeout(checkTimeoutMs))
      if (failing.delete(name)) onChange(name, null)
      return [name, 'ok']
    } catch (error) {
      if (!failing.has(name)) onChange(name, error)
      failing.add(name)
      return [name, 'failing']
    }
  }
  const probes: OpenOperation[] = [
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
  ]
  return [
    ...probes,
    // Load balancers like to ask without a body.
    ...probes.map((probe) => ({ ...probe, method: 'HEAD' as const, open: headOf(probe) })),
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

function headOf(probe: OpenOperation): OpenOperation['open'] {
  return async (request, limits) => ({ ...(await probe.open(request, limits)), body: null })
}
