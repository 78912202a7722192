import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'

/** Client id and client secret. */
export interface Credential {
  readonly id: string
  readonly secret: string
}

/** Source of a credential. The credential is read only when a request needs it. */
export type CredentialSource =
  | { readonly kind: 'file'; readonly path: string; readonly source: string; readonly optional: boolean }
  | { readonly kind: 'variable'; readonly text: string; readonly source: string }
  | { readonly kind: 'none' }

/**
 * Returns the source of the credential. In the order of precedence: the option `--credential-file`, the profile, the
 * environment variables, and the file `local`, which is null if there is no default file.
 */
export function findCredential(from: {
  readonly option: string | undefined
  /**
   * Credential file of the profile. It is undefined if no profile is used, or if variables take precedence over the
   * profile.
   */
  readonly profile: { readonly path: string; readonly source: string } | undefined
  readonly env: Io['env']
  readonly cwd: string
  readonly local: string | null
}): CredentialSource {
  const { option, profile, env, cwd, local } = from
  if (option !== undefined) return file(option, '--credential-file')
  if (profile !== undefined) return file(profile.path, profile.source)
  const path = env['HEADGATE_CREDENTIAL_FILE']
  if (path) return file(resolve(cwd, path), 'HEADGATE_CREDENTIAL_FILE')
  const text = env['HEADGATE_CREDENTIAL']
  if (text) return { kind: 'variable', text, source: 'HEADGATE_CREDENTIAL' }
  return local === null ? { kind: 'none' } : { ...file(local, 'the data directory'), optional: true }
}

function file(path: string, source: string): Extract<CredentialSource, { kind: 'file' }> {
  return { kind: 'file', path, source, optional: false }
}

/**
 * Reads the credential from its source. Returns null if no credential is set. Requests are then sent without a
 * credential.
 *
 * @throws CliError when the named file cannot be read, or its text is not a credential
 */
export function readCredential(source: CredentialSource): Credential | null {
  if (source.kind === 'none') return null
  if (source.kind === 'variable') return parseCredential(source.text, source.source)
  const text = readText(source)
  return text === null ? null : parseCredential(text, source.path)
}

function readText({ path, source, optional }: Extract<CredentialSource, { kind: 'file' }>): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (optional) return null
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    throw new CliError(exitCode.usage, `The credential file ${path} cannot be read (${reason}).`, {
      next: `${source} names this file. Write one line CLIENT_ID:CLIENT_SECRET to it, and make it readable for your user.`,
      cause,
    })
  }
}

/** Parses a credential in the form `id:secret`. Errors do not quote the text, because it may contain a secret. */
function parseCredential(text: string, where: string): Credential {
  const [, id, secret] = /^([^:\s]+):(\S+)$/.exec(text.trim()) ?? []
  if (id !== undefined && secret !== undefined) return { id, secret }
  throw new CliError(exitCode.usage, `The text in ${where} is not a credential.`, {
    next: 'Write it as one line CLIENT_ID:CLIENT_SECRET.',
  })
}
