/**
 * Counters of a server since its start that show the cost of storage access: refreshes, minted credentials and signed
 * requests.
 */
export interface Usage {
  /** Number of storage credentials that clients have successfully refreshed. */
  readonly refreshes: number
  /** Number of storage credentials that the server has minted. */
  readonly mints: number
  /** Number of storage requests that the server has signed for clients. */
  readonly signed: number
}

export const nothingUsed: Usage = { refreshes: 0, mints: 0, signed: 0 }

/** Reads the counters from the metrics endpoint of the server. */
export async function readUsage(origin: string): Promise<Usage> {
  const response = await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(10_000) })
  if (!response.ok)
    throw new Error(`the request for the server's metrics was answered with ${response.status}`)
  return usageIn(await response.text())
}

/** Reads the counters from metrics in the text format of Prometheus. A missing counter is zero. */
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

/** Returns the differences between two readings of the counters. */
export function usageSince(before: Usage, now: Usage): Usage {
  return {
    refreshes: now.refreshes - before.refreshes,
    mints: now.mints - before.mints,
    signed: now.signed - before.signed,
  }
}
