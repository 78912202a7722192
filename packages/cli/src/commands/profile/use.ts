import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { noProfile } from '../../profiles/profile-file.ts'
import { withProfiles } from './with-profiles.ts'

export function registerUse(group: Command, io: Io): void {
  group
    .command('use')
    .description(
      'Sets the default profile: commands use it if neither --profile nor HEADGATE_PROFILE is set.',
    )
    .argument('[name]')
    .option('--none', 'use no profile')
    .action(
      withProfiles(
        io,
        async (
          { out, profiles, write },
          name: string | undefined,
          { none = false }: { readonly none?: boolean },
        ) => {
          if ((name === undefined) !== none) {
            throw new CliError(exitCode.usage, 'The command needs either the name of a profile or --none.', {
              next: 'Add the name of a profile, which `headgate profile list` shows, or --none.',
            })
          }
          if (name !== undefined && !Object.hasOwn(profiles, name)) throw noProfile(name)
          await write({ current: name ?? null, profiles })
          out.result({ json: { current: name ?? null } }, () =>
            name === undefined ? 'Commands use no profile.' : `Commands use the profile ${name}.`,
          )
        },
      ),
    )
}
