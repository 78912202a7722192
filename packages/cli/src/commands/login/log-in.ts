import { loopbackBrowser, type Prompts } from '@headgate/auth'
import { toCliError } from '../../auth/auth-cli-error.ts'
import { authProperties } from '../../auth/auth-properties.ts'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import { type Login, readLogin, writeLogin } from '../../login/login-file.ts'
import { withLoginLock } from '../../login/login-lock.ts'
import { checkLoginTarget } from '../../login/login-target.ts'
import { toLogin, obtain } from '../../login/login-token.ts'
import { openBrowser } from '../../login/open-browser.ts'
import { details } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { visible } from '../../output/visible.ts'
import { storeProfile } from '../../profiles/store-profile.ts'
import type { Session } from '../../session.ts'

export interface LogInOptions {
  readonly issuer?: string
  readonly clientId?: string
  readonly scope?: string
  readonly audience?: string
  readonly resource?: string
  readonly device?: boolean
  readonly redirectUri?: string
  readonly open: boolean
  readonly set?: Readonly<Record<string, string>>
}

const prefix = 'rest.auth.oauth2.'

/** Logs the user in at an identity provider and stores the login on this machine. */
export async function logIn(
  session: Session,
  name: string,
  options: LogInOptions,
  stop: AbortSignal,
): Promise<void> {
  const { io, out, settings } = session
  const { folder } = settings.logins
  const before = await readLogin(folder, name).catch(() => undefined)
  const properties = loginProperties(session, options, before, name)
  const server = chooseServer(session, options, before, name)
  let refreshToken: string | undefined
  const prompts: Prompts = {
    ...createPrompts(session, options),
    keepRefreshToken: (token) => {
      refreshToken = token.reveal()
    },
  }
  const warn = (text: string): void => out.warn(text)
  const token = await obtain(properties, prompts, { env: io.env, warn }, stop).catch((error: unknown) => {
    if (stop.aborted)
      throw new CliError(exitCode.cancelled, 'The login was interrupted. Nothing was changed.')
    throw toCliError(error)
  })
  const login = toLogin(
    {
      version: 1,
      issuer: properties[`${prefix}issuer-url`] ?? '',
      clientId: properties[`${prefix}client-id`] ?? '',
      properties,
      ...(server === undefined ? {} : { server }),
      ...(refreshToken === undefined ? {} : { refreshToken }),
    },
    token,
  )
  await withLoginLock(folder, name, async () => writeLogin(folder, name, login))
  if (settings.profile?.source === '--profile')
    await storeProfile(session, settings.profile.name, { login: name })
  showLogin(session, name, login)
}

/**
 * Returns the properties of token requests. If the options name no issuer and client, the existing login with this
 * name provides the defaults. If they name another issuer or client, the existing properties are not used, so that
 * they are not sent to the wrong issuer.
 */
function loginProperties(
  { io, out }: Session,
  options: LogInOptions,
  before: Login | undefined,
  name: string,
): Record<string, string> {
  const same = before !== undefined && isSame(options)
  const issuer = same ? before.issuer : options.issuer
  const clientId = same ? before.clientId : options.clientId
  if (issuer === undefined || clientId === undefined) {
    throw new CliError(
      exitCode.usage,
      `The saved login ${name} does not name both an issuer and a client id.`,
      {
        next: 'Set --issuer and --client-id. The operator of the identity provider can register a public client.',
      },
    )
  }
  const set = authProperties(io.cwd, options.set === undefined ? {} : { set: options.set }, (text) =>
    out.warn(text),
  )
  const requested = Object.entries({
    scope: options.scope,
    audience: options.audience,
    resource: options.resource,
  }).flatMap(([key, value]) => (value === undefined ? [] : [[`${prefix}${key}`, value] as const]))
  const properties = {
    [`${prefix}scope`]: 'openid offline_access',
    ...(same ? before.properties : {}),
    ...Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)])),
    ...Object.fromEntries(requested),
    'rest.auth.type': 'oauth2',
    [`${prefix}issuer-url`]: issuer,
    [`${prefix}client-id`]: clientId,
    [`${prefix}grant-type`]: options.device === true ? 'device_code' : 'authorization_code',
  }
  if (properties[`${prefix}dpop.enabled` as keyof typeof properties] === 'true') {
    throw new CliError(
      exitCode.usage,
      'The command cannot store a login whose tokens are bound to a key of one process (DPoP).',
      {
        next: `Remove ${prefix}dpop.enabled.`,
      },
    )
  }
  return properties
}

/**
 * Returns the only server that gets the tokens of the login, from `--url` or `--profile`. `HEADGATE_URL` does not
 * limit the login.
 */
function chooseServer(
  { settings: { url, profile } }: Session,
  options: LogInOptions,
  before: Login | undefined,
  name: string,
): string | undefined {
  if (url.source !== '--url' && profile?.source !== '--profile')
    return isSame(options) ? before?.server : undefined
  checkLoginTarget(name, undefined, url.value)
  return new URL(url.value).origin
}

function isSame({ issuer, clientId }: LogInOptions): boolean {
  return issuer === undefined && clientId === undefined
}

function createPrompts({ io }: Session, options: LogInOptions): Prompts {
  // The text is printed with --json too, because the user cannot log in without it.
  const print = (text: string): void => void io.stderr.write(`${text}\n`)
  if (options.device === true) {
    return {
      device: ({ verificationUri, verificationUriComplete, userCode, expiresAt }) => {
        const minutes = Math.max(1, Math.round((expiresAt - Date.now()) / 60_000))
        print(
          `Open ${visible(verificationUri)} and enter the code ${visible(userCode)} within ${minutes} min.`,
        )
        if (verificationUriComplete !== undefined) print(`Or open ${visible(verificationUriComplete)}`)
      },
    }
  }
  return {
    browser: loopbackBrowser({
      ...(options.redirectUri === undefined ? {} : { redirectUri: options.redirectUri }),
      open: (url) => {
        print(`Log in here: ${visible(url)}`)
        if (options.open) openBrowser(url)
      },
    }),
  }
}

function showLogin({ out }: Session, name: string, login: Login): void {
  const { issuer, clientId, server = null, provenance, expiresAt, refreshToken } = login
  const subject = provenance.who?.subject ?? null
  const renewable = refreshToken !== undefined
  const until = new Date(expiresAt).toISOString()
  out.result({ json: { name, issuer, clientId, server, subject, expiresAt: until, renewable } }, (paint) =>
    details(paint, [
      ['login', name],
      ['issuer', issuer],
      ['client', clientId],
      ['server', server ?? 'any'],
      ['subject', subject],
      ['token until', formatTime(until)],
    ]),
  )
  if (!renewable)
    out.warn(
      'The issuer issued no refresh token, so the login ends when its token expires. Check whether the issuer allows the scope offline_access for this client.',
    )
}
