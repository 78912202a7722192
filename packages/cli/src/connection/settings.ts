import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { loginFolder } from '../login/login-folder.ts'
import { type CredentialSource, credentialSource } from './credential.ts'

/** The options that every command takes. Undefined: not written. */
export interface GlobalOptions {
  readonly url?: string
  readonly credentialFile?: string
  readonly login?: string
  readonly warehouse?: string
  readonly timeout?: number
  readonly json?: boolean
  readonly yes?: boolean
}

/** A value and where it comes from, in the reader's words: `--url`, `HEADGATE_URL`, `default`. */
export interface Setting {
  readonly value: string
  readonly source: string
}

/** Which server, as whom, in which warehouse. */
export interface Settings {
  /** Without trailing slash. */
  readonly url: Setting
  readonly warehouse: Setting
  readonly credential: CredentialSource
  /** The login that was named, to be used in the place of the credential. */
  readonly login: string | undefined
  /** Where logins are kept. */
  readonly logins: { readonly folder: string }
  readonly timeoutMs: number
}

const defaults = { url: 'http://127.0.0.1:8181', warehouse: 'lakehouse', timeoutSeconds: 60 } as const

/** Options win over variables, variables over defaults. Nothing is read but the environment. */
export function settingsOf(io: Pick<Io, 'env' | 'cwd'>, options: GlobalOptions): Settings {
  const url = checkedUrl(chosen('--url', options.url, 'HEADGATE_URL', io.env, defaults.url))
  const dataDir = io.env['HEADGATE_DATA_DIR'] || '.headgate'
  if (options.login !== undefined && options.credentialFile !== undefined) {
    throw new CliError(exitCode.usage, '--login and --credential-file name two different callers.', {
      next: 'Leave one of them out.',
    })
  }
  return {
    url,
    warehouse: chosen('--warehouse', options.warehouse, 'HEADGATE_WAREHOUSE', io.env, defaults.warehouse),
    credential: credentialSource({
      option: options.credentialFile && resolve(io.cwd, options.credentialFile),
      env: io.env,
      cwd: io.cwd,
      // The administrator's credential of this machine is for the server on this machine, wherever --url points.
      local: isLoopback(new URL(url.value).hostname) ? resolve(io.cwd, dataDir, 'admin-credential') : null,
    }),
    // What is said on the command line wins over what the environment says.
    login:
      options.login ??
      (options.credentialFile === undefined ? io.env['HEADGATE_LOGIN'] || undefined : undefined),
    logins: { folder: loginFolder(io) },
    timeoutMs: (options.timeout ?? defaults.timeoutSeconds) * 1000,
  }
}

function chosen(
  option: string,
  given: string | undefined,
  variable: string,
  env: Io['env'],
  fallback: string,
): Setting {
  if (given !== undefined) return { value: given, source: option }
  const value = env[variable]
  return value ? { value, source: variable } : { value: fallback, source: 'default' }
}

function checkedUrl({ value, source }: Setting): Setting {
  const url = URL.parse(value)
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.search + url.hash !== ''
  ) {
    throw new CliError(exitCode.usage, `${source} is not the URL of a server.`, {
      next: 'Write it like https://catalog.example.com, without a user or a query.',
    })
  }
  return { value: url.href.replace(/\/+$/, ''), source }
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
