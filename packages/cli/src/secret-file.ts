import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CliError } from './cli-error.ts'
import { exitCode } from './exit-code.ts'

/** A file for one secret, readable by its owner alone. Disposing of it before `write` leaves nothing behind. */
export interface SecretFile extends AsyncDisposable {
  readonly path: string
  /** Writes the text, flushes it to disk and gives the file its name. */
  write(text: string): Promise<void>
}

/**
 * Opens a draft beside the place, so that it is known that the file can be written before there is a secret. Creates
 * missing directories for their owner alone.
 *
 * @throws CliError when it cannot, or when there is something already that it would not replace: a directory, or in mode
 * `new` anything, a link that leads nowhere too
 */
export async function openSecretFile(
  cwd: string,
  name: string,
  mode: 'new' | 'replace',
): Promise<SecretFile> {
  const path = resolve(cwd, name)
  const there = await lstat(path).catch(() => null)
  if (there !== null && (mode === 'new' || there.isDirectory())) throw taken(path, there.isDirectory())
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new CliError(exitCode.usage, `${dirname(path)} cannot be created: ${reasonOf(cause)}.`, { cause })
  })
  // `wx` fails on whatever is there, so no link planted under this name is followed.
  const file = await open(draft, 'wx', 0o600).catch((cause: unknown) => {
    throw new CliError(exitCode.usage, `${path} cannot be written: ${reasonOf(cause)}.`, { cause })
  })
  return {
    path,
    async write(text) {
      await file.writeFile(text)
      await file.sync()
      // Unlike a rename, a link never replaces what somebody put there meanwhile.
      if (mode === 'new') await link(draft, path)
      else await rename(draft, path)
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      await unlink(draft).catch(() => undefined)
    },
  }
}

function taken(path: string, isDirectory: boolean): CliError {
  return new CliError(exitCode.usage, `There is a ${isDirectory ? 'directory' : 'file'} ${path} already.`, {
    next: 'Nothing was done: name another file, or move that one away.',
  })
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
}
