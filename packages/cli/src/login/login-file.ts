import { mkdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { openSecretFile } from '../secret-file.ts'

interface StoredParty {
  readonly issuer?: string | undefined
  readonly subject: string
}

/** Stored login of a user, with tokens that are valid only for one issuer and one client. */
export interface Login {
  readonly version: 1
  readonly issuer: string
  readonly clientId: string
  /** Origin of the only server that may receive the tokens of the login. If absent, any server may receive them. */
  readonly server?: string | undefined
  /** Properties of token requests (`rest.auth.oauth2.*`), without secrets. */
  readonly properties: Record<string, string>
  /** Origin of the token: the user, the actors and the way in which it was obtained. */
  readonly provenance: {
    readonly who?: StoredParty | undefined
    readonly actors?: StoredParty[] | undefined
    readonly target?: string | undefined
    readonly obtainedBy: string
    readonly renewableBy: string[]
  }
  readonly refreshToken?: string | undefined
  readonly accessToken: string
  /** Time at which the access token was issued, in epoch milliseconds. */
  readonly obtainedAt: number
  readonly expiresAt: number
}

const party: z.ZodType<StoredParty> = z.object({ issuer: z.string().optional(), subject: z.string() })

const loginDecoder: z.ZodType<Login> = z.object({
  version: z.literal(1),
  issuer: z.string(),
  clientId: z.string(),
  server: z.string().optional(),
  properties: z.record(z.string(), z.string()),
  provenance: z.object({
    who: party.optional(),
    actors: z.array(party).optional(),
    target: z.string().optional(),
    obtainedBy: z.string(),
    renewableBy: z.array(z.string()),
  }),
  refreshToken: z.string().optional(),
  accessToken: z.string(),
  obtainedAt: z.number(),
  expiresAt: z.number(),
})

/** Returns the path of the file of a login. Throws `CliError` for a name that is not valid as a file name. */
export function loginPath(folder: string, name: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name)) return join(folder, `${name}.json`)
  throw new CliError(exitCode.usage, 'The name of the login is not valid.', {
    next: 'Use at most 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit.',
  })
}

/** Reads a login. Returns undefined when it does not exist. Throws `CliError` when its file cannot be read. */
export async function readLogin(folder: string, name: string): Promise<Login | undefined> {
  const path = loginPath(folder, name)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    if (code === 'ENOENT') return undefined
    throw new CliError(exitCode.usage, `The login in ${path} cannot be read (${code}).`, { cause })
  }
  const result = loginDecoder.safeParse(parseOrUndefined(text))
  if (result.success) return result.data
  throw new CliError(exitCode.usage, `The file ${path} does not contain a login.`, {
    next: `\`headgate login ${name}\` creates a new one.`,
  })
}

/** Replaces the file of a login atomically. Only its owner can read it. */
export async function writeLogin(folder: string, name: string, content: Login): Promise<void> {
  const path = loginPath(folder, name)
  await makeFolder(folder)
  await using file = await openSecretFile(folder, path, 'replace')
  await file.write(`${JSON.stringify(content)}\n`)
}

/** Deletes the file of a login. Returns whether it existed. */
export async function deleteLogin(folder: string, name: string): Promise<boolean> {
  const path = loginPath(folder, name)
  return unlink(path).then(
    () => true,
    () => false,
  )
}

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
