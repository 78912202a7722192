import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CliError } from './cli-error.ts'
import { exitCode } from './exit-code.ts'

/** File for one secret. Only its owner can read the file. If `write` was not called, disposal leaves no file. */
export interface SecretFile extends AsyncDisposable {
  readonly path: string
  /** Writes the secret to the temporary file, flushes it to disk, and renames the temporary file to `path`. */
  write(text: string): Promise<void>
}

/**
 * Opens a temporary file in the folder of a secret file. This shows that the file can be written before the caller
 * creates the secret. Creates missing directories, which only their owner can read.
 *
 * @throws CliError when the temporary file cannot be created, when the path is a directory, and, in mode `new`, when
 * the path already exists, even as a broken link
 */
export async function openSecretFile(
  cwd: string,
  name: string,
  mode: 'new' | 'replace',
): Promise<SecretFile> {
  const path = resolve(cwd, name)
  const existing = await lstat(path).catch(() => null)
  if (existing !== null && (mode === 'new' || existing.isDirectory()))
    throw alreadyExists(path, existing.isDirectory())
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new CliError(exitCode.usage, `${dirname(path)} cannot be created: ${toReason(cause)}.`, { cause })
  })
  // The flag `wx` refuses an existing name, so a link that another user created with this name is not followed.
  const file = await open(draft, 'wx', 0o600).catch((cause: unknown) => {
    throw new CliError(exitCode.usage, `${path} cannot be written: ${toReason(cause)}.`, { cause })
  })
  return {
    path,
    async write(text) {
      await file.writeFile(text)
      await file.sync()
      // Unlike `rename`, `link` never replaces a file that another program has created in the meantime.
      if (mode === 'new') await link(draft, path)
      else await rename(draft, path)
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      await unlink(draft).catch(() => undefined)
    },
  }
}

function alreadyExists(path: string, isDirectory: boolean): CliError {
  return new CliError(exitCode.usage, `The ${isDirectory ? 'directory' : 'file'} ${path} exists already.`, {
    next: 'Nothing was changed. Use another name, or move the existing file or directory.',
  })
}

function toReason(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
}
