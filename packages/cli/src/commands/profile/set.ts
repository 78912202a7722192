import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { GlobalOptions } from '../../connection/settings.ts'
import { readCredential } from '../../connection/credential.ts'
import type { Io } from '../../io.ts'
import { details } from '../../output/table.ts'
import { storeProfile } from '../../profiles/store-profile.ts'
import { openSession } from '../../session.ts'

export function registerSet(group: Command, io: Io): void {
  group
    .command('set')
    .description(
      'Creates or changes a profile, with the values of --url, --warehouse, and --login or --credential-file. Secrets stay ' +
        'in the credential file.',
    )
    .argument('<name>')
    .action(async (name: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      // An existing profile provides the values that the options do not set.
      const session = openSession(io, { ...options, profile: name }, true)
      const { credentialFile, login } = options
      // Reads the credential now. Otherwise an invalid file would be reported only by the first command with the
      // profile.
      if (credentialFile !== undefined) readCredential(session.settings.credential)
      const profile = await storeProfile(session, name, {
        login,
        credentialFile: credentialFile && resolve(io.cwd, credentialFile),
      })
      session.out.result({ json: { name, ...toJson(profile) } }, (paint) =>
        details(paint, [['profile', name], ...Object.entries(toJson(profile))]),
      )
    })
}

/** Returns the JSON form of a profile. Values that are not set are null. */
function toJson(profile: Awaited<ReturnType<typeof storeProfile>>): Record<string, string | null> {
  const { url, warehouse = null, login = null, credentialFile = null } = profile
  return { url, warehouse, login, credentialFile }
}
