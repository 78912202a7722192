/** What storage access has cost a server since it started. */
export interface Usage {
  /** Times that a client was given credentials anew, on its own request. */
  readonly refreshes: number
  /** Credentials that were minted. */
  readonly mints: number
  /** Requests to storage that were signed for a client. */
  readonly signed: number
}

export const nothingUsed: Usage = { refreshes: 0, mints: 0, signed: 0 }

/** Reads it from the server's metrics. */
export async function readUsage(origin: string): Promise<Usage> {
  const response = await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`the server's metrics were answered with ${response.status}`)
  return usageIn(await response.text())
}

/** Reads it from metrics in Prometheus' text format. What is not there yet has not happened yet. */
export function usageIn(metrics: string): Usage {
  const valueOf = (name: string, ...labels: readonly string[]): number => {
    const line = metrics
      .split('\n')
      .find((text) => text.startsWith(`${name}{`) && labels.every((label) => text.includes(label)))
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  const answered = (operation: string): number =>
    valueOf('headgate_requests_total', `operation="${operation}"`, 'status="200"')
  return {
    refreshes: answered('loadCredentials'),
    mints: valueOf('headgate_storage_credentials', 'outcome="minted"'),
    signed: answered('signRequest'),
  }
}

export function addUsage(a: Usage, b: Usage): Usage {
  return { refreshes: a.refreshes + b.refreshes, mints: a.mints + b.mints, signed: a.signed + b.signed }
}

/** What was used between two looks. */
export function usageSince(before: Usage, now: Usage): Usage {
  return {
    refreshes: now.refreshes - before.refreshes,
    mints: now.mints - before.mints,
    signed: now.signed - before.signed,
  }
}
