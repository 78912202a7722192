import { mkdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { openSecretFile } from '../secret-file.ts'

interface KeptParty {
  readonly issuer?: string | undefined
  readonly subject: string
}

/** A person’s login: one refresh token, bound to the issuer and the client it came from. */
export interface Login {
  readonly version: 1
  readonly issuer: string
  readonly clientId: string
  /** Origin of the one server that its tokens go to; absent: to any. */
  readonly server?: string | undefined
  /** How tokens are asked for: `rest.auth.oauth2.*` without secrets. */
  readonly properties: Record<string, string>
  /** Whose it is and how it may be renewed: that never changes. */
  readonly provenance: {
    readonly who?: KeptParty | undefined
    readonly actors?: KeptParty[] | undefined
    readonly target?: string | undefined
    readonly obtainedBy: string
    readonly renewableBy: string[]
  }
  readonly refreshToken?: string | undefined
  readonly accessToken: string
  /** Epoch milliseconds. */
  readonly obtainedAt: number
  readonly expiresAt: number
}

const party: z.ZodType<KeptParty> = z.object({ issuer: z.string().optional(), subject: z.string() })

const login: z.ZodType<Login> = z.object({
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

/** @throws CliError for a name that cannot be one of a file */
export function loginPath(folder: string, name: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name)) return join(folder, `${name}.json`)
  throw new CliError(exitCode.usage, 'A login cannot be called that.', {
    next: 'Use letters, digits, dots, dashes and underscores.',
  })
}

/** Undefined: there is none of that name. @throws CliError when it cannot be read */
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
  const result = login.safeParse(jsonOf(text))
  if (result.success) return result.data
  throw new CliError(exitCode.usage, `What ${path} holds is no login.`, {
    next: `\`headgate login ${name}\` makes a new one.`,
  })
}

/** Replaces the login of that name at once, readable by its owner alone. */
export async function writeLogin(folder: string, name: string, content: Login): Promise<void> {
  const path = loginPath(folder, name)
  await makeFolder(folder)
  await using file = await openSecretFile(folder, path, 'replace')
  await file.write(`${JSON.stringify(content)}\n`)
}

/** @returns whether there was one */
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

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
