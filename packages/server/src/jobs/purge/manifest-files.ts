import type { Readable } from 'node:stream'
import { isHeadgateError } from '@headgate/errors'
import type { Storage } from '@headgate/storage'
import { AvroError } from '../avro/avro-error.ts'
import { readContainer } from '../avro/container.ts'
import type { AvroValue } from '../avro/schema-reader.ts'

/**
 * Outcome of a read. `missing`: the file does not exist. An earlier run deleted the file after all files that this file
 * names. `unreadable`: the file is not a manifest, or is a manifest of an unknown kind, such as an encrypted manifest.
 */
export type ManifestReading = 'read' | 'missing' | 'unreadable'

type Take = (paths: readonly string[]) => Promise<void>

const listFields: ReadonlySet<string> = new Set(['manifest_path'])
const entryFields: ReadonlySet<string> = new Set(['status', 'data_file', 'file_path'])
const deletedStatus = 2

/** Yields the manifests that a manifest list names, some hundred at a time. */
export function readManifestList(
  storage: Storage,
  location: string,
  signal: AbortSignal,
  take: Take,
): Promise<ManifestReading> {
  return readPaths(storage, location, signal, listFields, readManifestPath, take)
}

/**
 * Yields the files that a manifest names as live: data files, delete files, and the Puffin files of deletion vectors.
 * Entries with status deleted belong to earlier snapshots.
 */
export function readManifest(
  storage: Storage,
  location: string,
  signal: AbortSignal,
  take: Take,
): Promise<ManifestReading> {
  return readPaths(storage, location, signal, entryFields, readLivePath, take)
}

async function readPaths(
  storage: Storage,
  location: string,
  signal: AbortSignal,
  fields: ReadonlySet<string>,
  readPath: (record: AvroValue) => string | null,
  take: Take,
): Promise<ManifestReading> {
  let body: Readable
  try {
    body = (await storage.get(location, { signal })).body
  } catch (error) {
    if (isHeadgateError(error, 'no-such-file')) return 'missing'
    if (isHeadgateError(error, 'bad-request')) return 'unreadable'
    throw error
  }
  try {
    for await (const records of readContainer(body, fields)) {
      signal.throwIfAborted()
      await take(records.map(readPath).filter((path) => path !== null))
    }
    return 'read'
  } catch (error) {
    if (error instanceof AvroError) return 'unreadable'
    throw error
  } finally {
    body.destroy()
  }
}

function readManifestPath(record: AvroValue): string {
  const path = readField(record, 'manifest_path')
  if (typeof path !== 'string') throw new AvroError('is not a manifest list')
  return path
}

function readLivePath(record: AvroValue): string | null {
  const status = readField(record, 'status')
  const path = readField(readField(record, 'data_file'), 'file_path')
  if (typeof status !== 'number' || typeof path !== 'string') throw new AvroError('is not a manifest')
  return status === deletedStatus ? null : path
}

function readField(record: AvroValue | undefined, name: string): AvroValue | undefined {
  return typeof record === 'object' && record !== null ? record[name] : undefined
}
