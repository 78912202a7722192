import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import type { KeyRing } from '../keys/key-ring.ts'
import { openToken, sealToken, type TokenKind } from '../keys/sealed-token.ts'
import type { ScanDefinition } from './scan.ts'
import type { ScannedTable } from './scanned-table.ts'
import type { Position } from './scan-tasks.ts'
import { compress, decompress, fromScanValues, scanValues, toScanValues } from './scan-text.ts'

/** Content of a plan task: a scan, and a range of its manifests. */
export interface PlanTask {
  readonly scan: ScanDefinition
  readonly from: Position
  /** End of the range: the index of the first manifest after it. */
  readonly end: number
}

/** Table and caller that a plan belongs to. A plan task of another table, caller or condition cannot be opened. */
export interface PlanOwner extends Pick<ScannedTable, 'relationId' | 'metadata'> {
  readonly principalId: string
  /**
   * Condition that all rows of a file must satisfy, so that the caller may read it. Null: it may read all files. The
   * numbers of the manifests in a plan task depend on it, and on the schema to which it applies.
   */
  readonly rows: string | null
}

/** Maximum length in characters of a filter as JSON. Each plan task contains the filter. */
export const maxFilterLength = 16_384
const maxTaskLength = 64_000

const content = z.tuple([scanValues, z.int().nonnegative(), z.int().nonnegative(), z.int().nonnegative()])

/**
 * Encrypts a plan task for the client. The key is that of page tokens, because a plan task is a position in a list of
 * tasks.
 */
export function sealPlanTask(ring: KeyRing, owner: PlanOwner, { scan, from, end }: PlanTask): string {
  const values: z.infer<typeof content> = [toScanValues(scan), from.manifest, from.entry, end]
  return sealToken(ring, tokenKind(owner), compress(values)).token
}

/**
 * Decrypts a plan task that a client sends.
 *
 * @throws HeadgateError `no-such-plan-task` for a text that is not a plan task of this table and caller
 */
export async function openPlanTask(ring: KeyRing, owner: PlanOwner, token: string): Promise<PlanTask> {
  let opened = openToken(ring, tokenKind(owner), token, maxTaskLength)
  // Another replica may have sealed the task with a key that this replica has not loaded yet.
  if (!opened.ok && opened.reason === 'unknown key' && (await ring.reloadForUnknownKey()))
    opened = openToken(ring, tokenKind(owner), token, maxTaskLength)
  if (!opened.ok) throw noSuchPlanTask()
  const { success, data } = content.safeParse(decompress(opened.plain))
  if (!success) throw noSuchPlanTask()
  const [scan, manifest, entry, end] = data
  return { scan: fromScanValues(scan), from: { manifest, entry }, end }
}

function tokenKind({ relationId, principalId, rows, metadata }: PlanOwner): TokenKind {
  const condition = rows === null ? '' : ` ${metadata['current-schema-id']} ${rows}`
  return { purpose: 'page-token', context: `plan task ${relationId} ${principalId}${condition}` }
}

function noSuchPlanTask(): HeadgateError {
  return new HeadgateError(
    'no-such-plan-task',
    'The plan task is not valid for this table and this caller. Plan the scan again.',
  )
}
