import type { OperationId } from '@headgate/iceberg/rest'
import { countOf } from '../lib/check-report.ts'

export interface CheckResult {
  readonly group: string
  readonly title: string
  readonly outcome: 'ok' | 'failed' | 'not applicable'
  /** Why, where it is not ok. */
  readonly reason: string
  readonly ms: number
}

export interface PeerResult {
  readonly peer: string
  readonly results: readonly CheckResult[]
  /** Operations that it did for the client. */
  readonly answered: readonly OperationId[]
  /** Those that it lists, and that it was not asked for with success. */
  readonly listedOnly: readonly OperationId[]
}

export type Totals = Readonly<Record<'ok' | 'failed' | 'notApplicable', number>>

export function totalsOf(results: readonly CheckResult[]): Totals {
  return {
    ok: countOf(results, 'ok'),
    failed: countOf(results, 'failed'),
    notApplicable: countOf(results, 'not applicable'),
  }
}

/** The figures of each catalog. */
export function humanReport(peers: readonly PeerResult[]): string {
  return peers
    .map(({ peer, results, answered, listedOnly }) => {
      const { ok, failed, notApplicable } = totalsOf(results)
      const rest = listedOnly.length === 0 ? '' : ` (listed, and not shown: ${listedOnly.join(', ')})`
      return `${peer}: ${results.length} checks, ${ok} ok, ${failed} failed, ${notApplicable} not applicable; ${answered.length} operations answered${rest}`
    })
    .join('\n')
}

/** For programs: `{"ok", "peers": [{"peer", "totals", "answered", "listedOnly", "results"}]}`. */
export function jsonReport(peers: readonly PeerResult[]): string {
  const all = peers.map((each) => ({ ...each, totals: totalsOf(each.results) }))
  return JSON.stringify({ ok: all.every(({ totals }) => totals.failed === 0), peers: all }, undefined, 2)
}
