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

/**
 * Returns the auth provider `login`, which authenticates requests with the access token of a login of `headgate
 * login`. It sends the token only to the server of the login, over https or to this machine.
 */
export function loginProvider(context: LoginContext): ProviderDefinition {
  return defineProvider({
    keys: { name: byDefault(text('name of the login. Default: default'), 'default') },
    create: ({ name }) => {
      let last: string | undefined
      let server: string | undefined
      const inner = tokenAuth(
        memoize<Token & { readonly expiresAt: number }>(
          async () => {
            // If a token is requested while the last token has not expired, a server has refused the last token. It is
            // then renewed early.
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
