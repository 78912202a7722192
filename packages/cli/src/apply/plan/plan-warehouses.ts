import type { S3Storage, Storage, Warehouse, WarehouseChange } from '../../management/generated/schemas.ts'
import { createWarehouse, updateWarehouse } from '../../management/generated/warehouses.ts'
import { mapBounded } from '../map-bounded.ts'
import type { SecretReference } from '../document/secret-reference.ts'
import type { S3StorageEntry, StorageEntry, WarehouseEntry } from '../document/warehouse-entry.ts'
import type { Sourced } from '../read/merge-documents.ts'
import { resolveSecret } from '../read/resolve-secret.ts'
import { compareStorage } from './compare-storage.ts'
import { checkOwner, keptOwner } from './owner.ts'
import { maxParallel, type PlanContext } from './plan-context.ts'
import { createdItem, type PlannedChange, plannedItem, type PlannedItem } from './planned-item.ts'
import { settingsChange } from './warehouse-settings.ts'

type Entry = Sourced<WarehouseEntry>

/** Plans the creation of warehouses and the changes of their settings. */
export function planWarehouses(context: PlanContext): Promise<PlannedItem[]> {
  return mapBounded(context.desired.warehouses, maxParallel, (entry) => planWarehouse(context, entry))
}

async function planWarehouse(context: PlanContext, entry: Entry): Promise<PlannedItem> {
  const existing = await context.server.warehouse(entry.name)
  if (existing !== null) return planChanges(context, entry, existing)
  await checkOwner(context, entry)
  return createdItem('warehouse', entry.name, [create(context, entry)])
}

function create(context: PlanContext, entry: Entry): PlannedChange {
  const { source, storage, ...settings } = entry
  if (storage === undefined)
    context.problems.push(
      `${source.at}: the warehouse ${entry.name} does not exist, or you do not manage it, and the document has no storage for it`,
    )
  const keys = storage?.type === 's3' ? resolveKeys(context, entry, storage) : {}
  return {
    stage: 'warehouses',
    text: 'create',
    send: () =>
      createWarehouse(context.session.client, {
        body: { ...settings, storage: toStorage(storage, keys), skipProbe: context.options.skipProbe },
      }),
  }
}

function planChanges(context: PlanContext, entry: Entry, existing: Warehouse): PlannedItem {
  const { name, source, storage } = entry
  const { client } = context.session
  const send = (text: string, body: WarehouseChange, depth: number): PlannedChange => ({
    stage: 'settings',
    depth,
    text,
    send: () => updateWarehouse(client, { warehouse: name, body }),
  })
  const changes: PlannedChange[] = []
  if (storage !== undefined) {
    const accessKeyId = storage.type === 's3' ? findAccessKeyId(context, entry, storage) : undefined
    const { fixed, store, fileMode, keys } = compareStorage(storage, existing, accessKeyId)
    for (const each of fixed)
      context.problems.push(
        `${source.at}: the storage of a warehouse does not change, and that of ${name} differs: ${each}`,
      )
    // The server accepts a change of the store name only in a request without other changes.
    if (store !== undefined) changes.push(send(`set storage.store to ${store}`, { store }, 0))
    if (fileMode !== undefined) changes.push(send(`set storage.fileMode to ${fileMode}`, { fileMode }, 1))
    if (keys && storage.type === 's3') {
      const storageKeys = resolveKeys(context, entry, storage)
      changes.push(send('set storage keys', { storageKeys, skipProbe: context.options.skipProbe }, 2))
    }
  }
  const { texts, body, kept } = settingsChange(entry, existing)
  if (texts.length > 0) changes.push(send(texts.join(', '), body, 3))
  return plannedItem('warehouse', name, changes, [...kept, ...keptOwner(entry, existing)])
}

type StorageKeys = Pick<S3Storage, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>

/**
 * Reads the storage keys from the document and from the environment variables and files that it names. Records each
 * missing variable or file as a missing secret.
 */
function resolveKeys(context: PlanContext, entry: Entry, storage: S3StorageEntry): StorageKeys {
  const { accessKeyId, secretAccessKey, sessionToken } = storage
  const read = (label: string, reference: SecretReference | undefined): string | undefined => {
    if (reference === undefined) return undefined
    const resolved = resolveSecret(context.session.io, reference, entry.source.folder)
    if ('secret' in resolved) return resolved.secret
    context.missingSecrets.push(`${label} of warehouse ${entry.name}: ${resolved.missing}`)
    return undefined
  }
  return {
    accessKeyId: typeof accessKeyId === 'string' ? accessKeyId : read('accessKeyId', accessKeyId),
    secretAccessKey: read('secretAccessKey', secretAccessKey),
    sessionToken: read('sessionToken', sessionToken),
  }
}

/**
 * Returns the access key id of the storage in a document. Returns undefined if the document contains none, or if the
 * environment variable or file that it names is missing.
 */
function findAccessKeyId(
  { session }: PlanContext,
  { source }: Entry,
  storage: S3StorageEntry,
): string | undefined {
  const { accessKeyId } = storage
  if (accessKeyId === undefined || typeof accessKeyId === 'string') return accessKeyId
  const resolved = resolveSecret(session.io, accessKeyId, source.folder)
  return 'secret' in resolved ? resolved.secret : undefined
}

function toStorage(storage: StorageEntry | undefined, keys: StorageKeys): Storage {
  // The problem is already recorded, and a plan with problems is never run.
  if (storage === undefined) throw new Error('the plan contains a new warehouse without storage settings')
  if (storage.type === 'file') return storage
  const { accessKeyId, secretAccessKey, sessionToken } = keys
  return { ...storage, accessKeyId, secretAccessKey, sessionToken }
}
