import { randomBytes } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a client credential as one line `id:secret`, for its owner alone (mode 0600). The file is complete or not
 * there: it is written beside its place, flushed to disk and renamed. Nothing of it gets into an error.
 */
export async function writeCredentialFile(
  path: string,
  credential: { readonly clientId: string; readonly clientSecret: string },
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    // `wx` fails on whatever is there, so no link planted under this name is followed.
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

/** Without it the rename itself may be lost with the power. Not every system can. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null)
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}
