import type { Io } from '../io.ts'
import { checkProfileName, noProfile, type Profile, readProfiles } from './profile-file.ts'

/** Profile that a command uses, with the option, variable or default that selected it. */
export interface ChosenProfile {
  readonly name: string
  readonly source: '--profile' | 'HEADGATE_PROFILE' | 'headgate profile use'
  /** Stored profile, or undefined if the command creates it. */
  readonly profile: Profile | undefined
}

/**
 * Returns the profile that the option `--profile`, the variable `HEADGATE_PROFILE` or the command `headgate profile
 * use` selected, in this order. Returns undefined if no profile is selected.
 *
 * @param creates whether the command creates the profile when it does not exist
 * @throws CliError when the selected profile does not exist
 */
export function chooseProfile(
  { env }: Pick<Io, 'env'>,
  folder: string,
  option: string | undefined,
  creates: boolean,
): ChosenProfile | undefined {
  const variable = env['HEADGATE_PROFILE']
  const { current, profiles } = readProfiles(folder)
  const name = option ?? (variable || current)
  if (name === null) return undefined
  const source = option !== undefined ? '--profile' : variable ? 'HEADGATE_PROFILE' : 'headgate profile use'
  checkProfileName(name)
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (profile === undefined && !(creates && source === '--profile')) throw noProfile(name)
  return { name, source, profile }
}
