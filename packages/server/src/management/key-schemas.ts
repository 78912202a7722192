import { z } from 'zod'
import type { MasterKey } from '../keys/master-key.ts'
import { isSealedBy } from '../keys/master-seal.ts'
import type { KeyRow } from '../store/key-ring.ts'
import type { SealedSecret } from '../store/warehouse-writes.ts'
import { instant, instantOf } from './schemas.ts'

export const keyParams: z.ZodObject<{ key: z.ZodType<string> }> = z.strictObject({
  key: z.string().min(1).max(64).describe('The id of the key.'),
})

/** A key as administrators see it: never with what it is made of. */
export interface KeyView {
  readonly id: string
  readonly purpose: string
  readonly state: 'added' | 'active' | 'retired'
  readonly createdAt: string
  readonly promotedAt: string | null
  readonly retiredAt: string | null
  readonly promotableInSeconds: number | null
  readonly sealedByMasterKey: boolean
}

export const keyView: z.ZodType<KeyView> = z
  .strictObject({
    id: z.string(),
    purpose: z.string(),
    state: z.enum(['added', 'active', 'retired']),
    createdAt: instant,
    promotedAt: instant.nullable(),
    retiredAt: instant.nullable(),
    promotableInSeconds: z
      .int()
      .nullable()
      .describe('Of an added key: when every replica has it; 0: now. Null for others.'),
    sealedByMasterKey: z
      .boolean()
      .describe('False: by the previous one, or before that was kept; reseal it.'),
  })
  .meta({ id: 'Key' })

export function viewOfKey(row: KeyRow, master: MasterKey, maxAgeMs: number): KeyView {
  const { id, purpose, state, age_ms: ageMs } = row
  const left = Math.max(0, Math.ceil((maxAgeMs - ageMs) / 1000))
  return {
    id,
    purpose,
    state,
    createdAt: instantOf(row.created_at),
    promotedAt: row.promoted_at === null ? null : instantOf(row.promoted_at),
    retiredAt: row.retired_at === null ? null : instantOf(row.retired_at),
    promotableInSeconds: state === 'added' ? left : null,
    sealedByMasterKey: isSealedBy(master, row.sealed),
  }
}

/** The master key: which one it is, and what it has not sealed yet. */
export interface MasterKeyView {
  readonly fingerprint: string
  readonly previousFingerprint: string | null
  readonly keysToReseal: number
  readonly warehousesToReseal: number
}

const masterKeyView: z.ZodType<MasterKeyView> = z
  .strictObject({
    fingerprint: z.string().describe('Tells master keys apart and says nothing about them.'),
    previousFingerprint: z.string().nullable(),
    keysToReseal: z.int().describe('Keys that another master key sealed.'),
    warehousesToReseal: z.int().describe('Warehouses whose storage secret another master key sealed.'),
  })
  .meta({ id: 'MasterKey' })

export function viewOfMaster(
  master: MasterKey,
  keys: readonly KeyRow[],
  secrets: readonly SealedSecret[],
): MasterKeyView {
  return {
    fingerprint: master.fingerprint,
    previousFingerprint: master.previous?.fingerprint ?? null,
    keysToReseal: keys.filter(({ sealed }) => !isSealedBy(master, sealed)).length,
    warehousesToReseal: secrets.filter(({ storageSecret }) => !isSealedBy(master, storageSecret)).length,
  }
}

export const keyList: z.ZodType<{ readonly keys: KeyView[]; readonly masterKey: MasterKeyView }> =
  z.strictObject({ keys: z.array(keyView), masterKey: masterKeyView })

/** How a pass of resealing went, for keys or for warehouses. */
export interface ResealedView {
  readonly done: number
  readonly before: number
  readonly unreadable: string[]
}

const resealedView: z.ZodType<ResealedView> = z
  .strictObject({
    done: z.int().describe('Sealed anew.'),
    before: z.int().describe('Sealed by the master key already.'),
    unreadable: z.array(z.string()).describe('Neither master key opens them: they stay as they are.'),
  })
  .meta({ id: 'Resealed' })

export const resealReport: z.ZodType<{
  readonly fingerprint: string
  readonly keys: ResealedView
  readonly warehouses: ResealedView
}> = z
  .strictObject({ fingerprint: z.string(), keys: resealedView, warehouses: resealedView })
  .meta({ id: 'ResealReport' })
