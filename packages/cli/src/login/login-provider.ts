import {
  AuthError,
  byDefault,
  defineProvider,
  memoize,
  Secret,
  text,
  tokenAuth,
  type Provenance,
  type ProviderDefinition,
  type Token,
} from '@headgate/auth'
import { CliError } from '../cli-error.ts'
import { loginToken, type LoginContext } from './login-token.ts'

/** The auth provider `login`: sends the token of whoever logged in with `headgate login`. */
export function loginProvider(context: LoginContext): ProviderDefinition {
  return defineProvider({
    keys: { name: byDefault(text('which login, as it was named. Default: default'), 'default') },
    create: ({ name }) => {
      let last: string | undefined
      return tokenAuth(
        memoize<Token & { readonly expiresAt: number }>(
          async () => {
            // Asked again before its end only when it was refused, or is due anyhow.
            const login = await loginToken(context, name, last).catch((error: unknown) => {
              throw error instanceof CliError ? asAuthError(error) : error
            })
            last = login.accessToken
            return {
              value: new Secret(login.accessToken),
              expiresAt: login.expiresAt,
              provenance: login.provenance as Provenance,
            }
          },
          { expiresAt: ({ expiresAt }) => expiresAt },
        ),
      )
    },
  })
}

function asAuthError(error: CliError): AuthError {
  return new AuthError('refused', [error.message, error.next ?? ''].join(' ').trim(), {
    property: 'rest.auth.login.name',
    cause: error,
  })
}
