import { mkdir, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Json, JsonObject } from '@headgate/json'
import type { Send, TestResponse, TestServer } from '../server.ts'

/** Sends a request to an operation of the Lance Namespace of the warehouse. */
export type LanceSend = (
  operation: string,
  body?: Json,
  headers?: Readonly<Record<string, string>>,
) => Promise<TestResponse>

/** Returns a function that sends POST requests to paths below the namespace, or GET requests for `GET path`. */
export function lanceSend(send: Send): LanceSend {
  return (operation, body, headers) => {
    const [first = '', second] = operation.split(' ')
    const [method, path] = second === undefined ? ['POST', first] : [first, second]
    return send(method, `/lance/lakehouse/v1/${path}`, body, headers)
  }
}

const manifest = readFileSync(join(import.meta.dirname, '../../../lance/test/format/indexed.manifest'))

/** Writes a manifest, as a client of Lance does, below the directory of the warehouse. Its content is version 4. */
export async function writeVersion(
  { root }: Pick<TestServer, 'root'>,
  location: string,
  name = '18446744073709551611.manifest',
): Promise<void> {
  const folder = location.startsWith('file://') ? location : `${root}/${location}`
  const file = join(new URL(folder).pathname, '_versions', name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, manifest)
}

/**
 * Returns a manifest without columns and rows.
 *
 * @param label text that makes the manifest different from others of the same version
 */
export function manifestOf(version: number, label: string): Buffer {
  const varint: number[] = []
  for (let rest = version; rest > 0 || varint.length === 0; rest = Math.floor(rest / 128))
    varint.push((rest % 128) + (rest >= 128 ? 128 : 0))
  const text = Buffer.from(label)
  const message = Buffer.concat([Buffer.from([3 << 3, ...varint, (12 << 3) | 2, text.length]), text])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(message.length)
  return Buffer.concat([length, message, Buffer.alloc(8), Buffer.from([0, 0, 2, 0]), Buffer.from('LANC')])
}

/** Manifest that a client has written, and with which it can create the version. */
export interface StagedManifest {
  /** Body of the request that creates the version. */
  readonly body: JsonObject & { readonly manifest_path: string }
  readonly bytes: Buffer
}

/** Writes a manifest under another name than its final one, as clients do whose versions the server commits. */
export async function stageVersion(
  location: string,
  version: number,
  label: string,
): Promise<StagedManifest> {
  const file = join(
    new URL(location).pathname,
    '_versions',
    `${2n ** 64n - 1n - BigInt(version)}.manifest-${label}`,
  )
  const bytes = manifestOf(version, label)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
  return {
    body: { version, manifest_path: file.slice(1), manifest_size: bytes.length, naming_scheme: 'V2' },
    bytes,
  }
}

/** Returns the path of the manifest of a version in the naming scheme V2. */
export function manifestPath(location: string, version: number): string {
  return join(new URL(location).pathname, '_versions', `${2n ** 64n - 1n - BigInt(version)}.manifest`)
}

/** Returns the expected response with the error body of the Lance Namespace. */
export function lanceError(status: number, code: number, message?: string | RegExp): object {
  return { status, json: { code, ...(message === undefined ? {} : { error: message }) } }
}

export function locationOf({ json }: TestResponse): string {
  return String((json as { location?: string }).location)
}
