import { open } from 'node:fs/promises'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'

/** Files with credentials are small. */
const MAX_BYTES = 1 << 20

/**
 * The text of a file.
 *
 * @param from What names the file, for messages: a property, an environment variable.
 * @throws AuthError when it cannot be read. Its message names the file: paths are no secrets.
 */
export async function readTextFile(path: string, from: string, wait: WaitOptions = {}): Promise<string> {
  wait.signal?.throwIfAborted()
  try {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0)
      if (bytesRead > MAX_BYTES) throw new Error('it has more than 1 MiB')
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AuthError('configuration', `${from}: ${path} cannot be read: ${why}`, { property: from, cause })
  }
}
