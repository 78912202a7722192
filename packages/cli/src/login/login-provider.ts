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
import { checkLoginTarget } from './login-target.ts'
import { loginToken, type LoginContext } from './login-token.ts'

/** The auth provider `login`: sends the token of whoever logged in with `headgate login`, encrypted, to the server it is for. */
export function loginProvider(context: LoginContext): ProviderDefinition {
  return defineProvider({
    keys: { name: byDefault(text('which login, as it was named. Default: default'), 'default') },
    create: ({ name }) => {
      let last: string | undefined
      let server: string | undefined
      const inner = tokenAuth(
        memoize<Token & { readonly expiresAt: number }>(
          async () => {
            // Asked again before its end only when it was refused, or is due anyhow.
            const login = await loginToken(context, name, last).catch(rethrow)
            last = login.accessToken
            server = login.server
            return {
              value: new Secret(login.accessToken),
              expiresAt: login.expiresAt,
              provenance: login.provenance as Provenance,
            }
          },
          { expiresAt: ({ expiresAt }) => expiresAt },
        ),
      )
      return {
        ...inner,
        authenticate: async (request, wait) => {
          const authenticated = await inner.authenticate(request, wait)
          try {
            checkLoginTarget(name, server, request.url)
          } catch (error) {
            rethrow(error)
          }
          return authenticated
        },
      }
    },
  })
}

function rethrow(error: unknown): never {
  throw error instanceof CliError ? asAuthError(error) : error
}

function asAuthError(error: CliError): AuthError {
  return new AuthError('refused', [error.message, error.next ?? ''].join(' ').trim(), {
    property: 'rest.auth.login.name',
    cause: error,
  })
}
