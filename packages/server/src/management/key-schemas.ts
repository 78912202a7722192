import { z } from 'zod'
import type { KeyDescription } from '../keys/list-keys.ts'
import { instant, formatInstant } from './schemas.ts'

export const keyParams: z.ZodObject<{ key: z.ZodType<string> }> = z.strictObject({
  key: z.string().min(1).max(64).describe('The id of the key.'),
})

export const keyPurpose: z.ZodType<string> = z
  .string()
  .max(64)
  .describe(
    'session-token, console-session, page-token, s3-session, storage-refresh, or upstream-assertion/ and the id of an upstream warehouse.',
  )

/** Key of the ring in responses, without its secret. */
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
      .describe(
        'Seconds until every replica has loaded the added key, so that it can be promoted. 0: it can be promoted now. Null: the key is not in state added.',
      ),
    sealedByMasterKey: z
      .boolean()
      .describe(
        'True: the current master key sealed this key. False: seal it again with the operation resealKeys.',
      ),
  })
  .meta({ id: 'Key' })

export function toKeyView(key: KeyDescription, maxAgeMs: number): KeyView {
  const { id, purpose, state, createdAt, promotedAt, retiredAt, ageMs } = key
  const left = Math.max(0, Math.ceil((maxAgeMs - ageMs) / 1000))
  return {
    id,
    purpose,
    state,
    createdAt: formatInstant(createdAt),
    promotedAt: promotedAt === null ? null : formatInstant(promotedAt),
    retiredAt: retiredAt === null ? null : formatInstant(retiredAt),
    promotableInSeconds: state === 'added' ? left : null,
    sealedByMasterKey: key.isSealedByMasterKey,
  }
}

/** Identity of the master key, and the number of secrets that are not sealed with it yet. */
export interface MasterKeyView {
  readonly fingerprint: string
  readonly previousFingerprint: string | null
  readonly keysToReseal: number
  readonly warehousesToReseal: number
  readonly accessKeysToReseal: number
}

const masterKeyView: z.ZodType<MasterKeyView> = z
  .strictObject({
    fingerprint: z.string().describe('Fingerprint that identifies the master key without revealing the key.'),
    previousFingerprint: z.string().nullable(),
    keysToReseal: z.int().describe('Number of keys that another master key sealed.'),
    warehousesToReseal: z
      .int()
      .describe('Number of warehouses whose storage secret another master key sealed.'),
    accessKeysToReseal: z.int().describe('Number of access keys whose secret another master key sealed.'),
  })
  .meta({ id: 'MasterKey' })

export const keyList: z.ZodType<{ readonly keys: KeyView[]; readonly masterKey: MasterKeyView }> =
  z.strictObject({ keys: z.array(keyView), masterKey: masterKeyView })

/** Result of sealing the secrets of keys, warehouses or access keys with the current master key. */
interface ResealedView {
  readonly done: number
  readonly before: number
  readonly unreadable: readonly string[]
}

const resealedView: z.ZodType<ResealedView> = z
  .strictObject({
    done: z.int().describe('Number of secrets that were sealed with the current master key.'),
    before: z.int().describe('Number of secrets that the current master key had already sealed.'),
    unreadable: z
      .array(z.string())
      .describe(
        'Ids of keys, or names of warehouses, whose secrets neither the current nor the previous master key opens. They remain unchanged.',
      ),
  })
  .meta({ id: 'Resealed' })

export const resealReport: z.ZodType<{
  readonly fingerprint: string
  readonly keys: ResealedView
  readonly warehouses: ResealedView
  readonly accessKeys: ResealedView
}> = z
  .strictObject({
    fingerprint: z.string(),
    keys: resealedView,
    warehouses: resealedView,
    accessKeys: resealedView,
  })
  .meta({ id: 'ResealReport' })
