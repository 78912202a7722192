import type { Prompts } from '@headgate/auth'
import { loopbackBrowser } from '@headgate/auth/node'
import { authCliError } from '../../auth/auth-cli-error.ts'
import { authProperties } from '../../auth/auth-properties.ts'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import { type Login, readLogin, writeLogin } from '../../login/login-file.ts'
import { withLoginLock } from '../../login/login-lock.ts'
import { checkLoginTarget } from '../../login/login-target.ts'
import { loginOf, obtain } from '../../login/login-token.ts'
import { openBrowser } from '../../login/open-browser.ts'
import { details } from '../../output/table.ts'
import { moment } from '../../output/times.ts'
import { visible } from '../../output/visible.ts'
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

/** Lets a person log in, and keeps what came of it. */
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
  const server = serverOf(session, options, before, name)
  let refreshToken: string | undefined
  const prompts: Prompts = {
    ...promptsOf(session, options),
    keepRefreshToken: (token) => {
      refreshToken = token.reveal()
    },
  }
  const warn = (text: string): void => out.warn(text)
  const token = await obtain(properties, prompts, { env: io.env, warn }, stop).catch((error: unknown) => {
    if (stop.aborted)
      throw new CliError(exitCode.cancelled, 'The login was not finished; nothing was changed.')
    throw authCliError(error)
  })
  const login = loginOf(
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
  tell(session, name, login)
}

/** What was said before is said again by its name alone; another issuer or client makes a login of its own. */
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
    throw new CliError(exitCode.usage, `It is not known where ${name} logs in.`, {
      next: 'Say it with --issuer and --client-id; ask whoever runs the identity provider for a public client.',
    })
  }
  const set = authProperties(io.cwd, options.set === undefined ? {} : { set: options.set }, (text) =>
    out.warn(text),
  )
  const given = Object.entries({
    scope: options.scope,
    audience: options.audience,
    resource: options.resource,
  }).flatMap(([key, value]) => (value === undefined ? [] : [[`${prefix}${key}`, value] as const]))
  const properties = {
    [`${prefix}scope`]: 'openid offline_access',
    ...(same ? before.properties : {}),
    ...Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)])),
    ...Object.fromEntries(given),
    'rest.auth.type': 'oauth2',
    [`${prefix}issuer-url`]: issuer,
    [`${prefix}client-id`]: clientId,
    [`${prefix}grant-type`]: options.device === true ? 'device_code' : 'authorization_code',
  }
  if (properties[`${prefix}dpop.enabled` as keyof typeof properties] === 'true') {
    throw new CliError(exitCode.usage, 'A login that is kept cannot be bound to a key of one process.', {
      next: `Leave out ${prefix}dpop.enabled.`,
    })
  }
  return properties
}

/** What `--url` says, and no variable: that is where commands go, not what the login is for. */
function serverOf(
  { settings: { url } }: Session,
  options: LogInOptions,
  before: Login | undefined,
  name: string,
): string | undefined {
  if (url.source !== '--url') return isSame(options) ? before?.server : undefined
  checkLoginTarget(name, undefined, url.value)
  return new URL(url.value).origin
}

function isSame({ issuer, clientId }: LogInOptions): boolean {
  return issuer === undefined && clientId === undefined
}

function promptsOf({ io }: Session, options: LogInOptions): Prompts {
  // Always told, also with --json: nobody can log in without.
  const say = (text: string): void => void io.stderr.write(`${text}\n`)
  if (options.device === true) {
    return {
      device: ({ verificationUri, verificationUriComplete, userCode, expiresAt }) => {
        const minutes = Math.max(1, Math.round((expiresAt - Date.now()) / 60_000))
        say(`Open ${visible(verificationUri)} and enter the code ${visible(userCode)} within ${minutes} min.`)
        if (verificationUriComplete !== undefined) say(`Or open ${visible(verificationUriComplete)}`)
      },
    }
  }
  return {
    browser: loopbackBrowser({
      ...(options.redirectUri === undefined ? {} : { redirectUri: options.redirectUri }),
      open: (url) => {
        say(`Log in here: ${visible(url)}`)
        if (options.open) openBrowser(url)
      },
    }),
  }
}

function tell({ out }: Session, name: string, login: Login): void {
  const { issuer, clientId, server = null, provenance, expiresAt, refreshToken } = login
  const subject = provenance.who?.subject ?? null
  const renewable = refreshToken !== undefined
  const until = new Date(expiresAt).toISOString()
  out.answer({ json: { name, issuer, clientId, server, subject, expiresAt: until, renewable } }, (paint) =>
    details(paint, [
      ['login', name],
      ['issuer', issuer],
      ['client', clientId],
      ['server', server ?? 'any'],
      ['subject', subject],
      ['token until', moment(until)],
    ]),
  )
  if (!renewable)
    out.warn('the issuer gave no refresh token: the login ends with its token. Is offline_access allowed?')
}
