import type { Command } from 'commander'
import { type Client, createClient } from './connection/client.ts'
import { type GlobalOptions, type Settings, readSettings } from './connection/settings.ts'
import type { Io } from './io.ts'
import { loginTokenResponse } from './login/token-response.ts'
import { confirm } from './output/confirm.ts'
import { createOutput, type Output } from './output/output.ts'

/** Client, output and settings that one command uses. */
export interface Session {
  readonly io: Io
  readonly out: Output
  readonly settings: Settings
  /** Client of the server, created on first access. */
  readonly client: Client
  /** Warehouse that applies to names without a warehouse. */
  readonly warehouse: string
  /** Asks the user to confirm a deletion. Throws unless the user confirms it. */
  readonly confirm: (question: string) => Promise<void>
}

/** @param createsProfile whether the command creates the profile of `--profile` when it does not exist */
export function openSession(io: Io, options: GlobalOptions, createsProfile = false): Session {
  const out = createOutput(io, options.json === true)
  const settings = readSettings(io, options, createsProfile)
  const warn = (text: string): void => out.warn(text)
  let client: Client | undefined
  return {
    io,
    out,
    settings,
    get client() {
      const { login, logins } = settings
      const token =
        login === undefined
          ? undefined
          : async (target?: string) => loginTokenResponse({ ...logins, env: io.env, warn }, login, target)
      return (client ??= createClient(settings, warn, token))
    },
    warehouse: settings.warehouse.value,
    confirm: (question) => confirm(io, options.yes === true, question),
  }
}

/**
 * Returns a command action that opens a session, and calls `run` with the session and the arguments and options of the
 * command.
 *
 * @example
 * ```ts
 * group.command('delete').argument('<role>').action(
 *   inSession(io, async ({ client }, role: string) => { await client.send({ method: 'DELETE', path: path`…/${role}` }) }),
 * )
 * ```
 */
export function inSession<Args extends unknown[]>(
  io: Io,
  run: (session: Session, ...args: Args) => Promise<void>,
  { createsProfile = false }: { readonly createsProfile?: boolean } = {},
): (...args: [...Args, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command
    const session = openSession(io, command.optsWithGlobals<GlobalOptions>(), createsProfile)
    await run(session, ...(args.slice(0, -1) as Args))
  }
}
