import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Session } from '../session.ts'
import { checkProfileName, type Profile, readProfiles, writeProfiles } from './profile-file.ts'

/**
 * Stores the server and the warehouse of a session as a profile, with a login or the file of a credential, and
 * returns it. An existing profile keeps the values that the options do not set.
 *
 * @throws CliError for a name that is not valid, and for another server without a new identity
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
    throw new CliError(exitCode.usage, `The credential of the profile ${name} is for ${before.url}.`, {
      next: 'Set --credential-file or --login for the other server too.',
    })
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
