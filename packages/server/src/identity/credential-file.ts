import { randomBytes } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a client credential as one line `id:secret`, readable only by its owner (mode 0600). The file is never
 * partial: it is written under a temporary name, flushed to disk and renamed. No error contains the secret.
 */
export async function writeCredentialFile(
  path: string,
  credential: { readonly clientId: string; readonly clientSecret: string },
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    // `wx` fails if the file exists, so the server does not follow a link that was created under this name.
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${credential.clientId}:${credential.clientSecret}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await unlink(draft).catch(() => undefined)
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Flushes a folder to disk, where the system can. Otherwise a power failure can undo the rename. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null)
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}
