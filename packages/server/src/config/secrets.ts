import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError } from './config-error.ts'
import { Secret } from './secret.ts'

/** Source of the master key. With `generate`, the first start creates the key file. */
export type MasterKeySource =
  | { readonly kind: 'value'; readonly secret: Secret }
  | { readonly kind: 'file'; readonly path: string; readonly generate: boolean }

/**
 * Returns a secret from its setting or from its configured file. Returns null when neither is set.
 *
 * @param fileSetting name of the setting with the path of the file, for error messages
 * @throws ConfigError when the file cannot be read or is empty
 */
export function readSecret(value: Secret | null, file: string | null, fileSetting: string): Secret | null {
  if (file === null) return value
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new ConfigError([`The file of ${fileSetting} cannot be read: ${reason(cause)}.`], { cause })
  }
  if (text === '') throw new ConfigError([`The file of ${fileSetting} is empty: ${file}.`])
  return new Secret(text)
}

/**
 * Reads the text of the master key. The first start of a server with the embedded database creates one. Servers that
 * start at the same time use the same key.
 *
 * @throws ConfigError when the file cannot be read or created
 */
export async function readMasterKey(source: MasterKeySource): Promise<Secret> {
  if (source.kind === 'value') return source.secret
  try {
    if (source.generate) await generateKeyFile(source.path)
    return new Secret((await readFile(source.path, 'utf8')).trim())
  } catch (cause) {
    throw new ConfigError([`The master key in ${source.path} cannot be read or created: ${reason(cause)}.`], {
      cause,
    })
  }
}

/**
 * Creates a file with a random master key, unless the file exists. The file gets its name only after its content is
 * flushed to disk, and only its owner can read it.
 */
async function generateKeyFile(path: string): Promise<void> {
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
