import { AuthRegistry, keepIdentity, type Prompts, type Provenance, type Token } from '@headgate/auth'
import { toCliError } from '../auth/auth-cli-error.ts'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { type Login, readLogin, writeLogin } from './login-file.ts'
import { withLoginLock } from './login-lock.ts'

export interface LoginContext {
  readonly folder: string
  readonly env: Io['env']
  readonly warn: (text: string) => void
}

/**
 * Time in ms before its expiry at which a token is renewed. A token is never renewed in the first half of its
 * lifetime.
 */
const aheadMs = 60_000

const prefix = 'rest.auth.oauth2.'

/**
 * Returns a login with a valid access token, and renews the token if necessary. If several processes need a new token,
 * one of them renews it, and the others read it from the file.
 *
 * @param refused Access token that a server refused. It is renewed even if it has not expired
 * @throws CliError when the login does not exist or has ended
 */
export async function loginToken(context: LoginContext, name: string, refused?: string): Promise<Login> {
  const { folder } = context
  const stored = await readLogin(folder, name)
  if (stored === undefined) throw noLogin(name)
  if (!isDue(stored, refused)) return stored
  return withLoginLock(folder, name, async () => {
    const current = (await readLogin(folder, name)) ?? stored
    if (!isDue(current, refused)) return current
    return await renew(context, name, current)
  })
}

function isDue({ accessToken, obtainedAt, expiresAt }: Login, refused: string | undefined): boolean {
  const ahead = Math.min(aheadMs, (expiresAt - obtainedAt) / 2)
  return accessToken === refused || Date.now() >= expiresAt - ahead
}

async function renew(context: LoginContext, name: string, before: Login): Promise<Login> {
  const { refreshToken } = before
  if (refreshToken === undefined) throw hasEnded(name, 'the issuer issued no refresh token')
  let latest = before
  try {
    const token = await obtain(
      { ...before.properties, [`${prefix}refresh-token`]: refreshToken },
      {
        // The new refresh token is stored before the new access token is used, because the issuer may have invalidated
        // the old refresh token.
        keepRefreshToken: async (secret) => {
          latest = { ...latest, refreshToken: secret.reveal() }
          await writeLogin(context.folder, name, latest)
        },
      },
      context,
    )
    const next = toLogin(latest, token)
    keepIdentity(before.provenance as Provenance, next.provenance as Provenance)
    await writeLogin(context.folder, name, next)
    return next
  } catch (error) {
    const converted = toCliError(error)
    if (converted instanceof CliError) throw converted.withNext(`\`headgate login ${name}\` logs in again.`)
    throw converted
  }
}

/**
 * Returns a copy of a login with a new access token. If the token response does not name the user, the user remains
 * the same (RFC 6749 section 6).
 */
export function toLogin(
  login: Omit<Login, 'accessToken' | 'obtainedAt' | 'expiresAt' | 'provenance'> & Partial<Login>,
  token: Token,
): Login {
  const {
    who = login.provenance?.who,
    actors,
    ...rest
  } = token.provenance ?? {
    obtainedBy: 'refresh_token',
    renewableBy: ['refresh_token'],
  }
  const now = Date.now()
  return {
    ...login,
    accessToken: token.value.reveal(),
    obtainedAt: now,
    expiresAt: token.expiresAt ?? now + 3_600_000,
    provenance: {
      ...rest,
      renewableBy: [...rest.renewableBy],
      ...(who === undefined ? {} : { who: { ...who } }),
      ...(actors === undefined ? {} : { actors: actors.map((actor) => ({ ...actor })) }),
    },
  }
}

/** Requests an access token with the auth provider `oauth2` and its properties. */
export async function obtain(
  properties: Readonly<Record<string, string>>,
  prompts: Prompts,
  { env, warn }: Pick<LoginContext, 'env' | 'warn'>,
  signal?: AbortSignal,
): Promise<Token> {
  await using auth = await new AuthRegistry().create(properties, { env, warn, prompts, initialize: false })
  const token = await auth.token?.(signal === undefined ? {} : { signal })
  if (token === undefined)
    throw new CliError(
      exitCode.usage,
      'The provider of these properties has no access token. Use an auth type that requests tokens, such as oauth2.',
    )
  return token
}

function noLogin(name: string): CliError {
  return new CliError(exitCode.credential, `There is no login ${name}.`, {
    next: `\`headgate login ${name} --issuer URL --client-id ID\` creates one.`,
  })
}

function hasEnded(name: string, why: string): CliError {
  return new CliError(exitCode.credential, `The login ${name} has ended, and ${why}.`, {
    next: `\`headgate login ${name}\` logs in again.`,
  })
}
