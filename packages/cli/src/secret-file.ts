import { randomBytes } from 'node:crypto'
import { link, open, rename, stat, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from './cli-error.ts'
import { exitCode } from './exit-code.ts'

/** A file for one secret, readable by its owner alone. Disposing of it before `write` leaves nothing behind. */
export interface SecretFile extends AsyncDisposable {
  readonly path: string
  /** Writes the text, flushes it to disk and gives the file its name. */
  write(text: string): Promise<void>
}

/**
 * Opens a draft beside the place, so that it is known that the file can be written before there is a secret.
 *
 * @throws CliError when it cannot, or, in mode `new`, when there is something already
 */
export async function openSecretFile(
  cwd: string,
  name: string,
  mode: 'new' | 'replace',
): Promise<SecretFile> {
  const path = resolve(cwd, name)
  if (mode === 'new' && (await exists(path))) throw taken(path)
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
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

function taken(path: string): CliError {
  return new CliError(exitCode.usage, `There is a file ${path} already.`, {
    next: 'Nothing was done: name another file, or move that one away.',
  })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
}
