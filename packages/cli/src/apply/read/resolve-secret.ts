import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Io } from '../../io.ts'
import type { SecretReference } from '../document/secret-reference.ts'

/** Secret, or the reason why its environment variable or file contains none. */
export type ResolvedSecret = { readonly secret: string } | { readonly missing: string }

/** Reads a secret from an environment variable or a file. Removes white space at the start and the end of a file. */
export function resolveSecret(
  { env }: Pick<Io, 'env'>,
  reference: SecretReference,
  folder: string,
): ResolvedSecret {
  if ('env' in reference) {
    const value = env[reference.env]
    return value ? { secret: value } : { missing: `the environment variable ${reference.env} is not set` }
  }
  const path = resolve(folder, reference.file)
  try {
    const text = readFileSync(path, 'utf8').trim()
    return text === '' ? { missing: `the file ${path} is empty` } : { secret: text }
  } catch {
    return { missing: `the file ${path} cannot be read` }
  }
}

/** Returns a client secret from a text that contains either only the secret or `CLIENT_ID:CLIENT_SECRET`. */
export function withoutClientId(text: string, clientId: string): string {
  return text.startsWith(`${clientId}:`) ? text.slice(clientId.length + 1) : text
}
