import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { noProfile } from '../../profiles/profile-file.ts'
import { withProfiles } from './with-profiles.ts'

export function registerRemove(group: Command, io: Io): void {
  group
    .command('remove')
    .description('Deletes a profile. Its login and its credential file stay; `headgate logout` ends a login.')
    .argument('<name>')
    .action(
      withProfiles(io, async ({ confirm, current, out, profiles, write }, name: string) => {
        if (!Object.hasOwn(profiles, name)) throw noProfile(name)
        await confirm(`Delete the profile ${name}?`)
        const { [name]: _, ...others } = profiles
        await write({ current: current === name ? null : current, profiles: others })
        out.result({ json: { removed: name } }, () => `The profile ${name} is deleted.`)
      }),
    )
}
