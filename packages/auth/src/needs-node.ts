import type { WaitOptions } from '@headgate/http'
import { AuthError } from './auth-error.ts'

/**
 * Reads the text of a file of at most 1 MiB.
 *
 * @param from names the file in error messages: a property or an environment variable
 * @throws {AuthError} configuration, when the file cannot be read, and in browsers
 */
export async function readTextFile(path: string, from: string, wait: WaitOptions = {}): Promise<string> {
  refuseInBrowsers(from, 'files')
  return await (await import('./node/read-text-file.ts')).readTextFile(path, from, wait)
}

/**
 * Runs a program and returns what it prints.
 *
 * @param line program and arguments, separated by spaces. Quotes keep spaces in an argument. There is no
 *   shell.
 * @param from property that contains the command
 * @param wait `env` adds variables to the environment of this process
 * @throws {AuthError} configuration, when the program cannot be started, and in browsers; unavailable, when
 *   it fails
 */
export async function runCommand(
  line: string,
  from: string,
  wait: WaitOptions & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  refuseInBrowsers(from, 'programs to run')
  return await (await import('./node/run-command.ts')).runCommand(line, from, wait)
}

/**
 * Refuses a feature that needs Node, Bun or Deno.
 *
 * @param from property that needs the feature
 * @param missing names what browsers do not have, in the plural: `files`
 * @throws {AuthError} configuration
 */
export function refuseInBrowsers(from: string, missing: string): void {
  if (globalThis.process?.versions?.node === undefined) throw missingInBrowsers(from, missing)
}

/** Returns the error that `refuseInBrowsers` throws: a feature needs something that browsers do not have. */
export function missingInBrowsers(from: string, missing: string): AuthError {
  return new AuthError(
    'configuration',
    `${from}: browsers have no ${missing}. Use another property or another provider, or Node, Bun or Deno`,
    { property: from },
  )
}
