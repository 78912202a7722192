import { join, resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { configFolder } from '../config-folder.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { type ChosenProfile, chooseProfile } from '../profiles/choose-profile.ts'
import { type CredentialSource, findCredential } from './credential.ts'

/** Options that every command accepts. An option that the user did not set is undefined. */
export interface GlobalOptions {
  readonly profile?: string
  readonly url?: string
  readonly credentialFile?: string
  readonly login?: string
  readonly warehouse?: string
  readonly timeout?: number
  readonly json?: boolean
  readonly yes?: boolean
}

/**
 * Value of a setting with its source in words that users know: `--url`, `HEADGATE_URL`, `profile NAME` or `default`.
 */
interface Setting {
  readonly value: string
  readonly source: string
}

/** Server, credential and warehouse that a command uses. */
export interface Settings {
  /** URL of the server, without a trailing slash. */
  readonly url: Setting
  readonly warehouse: Setting
  readonly credential: CredentialSource
  /** Name of the login that the command uses in place of a credential. */
  readonly login: string | undefined
  /** Whether the profile provides the credential or login, which must then be sent only to `url`. */
  readonly isOfProfile: boolean
  readonly profile: ChosenProfile | undefined
  /** Folder of the profiles. */
  readonly folder: string
  /** Folder with the files of stored logins. */
  readonly logins: { readonly folder: string }
  readonly timeoutMs: number
}

const defaults = { url: 'http://127.0.0.1:8181', warehouse: 'lakehouse', timeoutSeconds: 60 } as const

/**
 * Reads the settings of a command. Options take precedence over variables, variables over the profile, and the profile
 * over defaults. A profile that the option `--profile` names takes precedence over variables.
 *
 * @param createsProfile whether the command creates the profile of `--profile` when it does not exist
 */
export function readSettings(
  io: Pick<Io, 'env' | 'cwd'>,
  options: GlobalOptions,
  createsProfile = false,
): Settings {
  if (options.login !== undefined && options.credentialFile !== undefined) {
    throw new CliError(
      exitCode.usage,
      '--login and --credential-file cannot be used together. Use only one of them.',
      {
        next: 'Remove one of the two settings.',
      },
    )
  }
  const folder = configFolder(io)
  const profile = chooseProfile(io, folder, options.profile, createsProfile)
  const sources = { env: io.env, profile }
  const url = checkUrl(choose(sources, 'url', options.url, 'HEADGATE_URL'))
  return {
    url,
    warehouse: choose(sources, 'warehouse', options.warehouse, 'HEADGATE_WAREHOUSE'),
    ...chooseIdentity(io, options, url, profile),
    profile,
    folder,
    logins: { folder: join(folder, 'logins') },
    timeoutMs: (options.timeout ?? defaults.timeoutSeconds) * 1000,
  }
}

interface Sources {
  readonly env: Io['env']
  readonly profile: ChosenProfile | undefined
}

function choose(
  { env, profile }: Sources,
  name: 'url' | 'warehouse',
  fromOption: string | undefined,
  variable: string,
): Setting {
  if (fromOption !== undefined) return { value: fromOption, source: `--${name}` }
  const inVariable = env[variable]
  const inProfile = profile?.profile?.[name]
  const fromProfile = inProfile && { value: inProfile, source: `profile ${profile?.name}` }
  const fromVariable = inVariable && { value: inVariable, source: variable }
  return (
    (profile?.source === '--profile' ? fromProfile || fromVariable : fromVariable || fromProfile) || {
      value: defaults[name],
      source: 'default',
    }
  )
}

/**
 * Chooses the login or the credential that the command uses. An option takes precedence over a variable, for example
 * `--login` over `HEADGATE_CREDENTIAL`.
 */
function chooseIdentity(
  { env, cwd }: Pick<Io, 'env' | 'cwd'>,
  options: GlobalOptions,
  url: Setting,
  chosen: ChosenProfile | undefined,
): Pick<Settings, 'credential' | 'login' | 'isOfProfile'> {
  // The credential of a profile is sent only to the server of the profile.
  const own = chosen?.profile?.url === url.value ? chosen.profile : undefined
  const hasOwn = own?.login !== undefined || own?.credentialFile !== undefined
  const isExplicit = chosen?.source === '--profile'
  const hasOption = options.login !== undefined || options.credentialFile !== undefined
  const hasVariable = ['HEADGATE_LOGIN', 'HEADGATE_CREDENTIAL_FILE', 'HEADGATE_CREDENTIAL'].some(
    (name) => env[name],
  )
  const usesProfile = hasOwn && !hasOption && (isExplicit || !hasVariable)
  const dataDir = env['HEADGATE_DATA_DIR'] || '.headgate'
  const credential = findCredential({
    option: options.credentialFile && resolve(cwd, options.credentialFile),
    profile:
      usesProfile && own?.credentialFile !== undefined
        ? { path: own.credentialFile, source: `profile ${chosen?.name}` }
        : undefined,
    env,
    cwd,
    // The server on this machine wrote the administrator credential, so this credential is used only for a server on
    // this machine.
    local: isLoopback(new URL(url.value).hostname) ? resolve(cwd, dataDir, 'admin-credential') : null,
  })
  if (usesProfile) return { credential, login: own?.login, isOfProfile: true }
  const variable = options.credentialFile === undefined ? env['HEADGATE_LOGIN'] || undefined : undefined
  return { credential, login: options.login ?? variable, isOfProfile: false }
}

function checkUrl({ value, source }: Setting): Setting {
  const url = URL.parse(value)
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.search + url.hash !== ''
  ) {
    throw new CliError(exitCode.usage, `The value of ${source} is not the URL of a server.`, {
      next: 'Write it like https://catalog.example.com, without a user or a query.',
    })
  }
  return { value: url.href.replace(/\/+$/, ''), source }
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
