import { z } from 'zod'
import type { HeldStorageAccess, StorageAccessHolder } from '../credentials/list-storage-access.ts'
import { splitLevels } from '../namespace-path.ts'
import { formatInstant, id, instant } from './schemas.ts'
import { type SecurableName, securableName } from './securable.ts'

interface HolderView {
  readonly id: string
  readonly name: string | null
  readonly issuer: string | null
  readonly subject: string | null
}

interface StorageAccessView {
  readonly id: string
  readonly principal: HolderView
  readonly engine: HolderView | null
  readonly table: SecurableName | null
  readonly tableId: string
  readonly access: 'read' | 'read-write'
  readonly mode: string
  readonly keyId: string | null
  readonly issues: number
  readonly firstIssuedAt: string
  readonly lastIssuedAt: string
  readonly validUntil: string
  readonly renewableUntil: string | null
  readonly lastUsedAt: string | null
  readonly state: 'active' | 'revoked' | 'ended'
  readonly revokedAt: string | null
  readonly endsAt: string
}

const holder: z.ZodType<HolderView> = z
  .strictObject({
    id,
    name: z.string().nullable().describe('Null: the principal was deleted.'),
    issuer: z.string().nullable(),
    subject: z.string().nullable(),
  })
  .meta({ id: 'StorageAccessHolder' })

export const storageAccessView: z.ZodType<StorageAccessView> = z
  .strictObject({
    id: z.string(),
    principal: holder,
    engine: holder.nullable().describe('Engine that received the credential for the principal.'),
    table: securableName.nullable().describe('Current name of the table. Null: it was dropped or removed.'),
    tableId: id,
    access: z.enum(['read', 'read-write']),
    mode: z.string().describe('Vending mode: gateway, sts, static or pass.'),
    keyId: z
      .string()
      .nullable()
      .describe('Public id of the key, as logs of the store contain it. Null: it has none.'),
    issues: z.int().describe('Number of responses that contained the credential.'),
    firstIssuedAt: instant,
    lastIssuedAt: instant.describe(
      'Time of the last response with the credential, written within 30 seconds.',
    ),
    validUntil: instant.describe('Expiry of the credential.'),
    renewableUntil: instant
      .nullable()
      .describe('Time until which the holder can renew it. Null: it is not renewed, or this is unknown.'),
    lastUsedAt: instant
      .nullable()
      .describe(
        'Time of the last request to the storage gateway, written within 30 seconds. Null: none, or the store is used directly.',
      ),
    state: z
      .enum(['active', 'revoked', 'ended'])
      .describe(
        'revoked: it was revoked, or the sessions of its holder were ended. ended: its principal, engine, table or warehouse was disabled or removed.',
      ),
    revokedAt: instant.nullable(),
    endsAt: instant.describe(
      'Latest time at which the credential stops to work: its expiry or, for a revoked credential of the storage gateway, an earlier time. Stores accept a revoked credential until it expires.',
    ),
  })
  .meta({ id: 'StorageAccess' })

export function toStorageAccessView(row: HeldStorageAccess): StorageAccessView {
  return {
    id: row.id,
    principal: toHolderView(row.principal),
    engine: row.engine === null ? null : toHolderView(row.engine),
    table: toTableName(row),
    tableId: row.relationId,
    access: row.permission,
    mode: row.mode,
    keyId: row.keyId,
    issues: row.issues,
    firstIssuedAt: formatInstant(row.firstIssued),
    lastIssuedAt: formatInstant(row.lastIssued),
    validUntil: formatInstant(row.validUntil),
    renewableUntil: row.renewableUntil === null ? null : formatInstant(row.renewableUntil),
    lastUsedAt: row.lastUsed === null ? null : formatInstant(row.lastUsed),
    state: row.state,
    revokedAt: row.revokedAt === null ? null : formatInstant(row.revokedAt),
    endsAt: formatInstant(row.endsAt),
  }
}

function toHolderView({ id, name, issuer, subject }: StorageAccessHolder): HolderView {
  return { id, name, issuer, subject }
}

function toTableName({ warehouse, namespacePath, relation }: HeldStorageAccess): SecurableName | null {
  if (warehouse === null || namespacePath === null || relation === null) return null
  return { warehouse, namespace: splitLevels(namespacePath), relation }
}
