import type { Command } from 'commander'
import { type Client, createClient } from './connection/client.ts'
import { type GlobalOptions, type Settings, settingsOf } from './connection/settings.ts'
import type { Io } from './io.ts'
import { loginAnswer } from './login/login-answer.ts'
import { confirm } from './output/confirm.ts'
import { createOutput, type Output } from './output/output.ts'

/** What a command works with. */
export interface Session {
  readonly io: Io
  readonly out: Output
  readonly settings: Settings
  /** Opened when it is first asked for. */
  readonly client: Client
  /** The warehouse of names that name none. */
  readonly warehouse: string
  /** Asks before something is destroyed. Throws unless the answer is yes. */
  readonly confirm: (question: string) => Promise<void>
}

export function openSession(io: Io, options: GlobalOptions): Session {
  const out = createOutput(io, options.json === true)
  const settings = settingsOf(io, options)
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
          : async (target?: string) => loginAnswer({ ...logins, env: io.env, warn }, login, target)
      return (client ??= createClient(settings, warn, token))
    },
    warehouse: settings.warehouse.value,
    confirm: (question) => confirm(io, options.yes === true, question),
  }
}

/**
 * Makes the action of a command from what it does with a session, its arguments and its own options.
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
): (...args: [...Args, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command
    await run(openSession(io, command.optsWithGlobals<GlobalOptions>()), ...(args.slice(0, -1) as Args))
  }
}
