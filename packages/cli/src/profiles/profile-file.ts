import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { openSecretFile } from '../secret-file.ts'

/** Settings for one server. A profile contains no secret, only the path of a credential file or the name of a login. */
export interface Profile {
  /** URL of the server, without a trailing slash. */
  readonly url: string
  readonly warehouse?: string | undefined
  /** Absolute path of the credential file. */
  readonly credentialFile?: string | undefined
  /** Name of the login that commands with the profile use. */
  readonly login?: string | undefined
}

/** All profiles of a user. */
export interface Profiles {
  /** Name of the default profile, or null. Commands use it unless an option or a variable names another profile. */
  readonly current: string | null
  readonly profiles: Readonly<Record<string, Profile>>
}

const profileDecoder: z.ZodType<Profile> = z.object({
  url: z.string(),
  warehouse: z.string().optional(),
  credentialFile: z.string().optional(),
  login: z.string().optional(),
})

const fileDecoder = z.object({
  version: z.literal(1),
  current: z.string().nullable(),
  profiles: z.record(z.string(), profileDecoder),
})

/** Reads the profiles in the configuration folder of the user. Throws `CliError` when their file cannot be read. */
export function readProfiles(folder: string): Profiles {
  const path = profilesPath(folder)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    if (code === 'ENOENT') return { current: null, profiles: {} }
    throw new CliError(exitCode.usage, `The profiles in ${path} cannot be read (${code}).`, { cause })
  }
  const result = fileDecoder.safeParse(parseOrUndefined(text))
  if (result.success) return result.data
  throw new CliError(exitCode.usage, `The file ${path} does not contain profiles.`, {
    next: 'Delete the file, and create the profiles again with `headgate profile set`.',
  })
}

/** Replaces the file of the profiles atomically. Only its owner can read it. */
export async function writeProfiles(folder: string, { current, profiles }: Profiles): Promise<void> {
  await using file = await openSecretFile(folder, profilesPath(folder), 'replace')
  await file.write(`${JSON.stringify({ version: 1, current, profiles }, null, 2)}\n`)
}

/** Throws `CliError` for a profile name that is not valid. */
export function checkProfileName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name)) return
  throw new CliError(exitCode.usage, 'The name of the profile is not valid.', {
    next: 'Use letters, digits, dots, dashes and underscores.',
  })
}

export function noProfile(name: string): CliError {
  return new CliError(exitCode.usage, `There is no profile ${name}.`, {
    next:
      'Use another name. `headgate profile list` lists the profiles. ' +
      `\`headgate login --profile ${name} --url URL\` and \`headgate profile set ${name} --url URL\` create one.`,
  })
}

function profilesPath(folder: string): string {
  return join(folder, 'profiles.json')
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
