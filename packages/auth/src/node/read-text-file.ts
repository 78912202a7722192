import { open } from 'node:fs/promises'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'

/** Maximum size of a file. Files with credentials are much smaller. */
const MAX_BYTES = 1 << 20

/**
 * Reads the text of a file.
 *
 * @param from property or environment variable that names the file, for messages
 * @throws AuthError `configuration` when the file cannot be read. The message contains the path, which is not a secret
 */
export async function readTextFile(path: string, from: string, wait: WaitOptions = {}): Promise<string> {
  wait.signal?.throwIfAborted()
  try {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0)
      if (bytesRead > MAX_BYTES) throw new Error('the file is larger than 1 MiB')
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AuthError('configuration', `${from}: ${path} cannot be read: ${why}`, { property: from, cause })
  }
}
