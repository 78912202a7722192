import type { OpenOperation } from '../operation/open-operation.ts'

/**
 * Named check of a component that the server needs. The function rejects with the reason when the component
 * does not work.
 */
type ReadinessCheck = readonly [name: string, check: (signal: AbortSignal) => Promise<void>]

const checkTimeoutMs = 2_000

/** Options of the health endpoints. */
export interface Health {
  readonly checks: () => readonly ReadinessCheck[]
  /**
   * Called with the reason when a check begins to fail, and with null when it succeeds again. The response does
   * not contain the reason.
   */
  readonly onChange: (name: string, reason: unknown) => void
  /** Returns the metrics as text, in the format that `contentType` names. */
  readonly metrics: () => Promise<string>
  readonly contentType: string
}

/** Creates the operations `/health/live`, `/health/ready` and `/metrics`. They need no identity and reveal no secret. */
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
    // Each probe also accepts HEAD, because load balancers often use this method.
    ...probes.map((probe) => ({ ...probe, method: 'HEAD' as const, open: openWithoutBody(probe) })),
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

function openWithoutBody(probe: OpenOperation): OpenOperation['open'] {
  return async (request, limits) => ({ ...(await probe.open(request, limits)), body: null })
}
