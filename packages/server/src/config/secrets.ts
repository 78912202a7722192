import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError } from './config-error.ts'
import { Secret } from './secret.ts'

/** Where the master key comes from. `generate`: a file that is made on the first start. */
export type MasterKeySource =
  | { readonly kind: 'value'; readonly secret: Secret }
  | { readonly kind: 'file'; readonly path: string; readonly generate: boolean }

/**
 * A secret from its variable or from the file that stands in its place; null when neither is given.
 *
 * @param setting What names the file, for messages
 * @throws ConfigError when the file cannot be read or is empty
 */
export function secretFrom(value: Secret | null, file: string | null, setting: string): Secret | null {
  if (file === null) return value
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new ConfigError([`The file of ${setting} cannot be read: ${reason(cause)}.`], { cause })
  }
  if (text === '') throw new ConfigError([`The file of ${setting} is empty: ${file}.`])
  return new Secret(text)
}

/**
 * Reads the master key's text; makes one on the first start of an embedded server. Of several that start at once, all
 * get the same one.
 *
 * @throws ConfigError when the file cannot be read or written
 */
export async function readMasterKey(source: MasterKeySource): Promise<Secret> {
  if (source.kind === 'value') return source.secret
  try {
    if (source.generate) await generate(source.path)
    return new Secret((await readFile(source.path, 'utf8')).trim())
  } catch (cause) {
    throw new ConfigError([`The master key in ${source.path} cannot be read: ${reason(cause)}.`], { cause })
  }
}

/** Creates the file complete and flushed to disk, for its owner alone, unless it is there. */
async function generate(path: string): Promise<void> {
  if (await exists(path)) return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`
  {
    await using file = await open(draft, 'wx', 0o600)
    await file.writeFile(`${randomBytes(32).toString('base64')}\n`)
    await file.sync()
  }
  try {
    await link(draft, path)
  } catch (error) {
    if (!(await exists(path))) throw error
  } finally {
    await unlink(draft)
  }
}

async function exists(path: string): Promise<boolean> {
  return await readFile(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      throw error
    },
  )
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
