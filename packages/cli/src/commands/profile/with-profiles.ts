import type { Command } from 'commander'
import { configFolder } from '../../config-folder.ts'
import type { GlobalOptions } from '../../connection/settings.ts'
import type { Io } from '../../io.ts'
import { confirm } from '../../output/confirm.ts'
import { createOutput, type Output } from '../../output/output.ts'
import { type Profiles, readProfiles, writeProfiles } from '../../profiles/profile-file.ts'

/** Context of a command that changes or lists the profiles of the user. */
export interface ProfileSession extends Profiles {
  readonly out: Output
  /** Asks the user to confirm a deletion. Throws unless the user confirms it. */
  readonly confirm: (question: string) => Promise<void>
  readonly write: (profiles: Profiles) => Promise<void>
}

/**
 * Returns the action of a command that manages profiles and sends no request. Unlike `inSession`, the action also
 * works if the chosen profile does not exist, so that the user can choose another profile.
 */
export function withProfiles<Args extends unknown[]>(
  io: Io,
  run: (session: ProfileSession, ...args: Args) => Promise<void>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command
    const { json, yes } = command.optsWithGlobals<GlobalOptions>()
    const folder = configFolder(io)
    const session = {
      ...readProfiles(folder),
      out: createOutput(io, json === true),
      confirm: (question: string) => confirm(io, yes === true, question),
      write: (profiles: Profiles) => writeProfiles(folder, profiles),
    }
    await run(session, ...(args.slice(0, -1) as Args))
  }
}
