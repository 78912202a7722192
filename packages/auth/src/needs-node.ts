import type { WaitOptions } from '@headgate/http'
import { AuthError } from './auth-error.ts'

/**
 * The text of a small file, where there are files.
 *
 * @param from What names the file, for messages: a property, an environment variable.
 * @throws AuthError `configuration`, when it cannot be read, and in browsers
 */
export async function readTextFile(path: string, from: string, wait: WaitOptions = {}): Promise<string> {
  refuseInBrowsers(from, 'files')
  return await (await import('./node/read-text-file.ts')).readTextFile(path, from, wait)
}

/**
 * What a program prints, where there are programs.
 *
 * @param line The program and its arguments; quotes hold words together, there is no shell.
 * @param from The property that names it.
 * @param wait `env` are variables beside those of this process.
 * @throws AuthError `configuration`, when it cannot be started, and in browsers; `unavailable`, when it fails
 */
export async function runCommand(
  line: string,
  from: string,
  wait: WaitOptions & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  refuseInBrowsers(from, 'programs to run')
  return await (await import('./node/run-command.ts')).runCommand(line, from, wait)
}

/** @throws AuthError where this is neither Node nor Bun nor Deno */
export function refuseInBrowsers(from: string, what: string): void {
  if (globalThis.process?.versions?.node !== undefined) return
  const fix = 'configure it in another way here, or use Node, Bun or Deno'
  throw new AuthError('configuration', `${from}: a browser has no ${what}: ${fix}`, { property: from })
}
