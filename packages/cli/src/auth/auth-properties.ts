import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Properties } from '@headgate/auth'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'

/** Options of a command that configure authentication. */
export interface AuthOptions {
  readonly auth?: string
  readonly set?: Readonly<Record<string, string>>
  readonly properties?: string
}

/**
 * Returns the authentication properties from the options `--auth`, `--set` and `--properties`. The first two override
 * properties of the file that `--properties` names.
 *
 * @throws CliError for a file that cannot be read, and for a secret on the command line, where every program on the
 * machine can read it
 */
export function authProperties(cwd: string, options: AuthOptions, warn: (text: string) => void): Properties {
  const set = options.set ?? {}
  const shown = Object.keys(set).find(isSecret)
  if (shown !== undefined) {
    throw new CliError(
      exitCode.usage,
      `The property ${shown} is a secret. Other users of the machine can read it on the command line.`,
      {
        next: 'Write it to a file with mode 0600, and name the file with --properties.',
      },
    )
  }
  const file = options.properties === undefined ? {} : readProperties(resolve(cwd, options.properties), warn)
  return { ...file, ...set, ...(options.auth === undefined ? {} : { 'rest.auth.type': options.auth }) }
}

/**
 * Returns whether a property contains a secret. The name of the property decides, because plug-ins add properties that
 * this program does not know.
 */
export function isSecret(name: string): boolean {
  if (/(-file|-path|-type|-uri|-url|-id|-ms|-enabled)$/i.test(name)) return false
  return /secret|password|cookie|private-key|token$|assertion$|credential$|credentials-json$|(^|[.-])key$|authorization$/i.test(
    name,
  )
}

/** Reads lines `name=value`. Skips empty lines and lines that begin with `#`. */
export function readProperties(path: string, warn: (text: string) => void): Record<string, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      warn(`Other users of this machine can read ${path}. If it contains a secret, run chmod 600.`)
    }
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    throw new CliError(exitCode.usage, `The properties file ${path} cannot be read (${reason}).`, { cause })
  }
  const entries = text.split(/\r?\n/).flatMap((line, index): [string, string][] => {
    if (/^\s*(#|$)/.test(line)) return []
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) return [[name, value]]
    throw new CliError(exitCode.usage, `Line ${index + 1} of ${path} is not a property.`, {
      next: 'Write each line as NAME=VALUE.',
    })
  })
  return Object.fromEntries(entries)
}
