import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'

/** A client's id and secret. */
export interface Credential {
  readonly id: string
  readonly secret: string
}

/** Where the credential is to be found; it is read when it is needed. */
export type CredentialSource =
  | { readonly kind: 'file'; readonly path: string; readonly source: string; readonly optional: boolean }
  | { readonly kind: 'variable'; readonly text: string; readonly source: string }
  | { readonly kind: 'none' }

/** `local` is the file that is tried when nothing is said, or null when none may be. */
export function credentialSource(given: {
  readonly option: string | undefined
  readonly env: Io['env']
  readonly cwd: string
  readonly local: string | null
}): CredentialSource {
  const { option, env, cwd, local } = given
  if (option !== undefined) return file(option, '--credential-file')
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
 * Reads the credential. Null: there is none, and the server is asked without.
 *
 * @throws CliError when a file that was named cannot be read, or what is read is no credential
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
      next: `It is named by ${source}, and must hold one line CLIENT_ID:CLIENT_SECRET.`,
      cause,
    })
  }
}

/** One line `id:secret`. What it holds instead is not repeated: it may be half a secret. */
function parseCredential(text: string, where: string): Credential {
  const [, id, secret] = /^([^:\s]+):(\S+)$/.exec(text.trim()) ?? []
  if (id !== undefined && secret !== undefined) return { id, secret }
  throw new CliError(exitCode.usage, `What ${where} holds is no credential.`, {
    next: 'It must be one line CLIENT_ID:CLIENT_SECRET.',
  })
}
