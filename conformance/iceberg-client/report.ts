import type { OperationId } from '@headgate/iceberg/rest'
import { countOutcomes } from '../lib/check-report.ts'

export interface CheckResult {
  readonly group: string
  readonly title: string
  readonly outcome: 'ok' | 'failed' | 'not applicable'
  /** Reason why the check did not pass. */
  readonly reason: string
  readonly ms: number
}

export interface PeerResult {
  readonly peer: string
  readonly results: readonly CheckResult[]
  /** Operations that the client called with success at least once. */
  readonly answered: readonly OperationId[]
  /** Operations that the catalog lists but that the client never called with success. */
  readonly listedOnly: readonly OperationId[]
}

export type Totals = Readonly<Record<'ok' | 'failed' | 'notApplicable', number>>

export function sumTotals(results: readonly CheckResult[]): Totals {
  return {
    ok: countOutcomes(results, 'ok'),
    failed: countOutcomes(results, 'failed'),
    notApplicable: countOutcomes(results, 'not applicable'),
  }
}

/** Formats the totals of each catalog for people. */
export function humanReport(peers: readonly PeerResult[]): string {
  return peers
    .map(({ peer, results, answered, listedOnly }) => {
      const { ok, failed, notApplicable } = sumTotals(results)
      const rest = listedOnly.length === 0 ? '' : ` (listed, and not shown: ${listedOnly.join(', ')})`
      return `${peer}: ${results.length} checks, ${ok} ok, ${failed} failed, ${notApplicable} not applicable; ${answered.length} operations answered${rest}`
    })
    .join('\n')
}

/** Formats the result as JSON: `{"ok", "peers": [{"peer", "totals", "answered", "listedOnly", "results"}]}`. */
export function jsonReport(peers: readonly PeerResult[]): string {
  const all = peers.map((each) => ({ ...each, totals: sumTotals(each.results) }))
  return JSON.stringify({ ok: all.every(({ totals }) => totals.failed === 0), peers: all }, undefined, 2)
}
