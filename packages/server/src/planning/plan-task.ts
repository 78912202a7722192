import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import type { KeyRing } from '../keys/key-ring.ts'
import { openToken, sealToken, type TokenKind } from '../keys/sealed-token.ts'
import type { ScanDefinition } from './scan.ts'
import type { Position } from './scan-tasks.ts'
import { compress, decompress, fromScanValues, scanValues, toScanValues } from './scan-text.ts'

/** Content of a plan task: a scan, and a range of its manifests. */
export interface PlanTask {
  readonly scan: ScanDefinition
  readonly from: Position
  /** End of the range: the index of the first manifest after it. */
  readonly end: number
}

/** Table and caller that a plan belongs to. A plan task of another table or caller cannot be opened. */
export interface PlanOwner {
  readonly relationId: string
  readonly principalId: string
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

function tokenKind({ relationId, principalId }: PlanOwner): TokenKind {
  return { purpose: 'page-token', context: `plan task ${relationId} ${principalId}` }
}

function noSuchPlanTask(): HeadgateError {
  return new HeadgateError(
    'no-such-plan-task',
    'The plan task is not valid for this table and this caller. Plan the scan again.',
  )
}
