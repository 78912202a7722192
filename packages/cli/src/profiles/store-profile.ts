import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Session } from '../session.ts'
import { checkProfileName, type Profile, readProfiles, writeProfiles } from './profile-file.ts'

/**
 * Stores the server and the warehouse of a session as a profile, with a login or a credential file. Returns the
 * profile. An existing profile keeps the values that the options do not set.
 *
 * @throws CliError for a name that is not valid, and when the server changes but the login or credential file does not
 */
export async function storeProfile(
  { settings, out }: Session,
  name: string,
  identity: Pick<Profile, 'login' | 'credentialFile'>,
): Promise<Profile> {
  checkProfileName(name)
  const { folder, url, warehouse } = settings
  const { current, profiles } = readProfiles(folder)
  const before = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  const isNew = identity.login !== undefined || identity.credentialFile !== undefined
  const hasIdentity = before?.login !== undefined || before?.credentialFile !== undefined
  if (before !== undefined && hasIdentity && !isNew && before.url !== url.value) {
    throw new CliError(
      exitCode.usage,
      `The profile ${name} cannot get another server, because its login or credential is for ${before.url}.`,
      {
        next: 'Also set --credential-file or --login for the other server.',
      },
    )
  }
  const profile: Profile = {
    url: url.value,
    ...(warehouse.source === 'default' ? {} : { warehouse: warehouse.value }),
    ...(isNew ? identity : { login: before?.login, credentialFile: before?.credentialFile }),
  }
  await writeProfiles(folder, { current, profiles: { ...profiles, [name]: profile } })
  if (current !== name) {
    out.note(`Use the profile with --profile ${name}, or always: \`headgate profile use ${name}\`.`)
  }
  return profile
}
