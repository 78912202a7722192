import { mkdir, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Json } from '@headgate/json'
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

/** Returns the expected response with the error body of the Lance Namespace. */
export function lanceError(status: number, code: number, message?: string | RegExp): object {
  return { status, json: { code, ...(message === undefined ? {} : { error: message }) } }
}

export function locationOf({ json }: TestResponse): string {
  return String((json as { location?: string }).location)
}
