/**
 * Cost of storage access for a server since its start: counts of refreshes, minted credentials and signed requests.
 */
export interface Usage {
  /** Number of successful refreshes by clients. */
  readonly refreshes: number
  /** Number of minted credentials. */
  readonly mints: number
  /** Number of storage requests that were signed for a client. */
  readonly signed: number
}

export const nothingUsed: Usage = { refreshes: 0, mints: 0, signed: 0 }

/** Reads the cost from the server's metrics. */
export async function readUsage(origin: string): Promise<Usage> {
  const response = await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(10_000) })
  if (!response.ok)
    throw new Error(`the request for the server's metrics was answered with ${response.status}`)
  return usageIn(await response.text())
}

/** Parses the cost from metrics in Prometheus' text format. A missing metric is zero. */
export function usageIn(metrics: string): Usage {
  const readValue = (name: string, ...labels: readonly string[]): number => {
    const line = metrics
      .split('\n')
      .find((text) => text.startsWith(`${name}{`) && labels.every((label) => text.includes(label)))
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  const countResponses = (operation: string): number =>
    readValue('headgate_requests_total', `operation="${operation}"`, 'status="200"')
  return {
    refreshes: countResponses('loadCredentials'),
    mints: readValue('headgate_storage_credentials', 'outcome="minted"'),
    signed: countResponses('signRequest'),
  }
}

export function addUsage(a: Usage, b: Usage): Usage {
  return { refreshes: a.refreshes + b.refreshes, mints: a.mints + b.mints, signed: a.signed + b.signed }
}

/** Returns the difference between two values. */
export function usageSince(before: Usage, now: Usage): Usage {
  return {
    refreshes: now.refreshes - before.refreshes,
    mints: now.mints - before.mints,
    signed: now.signed - before.signed,
  }
}
