import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { notApplicable } from '../lib/outcome.ts'
import { toTarget, useKeys } from '../refresh/storage-keys.ts'

/** Response to a declared or described table, as far as a client needs it to write files. */
export interface WritableTable {
  readonly location: string
  readonly options: Readonly<Record<string, string>>
}

/** Manifest that a client has written under another name than its final one. */
export interface StagedManifest {
  /** Members of the request that creates the version. */
  readonly body: {
    readonly version: number
    readonly manifest_path: string
    readonly manifest_size: number
    readonly naming_scheme: 'V2'
  }
  readonly bytes: Buffer
}

/** Returns a manifest of a table without columns. The label distinguishes manifests of the same version. */
export function manifestOf(version: number, label: string): Buffer {
  if (version >= 128 || label.length >= 128) throw new RangeError('The version and the label must be small.')
  const message = Buffer.concat([
    Buffer.from([3 << 3, version, (12 << 3) | 2, label.length]),
    Buffer.from(label),
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(message.length)
  return Buffer.concat([length, message, Buffer.alloc(8), Buffer.from([0, 0, 2, 0]), Buffer.from('LANC')])
}

/** Returns the name of the manifest of a version in the naming scheme V2. */
export function manifestName(version: number): string {
  return `${2n ** 64n - 1n - BigInt(version)}.manifest`
}

/** Writes a manifest as a client whose versions the server commits. */
export async function stageManifest(
  table: WritableTable,
  version: number,
  label: string,
): Promise<StagedManifest> {
  const bytes = manifestOf(version, label)
  const location = `${table.location}/_versions/${manifestName(version)}-${label}`
  await writeObject(table, location, bytes)
  const path = location.replace(/^[a-z0-9]+:\/\/[^/]*\//, '')
  return {
    body: { version, manifest_path: path, manifest_size: bytes.length, naming_scheme: 'V2' },
    bytes,
  }
}

/** Writes a file of a table with the credentials of the table, or in a local directory. */
export async function writeObject(
  { options }: WritableTable,
  location: string,
  bytes: Uint8Array,
): Promise<void> {
  if (/^(?:file:\/\/)?\//.test(location)) {
    const file = location.replace(/^file:\/\//, '')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
    return
  }
  const { status, text } = await useKeys(toKeys(options), 'PUT', toTarget(location), bytes)
  if (status !== 200) throw new Error(`The file ${location} was not written: ${status} ${text}`)
}

function toKeys(options: Readonly<Record<string, string>>): Parameters<typeof useKeys>[0] {
  const {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token: sessionToken,
    aws_endpoint: endpoint,
    aws_region: region = 'us-east-1',
  } = options
  if (accessKeyId === undefined || secretAccessKey === undefined || endpoint === undefined)
    return notApplicable('the server issues no keys with which the suite can write')
  return {
    accessKeyId,
    secretAccessKey,
    endpoint,
    region,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
}
